# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The clock of the hub's machine is wrong by three days, from the start or from one moment to the next."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from privity.message.franking import PERIOD_MS, period_of
from tests.attacks.people import LIMIT_S, epoch, register
from tests.faults.test_clock import clocked, hub_ahead_s, set_clock
from tests.faults.town import Town, all_said

DAYS_S = 3 * 86_400


def times_that_fall(here: Town) -> int:
    """Events of a room that are not later than the one before, and entries of the key log that are earlier."""
    events = "SELECT count(*) FROM event a JOIN event b ON b.room_id = a.room_id AND b.seq = a.seq + 1"
    entries = "SELECT count(*) FROM kl_entry a JOIN kl_entry b ON b.idx = a.idx + 1"
    return here.ask(f"{events} WHERE b.ts_ms <= a.ts_ms") + here.ask(f"{entries} WHERE b.timestamp_ms < a.timestamp_ms")


def days_with_keys(here: Town) -> set[int]:
    return {int(path.stem) for path in (here.folder / "hub" / "keys" / "periods").glob("*.key")}


@pytest.mark.prove
def test_three_days_back_at_the_start_and_put_right(tmp_path: Path) -> None:
    """A machine whose battery is empty. Nobody is locked out, nothing is stamped before what was, no key is lost."""

    async def run() -> None:
        async with clocked(tmp_path, "anna", "bert") as here:
            await all_said(here.talk(2))
            before = days_with_keys(here)
            await here.stop()
            set_clock(here, -DAYS_S)
            await here.start()
            waiting = [asyncio.ensure_future(here.say(handle, here.room)) for handle in here.devices]
            await here.away("bert")
            bert = await here.back("bert")
            assert bert.host.engine.device.clock_differs, "a session is begun all the same"
            await asyncio.wait([waiting[0]], timeout=1)
            assert not waiting[0].done(), "no event is stamped with a time that was before"
            assert days_with_keys(here) >= before
            set_clock(here, 0)
            await all_said(waiting[:1])
            waiting[1].cancel()  # its device was closed under it; what it said is in the outbox of the new one
            await here.check()
            assert times_that_fall(here) == 0
            assert days_with_keys(here) >= before

    asyncio.run(run())


@pytest.mark.prove
def test_three_days_ahead_from_one_moment_to_the_next_and_put_right(tmp_path: Path) -> None:
    """What is said meanwhile has the wrong day, and the key of that day. Put right, rooms that spoke wait by name, the
    others go on, and nothing that waits anywhere was deleted."""

    async def run() -> None:
        async with clocked(tmp_path, "anna", "bert", "cleo") as here:
            anna, bert, _ = here.everybody
            quiet = await anna.create_group()
            await anna.invite(quiet, bert.user_uri)
            await all_said(here.talk(2))
            today = period_of(time.time_ns() // 1_000_000)
            set_clock(here, DAYS_S)
            await all_said(here.talk(2))
            assert DAYS_S - LIMIT_S < hub_ahead_s(here) < DAYS_S + LIMIT_S
            ahead = today + DAYS_S * 1000 // PERIOD_MS
            assert {today, ahead} <= days_with_keys(here) or {today + 1, ahead + 1} <= days_with_keys(here)
            held = here.ask("SELECT count(*) FROM event WHERE frame IS NOT NULL")
            await here.stop()
            await here.start()
            assert here.ask("SELECT count(*) FROM event WHERE frame IS NOT NULL") == held, "nothing is deleted early"
            set_clock(here, 0)
            stuck = asyncio.ensure_future(here.say("anna", here.room, "waits for the clock"))
            await here.say("bert", quiet)
            assert not stuck.done()
            set_clock(here, DAYS_S)
            await asyncio.wait_for(stuck, LIMIT_S)
            await here.check()
            assert times_that_fall(here) == 0
            assert len({epoch(each, here.room) for each in here.everybody}) == 1

    asyncio.run(run())


@pytest.mark.prove
def test_three_days_ahead_at_the_start_lets_people_talk_who_know_each_other(tmp_path: Path) -> None:
    async def run() -> None:
        async with clocked(tmp_path, "anna", "bert") as here:
            await here.stop()
            set_clock(here, DAYS_S)
            await here.start()
            await all_said(here.talk(2))
            newcomer = asyncio.ensure_future(register(here.url, here.folder, "dora"))
            await asyncio.wait([newcomer], timeout=3)
            newcomer.cancel()
            await here.check()
            assert times_that_fall(here) == 0

    asyncio.run(run())
