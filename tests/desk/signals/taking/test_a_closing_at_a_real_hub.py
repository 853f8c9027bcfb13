# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A person closes their account at a real hub, and a desk that runs beside it as a process forgets what rules noted."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import privity
from privity.desk.cases import service as cases
from privity.desk.db.database import open_database
from privity.desk.db.transaction import transaction
from privity.desk.intake.findings import Level
from privity.desk.signals import closed_accounts
from privity.desk.signals.ladder import store as notes
from privity.desk.signals.ladder.model import Agreement, Label
from privity.desk.signals.taking import store as taken
from privity.wire.observed import KEPT_MS, ObservedKind
from tests.desk.conftest import Home
from tests.desk.house import MODERATOR, House
from tests.server.observing.asking import ask, block
from tests.server.rooms.conftest import world
from tests.server.rooms.test_closed import close
from tests.server.rooms.world import Clock, World

__all__ = ["world"]

PATIENCE_S = 120
DAY_MS = 86_400_000
CHILD = """
import sys
from pathlib import Path
from privity.desk import main
true_ms, ahead_ms = main.now_ms, int(sys.argv[2])
main.now_ms = lambda: true_ms() + ahead_ms
main.run(Path(sys.argv[1]))
"""
"""A desk on whose clock it is the time of the invented hub."""


def true_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def house(home: Home, world: World) -> Iterator[House]:
    """The database of a desk that the hub takes for its own."""
    (home.folder / "desk" / "keys" / "staff.key").write_bytes(world.staff_private)
    keys = home.keys()
    house = House(open_database(home.folder / "desk" / "desk.db", keys), keys, world.clock.now)
    yield house
    house.db.close()


async def beside(home: Home, world: World, ahead_ms: int) -> Process:
    """The desk's process, asking this hub."""
    async with world.http.get("/v1/server") as response:
        config = home.file(str(response.url.origin()))
    source = {"PYTHONPATH": str(Path(privity.__file__).resolve().parent.parent)}
    command = (sys.executable, "-c", CHILD, str(config), str(ahead_ms))
    return await asyncio.create_subprocess_exec(*command, stderr=PIPE, env=os.environ | source)


async def until(process: Process, happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not happened():
            assert process.returncode is None, "the desk ended"
            await asyncio.sleep(0.05)


def noted(house: House, account: str) -> tuple[list[str], bool]:
    """The words that are on it now, and whether its reports count for anything."""
    now_ms = house.clock + DAY_MS  # whatever time the test takes
    words = [label.word for label in notes.labels_of(house.db, account, now_ms)]
    return words, notes.agreement(house.db, account) is not None


def over_ms(house: House, account: str) -> list[int]:
    """When what was observed of it, and done to it, is over."""
    rows = house.db.execute("SELECT until_ms FROM observed WHERE account = ?1 OR other = ?1", (account,)).fetchall()
    return [until_ms for (until_ms,) in rows]


async def test_what_a_closed_account_left_at_the_desk_ends_and_that_of_others_stays(
    home: Home, house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_ms = house.clock
    ahead_ms = start_ms - true_ms()
    monkeypatch.setattr(Clock, "__call__", lambda clock: true_ms() + ahead_ms)
    anna = await world.join("anna", stranger=True)
    ben = await world.join("ben", stranger=True)
    for one, other in ((anna, ben), (ben, anna)):
        await ask(one, other)
    await block(ben, anna)
    number = house.case(anna.user_uri, Level.HUB)
    with transaction(house.db):
        for person in (anna, ben):
            word = Label(person.user_uri, "watched", start_ms, start_ms + 9 * DAY_MS, b"d" * 32, "seen")
            notes.put_label(house.db, word, start_ms)
            notes.put_agreement(house.db, person.user_uri, Agreement(1, 2, 1.0, 2.0, start_ms))

    process = await beside(home, world, ahead_ms)
    try:
        await until(process, lambda: len(over_ms(house, anna.user_uri)) >= 4)
        assert noted(house, anna.user_uri) == noted(house, ben.user_uri) == (["watched"], True)
        assert min(over_ms(house, anna.user_uri)) >= start_ms + KEPT_MS

        await close(world, anna)
        await until(process, lambda: taken.is_closed(house.db, anna.user_uri))
        assert noted(house, anna.user_uri) == ([], False)
        assert noted(house, ben.user_uri) == (["watched"], True)
        closing = [one for one in taken.after(house.db, 0, 99) if one.kind is ObservedKind.CLOSED]
        assert [one.account for one in closing] == [anna.user_uri]
        assert max(over_ms(house, anna.user_uri)) < closing[0].at_ms + 2 * DAY_MS
        of_ben = [one.other for one in taken.after(house.db, 0, 99) if one.account == ben.user_uri]
        assert max(over_ms(house, ben.user_uri)) >= start_ms + KEPT_MS and anna.user_uri in of_ben
        history = [event.words for event in cases.case(house.db, MODERATOR, number).events]
        assert history.count(closed_accounts.WORDS) == 1
    finally:
        if process.returncode is None:
            process.terminate()
        _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
