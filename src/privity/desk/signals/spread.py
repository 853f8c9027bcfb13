# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's loop where other processes count: it hands out what it took and knows, and acts upon what they find."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

import psycopg
import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.known import Filling
from privity.desk.signals.ladder.sink import RulesSink
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.running import desk_store
from privity.desk.signals.running.connecting import connected
from privity.desk.signals.running.errors import SignalsStoreError
from privity.desk.signals.running.in_desk import InDesk
from privity.desk.signals.running.joints import Unreadable
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.spreading import Begun, Spreading, Waiting
from privity.desk.signals.running.taken import Taken
from privity.desk.signals.running.told import Labelled, Told, alike
from privity.identity.uris import Random
from privity.wire.observed import Observed, ObservedKind

PAGE: Final = 500
LOOK_S: Final = 1.0
"""Between two looks for hits while nothing is observed."""
FIRST_PAUSE_S: Final = 1.0
MOST_PAUSE_S: Final = 60.0

log: Final = structlog.get_logger()


@dataclass(slots=True)
class Noted:
    """What has to be told of what the desk knows (`ladder.known.Knowing`)."""

    election: bool = False
    labels: dict[tuple[str, str], int] = field(default_factory=dict, repr=False)
    agreements: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    _told: dict[tuple[str, str], int] = field(default_factory=dict, repr=False)

    def label(self, account: str, word: str, until_ms: int) -> None:
        """A longer time is told when an hour has come together: who was found harmless stays it minute by minute."""
        before = self._told.get((account, word))
        if before is None or not before <= until_ms < before + HOUR_MS:
            self.labels[account, word] = until_ms

    def agreed(self, account: str, upheld: float, closed: float) -> None:
        """Goes with what the reporter does."""
        self.agreements[account] = (upheld, closed)

    def settled(self) -> None:
        """All of it was told."""
        self._told |= self.labels
        self.labels, self.agreements = {}, {}

    def forget_over(self, now_ms: int) -> None:
        """What is over was told as that, and is told no more."""
        self._told = {key: until_ms for key, until_ms in self._told.items() if until_ms > now_ms}


@dataclass(slots=True)
class Spread:
    """One of the desk's loops (`intake.loop.Work`). While the database is away nothing is lost and all else goes on."""

    db: Db = field(repr=False)
    address: str = field(repr=False)
    partitions: int
    sealing: Sealing = field(repr=False)
    sink: RulesSink
    compiled: Compiled
    more: Callable[[float], Awaitable[None]]
    now_ms: Callable[[], int]
    believed_ms: Callable[[], int | None]
    """The time by which something may be deleted; None before any was believed."""
    random: Random = field(repr=False)
    noted: Noted = field(default_factory=Noted)
    _filling: Filling = field(init=False, repr=False)
    _marks: bytes = field(init=False, repr=False)
    _newest: int = field(init=False)
    _spreading: Spreading | None = field(default=None, repr=False)
    _number: int = 0
    _forgotten_day: int = 0
    _failures: int = 0

    def __post_init__(self) -> None:
        """Before anything is taken: only then a database that is further than the desk can be told from one that is
        not."""
        self._filling = Filling(self.noted)
        InDesk(self.db).marks(self.random)
        there = desk_store.position(self.db)
        assert there is not None
        self._marks = there.key
        self._newest = Taken(self.db).newest()

    async def step(self) -> int:
        """A page and some hits; never raises for the database."""
        try:
            if self._spreading is None:
                await self._begin()
            done = await self._some()
        except (psycopg.Error, SignalsStoreError) as err:
            await self._pause(err)
            return 1
        self._failures = 0
        if not done:
            await self.more(LOOK_S)
        return done or 1

    async def _begin(self) -> None:
        """Connect. A database that is new, or has counted what a restored desk has not seen, begins from the desk's own
        counters."""
        spreading = Spreading(
            await asyncio.to_thread(connected, self.address, f"desk {secrets.token_hex(4)}"),
            self.partitions,
            self.sealing,
        )
        with ExitStack() as failed:
            failed.callback(spreading.db.close)
            anew = await asyncio.to_thread(spreading.begin)
            if not anew and await asyncio.to_thread(spreading.spread_to) > self._newest:
                log.warning("desk.counters_begin_anew", reason="the desk was put back from a copy")
                anew = True
            self.noted = Noted()
            self._filling = Filling(self.noted)
            self._filling.fill(self.db, self.now_ms())
            if anew:
                await asyncio.to_thread(spreading.begin_with, self._begun(), self._told())
            self._number = await asyncio.to_thread(spreading.spread_to)
            failed.pop_all()
        self._spreading = spreading

    async def _some(self) -> int:
        assert self._spreading is not None
        page = Taken(self.db).after(self._number, PAGE)
        observed = [one for one in page if not isinstance(one, Unreadable)]
        reporters = {one.account for one in observed if one.kind is ObservedKind.REPORTED}
        self._filling.fill(self.db, self.now_ms(), reporters)
        waiting = await asyncio.to_thread(self._hand_over, self._spreading, self._told(), observed)
        self.noted.settled()
        for one in page:
            if isinstance(one, Unreadable):
                self.sink.aside.put("observation", one.why, one.number)
        self._number = page[-1].number if page else self._number
        self._newest = max(self._newest, self._number)
        self._act(waiting)
        await asyncio.to_thread(self._spreading.taken, [one.n for one in waiting])
        await self._forget_over(self._spreading)
        return len(page) + len(waiting)

    def _hand_over(self, spreading: Spreading, told: Told, observed: list[Observed]) -> list[Waiting]:
        labels = [Labelled(account, word, until_ms) for (account, word), until_ms in self.noted.labels.items()]
        spreading.tell(told, labels)
        spreading.spread(observed, self.noted.agreements)
        return spreading.waiting()

    async def _forget_over(self, spreading: Spreading) -> None:
        """Once a day of the time that is believed, and after everything that the desk knows was told."""
        believed_ms = self.believed_ms()
        if believed_ms is not None and believed_ms // DAY_MS > self._forgotten_day:
            await asyncio.to_thread(spreading.forget_over, believed_ms // DAY_MS, Taken(self.db).first())
            self.noted.forget_over(believed_ms)
            self._forgotten_day = believed_ms // DAY_MS

    def _act(self, waiting: list[Waiting]) -> None:
        with transaction(self.db):
            for one in waiting:
                if one.hit is None:
                    self.sink.aside.put("hit", "unreadable", one.n)
                else:
                    self.sink.take(one.hit)
        self.sink.aside.tell()

    def _told(self) -> Told:
        versions = tuple((one.number, one.rules.text) for one in self.compiled.now(self.db))
        return Told(alike(CATALOGUE.digest), self._marks, self.noted.election, versions)

    def _begun(self) -> Begun:
        there = desk_store.position(self.db)
        assert there is not None
        return Begun(there.number, there.commons, list(desk_store.accounts(self.db)))

    async def _pause(self, err: Exception) -> None:
        """What PostgreSQL says may have an address or a statement in it: its name is enough."""
        pause_s = min(MOST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self._failures, 16))
        self._failures += 1
        log.warning("desk.signals_store", reason=type(err).__name__, retry_in_s=pause_s)
        self.close()
        await asyncio.sleep(pause_s)

    def close(self) -> None:
        """Connected anew where it goes on."""
        spreading, self._spreading = self._spreading, None
        if spreading is not None:
            spreading.db.close()
