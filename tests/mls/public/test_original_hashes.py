# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A parent hash speaks of the tree as it was before newcomers, also of parents below at which they are unmerged."""

from __future__ import annotations

from privity.mls.messages.proposals import Add, Remove
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.tree.validate import check_tree
from tests.mls.public.builders import SUITE, Room, key_package, party

NAMES = ("ana", "ben", "cyd", "dov", "eva", "fay", "gil", "hal")


def test_a_newcomer_on_the_other_side_of_who_committed_last() -> None:
    room = Room(NAMES)
    room.accept(room.commit(0, [Remove(6)]))
    room.accept(room.commit(7))
    room.accept(room.commit(0))
    room.accept(room.commit(0, [Add(key_package(party("ivo")))], path=False))
    tree = room.group.tree
    unmerged = {x: node.unmerged_leaves for x, node in enumerate(tree.nodes) if isinstance(node, ParentNode)}
    assert unmerged[7] == unmerged[11] == (6,), "the root, and the parent below it that it does not hang on"
    check_tree(tree)
    check_tree(RatchetTree.decode(SUITE, tree.encode()))
