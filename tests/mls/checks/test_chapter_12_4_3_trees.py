# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Trees and GroupInfos as those meet them who enter or begin to follow a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from privity.mls import codec
from privity.mls.messages.codepoints import RATCHET_TREE
from privity.mls.messages.extensions import Extension
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.proposals import Add
from privity.mls.public_group import PublicGroup
from privity.mls.tree.node import Node, ParentNode, encode_optional_node
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid_commit import flipped
from tests.mls.checks.valid_room import five
from tests.mls.public.builders import NOW, SUITE, Room, key_package, leaf, party

Told = tuple[GroupInfo, bytes | None]
"""A GroupInfo and the tree beside it."""


@pytest.fixture
def room() -> Room:
    """Eight places: the five, zoe and yan have committed; kim came without a path and is unmerged at 7 and 11."""
    room = five()
    for index, name in ((5, "zoe"), (6, "yan"), (7, "kim")):
        who = party(name)
        room.accept(room.commit(0, [Add(key_package(who))], path=False))
        room.parties[index] = who
        if name != "kim":
            room.accept(room.commit(index))
    assert [x for x in range(15) if 7 in unmerged(room, x)] == [7, 11]
    return room


def unmerged(room: Room, x: int) -> tuple[int, ...]:
    node = room.group.tree.nodes[x]
    return node.unmerged_leaves if isinstance(node, ParentNode) else ()


def parent(room: Room, x: int) -> ParentNode:
    node = room.group.tree.nodes[x]
    assert isinstance(node, ParentNode)
    return node


def told(room: Room, nodes: Mapping[int, Node] | None = None, **changes: Any) -> Told:
    """What ana tells of the group, with some nodes of its tree replaced and the hash of the tree set right."""
    whole = room.group.tree
    tree = RatchetTree(whole.suite, [(nodes or {}).get(x, node) for x, node in enumerate(whole.nodes)])
    context = replace(room.group.context, tree_hash=tree.tree_hash)
    return room.sign_group_info(context, 0, **changes), tree.encode()


def refuses(room: Room, number: str, broken: Told) -> None:
    def take(told: Told) -> object:
        return PublicGroup.from_group_info(*told, room.rules, NOW)

    breaks(number, take, told(room), broken)


@pytest.mark.parametrize("x", [1, 3, 7, 9, 11])
@shows("12.4.3.1-12")
def test_a_parent_that_is_tied_to_nothing(room: Room, x: int) -> None:
    node = parent(room, x)
    refuses(room, "12.4.3.1-12", told(room, {x: replace(node, parent_hash=flipped(node.parent_hash or b"\x00"))}))


@shows("12.4.3.1-13")
def test_a_leaf_that_is_not_valid(room: Room) -> None:
    """The hashes of parents do not cover a leaf that is unmerged at all of them."""
    kim = room.group.tree.leaf(7)
    refuses(room, "12.4.3.1-13", told(room, {14: replace(kim, signature=flipped(kim.signature))}))


@shows("12.4.3.1-14")
def test_an_unmerged_leaf_that_is_blank() -> None:
    room = five()
    for index, name in ((5, "zoe"), (6, "yan")):
        who = party(name)
        room.accept(room.commit(0, [Add(key_package(who))], path=False))
        room.parties[index] = who
        room.accept(room.commit(index))
    refuses(room, "12.4.3.1-14", told(room, {11: replace(parent(room, 11), unmerged_leaves=(7,))}))


@pytest.mark.parametrize("index", [0, 3, 8, (1 << 32) - 1])
@shows("12.4.3.1-15")
def test_an_unmerged_leaf_that_is_not_below(room: Room, index: int) -> None:
    among = tuple(sorted((7, index)))
    refuses(room, "12.4.3.1-15", told(room, {11: replace(parent(room, 11), unmerged_leaves=among)}))


