# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk with rules in whatever stage and people who may, for the pages about behaviour."""

from __future__ import annotations

import os
import random as seeded
from dataclasses import dataclass, field

import pytest

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.model import DAY_MS, SHADOW_MS, Version
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.taking import store as taken
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.identity.uris import new_user_uri
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.console.conftest import Clock, Pages
from tests.desk.console.visitor import Visitor
from tests.desk.signals.ladder.rule_house import ASKS, here, values

WRITER = Acting.member(911, frozenset({Role.SENIOR}))
SECOND = Acting.member(912, frozenset({Role.SENIOR}))


def person(number: int) -> str:
    """An account that the tests invent."""
    return new_user_uri("hub.example", seeded.Random(number).randbytes)


@dataclass
class Rules:
    """A desk's database with rules, and the pages over it, where there are any in this process."""

    db: Db
    clock: Clock
    over: Pages | None = None
    compiled: Compiled = field(default_factory=Compiled)

    def __post_init__(self) -> None:
        here(self.db, WRITER, SECOND)

    @property
    def pages(self) -> Pages:
        assert self.over is not None
        return self.over

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms

    async def senior(self) -> Visitor:
        return await self.pages.visitor(Role.SENIOR)

    async def moderator(self) -> Visitor:
        return await self.pages.visitor(Role.MODERATOR)

    def observed(self, count: int = 400, busy: int = 30) -> None:
        """A day that is over, of which the desk keeps all: one asks many at once, and people ask one person each."""
        start = self.now_ms - 2 * DAY_MS
        apart = DAY_MS // (count + 1)
        seen = [self.asked(start + at, 7, 2_000 + at) for at in range(busy)]
        seen += [self.asked(start + busy + at * apart, at % 50, 1_000 + at % 50) for at in range(count)]
        with transaction(self.db):
            taken.add(self.db, seen, self.now_ms)

    def asked(self, at_ms: int, who: int, whom: int) -> Observed:
        born_ms = self.now_ms - 400 * DAY_MS
        return Observed(0, at_ms, ObservedKind.ASKED, person(who), born_ms, AgeBand.ADULT, other=person(whom))

    def typed(self, text: str = ASKS, name: str = "asks") -> Version:
        return service.draft(self.db, WRITER, name, text, self.now_ms)

    def tried(self, text: str = ASKS, name: str = "asks") -> Version:
        made = self.typed(text, name)
        seen = [self.asked(self.now_ms - 2 * DAY_MS + at * 60_000, at % 50, 1_000 + at) for at in range(200)]
        service.test(self.db, WRITER, made.number, seen, self.now_ms)
        return service.existing(self.db, made.number)

    def shadow(self, text: str = ASKS, name: str = "asks") -> Version:
        return service.shadow(self.db, WRITER, self.tried(text, name).number, self.now_ms)

    def proposed(self, text: str = ASKS, name: str = "asks") -> Version:
        version = self.shadow(text, name)
        self.clock.pass_ms(SHADOW_MS)
        return service.propose(self.db, WRITER, version.number, "It found what it should.", self.now_ms)

    def live(self, text: str = ASKS, name: str = "asks") -> Version:
        version = self.proposed(text, name)
        return service.agree(self.db, SECOND, version.number, "I have looked at it too.", self.now_ms)

    def happens(self, version: Version, subject: str, **given: object) -> None:
        """An event about somebody, as counters hand it over."""
        running = next(one for one in self.compiled.now(self.db) if one.number == version.number)
        seen = values(**given)
        ladder = Ladder(os.urandom, self.clock)
        ladder.take(self.db, running, subject, self.now_ms, running.rules.evaluate(*seen), seen)


@pytest.fixture
def rules(console: Pages) -> Rules:
    return Rules(console.db, console.clock, console)
