# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Nothing is deleted early because the clock jumped: a jump ahead is waited out, one back is followed at once."""

from __future__ import annotations

import asyncio
import errno
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from privity.message.franking import period_of
from privity.server import config, init
from privity.server.context import HubContext
from privity.server.links import store
from privity.server.links.model import Link
from privity.server.main import build_context, keep_house
from privity.server.retention.believing import FILE, JUMP_MS, STANDS_MS, Believing, Time
from privity.server.rooms.parts import RoomParts
from privity.wire.rest import LinkState
from tests.server.core.conftest import Clock

HOUR_MS = 3_600_000
DAY_MS = 86_400_000
NOW_MS = 1_800_000_000_000


class Hub:
    """Looks every hour; `ahead_ms` is what is wrong with its clock."""

    def __init__(self, folder: Path, known_ms: int = 0) -> None:
        self.folder = folder
        self.known_ms = known_ms
        self.at_ms = NOW_MS
        self.ahead_ms = 0
        self.restart()

    def restart(self) -> None:
        self.believing = Believing(self.folder)

    def look(self) -> Time:
        return self.believing.look(self.at_ms + self.ahead_ms, self.at_ms, self.known_ms)

    def run(self, hours: int) -> list[Time]:
        found = []
        for _ in range(hours):
            self.at_ms += HOUR_MS
            found.append(self.look())
        return found


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    made = Hub(tmp_path)
    assert made.look() == Time(NOW_MS, 0)
    return made


def test_a_clock_that_goes_on_is_believed(hub: Hub) -> None:
    assert hub.run(48) == [Time(NOW_MS + hour * HOUR_MS, 0) for hour in range(1, 49)]


@pytest.mark.parametrize("days", [2, 3, 40, 4000])
def test_a_jump_ahead_is_waited_out_and_forgotten_when_the_clock_is_put_right(hub: Hub, days: int) -> None:
    hub.ahead_ms = days * DAY_MS
    for hour, found in enumerate(hub.run(23), 1):
        assert found.now_ms == NOW_MS + hour * HOUR_MS, "time goes on from where it was"
        assert found.ahead_ms == hub.ahead_ms
    hub.ahead_ms = 0
    assert hub.run(1) == [Time(hub.at_ms, 0)]


def test_a_jump_that_stands_for_a_day_is_believed(hub: Hub) -> None:
    hub.ahead_ms = 40 * DAY_MS
    found = hub.run(26)
    assert [bool(one.ahead_ms) for one in found] == [True] * 24 + [False] * 2
    assert found[-1].now_ms == hub.at_ms + hub.ahead_ms
    assert STANDS_MS == 24 * HOUR_MS


def test_a_restart_neither_ends_the_wait_nor_begins_it_anew(hub: Hub) -> None:
    hub.ahead_ms = 40 * DAY_MS
    hub.run(12)
    for _ in range(5):
        hub.restart()
        assert hub.look() == Time(NOW_MS + 12 * HOUR_MS, hub.ahead_ms)
    found = hub.run(14)
    assert [bool(one.ahead_ms) for one in found] == [True] * 12 + [False] * 2


def test_a_clock_that_is_wrong_at_the_start_is_waited_out_too(hub: Hub) -> None:
    hub.restart()
    hub.ahead_ms = 3 * DAY_MS
    assert hub.look() == Time(NOW_MS, 3 * DAY_MS)


def test_a_night_off_is_no_jump_and_a_month_off_is_one(hub: Hub) -> None:
    hub.at_ms += JUMP_MS
    hub.restart()
    assert hub.look() == Time(hub.at_ms, 0)
    before_ms = hub.at_ms
    hub.at_ms += 30 * DAY_MS
    hub.restart()
    assert hub.look() == Time(before_ms, 30 * DAY_MS)
    assert hub.run(25)[-1] == Time(hub.at_ms, 0), "a day late, and no more"


def test_one_jump_after_another_begins_the_wait_anew(hub: Hub) -> None:
    hub.ahead_ms = 3 * DAY_MS
    hub.run(20)
    hub.ahead_ms = 9 * DAY_MS
    found = hub.run(26)
    assert [bool(one.ahead_ms) for one in found] == [True] * 24 + [False] * 2


def test_a_clock_that_goes_back_is_followed_at_once(hub: Hub) -> None:
    hub.ahead_ms = -3 * DAY_MS
    assert hub.run(1) == [Time(hub.at_ms - 3 * DAY_MS, 0)]
    hub.ahead_ms = 0
    assert hub.run(1)[0].ahead_ms > 0, "put right, it waits: nobody can know which of the two was wrong"


def test_a_disk_that_takes_no_file_stops_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert hub.run(30)[-1] == Time(hub.at_ms, 0)
    hub.ahead_ms = 3 * DAY_MS
    assert hub.run(5)[-1] == Time(hub.at_ms, 3 * DAY_MS)


@pytest.mark.parametrize("left", [None, b"", b"{}", b'{"believed_ms": "soon"}', b"\xff"])
def test_without_what_was_kept_the_database_says_what_was_last(hub: Hub, left: bytes | None) -> None:
    file = hub.folder / FILE
    if left is None:
        file.unlink()
    else:
        file.write_bytes(left)
    hub.restart()
    hub.known_ms = NOW_MS - HOUR_MS
    hub.ahead_ms = 3 * DAY_MS
    assert hub.look() == Time(hub.known_ms, 3 * DAY_MS + HOUR_MS)


async def kept_house(context: HubContext, parts: RoomParts) -> None:
    """Once, as the hub does it at its start."""
    with capture_logs() as lines:
        keeping = asyncio.create_task(keep_house(context, parts))
        async with asyncio.timeout(60):
            while not any(line["event"] == "retention.done" for line in lines):
                await asyncio.sleep(0.01)
        keeping.cancel()


async def test_a_hub_whose_clock_is_a_year_ahead_deletes_nothing(tmp_path: Path) -> None:
    """Neither what waits for somebody nor the keys that reports are proven with; without this it would delete both."""
    path = tmp_path / "privity.toml"
    path.write_text(init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0").section)
    clock = Clock()
    context, parts = build_context(config.load(path), clock)
    periods, day = parts.franker.periods, period_of(clock())
    periods.current(day)
    await context.db.write(partial(store.put, link=Link("bbbbbbbb", bytes(32), LinkState.OFFERED, clock())))
    await kept_house(context, parts)
    clock.now += 366 * DAY_MS
    await kept_house(context, parts)
    assert periods.find(day) is not None
    assert await context.db.read(store.count) == 1
    (context.config.data / FILE).unlink()  # and then it is believed, since nobody knows better
    await kept_house(context, parts)
    assert periods.find(day) is None
    assert await context.db.read(store.count) == 0
    await context.db.close()