@shows("12.4.3.1-16")
def test_a_leaf_that_is_merged_below_and_unmerged_above(room: Room) -> None:
    refuses(room, "12.4.3.1-16", told(room, {11: replace(parent(room, 11), unmerged_leaves=())}))


@pytest.mark.parametrize("x", [1, 3, 7, 9, 11])
@shows("12.4.3.1-17")
def test_a_leaf_with_the_key_of_a_parent(room: Room, x: int) -> None:
    kim = leaf(room.parties[7], encryption_key=parent(room, x).encryption_key)
    refuses(room, "12.4.3.1-17", told(room, {14: kim}))


# GroupInfos that are published (12.4.3)


@shows("12.4.3-5")
def test_a_group_info_of_another_epoch(room: Room) -> None:
    good = room.group_info()
    context = room.group.context
    inside = (*good.extensions, Extension(RATCHET_TREE, room.group.tree.encode()))
    old_tree = Extension(RATCHET_TREE, five().group.tree.encode())
    room.group.check_group_info(room.group_info(extensions=inside))
    for broken in (
        room.sign_group_info(replace(context, epoch=context.epoch - 1), 0),
        room.sign_group_info(replace(context, tree_hash=flipped(context.tree_hash)), 0),
        room.sign_group_info(replace(context, extensions=()), 0),
        room.group_info(confirmation_tag=flipped(good.confirmation_tag)),
        room.group_info(extensions=(*good.extensions, old_tree)),
    ):
        breaks("12.4.3-5", room.group.check_group_info, good, broken)


# Trees on their way (12.4.3.3)


def items(tree: RatchetTree) -> list[bytes]:
    """The nodes of a tree, as it is sent."""
    last = max(x for x, node in enumerate(tree.nodes) if node is not None)
    return [encode_optional_node(node) for node in list(tree.nodes)[: last + 1]]


def refuses_tree(number: str, valid: list[bytes], broken: list[bytes]) -> None:
    def take(nodes: list[bytes]) -> object:
        return RatchetTree.decode(SUITE, codec.vec(b"".join(nodes)))

    breaks(number, take, valid, broken)


@pytest.mark.parametrize("count", [1, 2, 6])
@shows("12.4.3.3-1")
def test_a_blank_at_the_end(count: int) -> None:
    nodes = items(five().group.tree)
    refuses_tree("12.4.3.3-1", nodes, [*nodes, *[b"\x00"] * count])


@shows("12.4.3.3-1")
def test_nothing_but_blanks() -> None:
    refuses_tree("12.4.3.3-1", items(five().group.tree), [b"\x00"])


@shows("12.4.3.3-2")
def test_a_tree_without_nodes() -> None:
    refuses_tree("12.4.3.3-2", items(five().group.tree), [])


@shows("12.4.3.3-3")
def test_a_leaf_in_the_place_of_a_parent() -> None:
    nodes = items(five().group.tree)
    refuses_tree("12.4.3.3-3", nodes, [nodes[0], nodes[2], *nodes[2:]])
    refuses_tree("12.4.3.3-3", nodes, [nodes[1], nodes[1], *nodes[2:]])


@shows("12.4.3.3-4")
def test_two_trees_that_differ(room: Room) -> None:
    tree = room.group.tree.encode()
    info = told(room, extensions=(Extension(RATCHET_TREE, tree),))[0]

    def take(beside: bytes | None) -> object:
        return PublicGroup.from_group_info(info, beside, room.rules, NOW)

    take(None)
    breaks("12.4.3.3-4", take, tree, five().group.tree.encode())


@shows("12.4.3.3-5", "12.4.3.3-6")
def test_a_tree_is_sent_short_and_read_full() -> None:
    tree = five().group.tree
    sent = tree.encode()
    assert sent == codec.vec(b"".join(items(tree)))
    assert len(items(tree)) == 9
    read = RatchetTree.decode(SUITE, sent)
    assert (len(read.nodes), read.leaf_count) == (15, 8)
    assert read.tree_hash == tree.tree_hash
