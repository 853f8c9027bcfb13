# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Collecting what is scoped, request by request. What is lost on the way is collected again: nothing was changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from privity.desk.db.transaction import Db
from privity.desk.errors import AnswerTooLarge, EvidenceDamaged, EvidenceGone, EvidenceUnknown, HubMisbehaved
from privity.desk.intake.loop import backoff_s
from privity.desk.legal.collecting import capabilities, service, turning
from privity.desk.legal.collecting.errors import NoCaseToken, OvertakenMeanwhile, SnapshotDamaged
from privity.desk.legal.collecting.service import CaseToken
from privity.desk.legal.collecting.taking import CollectHub, take
from privity.production.errors import ProductionError
from privity.wire.errors import Code, Refusal

ABOUT_THE_HUB: Final = frozenset({Code.UNAVAILABLE, Code.TOO_MANY, Code.UNAUTHENTICATED, Code.REPLAYED})
"""Refusals that say how the hub is right now: every request waits."""

TROUBLE: Final = (
    HubMisbehaved,
    AnswerTooLarge,
    EvidenceDamaged,
    EvidenceGone,
    EvidenceUnknown,
    SnapshotDamaged,
    ProductionError,
)
"""What keeps one request from being collected now: what cannot become a package is not kept as if it could."""

log: Final = structlog.get_logger()

Through = Callable[[int, CollectHub], CollectHub]
"""By what a request is collected: the hub, or the hub with what was kept apart for that request."""


class Collecting:
    """Two of them on one database do no harm: the second finds the request collected, and drops what it has."""

    def __init__(
        self,
        db: Db,
        hub: CollectHub,
        evidence_key: bytes,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
        through: Through = lambda number, hub: hub,
    ) -> None:
        self._db = db
        self._hub = hub
        self._key = evidence_key
        self._now_ms = now_ms
        self._random = random
        self._through = through
        self._again: dict[int, tuple[int, int]] = {}
        """Tries of a request whose answers were none, and when the next one is."""

    async def step(self) -> int:
        """Collect for every request that waits; returns for how many it was done.

        Raises HubUnreachable, or the Refusal of a hub that can do nothing now; then what is left waits.
        """
        done = 0
        for number in service.waiting(self._db, self._now_ms()):
            tries, next_ms = self._again.get(number, (0, 0))
            if self._now_ms() < next_ms:
                continue
            try:
                done += await self._collect(number)
            except TROUBLE as err:
                self._put_off(number, tries, err)
            except Refusal as err:
                if err.code in ABOUT_THE_HUB:
                    raise
                self._put_off(number, tries, err)
        return done

    async def _collect(self, number: int) -> bool:
        """Whether it was collected; if not, it is no request for which anything is collected any more."""
        try:
            token = service.token(self._db, number, self._now_ms(), self._random)
            through, still = self._through(number, self._hub), self._still(token)
            snapshot = await take(self._db, through, self._key, token.order, self._now_ms, still)
            await asyncio.to_thread(turning.turn, number, self._now_ms(), snapshot, capabilities.shipped())
            service.record(self._db, self._key, token, snapshot, self._now_ms(), self._random)
        except (NoCaseToken, OvertakenMeanwhile) as err:
            log.info("desk.legal_not_collected", request=number, reason=type(err).__name__)
            return False
        self._again.pop(number, None)
        log.info("desk.legal_collected", request=number)
        return True

    def _still(self, token: CaseToken) -> Callable[[], None]:
        return lambda: service.must_still(self._db, token, self._now_ms())

    def _put_off(self, number: int, tries: int, err: Exception) -> None:
        """A person reads why in the log, once for each kind of trouble in a row."""
        pause = backoff_s(tries)
        self._again[number] = (tries + 1, self._now_ms() + int(pause * 1000))
        why = err.code.value if isinstance(err, Refusal) else type(err).__name__
        if tries == 0:
            service.refuse(self._db, number, why, self._now_ms())
        log.warning("desk.legal_put_off", request=number, reason=why, retry_in_s=round(pause, 1))
