# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whole trees as a newcomer is shown them, in a GroupInfo that a member signed over whatever stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from privity.mls.messages.codepoints import MLS10
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import Add, Remove
from privity.mls.tree.node import Node, ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.group_info import verify_group_info
from tests.mls.public.builders import GROUP_ID, NOW, SUITE, Room, key_package, party

Nodes = list[Node | None]

EIGHT = ("ana", "ben", "cyd", "dov", "eva", "fay", "gil", "hal")


@cache
def eight() -> Room:
    """Eight members, every node filled; the root was last set by leaf 7."""
    return Room(EIGHT)


@cache
def unmerged() -> Room:
    """Seven of the eight and a newcomer at leaf 6, who is unmerged at the filled nodes 11 and 7 above it."""
    room = Room(EIGHT)
    room.accept(room.commit(0, [Remove(6)]))
    room.accept(room.commit(7))
    room.accept(room.commit(4))
    room.accept(room.commit(0, [Add(key_package(party("ivo")))], path=False))
    return room


@cache
def beside() -> Room:
    """Four members; leaf 1 came after leaf 0 set the root, and the node above both is blank."""
    room = Room(EIGHT[:4])
    room.accept(room.commit(0, [Remove(1)]))
    room.accept(room.commit(0, [Add(key_package(party("ivo")))], path=False))
    return room


def changed(room: Room, change: Callable[[Nodes], None]) -> RatchetTree:
    """The room's tree with a change that nobody committed."""
    nodes = list(room.group.tree.nodes)
    change(nodes)
    return RatchetTree(SUITE, nodes)


def parent(nodes: Nodes, x: int) -> ParentNode:
    node = nodes[x]
    assert isinstance(node, ParentNode)
    return node


def replacing(x: int, **changes: object) -> Callable[[Nodes], None]:
    """Changes the fields of one parent."""

    def change(nodes: Nodes) -> None:
        nodes[x] = replace(parent(nodes, x), **changes)  # type: ignore[arg-type]  # fields of several types

    return change


def enter(room: Room, tree: RatchetTree) -> None:
    """What a newcomer does with a tree and a GroupInfo that names it."""
    context = GroupContext(
        MLS10, SUITE.id, GROUP_ID, room.group.epoch, tree.tree_hash, bytes(32), room.group.context.extensions
    )
    verify_group_info(room.sign_group_info(context, 0), tree.encode(), room.rules, NOW)
