# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a device that sends a report to the verified case: a steady rate, a real hub, and a desk that waits for it.

The sealed reports are made before the clock runs; devices send them over their own sessions, as many a second.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from bench.clock import percentile
from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import running
from bench.line import Line
from bench.people import Person
from bench.reported import HOST, SEED, Office
from bench.residents import Residents
from bench.safety_intake import intake_of
from privity.desk import config as desk_config
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.intake.queue import Intake
from privity.desk.keys import open_keys
from privity.desk.main import now_ms
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.report import Reason
from privity.wire.rest import ReportReceived, SealedReport
from privity.wire.staff import MAX_WAIT_S
from privity.wire.structs import settle_structs

PER_PERSON: Final = 40
"""Below what the hub takes of one account at once."""
PATIENCE_S: Final = 180.0


@dataclass(frozen=True, slots=True)
class Sizes:
    rate: int
    """Reports a second."""
    seconds: int


FULL: Final = Sizes(200, 30)
QUICK: Final = Sizes(50, 4)


async def rows(sizes: Sizes) -> list[Row]:
    """Two rows, or the reason why there are none."""
    bar = "ours < 1000" if sizes == FULL else None
    goals = [
        Goal(f"report sent until in a verified case, {sizes.rate} a second, p95", "ms", bar),
        Goal(f"report sent until in a verified case, {sizes.rate} a second, p50", "ms"),
    ]
    try:
        waited = await _waited(sizes)
    except CannotRun as err:
        return [goal.skipped(str(err)) for goal in goals]
    return [goal.row(percentile(waited, percent)) for goal, percent in zip(goals, (95, 50), strict=True)]


async def _waited(sizes: Sizes) -> list[float]:
    """Milliseconds of each report. Raises CannotRun where one was not verified."""
    found: list[Path] = []
    settle_structs()
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(running(found.append))
        residents = await stack.enter_async_context(Residents.of(process))
        count = sizes.rate * sizes.seconds
        people = await residents.register(-(-count // PER_PERSON))
        config = desk_config.load(found[0])
        sealed = _sealed(Office.of(found[0]), people, count)
        lines = [await residents.connect(person) for person in people]
        keys = open_keys(config)
        db = stack.enter_context(closing(open_database(config.database, keys)))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        intake = intake_of(config, keys, db, http, MAX_WAIT_S)
        taking = asyncio.create_task(_take(intake, db, count))
        sent = await _send(lines, sealed, sizes.rate)
        try:
            recorded = await taking
        except TimeoutError:
            raise CannotRun(f"not all of {count} reports were verified within {PATIENCE_S:.0f} s") from None
        receipts = dict(db.execute("SELECT receipt, seq FROM report"))
        return [(recorded[receipts[receipt]] - at) * 1000 for receipt, at in sent.items()]


def _sealed(office: Office, people: list[Person], count: int) -> list[bytes]:
    """Each person in turn reports what somebody else was franked to have said; no room is needed for that."""
    rnd, at_ms = random.Random(SEED), now_ms()
    made = []
    for number in range(count):
        reporter = people[number % len(people)].user_uri
        accused, room = new_user_uri(HOST, rnd.randbytes), new_room_uri(HOST, rnd.randbytes)
        words = f"invented words {number}, all of them about a teapot"
        made.append(office.sealed(reporter, accused, room, words, Reason.HARASSMENT, at_ms - number))
    return made


async def _send(lines: list[Line], sealed: list[bytes], rate: int) -> dict[str, float]:
    """Evenly, whatever the hub does; when each was sent, by its receipt."""
    began = time.perf_counter() + 0.1
    sent: dict[str, float] = {}

    async def one(line: Line, body: bytes, at: float) -> None:
        answer = await line.post("/v1/reports", SealedReport(body), ReportReceived)
        sent[answer.receipt] = at

    async with asyncio.TaskGroup() as group:
        for number, body in enumerate(sealed):
            at = began + number / rate
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            group.create_task(one(lines[number % len(lines)], body, at))
    return sent


async def _take(intake: Intake, db: Db, count: int) -> dict[int, float]:
    """When each report was in its case, by its number at the desk."""
    recorded: dict[int, float] = {}
    async with asyncio.timeout(PATIENCE_S):
        while len(recorded) < count:
            await intake.step()
            (last,) = db.execute("SELECT coalesce(max(report_seq), 0) FROM case_report WHERE level = 1").fetchone()
            at = time.perf_counter()
            recorded |= dict.fromkeys(range(len(recorded) + 1, int(last) + 1), at)
    return recorded
