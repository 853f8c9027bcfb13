# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who came and went between two states of a room, as the group itself says."""

from __future__ import annotations

from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import members


def who_changed(old_tree: RatchetTree, new_tree: RatchetTree) -> str:
    """A plain line about who came and went, empty if nobody did."""
    old, new = set(members(old_tree).values()), set(members(new_tree).values())
    came = who_came(old_tree, new_tree)
    gone = sorted({member.user_uri for member in old} - {member.user_uri for member in new})
    parts = [f"{user} joined" for user in came] + [f"{user} left" for user in gone]
    if not parts:
        parts = [f"the devices of {user} changed" for user in sorted({member.user_uri for member in old ^ new})]
    return "; ".join(parts)


def who_came(old_tree: RatchetTree, new_tree: RatchetTree) -> list[str]:
    """The people who are in the new state and were not in the old one."""
    old = {member.user_uri for member in members(old_tree).values()}
    return sorted({member.user_uri for member in members(new_tree).values()} - old)


def with_changes(text: str, old_tree: RatchetTree | None, new_tree: RatchetTree) -> str:
    """A line of the program, and who came and went since the last state that this device was in."""
    changes = "" if old_tree is None else who_changed(old_tree, new_tree)
    return f"{text}; {changes}" if changes else text
