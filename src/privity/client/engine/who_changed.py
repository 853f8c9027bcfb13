# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who came and went between two states of a room, as the group itself says."""

from __future__ import annotations

from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import members


def who_changed(old_tree: RatchetTree, new_tree: RatchetTree) -> str:
    """A plain line about who came and went, empty if nobody did."""
    old, new = set(members(old_tree).values()), set(members(new_tree).values())
    came = sorted({member.user_uri for member in new} - {member.user_uri for member in old})
    gone = sorted({member.user_uri for member in old} - {member.user_uri for member in new})
    parts = [f"{user} joined" for user in came] + [f"{user} left" for user in gone]
    if not parts:
        parts = [f"the devices of {user} changed" for user in sorted({member.user_uri for member in old ^ new})]
    return "; ".join(parts)
