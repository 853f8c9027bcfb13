# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The queue of relayed reports: pull what the hub holds, assess and record what is new, tell the hub to forget it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from privity.desk.db.database import Db
from privity.desk.errors import HubError
from privity.desk.hub_client import Hub
from privity.desk.intake import store
from privity.desk.intake.assess import assess, unreadable
from privity.desk.intake.findings import State, level_of
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.model import Assessment
from privity.desk.keys import DeskKeys
from privity.desk.limits import MAX_TRIES_PER_REPORT
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RelayedReport

log: Final = structlog.get_logger()


class Intake:
    """Reports, one after the other. Exactly once: a receipt that is recorded is not recorded again."""

    def __init__(
        self,
        db: Db,
        hub: Hub,
        keys: DeskKeys,
        key_log: KeyLog,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._db = db
        self._hub = hub
        self._keys = keys
        self._key_log = key_log
        self._now_ms = now_ms
        self._random = random
        self._tries: tuple[str, int] = ("", 0)

    async def step(self) -> int:
        """Record what is new of what the hub holds, at most one page; returns how many that were.

        What was recorded before an error stays recorded. The hub forgets only what is on this desk's disk, by receipt:
        one that hands out again what it forgot, because its database was restored, loses nothing and repeats nothing.
        Raises HubError, Refusal or AlreadyRecorded.
        """
        page = await self._hub.reports()
        new = 0
        for relayed in page:
            if not store.is_recorded(self._db, relayed.receipt):
                await self._take(relayed)
                new += 1
        if page:
            await self._hub.forget([relayed.receipt for relayed in page])
        return new

    async def _take(self, relayed: RelayedReport) -> None:
        found = await self._assessed(relayed)
        number = store.record(self._db, self._keys.evidence, self._random, relayed, found, now_ms=self._now_ms())
        level = level_of(found.state, [message.outcome for message in found.messages])
        log.info("desk.report_recorded", report=number, state=found.state.value, level=int(level))

    async def _assessed(self, relayed: RelayedReport) -> Assessment:
        try:
            return await assess(relayed, self._keys.intake, self._hub, self._db, self._key_log)
        except (HubError, Refusal) as err:
            if isinstance(err, Refusal) and err.code not in (Code.INTERNAL, Code.NOT_ALLOWED):
                raise
            receipt, tries = self._tries
            tries = tries + 1 if receipt == relayed.receipt else 1
            self._tries = (relayed.receipt, tries)
            if tries < MAX_TRIES_PER_REPORT:
                raise
            log.error("desk.report_undecided", tries=tries)
            return unreadable(State.UNDECIDED, f"the hub failed on this report {tries} times", relayed)
