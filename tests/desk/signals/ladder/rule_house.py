# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk with a set of rules in whatever stage, and accounts of which everything that rules may read is quiet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.language.types import Type
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.model import DAY_MS, SHADOW_MS, Version
from privity.desk.signals.lifecycle.running import Compiled, Running
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import House

WRITER = Acting.member(11, frozenset({Role.SENIOR}))
SECOND = Acting.member(12, frozenset({Role.SENIOR}))
READER = Acting.member(13, frozenset({Role.MODERATOR}))

ASKS = """
Asks = Rule(when=[asked_24h >= 10, acceptance_upper < 0.5], because=f"{asked_24h} people asked, {accepted_7d} accepted")
Sends = Rule(when=[messages_1h > 100], because=f"{messages_1h} messages in an hour")
WhenRules(any=[Asks], then=[Slow("spam", hours=24), Label("unwelcome", days=14)])
WhenRules(any=[Sends], then=[Slow("spam", hours=5), Demote("spam", days=2)])
"""
LOOKS = """
Looks = Rule(when=[knocks_1h >= 10], because=f"{knocks_1h} knocks")
WhenRules(any=[Looks], then=[Review("spam", priority=2), Label("watched", days=3)])
"""


def values(**given: object) -> list[Any]:
    """Of all features, the smallest each; of an adult who asked somebody, where nothing else is said."""
    quiet: dict[str, Any] = {}
    for feature in CATALOGUE.features:
        if feature.type is Type.TEXT:
            quiet[feature.name] = ""
        elif feature.bounds is not None:
            quiet[feature.name] = feature.bounds.low if feature.type is Type.REAL else int(feature.bounds.low)
        else:
            quiet[feature.name] = False
    quiet |= {"kind": "asked", "age": "adult", "acceptance_upper": 1.0, "upheld_upper": 1.0}
    unknown = given.keys() - quiet.keys()
    assert not unknown, unknown
    return list((quiet | given).values())


def here(db: Db, *people: Acting) -> None:
    """They are on the staff as seniors, under the numbers by which they act."""
    with transaction(db):
        for one in people:
            db.execute(
                "INSERT OR IGNORE INTO staff_member (number, name, handle, state, invited_ms)"
                " VALUES (?, 'An Example', randomblob(32), 'active', 0)",
                (one.number,),
            )
            db.execute("INSERT OR IGNORE INTO staff_role (member, role) VALUES (?, 'senior')", (one.number,))


@dataclass(slots=True)
class RuleHouse:
    """One desk, its versions of rules, and a ladder."""

    house: House
    compiled: Compiled = field(default_factory=Compiled)

    def __post_init__(self) -> None:
        here(self.house.db, WRITER, SECOND)

    @property
    def ladder(self) -> Ladder:
        return Ladder(self.house.random, lambda: self.house.clock)

    def observations(self, count: int = 200) -> list[Observed]:
        """A quiet day, in which everybody asks one person."""
        start = self.house.clock - DAY_MS
        return [
            Observed(
                number + 1,
                start + number * 60_000,
                ObservedKind.ASKED,
                f"mimi://hub.example/u/{number % 50}",
                start - 400 * DAY_MS,
                AgeBand.ADULT,
                other=f"mimi://hub.example/u/{number % 50 + 1000}",
            )
            for number in range(count)
        ]

    def tried(self, text: str = ASKS, name: str = "asks") -> Version:
        version = service.draft(self.house.db, WRITER, name, text, self.house.clock)
        service.test(self.house.db, WRITER, version.number, self.observations(), self.house.clock)
        return service.version(self.house.db, WRITER, version.number)

    def shadow(self, text: str = ASKS, name: str = "asks") -> Version:
        version = self.tried(text, name)
        return service.shadow(self.house.db, WRITER, version.number, self.house.clock)

    def proposed(self, text: str = ASKS, name: str = "asks") -> Version:
        version = self.shadow(text, name)
        self.house.clock += SHADOW_MS
        return service.propose(self.house.db, WRITER, version.number, "It found what it should.", self.house.clock)

    def live(self, text: str = ASKS, name: str = "asks") -> Version:
        version = self.proposed(text, name)
        if not version.restricts:
            return version
        return service.agree(self.house.db, SECOND, version.number, "I have looked at it too.", self.house.clock)

    def running(self, version: Version) -> Running:
        return next(one for one in self.compiled.now(self.house.db) if one.number == version.number)

    def happens(self, version: Version, subject: str, *, at_ms: int | None = None, **given: object) -> int:
        """An event about somebody, as counters hand it over; which rules held."""
        running = self.running(version)
        seen = values(**given)
        hits = running.rules.evaluate(*seen)
        when = self.house.clock if at_ms is None else at_ms
        self.ladder.take(self.house.db, running, subject, when, hits, seen)
        return hits

    def done(self, subject: str) -> list[str]:
        """What came of each rule that held, by the order of their names."""
        rows = self.house.db.execute(
            "SELECT done FROM rule_hit WHERE subject = ? ORDER BY day, rule", (subject,)
        ).fetchall()
        return [str(row[0]) for row in rows]
