# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an attacker can do and see: its own accounts, answers and limits, and people whom it knows from elsewhere.

Whoever writes one needs nothing else of the lab. Handles of people are numbers that say nothing; an attacker learns no
age, no contact of anybody, no rule, and of a restriction only what the hub tells the account that it restricts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np

from privity.lab.truth import Harm
from privity.wire.age import AgeBand

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000


class ActKind(StrEnum):
    """What an attacker's device can ask a hub for."""

    REGISTER = "register"
    ASK = "ask"
    ACCEPT = "accept"
    """Say yes to another account of its own that has asked."""
    SEND = "send"
    CREATE = "create"
    ADD = "add"
    KNOCK = "knock"
    REPORT = "report"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do.

    Attributes:
        kind: What.
        by: Which of its accounts; of no meaning for a registration.
        targets: Whom it is done to; of a knock the room.
        after_ms: How long from now.
        severe: A demand, a threat, something sexual to a minor, an abusive picture.
        harmful: What is sent or asked does harm to whom it reaches; a cover does none.
        says: Of a registration, the age that is claimed.
        network: Of a registration: which of its networks, by a number of its own.
    """

    kind: ActKind
    by: int = -1
    targets: tuple[int, ...] = ()
    after_ms: int = 0
    severe: bool = False
    harmful: bool = True
    says: AgeBand = AgeBand.ADULT
    network: int = 0


class Told(StrEnum):
    """What the hub tells an account of its standing."""

    GOOD = "good"
    LIMITED = "limited"
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class Own:
    """One account of the attacker, as its device shows it."""

    account: int
    age_ms: int
    told: Told
    asked: int
    refused: int
    contacts: tuple[int, ...]
    fresh: tuple[int, ...]
    """Contacts that came since the last turn."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that an attacker sees when it is its turn."""

    now_ms: int
    own: tuple[Own, ...]

    @property
    def usable(self) -> tuple[Own, ...]:
        return tuple(one for one in self.own if one.told is not Told.BANNED)


class Outside:
    """What an attacker knows from elsewhere: people's handles, rooms with public links, and chance."""

    __slots__ = ("_people", "_rooms", "draw")

    def __init__(
        self,
        people: Callable[[int, bool | None], tuple[int, ...]],
        rooms: Callable[[int], tuple[int, ...]],
        draw: np.random.Generator,
    ) -> None:
        self._people, self._rooms, self.draw = people, rooms, draw

    def people(self, count: int, *, minors: bool | None = None) -> tuple[int, ...]:
        """Handles of listed adults, or of those whom it takes for minors (it is wrong about some), or of anybody."""
        return self._people(count, minors)

    def rooms(self, count: int) -> tuple[int, ...]:
        """Rooms that anybody may knock at."""
        return self._rooms(count)


class Attacker(Protocol):
    """A person, or a program of theirs, who does harm."""

    harm: Harm
    every_ms: int
    """How often it looks and acts."""
    says: AgeBand
    """The age that it claims when it registers."""
    accounts: int
    """With how many it begins."""

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        """What it does next."""
        ...
