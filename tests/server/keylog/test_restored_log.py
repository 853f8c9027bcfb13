# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity restored`: the key log goes on first, then rooms are marked; where it cannot go on, nothing is marked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from privity.server import commands, main
from privity.server.config import HubConfig
from privity.server.errors import AlreadyRunning
from privity.server.main import held
from tests.server.core.conftest import Clock
from tests.server.keylog.hubs import fresh
from tests.server.keylog.losing import TREES, execute, keeping, lost_after, newest, registering, rows
from tests.server.keylog.test_continue_log import written

ROOM = (
    "INSERT INTO room (id, room_uri, suite, epoch, epoch_seq, last_seq, last_ts_ms, franking_key)"
    " VALUES (1, 'mimi://hub.example/r/x', 1, 4, 2, 7, 1000, ?)"
)
GROUP = "INSERT INTO room_group (room_id, version, state, group_info) VALUES (1, 1, ?, ?)"


def with_a_room(checked: HubConfig) -> None:
    execute(checked, ROOM, b"\0")
    execute(checked, GROUP, b"\0", b"\0")


def marks(checked: HubConfig) -> int:
    return len(rows(checked, "event")["event"])


async def test_the_log_is_taken_back_and_the_rooms_are_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice", "bobby"))
        with_a_room(checked)
        path = written(checked, keeper)
        await asyncio.to_thread(commands.restored, config=path)
        said = capsys.readouterr()
        first, second = said.out.splitlines()
        assert first.startswith("2 epochs taken back, 2 leaves whose values are lost;")
        assert second.startswith("1 conversation marked; the copy ends at 2027-01-15 08:00 UTC")
        assert said.err == f"next: privity serve --config {path}\n"
        assert rows(checked, *TREES) == rows(newest(checked), *TREES)
        assert marks(checked) == 1


async def test_a_log_that_lacks_nothing_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering())
        with_a_room(checked)
        before = rows(checked, *TREES)
        await asyncio.to_thread(commands.restored, config=written(checked, keeper))
        assert capsys.readouterr().out.startswith("nothing to take back: the database has all 1 entries")
        assert rows(checked, *TREES) == before
        assert marks(checked) == 1


async def test_a_log_that_cannot_go_on_marks_nothing(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice"))
        with_a_room(checked)
        keeper.updates.clear()
        with pytest.raises(SystemExit, match="privity: CannotContinue: no auditor has an epoch 1"):
            await asyncio.to_thread(commands.restored, config=written(checked, keeper))
        assert marks(checked) == 0


async def test_a_log_that_nobody_has_seen_is_no_obstacle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice"))
    with_a_room(checked)
    await asyncio.to_thread(commands.restored, config=checked.data.parent / "privity.toml")
    assert capsys.readouterr().out.startswith("nobody has seen this hub's key log\n1 conversation marked")
    assert marks(checked) == 1


async def test_a_hub_that_runs_is_not_touched(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering())
        with_a_room(checked)
        with held(checked.data / "hub.lock"), pytest.raises(AlreadyRunning, match="stop it first"):
            main.restored(written(checked, keeper), lambda what, done, total: None)
        assert marks(checked) == 0
