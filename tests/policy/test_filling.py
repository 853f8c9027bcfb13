# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who must give its place new keys, and when: spread so that a thousand who came at once do not all commit at once."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from privity.mls.suites import suite
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.filling import DRAW_BYTES, LONGEST_MS, PER_MEMBER_MS, SMALL_ROOM, SOONEST_MS, delay_ms, is_apart
from tests.mls.public.builders import leaf, party


def tree_of(members: int) -> RatchetTree:
    """So many who came at once."""
    tree = RatchetTree.of_leaf(suite(1), leaf(party("0")))
    editor = TreeEditor(tree)
    for number in range(1, members):
        editor.add(leaf(party(str(number))))
    return editor.done()


def test_in_a_room_that_was_filled_at_once_everybody_is_apart() -> None:
    tree = tree_of(SMALL_ROOM + 1)
    assert all(is_apart(tree, at) for at, _ in tree.leaves())


def test_a_small_room_stays_as_it_is() -> None:
    tree = tree_of(SMALL_ROOM)
    assert not any(is_apart(tree, at) for at, _ in tree.leaves())


def filled(tree: RatchetTree, x: int, unmerged: tuple[int, ...] = ()) -> RatchetTree:
    nodes = list(tree.nodes)
    nodes[x] = ParentNode(bytes([x]) * 32, b"", unmerged)
    return RatchetTree(tree.suite, nodes)


def test_whoever_sits_beside_one_who_updated_is_not() -> None:
    tree = filled(tree_of(16), 1)
    assert [is_apart(tree, leaf) for leaf in range(4)] == [False, False, True, True]


def test_a_newcomer_is_until_it_knows_the_key_above() -> None:
    tree = filled(tree_of(16), 1, unmerged=(1,))
    assert not is_apart(tree, 0) and is_apart(tree, 1)


def test_delays_are_spread_over_a_window_that_grows_with_the_room() -> None:
    first, last = bytes(DRAW_BYTES), b"\xff" * DRAW_BYTES
    for members in (9, 1_000, 1_000_000):
        window = min(members * PER_MEMBER_MS, LONGEST_MS)
        assert delay_ms(members, first) == SOONEST_MS
        assert SOONEST_MS + window - 1 <= delay_ms(members, last) < SOONEST_MS + window
    random = Random(5)
    drawn = [delay_ms(1_000, random.randbytes(DRAW_BYTES)) for _ in range(1_000)]
    third = 1_000 * PER_MEMBER_MS // 3
    counted = Counter(min(2, (each - SOONEST_MS) // third) for each in drawn)
    assert min(counted[which] for which in range(3)) > 250, "about as many in each third"


@pytest.mark.parametrize("members", [9, 5_000])
def test_at_most_one_commit_for_each_two_seconds_is_asked_for(members: int) -> None:
    assert (delay_ms(members, b"\xff" * DRAW_BYTES) - SOONEST_MS) / members <= PER_MEMBER_MS
