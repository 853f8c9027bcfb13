# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a report costs: a hub process that relays, verifies and forgets, and a desk that opens, records and queues.

The reports wait in the hub before the clock runs; taking them in from their reporters is not in these rows.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import running
from bench.reported import fill
from privity.desk import config as desk_config
from privity.desk.cases.gathering import Gathering
from privity.desk.config import DeskConfig
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.hub_client import HttpHub
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.queue import Intake
from privity.desk.keys import DeskKeys, open_keys
from privity.desk.main import collect_rarely, now_ms
from privity.wire.structs import settle_structs

YEAR = 16_800_000
"""Reports that the largest reporter makes in a year."""

TOGETHER = Goal("intake: 1,000 one-message reports, hub and desk together", "cpu_s", "ours <= 0.45")
OF_DESK = Goal("intake: of that the desk (open, check, record, gather)", "cpu_s")
OF_HUB = Goal("intake: of that the hub (relay, verify, forget)", "cpu_s")
A_YEAR = Goal("intake: a year of 16.8 million reports, as fast as these", "h", "ours <= 2.2")


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds for so many reports, and by the clock on the wall."""

    reports: int
    desk_s: float
    hub_s: float
    wall_s: float

    @property
    def per_thousand_s(self) -> float:
        return (self.desk_s + self.hub_s) * 1000 / self.reports


async def spent(count: int) -> Spent:
    """Let a desk take all of them. Raises CannotRun."""
    found: list[Path] = []
    settle_structs()
    collect_rarely()

    def prepare(config: Path) -> None:
        found.append(config)
        fill(config, count, now_ms())

    async with running(prepare) as process, aiohttp.ClientSession() as http:
        config = desk_config.load(found[0])
        keys = open_keys(config)
        with closing(open_database(config.database, keys)) as db:
            intake = intake_of(config, keys, db, http)
            desk_s, hub_s, began, taken = time.process_time(), process.cpu_s(), time.perf_counter(), 0
            while step := await intake.step():
                taken += step
            if taken != count:
                raise CannotRun(f"expected {count} reports to be taken, it were {taken}")
            wall_s = time.perf_counter() - began
            cost = Spent(count, time.process_time() - desk_s, process.cpu_s() - hub_s, wall_s)
            _check(db, count)
    return cost


def intake_of(config: DeskConfig, keys: DeskKeys, db: Db, http: aiohttp.ClientSession, wait_s: int = 0) -> Intake:
    """As the desk's own process makes it."""
    hub = HttpHub(http, config.hub_url, keys.staff, now_ms, os.urandom)
    key_log = KeyLog(db, config.log, now_ms)
    return Intake(db, hub, keys, key_log, now_ms, os.urandom, gather=Gathering({}), lodge=_no_appeals, wait_s=wait_s)


def _no_appeals(*_: object) -> None:
    raise CannotRun("there are no appeals in this load")


def _check(db: Db, count: int) -> None:
    """A desk that finds nothing is fast: each report must be verified, and in a case."""
    (verified,) = db.execute("SELECT count(*) FROM reported_message WHERE outcome = 'VERIFIED'").fetchone()
    (gathered,) = db.execute("SELECT count(*) FROM case_report WHERE level = 1 AND participated = 1").fetchone()
    if (verified, gathered) != (count, count):
        raise CannotRun(f"expected {count} verified reports in cases, it were {verified} and {gathered}")


async def rows(count: int) -> list[Row]:
    """Four rows, or the reason why there are none."""
    try:
        cost = await spent(count)
    except CannotRun as err:
        return [goal.skipped(str(err)) for goal in (TOGETHER, OF_DESK, OF_HUB, A_YEAR)]
    per = 1000 / count
    return [
        TOGETHER.row(cost.per_thousand_s),
        OF_DESK.row(cost.desk_s * per),
        OF_HUB.row(cost.hub_s * per),
        A_YEAR.row(cost.wall_s * YEAR / count / 3600),
    ]
