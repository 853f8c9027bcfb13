# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What follows from a match, by rule and without a person: one pure function over one table.

Something is hidden at once for one reason only: a list of what is known to be illegal, an entry that a person has seen
and to which two people of this house have agreed, and hashes of which neither is blank or undecided. Whatever else
matches is shown to people, or written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.matching.lists.model import Category, Entry, HashKind
from privity.desk.matching.looking.hashing import ordinary

POLICY: Final = 2
"""The version of this rule, which each match bears. It grows with every change below."""
RADIUS: Final = 31
"""Bits in which hashes of the same picture differ at most."""
FILM_SHOTS: Final = 3
"""Shots of a film that must match, where it has so many: a single one may show what many films do."""


class Action(StrEnum):
    """The value stands in the database: a name is never reused for something else."""

    QUARANTINE = "quarantine"
    """What was public is hidden until a person decides, and a case is as urgent as can be."""
    REVIEW = "review"
    """A case; nothing else."""
    LOG = "log"
    """Written down."""


class Surface(StrEnum):
    """Where it is shown. There is no other: what a room holds is never looked at."""

    PROFILE = "profile"
    """What an account shows to everybody."""
    DISCLOSED = "disclosed"
    """What somebody who received it has shown to the desk."""


FOLLOWS: Final[Mapping[Category, Action]] = {
    Category.KNOWN_ILLEGAL: Action.QUARANTINE,
    Category.NCII: Action.REVIEW,
    Category.TERRORISM: Action.REVIEW,
    Category.OWN: Action.REVIEW,
    Category.UNKNOWN: Action.LOG,
}
"""At the most, by what the list holds."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that matches."""

    entry: Entry
    distance: int
    """0 for a hash of bytes."""
    sound: bool
    """Whether the hash of what was looked up is neither of something blank nor undecided; of shots: of one at least."""
    shots: int = 1
    """Of a film: how many of its shots match."""
    of_shots: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from one hit, and why not more."""

    action: Action
    because: str


def verdict(hit: Hit, surface: Surface) -> Verdict:
    """What follows from this hit on this surface."""
    entry, most = hit.entry, FOLLOWS[hit.entry.category]
    if entry.paused:
        return Verdict(Action.LOG, "its list is paused")
    if entry.down > entry.up:
        return Verdict(Action.LOG, "people found that this entry is wrong")
    if most is Action.LOG:
        return Verdict(Action.LOG, "nobody has said what its list holds")
    if entry.kind is HashKind.PDQ:
        if not hit.sound:
            return Verdict(Action.LOG, "there is too little to see for a hash that says anything")
        if not ordinary(entry.value):
            return Verdict(Action.LOG, "the entry is the hash of something blank")
        if hit.shots < min(FILM_SHOTS, hit.of_shots):
            return Verdict(Action.LOG, f"{hit.shots} of {hit.of_shots} shots match, fewer than {FILM_SHOTS}")
    if most is Action.QUARANTINE and not entry.verified:
        return Verdict(Action.REVIEW, "no person has seen what the entry is of")
    if most is Action.QUARANTINE and surface is not Surface.PROFILE:
        return Verdict(Action.REVIEW, "it is not public: nothing is to be hidden")
    if most is Action.QUARANTINE and not entry.agreed:
        return Verdict(Action.REVIEW, "two people have not agreed that what this entry matches is hidden")
    return Verdict(most, f"{entry.category.value}, {'seen by people' if entry.verified else 'not seen by people'}")
