# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Outboxes for tests: short leases, short time-outs, and as many calls a second as the test wants."""

from __future__ import annotations

import asyncio
import os
import time

import aiohttp
from tests.desk.clearinghouse.fake import PASSWORD, USER

from privity.desk.clearinghouse import store
from privity.desk.clearinghouse.bucket import Bucket
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.model import Destination, ReferralState
from privity.desk.clearinghouse.outbox import Line, Outbox
from privity.desk.clearinghouse.sending import send_all
from privity.desk.clearinghouse.transport import HttpTransport, basic
from privity.desk.db.transaction import Db

PATIENCE_S = 60.0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def line(
    session: aiohttp.ClientSession,
    desk: Desk,
    url: str,
    destination: Destination = Destination.CYBERTIP,
    *,
    rate: float = 1000.0,
    total_s: float = 20.0,
    authorization: str = basic(USER, PASSWORD),
) -> Line:
    transport = HttpTransport(session, url, authorization, total_s=total_s)
    return Line(desk.drivers[destination], transport, Bucket(rate, 8, time.monotonic))


def outbox(db: Db, desk: Desk, *lines: Line, lease_ms: int = 900_000) -> Outbox:
    named = {one.driver.destination: one for one in lines}
    return Outbox(db, desk.vault(db), named, os.urandom(8).hex(), now_ms, lease_ms=lease_ms)


def at_once(db: Db) -> None:
    """Nothing waits for its next try any longer."""
    db.execute("UPDATE referral SET next_ms = 0 WHERE state NOT IN ('finished', 'withdrawn')")
    db.execute("UPDATE clearinghouse_queue SET paused_until_ms = 0")


async def run_out(sender: Outbox, db: Db, steps: int = 500) -> None:
    """Step until nothing is left to send, without waiting for pauses."""
    for _ in range(steps):
        if not await sender.step():
            if sender.due_in_s() is None or store.stopped(db):
                return
            at_once(db)
    raise AssertionError(f"expected the outbox to be empty after {steps} steps")


async def until_sent(sender: Outbox, db: Db, count: int, workers: int = 8, limit_s: float = PATIENCE_S) -> None:
    """Serve until so many are finished."""
    stop = asyncio.Event()
    serving = asyncio.create_task(send_all(sender, stop, workers))
    try:
        async with asyncio.timeout(limit_s):
            while store.counts(db).get(ReferralState.FINISHED, 0) < count and not serving.done():
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await serving
