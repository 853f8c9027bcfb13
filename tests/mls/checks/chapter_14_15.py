# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapters 14 and 15, where they bind a sender or a receiver: the sequence of commits, and application messages."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import BadPadding, GenerationTooFar
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "14": "The sequence of commits",
    "15.1": "Padding",
    "15.2": "What comes before a message",
    "15.3": "Messages that come late or in another order",
}

CHECKS: Final = (
    Check("15.1-1", "Padding is nothing but zeros", "schedule.protect", BadPadding),
    Check("15.3-1", "A message moves a ratchet so far and no further", "schedule.secret_tree", GenerationTooFar),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "14-1",
        "Making a commit leaves the state of its maker as it was until the commit is accepted",
        "it is pending beside the current epoch, until `Group.merge_pending` or `Group.clear_pending`",
    ),
    Duty(
        "14-2",
        "Conflicting commits of one epoch are resolved, and what lost is deleted soon",
        "the messenger's hub takes one commit of each epoch; whoever lost merges it, which deletes the own one (9.2-9)",
        ("attacks/test_commit_races.py::test_of_two_commits_at_once_one_wins_and_the_other_follows",),
    ),
    Duty(
        "14-3",
        "A Welcome is delivered when its commit was accepted, not earlier",
        "the messenger's hub takes both in one request, and drops the Welcome of a commit that lost",
        (
            "server/rooms/test_rooms.py::test_commit_welcome_and_group_info_are_taken_together_or_not_at_all",
            "server/rooms/test_rooms.py::test_of_two_commits_of_one_epoch_one_wins",
        ),
    ),
    Duty(
        "15.2-1",
        "A change to the group takes effect before anything new is encrypted",
        "merging a commit replaces the keys at once; with proposals waiting nothing is encrypted (12.4-1)",
    ),
    Duty(
        "15.2-2",
        "No epoch encrypts more than the AEAD bears",
        "one key seals one message of at most 64 MiB (6.3.1-8), far below the bounds of each suite",
    ),
)
