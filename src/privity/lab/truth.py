# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which part somebody plays in a world: what the desk does not know, and what its findings are held against."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec


class Harm(StrEnum):
    """What an abuser does. Each is a process of its own in `lab.harms`."""

    SPAM = "bulk spam"
    EXTORTION = "scripted extortion"
    GROOMING = "grooming"
    BRIGADING = "brigading by report"
    INFLUENCE = "coordinated influence"
    FARM = "sock-puppet farm"
    KNOWN_MEDIA = "known abusive media shown"
    INTIMATE = "intimate pictures without consent"
    VOUCHED = "spam behind accounts of one's own"


class Benign(StrEnum):
    """What looks like abuse from afar and is none. Each is a module of its own in `lab.benign`."""

    PERSON = "person"
    TEACHER = "teacher"
    FAN = "fan"
    NEWSROOM = "newsroom"
    PRAYER = "prayer group"
    BREAKING = "breaking news"
    SHOP = "shop"
    CLUB = "club"
    LAUNCH = "launch day"


PARTS: Final[tuple[Benign | Harm, ...]] = (*Benign, *Harm)
PART: Final = {part: code for code, part in enumerate(PARTS)}


class AccountTruth(msgspec.Struct, frozen=True, tag="account"):
    """One account whose part (a `Benign` or a `Harm`) is not simply that of a person, or who is a minor.

    `case` is the person behind an abuser."""

    account: str
    part: str
    minor: bool = False
    case: int = -1


class ActTruth(msgspec.Struct, frozen=True, tag="act"):
    """An observation that belongs to a harm: `number` as in the other file."""

    number: int
    harm: Harm
    case: int


class ViewTruth(msgspec.Struct, frozen=True, tag="view"):
    """Somebody met a harm at a time; severe: a demand, a threat, an unwanted or an abusive picture."""

    at_ms: int
    harm: Harm
    case: int
    victim: str
    minor: bool
    severe: bool
