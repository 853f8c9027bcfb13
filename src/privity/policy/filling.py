# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When a device that was added gives its place in the tree new keys, so that changes of a large room stay cheap.

Who is added knows no key above the own leaf. As long as that is so, every commit of others is sealed to that leaf by
itself: in a room that was filled at once, to each of its members. One commit of a newcomer, or of whoever sits beside
it, mends that. Newcomers who came together do it at times that each draws by itself, and who finds it done does not.
"""

from __future__ import annotations

from typing import Final

from privity.mls.tree.ratchet_tree import RatchetTree

SMALL_ROOM: Final = 8
"""Members up to which a few more seals cost less than a commit does."""
SOONEST_MS: Final = 60_000
"""Whoever invites somebody often goes on doing so for a while."""
PER_MEMBER_MS: Final = 2_000
"""On average one such commit in this time, or fewer, whatever came at once."""
LONGEST_MS: Final = 24 * 3_600_000
DRAW_BYTES: Final = 8


def is_apart(tree: RatchetTree, leaf_index: int) -> bool:
    """Whether others must seal to this leaf by itself: the lowest node above it that counts is blank, or the leaf
    does not know its key."""
    if sum(1 for _ in tree.leaves()) <= SMALL_ROOM:
        return False
    above = tree.filtered_direct_path(leaf_index)
    if not above:
        return False
    lowest = tree.parent_node(above[0])
    return lowest is None or leaf_index in lowest.unmerged_leaves


def delay_ms(members: int, draw: bytes) -> int:
    """How long a newcomer waits; `draw` are `DRAW_BYTES` random bytes of its own."""
    window = min(members * PER_MEMBER_MS, LONGEST_MS)
    return SOONEST_MS + window * int.from_bytes(draw, "big") // (1 << 8 * DRAW_BYTES)
