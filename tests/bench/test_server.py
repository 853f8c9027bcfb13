# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the server has every row that was promised, each with a number or why it has none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from bench.clock import family_cpu_s, process_cpu_s
from bench.errors import CannotRun
from bench.format import Row
from bench.peers.all import PEERS
from bench.peers.peer import Peer

from bench import connections, contest, crowd, delivery, disk, kills, server
from bench import hub as hub_process

TINY = contest.Sizes(people=4, speakers=2, rounds=1, sends=3, fanouts=3, seconds=1)


def _named(monkeypatch: pytest.MonkeyPatch, asked: list[object]) -> None:
    async def delivered(sizes: contest.Sizes, peers: Sequence[Peer], *, postgresql: bool) -> list[Row]:
        asked.append((sizes, [peer.name for peer in peers], postgresql))
        return [Row("delivered", 1.0, "ms")]

    async def connected(sizes: connections.Sizes, *, postgresql: bool) -> list[Row]:
        return [Row(f"connected {postgresql}", 1.0, "ms")]

    async def crowded(sizes: crowd.Sizes) -> list[Row]:
        return [Row(f"crowd of {sizes.idle}", 1.0, "KB")]

    async def killed(count: int) -> list[Row]:
        return [Row(f"{count} kills", 0.0, "messages")]

    monkeypatch.setattr(delivery, "rows", delivered)
    monkeypatch.setattr(connections, "rows", connected)
    monkeypatch.setattr(crowd, "rows", crowded)
    monkeypatch.setattr(kills, "rows", killed)
    monkeypatch.setattr(disk, "rows", lambda *, quick: [Row("synced", 1.0, "ms")])


@pytest.mark.parametrize("quick", [True, False])
def test_all_parts_run_in_their_order_and_the_last_line_is_kept(
    quick: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[object] = []
    _named(monkeypatch, asked)
    monkeypatch.setattr(server, "KEPT", tmp_path / "build" / "kept.json")
    server.main(["--quick", "--peers", "prosody"] if quick else [])
    line = capsys.readouterr().out.splitlines()[-1]
    assert (tmp_path / "build" / "kept.json").read_text() == line + "\n"
    found = json.loads(line)
    assert (found["bench"], found["full"]) == ("server", not quick)
    peers = [peer.name for peer in PEERS if not quick or peer.name.startswith("Prosody")]
    assert asked == [(contest.QUICK if quick else contest.FULL, peers, True)]
    names = [row["name"] for row in found["rows"]]
    size, count = (1_000, 2) if quick else (10_000, 100)
    measured = ["synced", "delivered", "connected False", "connected True", f"crowd of {size}", f"{count} kills"]
    assert names == measured + [goal.name for goal, _ in server.SKIPPED]
    assert all(row.get("skipped") for row in found["rows"] if row["name"] not in measured)


def test_an_unknown_peer_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        server.main(["--peers", "prosody,nobody"])
    assert "unknown peers nobody: there are ejabberd, mosquitto, prosody" in capsys.readouterr().err


def test_rows_of_stores_and_workers_carry_their_bars() -> None:
    def contender(send: float | None) -> contest.Contender | None:
        if send is None:
            return None
        found = contest.Contender.__new__(contest.Contender)
        found.samples, found.left_out, found.failure = {"send": [send]}, {}, None
        return found

    def beside(one: float | None, other: float | None) -> Row:
        return delivery._send_beside(
            TINY, contender(one), "on PostgreSQL", contender(other), "the same on SQLite", "ratio <= 1.5"
        )

    assert [beside(0.3, 0.2).met, beside(0.31, 0.2).met] == [True, False]
    assert beside(None, 0.2).skipped == beside(0.3, None).skipped == "one of the two was not measured"


async def test_a_crowd_that_the_limit_of_files_forbids_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "_files", lambda: 1_024)
    rows = await crowd.rows(crowd.Sizes(idle=600, most=600))
    assert {row.skipped for row in rows} == {"600 connections need as many open files, and this process may open 1,024"}


async def test_a_small_crowd_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        hub_process.disk_folder()
    except CannotRun as err:
        pytest.skip(f"missing: a disk ({err})")
    monkeypatch.setattr(crowd, "QUIET_S", 0.1)
    rows = await crowd.rows(crowd.Sizes(idle=20, most=20))
    assert [row.skipped for row in rows] == [None] * 4
    assert rows[0].bar is None and (rows[1].ours or 0) > 0


async def test_a_loss_is_a_number_and_no_skipped_row(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.attacks import test_kill_the_hub as attack

    async def kept(folder: Path, count: int, sends: int, seed: int) -> SimpleNamespace:
        assert (count, sends) == (3, 3 * kills.SENDS_A_KILL)
        return SimpleNamespace(figures={"messages shown": 7})

    async def lost(folder: Path, count: int, sends: int, seed: int) -> SimpleNamespace:
        raise AssertionError("a message is missing")

    monkeypatch.setattr(attack, "run", kept)
    assert [(row.ours, row.met) for row in await kills.rows(3)] == [(0, True), (7, None)]
    monkeypatch.setattr(attack, "run", lost)
    rows = await kills.rows(3)
    assert (rows[0].ours, rows[0].met, rows[1].skipped) == (1, False, "the run ended at a loss")


def test_cpu_of_children_counts() -> None:
    burn = "import time\nuntil = time.process_time() + 0.2\nwhile time.process_time() < until: pass\ninput()"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)
    try:
        for _ in range(400):
            if family_cpu_s(child.pid) - process_cpu_s(child.pid) >= 0.2:
                break
            time.sleep(0.05)
        assert family_cpu_s(child.pid) - process_cpu_s(child.pid) >= 0.2
    finally:
        child.communicate(b"\n", timeout=30)
