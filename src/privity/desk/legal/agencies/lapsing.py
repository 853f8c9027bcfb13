# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What ends by itself: agencies that nobody used or attested, idle officers, old codes, what was seen of requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import people_store, proof_store, service, store
from privity.desk.legal.agencies.model import Agency, Lapsed, Standing, State
from privity.desk.limits import AGENCY_IDLE_DAYS, AGENCY_YEAR_DAYS, DEED_MS, HABIT_DAYS, REQUEST_SEEN_DAYS
from privity.desk.periods import DAY_MS

DESK: Final = "desk"


@dataclass(frozen=True, slots=True)
class Expiry:
    """A look at the clock, for a loop of the desk. That nothing may be filed is decided when it is, without it."""

    db: Db
    clock: Callable[[], int]

    def step(self) -> Lapsed:
        """What has lapsed since the last look."""
        now_ms = self.clock()
        with transaction(self.db):
            agencies = tuple(
                each.number
                for each in store.agencies_in(self.db, State.ACTIVE)
                if (why := _why(each, now_ms)) and _lapse(self.db, each, why, now_ms)
            )
            officers = self._officers(now_ms)
            store.drop_old_checks(self.db, now_ms)
            people_store.drop_old_codes(self.db, now_ms)
            proof_store.drop_deeds_before(self.db, now_ms - 2 * DEED_MS)
            proof_store.forget_where_before(self.db, now_ms - REQUEST_SEEN_DAYS * DAY_MS)
            proof_store.drop_habits_before(self.db, now_ms - HABIT_DAYS * DAY_MS)
        return Lapsed(agencies, officers)

    def _officers(self, now_ms: int) -> tuple[int, ...]:
        idle = [
            each
            for each in people_store.active_officers(self.db)
            if _over(each.person.used_ms, AGENCY_IDLE_DAYS, now_ms)
        ]
        for each in idle:
            people_store.set_state(self.db, each.number, Standing.LAPSED)
            about = f"agency:{each.agency}"
            log.add(self.db, at_ms=now_ms, who=DESK, act=Act.AGENCY_OFFICER_LAPSED, about=about, person=each.number)
        return tuple(each.number for each in idle)


def _why(agency: Agency, now_ms: int) -> str:
    if _over(agency.used_ms, AGENCY_IDLE_DAYS, now_ms):
        return "idle"
    return "attestation" if _over(agency.attested_ms, AGENCY_YEAR_DAYS, now_ms) else ""


def _over(from_ms: int | None, days: int, now_ms: int) -> bool:
    """Past its days; what is of the future is not, for the clock may have been set back."""
    return from_ms is not None and now_ms >= from_ms and not service.within_days(from_ms, days, now_ms)


def _lapse(db: Db, agency: Agency, why: str, now_ms: int) -> bool:
    """A round that is open already goes on; otherwise the next one begins with the register."""
    store.lapse(db, agency.number, into_the_next_round=not service.open_steps(db, agency))
    log.add(db, at_ms=now_ms, who=DESK, act=Act.AGENCY_LAPSED, about=agency.about, why=why)
    return True
