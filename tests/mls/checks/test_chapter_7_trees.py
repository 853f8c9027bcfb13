# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whole trees: unmerged leaves, tree hashes, parent hashes. Whoever invites us chooses all of it but the signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.mls.codec import decode
from privity.mls.messages.codepoints import MLS10
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Remove
from privity.mls.public_group import PublicGroup
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.node import ParentNode, encode_optional_node, read_node
from privity.mls.tree.path import path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.group_info import verify_group_info
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid import flipped, followed
from tests.mls.checks.valid_trees import Nodes, beside, changed, eight, enter, parent, replacing, unmerged
from tests.mls.public.builders import GROUP_ID, NOW, SUITE, Room, hpke_key, leaf


def refuse(number: str, room: Room, change: Callable[[Nodes], None]) -> None:
    breaks(number, lambda tree: enter(room, tree), room.group.tree, changed(room, change))


def blanked(x: int) -> Callable[[Nodes], None]:
    return lambda nodes: nodes.__setitem__(x, None)


@pytest.mark.parametrize(
    ("number", "node", "leaves"),
    [
        pytest.param("7.1-1", 11, (7, 6), marks=shows("7.1-1")),
        pytest.param("7.1-2", 11, (6, 6), marks=shows("7.1-2")),
        pytest.param("7.1-3", 11, (1, 6), marks=shows("7.1-3")),
        pytest.param("7.1-3", 7, (6, 99), marks=shows("7.1-3")),
    ],
)
def test_unmerged_leaves(number: str, node: int, leaves: tuple[int, ...]) -> None:
    assert parent(list(unmerged().group.tree.nodes), 11).unmerged_leaves == (6,)
    refuse(number, unmerged(), replacing(node, unmerged_leaves=leaves))


@shows("7.1-3")
def test_an_unmerged_leaf_of_another_subtree() -> None:
    """Every filled node above leaf 1 lists it; and so does one that is not above it."""
    refuse("7.1-3", beside(), replacing(5, unmerged_leaves=(1,)))


@shows("7.1-4")
def test_an_unmerged_leaf_that_is_blank() -> None:
    refuse("7.1-4", unmerged(), blanked(12))


@pytest.mark.parametrize("key", [bytes(32), bytes([9]) * 31, b""])
@shows("7.1-5")
def test_a_parent_that_nobody_can_encrypt_to(key: bytes) -> None:
    refuse("7.1-5", eight(), replacing(3, encryption_key=key))


@pytest.mark.parametrize("kind", [0, 3, 255])
@shows("7.1-6")
def test_a_node_that_is_neither_leaf_nor_parent(kind: int) -> None:
    node = eight().group.tree.nodes[3]
    raw = encode_optional_node(node)[1:]
    breaks("7.1-6", lambda data: decode(read_node, data), raw, bytes([kind]) + raw[1:])


# Removing


@shows("7.7-1", "7.7-2")
def test_removing_nobody() -> None:
    room = followed()

    def propose(index: int) -> None:
        room.group.process(room.propose(0, Remove(index)), NOW)

    for index in (5, 6, 7):
        breaks("7.7-1", propose, 4, index)
    for index in (8, 0xFFFFFFFF):
        breaks("7.7-2", propose, 4, index)


@shows("7.7-4", "7.5-12")
def test_changes_that_we_do_not_make() -> None:
    tree = followed().group.tree
    for index in (5, 8, -1):
        breaks("7.7-4", lambda it: TreeEditor(tree).remove(it), 4, index)
    for count in (0, 2, 4):
        breaks("7.5-12", lambda it: path_parents(tree, 0, [hpke_key() for _ in range(it)]), 3, count)


# Tree hashes


