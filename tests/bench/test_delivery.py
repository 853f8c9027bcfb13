# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The load of the delivery rows stays within the hub's own limits, and runs against a real hub process."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import cast

import pytest
from bench.contest import FULL, QUICK, Sizes
from bench.delivery import PER_DEVICE, beside, goals, of_frames
from bench.errors import CannotRun
from bench.format import Row
from bench.line import Line
from bench.peers.all import PACKAGED

from bench import connections, delivery, disk, franking
from bench import hub as hub_process
from bench import main as bench_main
from privity.server.limits import LIMITS

TINY = Sizes(people=4, speakers=2, rounds=1, sends=3, fanouts=3, seconds=1)


def test_load_stays_within_the_limits_of_the_hub() -> None:
    assert LIMITS["message.send"].burst >= PER_DEVICE
    assert LIMITS["message.send_room"].burst >= PER_DEVICE
    for sizes in (FULL, QUICK, TINY):
        assert sizes.busiest <= PER_DEVICE
        assert sizes.people % 2 == 0 and sizes.speakers <= sizes.people


def test_bars_are_those_of_the_full_run() -> None:
    bars = {key: goal.bar for key, goal in goals(FULL).items() if goal.bar}
    assert bars == {"send": "ours <= 0.15", "fanout": "ours <= 7", "p50@200": "ours <= 2.5", "p99@200": "ours <= 10"}
    assert goals(QUICK)["fanout"].bar is None


def test_folders_in_memory_are_told_from_those_on_a_disk() -> None:
    mounts = "overlay / overlay rw 0 0\ntmpfs /nowhere/ram tmpfs rw 0 0\n/dev/sda1 /nowhere/ram/disk ext4 rw 0 0\n"
    found = [
        hub_process.file_system(Path(folder), mounts)
        for folder in ("/nowhere", "/nowhere/ram/a/b", "/nowhere/ram/disk/a", "/nowhere/ramp")
    ]
    assert found == ["overlay", "tmpfs", "ext4", "overlay"]
    assert hub_process.file_system(Path("/nowhere"), "") == "unknown"


def test_a_checkout_in_memory_is_no_place_to_measure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub_process, "BUILD", tmp_path)
    monkeypatch.setattr(hub_process, "file_system", lambda folder, mounts: "tmpfs")
    with pytest.raises(CannotRun, match="TMPDIR"):
        hub_process.disk_folder()


async def test_real_hub_is_measured_with_its_limits_on() -> None:
    try:
        hub_process.disk_folder()
    except CannotRun as err:
        pytest.skip(f"missing: a disk ({err})")
    rows = await delivery.rows(TINY, peers=())
    assert len(rows) == len(of_frames()) + len(goals(TINY))
    left_out = {row.skipped for row in rows if row.skipped is not None}
    assert all("half idle" in why for why in left_out), (
        "a busy machine is too slow for the fixed rates, and for nothing else"
    )


async def test_rows_say_why_when_no_hub_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub_process, "disk_folder", lambda: tmp_path)
    monkeypatch.setattr(hub_process, "PRIVITY", (sys.executable, "-c", "raise SystemExit('no disk here')"))
    rows = await delivery.rows(TINY)
    assert {row.skipped for row in rows} == {"CannotRun: privity init failed: no disk here"}
    own = {**of_frames(), **goals(TINY)}
    assert [row.name for row in rows[: len(own)]] == [goal.name for goal in own.values()]
    assert len(rows) == len(own) + len(beside(TINY)) * len(PACKAGED)


async def test_rows_say_why_when_the_hub_ends_at_its_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub_process, "disk_folder", lambda: tmp_path)
    script = "import sys, pathlib\nif sys.argv[1] == 'serve': sys.exit('port taken')\n"
    script += "pathlib.Path(sys.argv[2], 'privity.toml').write_text('registration = \"invite\"')"
    monkeypatch.setattr(hub_process, "PRIVITY", (sys.executable, "-c", script))
    rows = await delivery.rows(TINY)
    assert {row.skipped for row in rows} == {"CannotRun: the hub ended at its start: port taken"}


@pytest.mark.parametrize("quick", [True, False])
def test_main_prints_rows_of_both_kinds(
    quick: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Sizes] = []

    async def rows(sizes: Sizes) -> list[Row]:
        asked.append(sizes)
        return [Row("delivered", 1.0, "ms")]

    async def connected(sizes: connections.Sizes) -> list[Row]:
        assert sizes == (connections.QUICK if quick else connections.FULL)
        return [Row("connected", 4.0, "cpu_ms")]

    monkeypatch.setattr(delivery, "rows", rows)
    monkeypatch.setattr(franking, "rows", lambda *, quick: [Row("franked", 2.0, "cpu_us")])
    monkeypatch.setattr(disk, "rows", lambda *, quick: [Row("synced", 3.0, "ms")])
    monkeypatch.setattr(connections, "rows", connected)
    bench_main.main(["--quick"] if quick else [])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert asked == [QUICK if quick else FULL]
    assert (found["bench"], found["full"]) == ("main", not quick)
    assert [row["name"] for row in found["rows"]] == ["franked", "synced", "connected", "delivered"]


async def test_lines_that_wait_are_read_and_left_alone_again() -> None:
    class Waiting:
        def __init__(self) -> None:
            self.frames: asyncio.Queue[object] = asyncio.Queue()

        async def receive(self) -> object:
            return await self.frames.get()

    line = Waiting()
    async with delivery.heard_by_nobody([cast(Line, line)]):
        line.frames.put_nowait("a commit")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert line.frames.empty()
    line.frames.put_nowait("for somebody")
    await asyncio.sleep(0)
    assert line.frames.qsize() == 1
