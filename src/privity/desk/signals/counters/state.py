# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that is counted about one account. What never happened takes no room."""

from __future__ import annotations

from math import exp
from typing import Any, Final

import msgspec

from privity.desk.signals.counters.decayed import Decayed
from privity.desk.signals.counters.distinct import Distinct
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.periods import FORGOTTEN_MS, QUARTER_MS
from privity.wire.age import AgeBand

SUMS: Final = ("messages", "reached", "rooms", "groups", "added", "shown", "invited", "weight")
DIFFERENT: Final = (
    "asked", "strangers", "minors", "minor_strangers", "accepted", "minors_accepted", "knocks", "blocks",
    "blocked_by", "blocked_by_minors", "reported_by", "reported_by_new", "reported_by_minors", "reports_made",
)  # fmt: skip
_TELLING: Final = ("asked", "blocked_by", "reported_by", "knocks", "reports_made")
_VERSION: Final = 1
_LEAST_TIES: Final = 0.5
"""Old ties below this are none."""
_NOTEWORTHY: Final = 8
"""Marks from which on an account is not among the first to be forgotten when the table is full."""


class AccountState:
    """The counters of one account.

    Attributes:
        at_ms: When something was last observed about it.
        born_ms: When it was made; 0 where it has not acted since it is known: then it counts as old.
        age: What it says of its person's age.
        network: Name of the network that it was made from, and when; 0 where not known (any more).
        inviter: The same of who invited it.
        ties: Of old accounts that accepted it, with decay over a quarter, and when that was the value.
        passed_ms: Value of `at_ms` when the table last looked for room; `turns`: how often it may look again. Not kept.
        day: The day of the last hits; `held` says which rules of which version held on it. Not kept.
    """

    __slots__ = (
        "_ties", "_ties_ms", "age", "at_ms", "born_ms", "changed", "day", "held", "inviter", "inviter_ms", "network",
        "network_ms", "passed_ms", "turns", *SUMS, *DIFFERENT,
    )  # fmt: skip
    messages: Decayed | None
    reached: Decayed | None
    rooms: Decayed | None
    groups: Decayed | None
    added: Decayed | None
    shown: Decayed | None
    invited: Decayed | None
    weight: Decayed | None
    asked: Distinct | None
    strangers: Distinct | None
    minors: Distinct | None
    minor_strangers: Distinct | None
    accepted: Distinct | None
    minors_accepted: Distinct | None
    knocks: Distinct | None
    blocks: Distinct | None
    blocked_by: Distinct | None
    blocked_by_minors: Distinct | None
    reported_by: Distinct | None
    reported_by_new: Distinct | None
    reported_by_minors: Distinct | None
    reports_made: Distinct | None

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms
        self.born_ms = 0
        self.age = AgeBand.UNKNOWN
        self.network = self.network_ms = self.inviter = self.inviter_ms = 0
        self._ties, self._ties_ms = 0.0, at_ms
        self.passed_ms = self.turns = 0
        self.day = 0
        self.held: dict[int, int] = {}
        self.changed = True
        self.messages = self.reached = self.rooms = self.groups = None
        self.added = self.shown = self.invited = self.weight = None
        self.asked = self.strangers = self.minors = self.minor_strangers = self.accepted = self.minors_accepted = None
        self.knocks = self.blocks = self.blocked_by = self.blocked_by_minors = None
        self.reported_by = self.reported_by_new = self.reported_by_minors = self.reports_made = None

    def add(self, name: str, amount: float, at_ms: int) -> None:
        """Count into one of `SUMS`."""
        there: Decayed | None = getattr(self, name)
        if there is None:
            setattr(self, name, Decayed(at_ms, float(amount), float(amount), float(amount)))
        else:
            there.add(amount, at_ms)

    def see(self, name: str, mark: int, at_ms: int) -> bool:
        """Count into one of `DIFFERENT`; whether the mark is new there."""
        there: Distinct | None = getattr(self, name)
        if there is None:
            there = Distinct()
            setattr(self, name, there)
        return there.add(mark, at_ms)

    def tie(self, at_ms: int) -> None:
        """Count one more old tie."""
        self._ties, self._ties_ms = self.ties(at_ms) + 1, max(at_ms, self._ties_ms)

    def ties(self, at_ms: int) -> float:
        """Old ties, as far as they have not faded."""
        return self._ties * exp(min(self._ties_ms - at_ms, 0) / QUARTER_MS)

    def noteworthy(self, at_ms: int) -> bool:
        """Whether it would be a loss to forget it: much is counted, or others vouch for it."""
        if self._ties >= 1 and self.ties(at_ms) >= 1:
            return True
        return sum(len(one) for name in _TELLING if (one := getattr(self, name)) is not None) >= _NOTEWORTHY

    def over(self, at_ms: int) -> bool:
        """Let go of what has been quiet too long; whether nothing is left."""
        if at_ms - self.at_ms < FORGOTTEN_MS:
            return False
        if any(getattr(self, name) is not None for name in SUMS + DIFFERENT):
            for name in SUMS + DIFFERENT:
                setattr(self, name, None)
            self.network = self.inviter = 0
            self.changed = True
        return self.ties(at_ms) < _LEAST_TIES

    def encode(self) -> bytes:
        """What is kept of it."""
        here = (
            self.at_ms, self.born_ms, self.age.value, self.network, self.network_ms, self.inviter, self.inviter_ms,
            self._ties, self._ties_ms,
        )  # fmt: skip
        counted = {i: one.packed() for i, name in enumerate(SUMS + DIFFERENT) if (one := getattr(self, name))}
        return msgspec.msgpack.encode((_VERSION, here, counted))

    @classmethod
    def decode(cls, data: bytes) -> AccountState:
        """The state again, or CountersUnreadable."""
        try:
            version, here, counted = msgspec.msgpack.decode(data, type=_Kept)
        except (msgspec.MsgspecError, UnicodeDecodeError) as err:
            raise CountersUnreadable(f"expected the counters of an account, got something else: {err}") from None
        if version != _VERSION:
            raise CountersUnreadable(f"expected counters of version {_VERSION}, got {version}")
        self = cls(here[0])
        self.born_ms, age, self.network, self.network_ms, self.inviter, self.inviter_ms = here[1:7]
        self.age = AgeBand(age)
        self._ties, self._ties_ms = here[7:]
        names = SUMS + DIFFERENT
        for place, packed in counted.items():
            if not 0 <= place < len(names):
                raise CountersUnreadable(f"expected one of {len(names)} counters, got number {place}")
            setattr(self, names[place], _unpacked(place, packed))
        self.changed = False
        return self


_Here = tuple[int, int, AgeBand, int, int, int, int, float, int]
_Kept = tuple[int, _Here, dict[int, tuple[Any, ...]]]


def _unpacked(place: int, packed: tuple[Any, ...]) -> Decayed | Distinct:
    try:
        if place < len(SUMS):
            return Decayed.unpacked(msgspec.convert(packed, tuple[int, float, float, float]))
        return Distinct.unpacked(msgspec.convert(packed, tuple[int, int, bytes, bytes]))
    except msgspec.ValidationError as err:
        raise CountersUnreadable(f"expected a counter, got something else: {err}") from None
