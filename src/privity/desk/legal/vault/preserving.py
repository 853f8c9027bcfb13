# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk keeps apart by itself: what verdicts preserve is ordered, what is ordered is asked for and put away.

Nothing of it is seen from outside: an answer to whoever asks was given before, and is the same without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from privity.desk.db.transaction import Db
from privity.desk.decisions.effects import ABOUT_THE_HUB
from privity.desk.errors import AnswerTooLarge, EvidenceDamaged, HubMisbehaved
from privity.desk.legal.errors import LegalError
from privity.desk.legal.requests import service as requests
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.rulebook.model import Rulebook
from privity.desk.legal.vault import store, taking
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.errors import NothingToPreserve, SnapshotRefused, WrongState
from privity.desk.legal.vault.model import Asked, Snapshot
from privity.desk.legal.vault.ordering import JUDGED, order
from privity.wire.errors import Refusal

PAUSE_S: Final = 10.0
"""Between two looks: what has to be there within a day is there within a minute."""
PAGE: Final = 200

told: Final = structlog.get_logger()


class Snapshots(Protocol):
    """Whatever reads what there is of one target. Raises HubError or Refusal."""

    async def snapshot(self, asked: Asked) -> Snapshot: ...


class Preserving:
    """One desk's orders and snapshots, step by step (`intake.loop.Work`)."""

    def __init__(
        self,
        db: Db,
        custody: Custody,
        rulebook: Rulebook,
        snapshots: Snapshots,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._db = db
        self._custody = custody
        self._rulebook = rulebook
        self._snapshots = snapshots
        self._now_ms = now_ms
        self._random = random
        self._looked: set[tuple[int, int | None]] = set()
        """Requests and verdicts that were looked at since the desk began."""

    async def step(self) -> int:
        """Orders and snapshots of this moment; how many were made. One that cannot be had keeps no other waiting.

        Raises HubUnreachable, or the Refusal of a hub that can do nothing now.
        """
        done = self._order()
        for hold in store.ordered(self._db, 0, PAGE):
            if hold.over(self._now_ms()):
                continue
            try:
                await self._take(hold.number)
            except Refusal as err:
                if err.code in ABOUT_THE_HUB:
                    raise
                told.error("desk.hold_not_taken", hold=hold.number, reason=err.code.value)
                continue
            except (LegalError, HubMisbehaved, AnswerTooLarge, EvidenceDamaged) as err:
                told.error("desk.hold_not_taken", hold=hold.number, reason=type(err).__name__)
                continue
            done += 1
        return done

    def _order(self) -> int:
        done = 0
        for request in requests.in_states(self._db, sorted(JUDGED)):
            looked = (request.number, request.verdict)
            if looked in self._looked or request.on_hold:
                continue
            self._looked.add(looked)
            try:
                order(self._db, self._custody, self._rulebook, request.number, self._now_ms(), self._random)
            except (NothingToPreserve, WrongState):
                continue
            except (LegalError, EvidenceDamaged) as err:
                told.error("desk.hold_not_ordered", request=request.number, reason=type(err).__name__)
                continue
            done += 1
        return done

    async def _take(self, number: int) -> None:
        """All targets are asked about before anything is put away: a snapshot is whole or is not there."""
        found: list[tuple[Target, Snapshot]] = []
        wanted = taking.asked_of(self._db, self._custody, number, self._now_ms())
        for asked in wanted:
            found.append((asked.target, await self._snapshots.snapshot(asked)))
        if taking.asked_of(self._db, self._custody, number, self._now_ms()) != wanted:
            raise SnapshotRefused(
                f"what hold {number} is to keep was corrected while the hub was asked; it is asked anew"
            )
        taking.take(self._db, self._custody, number, found, self._now_ms(), self._random)
