# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A clearinghouse that fails at every turn, at the rate of its busiest day: nothing lost, nothing finished twice."""

from __future__ import annotations

import asyncio
import os
import time

import aiohttp
import pytest
from lxml import etree
from tests.desk.clearinghouse.fake import XSD, FakeClearinghouse
from tests.desk.clearinghouse.made import SENDER, approved, uri
from tests.desk.clearinghouse.senders import PATIENCE_S, line, outbox

from privity.desk.clearinghouse import service, store
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.model import ReferralState
from privity.desk.clearinghouse.sending import send_all
from privity.desk.db.transaction import Db

RATE = 43.0
"""Calls a second: ten times what the largest reporter's year comes to, on average."""
SECONDS = 10
"""Hundreds of calls, and dozens of faults of every kind; the proof below goes on for ten minutes."""
FILES = (0, 1, 2, 3)
FLOOR = (
    ".//incidentType",
    ".//incidentDateTime",
    ".//chatRoomName",
    ".//chatImIncident/content",
    ".//espIdentifier",
    ".//screenName",
    ".//accountTemporarilyDisabled",
    ".//contactPerson/email",
)


async def storm(
    db: Db, desk: Desk, session: aiohttp.ClientSession, *, seconds: float, rate: float, seed: int, limit_s: float
) -> FakeClearinghouse:
    """Send at this rate for so long, with faults; then let all that was begun come to its end without new ones."""
    fake = FakeClearinghouse(faults=0.15, seed=seed, silent_s=0.25)
    count = max(8, round(seconds * rate / 6))
    for number in range(1, count + 1):
        approved(db, desk, number, files=FILES[number % len(FILES)])
    async with fake.serving():
        sender = outbox(db, desk, line(session, desk, fake.url, rate=rate, total_s=0.15))
        stop = asyncio.Event()
        serving = asyncio.create_task(send_all(sender, stop))
        start = time.monotonic()
        async with asyncio.timeout(limit_s):
            while not serving.done() and _left(db):
                if time.monotonic() - start > seconds:
                    fake.faults = 0.0
                    db.execute("UPDATE referral SET next_ms = min(next_ms, ?)", (time.time_ns() // 1_000_000,))
                await asyncio.sleep(0.02)
        stop.set()
        await serving
    for number in range(1, count + 1):
        assert service.check_chain(db, desk, SENDER, number, 1)
    return fake


def _left(db: Db) -> bool:
    counted = store.counts(db)
    return bool(counted.keys() - {ReferralState.FINISHED, ReferralState.BLOCKED})


def check(db: Db, fake: FakeClearinghouse, sent: int) -> None:
    assert store.counts(db) == {ReferralState.FINISHED: sent}
    assert dict(fake.subjects()) == {uri(number): 1 for number in range(1, sent + 1)}
    assert fake.invalid == []
    acting = [number for number in fake.finished if _above_floor(fake, number)]
    assert len(acting) >= 0.99 * sent
    assert set(fake.made) >= {"answer_lost", "silence", "busy", "evil", "expired"}


def _above_floor(fake: FakeClearinghouse, number: int) -> bool:
    report = fake.reports[number]
    said = etree.fromstring(report.document)
    if not all(said.findtext(path, "").strip() for path in FLOOR):
        return False
    details = [etree.fromstring(file.details) for file in report.files.values() if file.details is not None]
    return all(one.findtext("originalFileHash") and one.findtext("fileViewedByEsp") for one in details)


@pytest.mark.skipif(not XSD.is_file(), reason="the schema is not here: ../shared or PRIVITY_SHARED")
async def test_a_bad_hour_loses_nothing(db: Db, desk: Desk, session: aiohttp.ClientSession) -> None:
    fake = await storm(db, desk, session, seconds=SECONDS, rate=RATE, seed=3, limit_s=SECONDS + 3 * PATIENCE_S)
    check(db, fake, round(SECONDS * RATE / 6))


@pytest.mark.prove
@pytest.mark.skipif(not XSD.is_file(), reason="the schema is not here: ../shared or PRIVITY_SHARED")
async def test_ten_minutes_at_the_rate_of_the_busiest_day(db: Db, desk: Desk, session: aiohttp.ClientSession) -> None:
    seconds = float(os.environ.get("PRIVITY_PROVE_CLEARINGHOUSE_S", "600"))
    fake = await storm(db, desk, session, seconds=seconds, rate=RATE, seed=11, limit_s=seconds * 4 + 120)
    check(db, fake, max(8, round(seconds * RATE / 6)))
