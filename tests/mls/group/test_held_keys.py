# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Of private keys a member holds those of nodes that are there, each the one of its node, and no other any longer."""

from __future__ import annotations

from privity.mls.schedule import hpke
from tests.mls.group.builders import Member, accept, room


def only_keys_of_the_tree(member: Member) -> None:
    nodes, keys = member.group.tree.nodes, member.group._state.epoch.keys
    assert 2 * member.group.own_leaf in keys
    for x, key in keys.items():
        assert x < len(nodes), f"{member.name} holds a key for node {x} of a tree of {len(nodes)} nodes"
        node = nodes[x]
        assert node is not None, f"{member.name} holds a key for node {x}, which is blank"
        assert hpke.public_key(member.group.suite, key) == node.encryption_key


def test_keys_go_with_their_nodes() -> None:
    members = room(*(f"m{at} holds keys" for at in range(5)), update=True)
    assert len(members[0].group.tree.nodes) == 15
    for member in members:
        only_keys_of_the_tree(member)
        assert 7 in member.group._state.epoch.keys
    staying = members[:4]
    accept(members[0].commit(removes=[4]), staying)
    assert len(members[0].group.tree.nodes) == 7
    for member in staying:
        only_keys_of_the_tree(member)
    accept(members[1].commit(removes=[2]), [members[at] for at in (0, 1, 3)])
    for at in (0, 1, 3):
        only_keys_of_the_tree(members[at])
        members[at].reload()
        only_keys_of_the_tree(members[at])
