# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The queue of relayed reports: pull after the cursor, assess, record with the moved cursor, tell the hub to forget."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

import structlog

from privity.desk import store
from privity.desk.assess import assess, unreadable
from privity.desk.errors import HubError
from privity.desk.hub_client import Hub
from privity.desk.keys import DeskKeys
from privity.desk.limits import MAX_TRIES_PER_REPORT
from privity.desk.model import Assessment
from privity.desk.verdicts import State, level_of
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RelayedReport

log: Final = structlog.get_logger()


class Intake:
    """Reports, one after the other. Exactly once: a report and the cursor that passes it share one transaction."""

    def __init__(
        self,
        db: sqlite3.Connection,
        hub: Hub,
        keys: DeskKeys,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._db = db
        self._hub = hub
        self._keys = keys
        self._now_ms = now_ms
        self._random = random
        self._forgotten = 0
        self._tries: tuple[int, int] = (0, 0)

    async def step(self) -> int:
        """Record what the hub has, at most one page; returns how many. Raises HubError, Refusal or CursorMoved.

        What was recorded before an error stays recorded. The hub forgets only what is on this desk's disk.
        """
        after = store.cursor(self._db)
        page = await self._hub.reports(after)
        for relayed in page:
            await self._take(relayed, after)
            after = relayed.seq
        if after > self._forgotten:
            await self._hub.forget(after)
            self._forgotten = after
        return len(page)

    async def _take(self, relayed: RelayedReport, after: int) -> None:
        found = await self._assessed(relayed)
        store.record(self._db, self._keys.evidence, self._random, relayed, found, after=after, now_ms=self._now_ms())
        level = level_of(found.state, [message.outcome for message in found.messages])
        log.info("desk.report_recorded", report=relayed.seq, state=found.state.value, level=int(level))

    async def _assessed(self, relayed: RelayedReport) -> Assessment:
        try:
            return await assess(relayed, self._keys.intake, self._hub, self._db)
        except (HubError, Refusal) as err:
            if isinstance(err, Refusal) and err.code not in (Code.INTERNAL, Code.NOT_ALLOWED):
                raise
            seq, tries = self._tries
            tries = tries + 1 if seq == relayed.seq else 1
            self._tries = (relayed.seq, tries)
            if tries < MAX_TRIES_PER_REPORT:
                raise
            log.error("desk.report_undecided", report=relayed.seq, tries=tries)
            return unreadable(State.UNDECIDED, f"the hub failed on this report {tries} times", relayed)
