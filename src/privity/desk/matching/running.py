# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Matching at work in the running desk: what the lists became, what accounts show, what was disclosed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Final, Protocol

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.list_limits import ListLimits
from privity.desk.matching.index.errors import IndexFault
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.changes import ListChanges, newest
from privity.desk.matching.looking import store
from privity.desk.matching.looking.budget import DAY_MS, Budgets
from privity.desk.matching.looking.finding import Near
from privity.desk.matching.looking.following import Follows
from privity.desk.matching.looking.policy import RADIUS
from privity.desk.matching.retro import Retro
from privity.desk.matching.surfaces import queue
from privity.desk.matching.surfaces.disclosed import Disclosed
from privity.desk.matching.surfaces.profiles import ProfileHub, Profiles
from privity.desk.matching.surfaces.queue import Why
from privity.identity.uris import Random
from privity.wire.observed import Observed, ObservedKind

OBSERVED: Final = "observed"
PAGE: Final = 5_000
HOUR_MS: Final = 3_600_000
PAUSE_MS: Final = 60_000
"""After the index could not be used."""

ObservedAfter = Callable[[int, int], Sequence[Observed]]
"""What the hub observed after a number, so many at the most."""

log: Final = structlog.get_logger()


class Index(Protocol):
    """The index of similar hashes, as far as it is needed here."""

    def catch_up(self, changes: ListChanges) -> int: ...

    def within(self, bits: bytes, radius: int = RADIUS) -> Sequence[Near]: ...

    def compact_if_due(self) -> object: ...

    def close(self) -> None: ...


OpenIndex = Callable[[Path, ListChanges], Index]


def index_folder(limits: ListLimits, database: Path) -> Path:
    """Where the index is: as configured, or in memory, for its files are not encrypted and the database is. One
    for each database and user."""
    if limits.index is not None:
        return limits.index
    memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(gettempdir())  # noqa: S108  # made with mode 0700
    which = hashlib.sha256(str(database.resolve()).encode()).hexdigest()[:16]
    return memory / f"privity-desk-{os.getuid()}-{which}"


class Matching:
    """One step does a little of each. Nothing is asked of the hub, opened or kept as long as there is no list."""

    def __init__(
        self,
        db: Db,
        hub: ProfileHub,
        evidence_key: bytes,
        limits: ListLimits,
        folder: Path,
        open_index: OpenIndex,
        observed_after: ObservedAfter,
        now_ms: Callable[[], int],
        random: Random,
    ) -> None:
        self._db = db
        self._limits = limits
        self._observed_after = observed_after
        self._now_ms = now_ms
        self._changes = ListChanges(db)
        self._folder = folder
        self._open = open_index
        self._opened: Index | None = None
        follows = Follows(Budgets(limits.list_a_day, limits.entry_a_day), random)
        self._profiles = Profiles(
            db, hub, self, follows, now_ms, turned=limits.turned, kept_ms=limits.kept_days * DAY_MS
        )
        self._disclosed = Disclosed(db, evidence_key, self, follows, now_ms, turned=limits.turned)
        self._retro = Retro(db, self, now_ms)
        self._looked_ms = self._index_from_ms = 0

    def within(self, bits: bytes, radius: int = RADIUS) -> Sequence[Near]:
        """Asks the index, which is opened when it is needed."""
        return self._index().within(bits, radius)

    async def step(self) -> int:
        """Raises HubError or Refusal."""
        now_ms = self._now_ms()
        if now_ms - self._looked_ms >= HOUR_MS:
            self._alarm(now_ms)
            self._looked_ms = now_ms
        if not lists.lists(self._db):
            self._pass_by()
            return 0
        if now_ms < self._index_from_ms:
            return 0
        try:
            index = self._index()
            index.catch_up(self._changes)
            index.compact_if_due()
            done = await self._retro.step() + self._take_observed(now_ms)
            return done + await self._disclosed.step() + await self._profiles.step()
        except (IndexFault, OSError) as err:  # reports are taken and decided all the same
            log.error("desk.matching_index", reason=type(err).__name__, retry_in_s=PAUSE_MS // 1000)
            self._index_from_ms = now_ms + PAUSE_MS
            self.close()
            return 0

    def close(self) -> None:
        """Opened anew where it is needed again."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _index(self) -> Index:
        if self._opened is None:
            if self._folder.is_symlink():
                raise FileExistsError("the folder of the index is a link that somebody else may have made")
            self._opened = self._open(self._folder, self._changes)
        return self._opened

    def _take_observed(self, now_ms: int) -> int:
        seen = self._observed_after(store.place(self._db, OBSERVED), PAGE)
        if seen:
            accounts = {one.account for one in seen if one.kind is ObservedKind.SHOWED}
            with transaction(self._db):
                queue.ask(self._db, sorted(accounts), Why.SHOWED, now_ms)
                self._forget_closed(seen)
                store.set_place(self._db, OBSERVED, seen[-1].number)
        return len(seen)

    def _forget_closed(self, seen: Sequence[Observed]) -> None:
        """What accounts showed that are closed; the caller owns the transaction."""
        for account in sorted({one.account for one in seen if one.kind is ObservedKind.CLOSED}):
            store.forget_media(self._db, account)
            queue.forget(self._db, account)

    def _pass_by(self) -> None:
        """What happens while there is no list is not gone back to when there is one."""
        self._disclosed.skip()
        seen = self._observed_after(store.place(self._db, OBSERVED), PAGE)
        if seen or newest(self._db) > store.place(self._db, "changes"):
            with transaction(self._db):
                store.set_place(self._db, "changes", newest(self._db))
                if seen:
                    self._forget_closed(seen)
                    store.set_place(self._db, OBSERVED, seen[-1].number)

    def _alarm(self, now_ms: int) -> None:
        """A list that nobody fetched is told of."""
        for stale in lists.alarm(self._db, now_ms):
            log.error("desk.list_stale", list=stale.name, fetched_ms=stale.fetched_ms)
