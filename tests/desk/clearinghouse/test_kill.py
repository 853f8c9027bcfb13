# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the sending process at every step: nothing is lost, and nothing is finished twice."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from tests.desk.clearinghouse.conftest import KEYS
from tests.desk.clearinghouse.fake import FakeClearinghouse
from tests.desk.clearinghouse.made import SENDER, approved, referral_desk
from tests.desk.clearinghouse.senders import PATIENCE_S, line, outbox, run_out

from privity.desk.clearinghouse import service, store
from privity.desk.clearinghouse.model import CallKind, ReferralState
from privity.desk.clearinghouse.sending import send_all
from privity.desk.db.database import open_database

PATHS = ("submit", "upload", "fileinfo", "finish")


def begin(path: Path, address: int) -> int:
    """A process that sends what is due, forked before anything is open here; returns its id."""
    child = os.fork()
    if child:
        return child
    try:
        asyncio.run(_send(path, os.read(address, 200).decode()))
    finally:
        os._exit(1)


async def _send(path: Path, url: str) -> None:
    desk = referral_desk(os.getpid())
    db = open_database(path, KEYS)
    async with aiohttp.ClientSession() as session:
        await send_all(outbox(db, desk, line(session, desk, url)), asyncio.Event())


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("path", PATHS)
def test_a_killed_sender_loses_nothing_and_finishes_nothing_twice(tmp_path: Path, path: str, moment: str) -> None:
    file = tmp_path / "desk.db"
    with closing(open_database(file, KEYS)) as db:
        approved(db, referral_desk(), 1, files=1)
    read, write = os.pipe()
    child = begin(file, read)
    try:
        asyncio.run(_killed(file, child, write, path, moment))
    finally:
        os.close(read)
        os.close(write)


async def _killed(file: Path, child: int, address: int, path: str, moment: str) -> None:
    fake = FakeClearinghouse()
    fake.hold.add((path, moment))
    awaited = path if moment == "before" else f"{path} done"
    async with fake.serving() as url, aiohttp.ClientSession() as session:
        os.write(address, url.encode())
        async with asyncio.timeout(PATIENCE_S):
            while await fake.arrived.get() != awaited:
                pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        fake.hold.clear()
        desk = referral_desk()
        with closing(open_database(file, KEYS)) as db:
            assert [call.kind for call in service.shown(db, SENDER, 1).calls][-1] is CallKind.ASKED
            db.execute("UPDATE referral SET lease_until_ms = 0")  # the lease of the dead runs out
            await run_out(outbox(db, desk, line(session, desk, url)), db)
            found = store.read(db, 1)
            assert found.state is ReferralState.FINISHED
            assert fake.finished == [int(found.remote_id or 0)]
            assert CallKind.UNANSWERED in [call.kind for call in service.shown(db, SENDER, 1).calls]
            assert service.check_chain(db, desk, SENDER, 1, time.time_ns() // 1_000_000)
