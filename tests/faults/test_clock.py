# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The clock of the hub's machine jumps by an hour while it runs, and is put right: nobody stays locked out.

The hub is a process under `faketime`, whose clock on the wall a test moves. What may not be counted from a clock is
counted from the one that only runs forward.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.attacks.people import LIMIT_S, epoch, register
from tests.faults.town import Town, all_said, missing, town, until

HOUR_S = 3600


def library() -> str:
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if found is None:
        missing("faketime", "faketime (apt-get install faketime)")
    return str(found)


@asynccontextmanager
async def clocked(folder: Path, *handles: str, ahead_s: int = 0) -> AsyncIterator[Town]:
    at = folder / "clock"
    at.write_text(f"{ahead_s:+d}")
    environment = {
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(at),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    async with town(folder, *handles, environment=environment) as here:
        yield here


def set_clock(here: Town, ahead_s: int) -> None:
    """By so much the hub's clock is ahead of everybody else's. Written at once: the hub may read it any moment."""
    new = here.folder / "clock.new"
    new.write_text(f"{ahead_s:+d}")
    new.replace(here.folder / "clock")


def hub_ahead_s(here: Town) -> float:
    """By the newest event of the room."""
    return here.ask("SELECT max(last_ts_ms) FROM room") / 1000 - time.time()


@pytest.mark.prove
def test_a_clock_that_goes_an_hour_ahead_and_back(tmp_path: Path) -> None:
    """What is said an hour ahead is stamped so. Back again, the rooms that spoke meanwhile would have to lie about the
    time, and wait by name; all others go on at once."""

    async def run() -> None:
        async with clocked(tmp_path, "anna", "bert", "cleo") as here:
            anna, bert, _ = here.everybody
            await all_said(here.talk(2))
            set_clock(here, HOUR_S)
            await all_said(here.talk(2))
            assert HOUR_S - LIMIT_S < hub_ahead_s(here) < HOUR_S + LIMIT_S
            set_clock(here, 0)
            stuck = asyncio.ensure_future(here.say("anna", here.room, "waits for the clock"))
            await asyncio.wait([stuck], timeout=1)
            assert not stuck.done()
            await (await register(here.url, here.folder, "dora")).close()
            quiet = await anna.create_group()
            await anna.invite(quiet, bert.user_uri)
            await until(lambda: quiet in bert.rooms(), "another room to be made")
            await here.say("bert", quiet)
            set_clock(here, HOUR_S)
            await asyncio.wait_for(stuck, LIMIT_S)
            await here.check()
            assert len({epoch(each, here.room) for each in here.everybody}) == 1

    asyncio.run(run())


def test_a_clock_that_goes_an_hour_back_and_is_put_right(tmp_path: Path) -> None:
    """As the clock of a machine that comes up without its battery does."""

    async def run() -> None:
        async with clocked(tmp_path, "anna", "bert", "cleo") as here:
            await all_said(here.talk(2))
            entries = here.ask("SELECT count(*) FROM kl_entry")
            set_clock(here, -HOUR_S)
            waiting = [asyncio.ensure_future(here.say(handle, here.room)) for handle in ("anna", "bert")]
            await asyncio.wait(waiting, timeout=1)
            assert not any(one.done() for one in waiting), "no event is stamped with a time that was before"
            await here.away("cleo")
            cleo = await here.back("cleo")
            assert cleo.host.engine.device.clock_differs, "a session is begun all the same, and the difference is said"
            newcomer = asyncio.ensure_future(register(here.url, here.folder, "dora"))
            await asyncio.wait([newcomer], timeout=3)
            set_clock(here, 0)
            await (await asyncio.wait_for(newcomer, LIMIT_S)).close()
            await all_said(waiting)
            assert here.ask("SELECT count(*) FROM kl_entry") > entries
            quiet = await cleo.create_group()
            assert quiet in cleo.rooms()
            await here.check()
            rising = here.ask(
                "SELECT count(*) FROM event a JOIN event b ON b.room_id = a.room_id AND b.seq = a.seq + 1"
                " WHERE b.ts_ms <= a.ts_ms"
            )
            assert rising == 0, "times rise within a room"

    asyncio.run(run())