@shows("7.8-1")
def test_another_tree_than_the_context_names() -> None:
    room = eight()
    tree = room.group.tree

    def shown(named: bytes, given: RatchetTree = tree) -> None:
        context = GroupContext(
            MLS10, SUITE.id, GROUP_ID, room.group.epoch, named, bytes(32), room.group.context.extensions
        )
        verify_group_info(room.sign_group_info(context, 0), given.encode(), room.rules, NOW)

    for named in (flipped(tree.tree_hash), tree.tree_hash[:-1], b"", tree.node_hash(3)):
        breaks("7.8-1", shown, tree.tree_hash, named)
    for change in (blanked(12), blanked(5), replacing(7, parent_hash=b"x"), replacing(11, unmerged_leaves=(6,))):
        given = changed(room, change)
        breaks("7.8-1", lambda it: shown(tree.tree_hash, it), tree, given)


@shows("7.8-2")
def test_another_tree_than_the_stored_context_names() -> None:
    group = followed().group
    context = replace(group.context, tree_hash=flipped(group.context.tree_hash))
    other = PublicGroup(replace(group.state, context=context), group.confirmation_tag, followed().rules)
    breaks("7.8-2", lambda data: PublicGroup.decode(data, followed().rules), group.encode(), other.encode())


# Parent hashes


@pytest.mark.parametrize("x", [1, 3, 5, 7, 9, 11, 13])
@shows("7.9-1")
def test_parent_hashes_cover_keys(x: int) -> None:
    refuse("7.9-1", eight(), replacing(x, encryption_key=hpke_key()))


@pytest.mark.parametrize("x", [1, 3, 5, 7, 9, 11, 13])
@shows("7.9-2")
def test_parent_hashes_cover_those_above(x: int) -> None:
    node = parent(list(eight().group.tree.nodes), x)
    other = flipped(node.parent_hash) if node.parent_hash else b"x"
    refuse("7.9-2", eight(), replacing(x, parent_hash=other))


@pytest.mark.parametrize("index", [0, 2, 4, 6])
@shows("7.9-3")
def test_parent_hashes_cover_the_sibling(index: int) -> None:
    """A leaf that a parent above it does not hang on is exchanged for another that is as validly signed."""
    room = eight()
    other = leaf(room.parties[index])
    refuse("7.9-3", room, lambda nodes: nodes.__setitem__(2 * index, other))


@shows("7.9-4")
def test_parent_hashes_cover_the_sibling_as_it_was() -> None:
    """The newcomer passes for one who was there when the nodes above were set."""

    def merged(nodes: Nodes) -> None:
        for x in (7, 11):
            nodes[x] = replace(parent(nodes, x), unmerged_leaves=())

    refuse("7.9-4", unmerged(), merged)


@shows("7.9.2-1")
def test_a_parent_from_nowhere() -> None:
    """Ana's update blanked what was above her; somebody fills it with a key of their own."""
    room = eight()
    editor = TreeEditor(room.group.tree)
    editor.update(0, leaf(room.parties[0]))
    good = editor.done()
    for x in (1, 3, 7):
        for claimed in (b"", bytes(32), parent(list(good.nodes), 11).parent_hash):
            nodes = list(good.nodes)
            nodes[x] = ParentNode(hpke_key(), claimed)
            breaks("7.9.2-1", lambda tree: enter(room, tree), good, RatchetTree(SUITE, nodes))


@shows("7.9.2-2")
def test_the_node_that_carries_a_parent_hash_is_gone() -> None:
    nodes = list(eight().group.tree.nodes)
    assert parent(nodes, 11).parent_hash  # the root hangs on it
    refuse("7.9.2-2", eight(), blanked(11))


@shows("7.9.2-3")
def test_somebody_beside_the_node_that_carries_a_parent_hash() -> None:
    """Leaf 1 came later; unless the root says so, leaf 1 would be believed to know the root's key."""
    assert parent(list(beside().group.tree.nodes), 3).unmerged_leaves == (1,)
    refuse("7.9.2-3", beside(), replacing(3, unmerged_leaves=()))


@pytest.mark.parametrize("index", [1, 3, 5, 7])
@shows("7.9.2-4")
def test_a_leaf_from_a_key_package_carries_no_parent_hash(index: int) -> None:
    room = eight()
    node = room.group.tree.nodes[2 * index]
    assert isinstance(node, LeafNode) and node.parent_hash
    fresh = leaf(room.parties[index])
    refuse("7.9.2-4", room, lambda nodes: nodes.__setitem__(2 * index, fresh))
