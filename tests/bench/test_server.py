# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the server has every row that was promised, each with a number or why it has none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from bench.clock import family_cpu_s, process_cpu_s
from bench.errors import CannotRun
from bench.format import Row
from bench.peers import synapse
from bench.peers.all import PEERS
from bench.peers.peer import Peer
from bench.ways import ON_POSTGRESQL, TWO_WORKERS, WAYS, Way

from bench import connections, contest, crowd, delivery, disk, kills, server
from bench import hub as hub_process


def _named(monkeypatch: pytest.MonkeyPatch, asked: list[object]) -> None:
    async def delivered(
        sizes: contest.Sizes, peers: Sequence[Peer], ways: Sequence[Way], said: Callable[[str], None]
    ) -> list[Row]:
        asked.append((sizes, [peer.name for peer in peers], list(ways)))
        return [Row("delivered", 1.0, "ms")]

    async def connected(sizes: connections.Sizes, way: Way) -> list[Row]:
        return [Row(f"connected {way.name}", 1.0, "ms")]

    async def crowded(sizes: crowd.Sizes, way: Way) -> list[Row]:
        return [Row(f"crowd of {sizes.idle} {way.name}", 1.0, "KB")]

    async def killed(count: int, way: Way) -> list[Row]:
        asked.append("killed")
        return [Row(f"{count} kills {way.name}", 0.0, "messages")]

    monkeypatch.setattr(delivery, "rows", delivered)
    monkeypatch.setattr(connections, "rows", connected)
    monkeypatch.setattr(crowd, "rows", crowded)
    monkeypatch.setattr(kills, "rows", killed)
    monkeypatch.setattr(disk, "rows", lambda *, quick: [Row("synced", 1.0, "ms")])
    monkeypatch.setattr(synapse, "install", lambda: asked.append("installed"))


@pytest.mark.parametrize("quick", [True, False])
def test_all_parts_run_in_their_order_and_the_last_line_is_kept(
    quick: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[object] = []
    _named(monkeypatch, asked)
    monkeypatch.setattr(server, "KEPT", tmp_path / "build" / "kept.json")
    monkeypatch.setattr(server, "UNFINISHED", tmp_path / "build" / "part.json")
    server.main(["--quick", "--peers", "prosody"] if quick else [])
    line = capsys.readouterr().out.splitlines()[-1]
    assert (tmp_path / "build" / "kept.json").read_text() == line + "\n"
    assert not (tmp_path / "build" / "part.json").exists()
    found = json.loads(line)
    assert (found["bench"], found["full"]) == ("server", not quick)
    peers = [peer.name for peer in PEERS if not quick or peer.name.startswith("Prosody")]
    delivered = contest.QUICK if quick else contest.FULL, peers, list(WAYS)
    assert asked == [*([] if quick else ["installed"]), delivered, *["killed"] * 3]
    size, counts = (1_000, (2, 2, 1)) if quick else (10_000, (100, 100, 25))
    names = [way.name for way in WAYS]
    assert [row["name"] for row in found["rows"]] == [
        "synced",
        "delivered",
        *(f"connected {name}" for name in names),
        *(f"crowd of {size} {name}" for name in names),
        *(f"{count} kills {name}" for count, name in zip(counts, names, strict=True)),
    ]


def test_a_run_that_was_broken_off_goes_on_and_measures_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[object] = []
    _named(monkeypatch, asked)
    monkeypatch.setattr(server, "KEPT", tmp_path / "kept.json")
    monkeypatch.setattr(server, "UNFINISHED", tmp_path / "part.json")
    go_on = kills.rows

    async def broken_off(count: int, way: Way) -> list[Row]:
        raise KeyboardInterrupt

    monkeypatch.setattr(kills, "rows", broken_off)
    with pytest.raises(KeyboardInterrupt):
        server.main(["--peers", "prosody"])
    monkeypatch.setattr(kills, "rows", go_on)
    assert len(asked) == 1
    for other in (["--peers", "prosody", "--kills", "7"], ["--peers", "ejabberd"]):
        with pytest.raises(SystemExit):
            server.main([*other, "--resume"])
    assert "is of another run: commit " in capsys.readouterr().err
    server.main(["--peers", "prosody", "--resume"])
    assert asked[1:] == ["killed"] * 3
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert [row["name"] for row in rows][:2] == ["synced", "delivered"]
    with pytest.raises(SystemExit):
        server.main(["--peers", "prosody", "--resume"])
    assert "no run was broken off" in capsys.readouterr().err


def test_an_unknown_peer_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        server.main(["--peers", "prosody,nobody"])
    assert "unknown peers nobody: there are ejabberd, mosquitto, prosody, synapse" in capsys.readouterr().err


def test_what_a_message_costs_in_another_way_is_judged_by_how_much_more_it_is() -> None:
    def found(file: float | None, postgresql: float) -> dict[str, Row]:
        contenders = {}
        for way, value in (("", file), ("on PostgreSQL", postgresql)):
            one = contest.Contender.__new__(contest.Contender)
            one.samples, one.left_out, one.failure = {} if value is None else {"send": [value]}, {}, "it broke"
            contenders[way] = one
        rows = delivery._own_rows(delivery._Found(contenders), contest.FULL, WAYS[:2])
        return {row.name: row for row in rows}

    beside = "1:1 send, 100 devices in turn, on PostgreSQL, all servers included"
    own = "hub: durable franked 1:1 send, 100 devices in turn"
    assert [found(0.2, value)[beside].met for value in (0.3, 0.31)] == [True, False]
    assert found(0.2, 0.3)[own].met is False
    assert found(0.2, 0.3)[f"{own}, on PostgreSQL"].bar is None
    assert found(None, 0.3)[beside].skipped == "it broke"
    latency = found(0.2, 0.3)["send to receive, p99 at 200/s, on PostgreSQL"]
    assert (latency.bar, latency.skipped) == ("ours <= 10", "it broke")


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


@pytest.mark.parametrize(
    ("way", "name"),
    [
        (ON_POSTGRESQL, "acknowledged messages lost or doubled in 3 kill -9 of the hub, on PostgreSQL"),
        (TWO_WORKERS, "acknowledged messages lost or doubled in 3 kill -9 of one of two workers over the bus"),
    ],
    ids=["postgresql", "workers"],
)
async def test_kills_of_the_other_ways_are_those_of_the_faults(
    way: Way, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.faults import test_database_gone, test_two_workers

    loses = False

    def found() -> int:
        if loses:
            raise AssertionError("a message is missing")
        return 2

    async def hub_killed(folder: Path, server: object, count: int, seed: int) -> int:
        assert count == 3
        return found()

    async def faults(folder: Path, server: object, chosen: list[object], seed: int) -> tuple[object, int]:
        assert chosen == [test_two_workers.a_worker_is_killed] * 3
        return {}, found()

    monkeypatch.setattr(kills, "_server", nullcontext)
    monkeypatch.setattr(kills, "installed", lambda command, package: command)
    monkeypatch.setattr(test_database_gone, "kills_of_the_hub", hub_killed)
    monkeypatch.setattr(test_two_workers, "faults", faults)
    rows = await kills.rows(3, way)
    assert (rows[0].name, rows[0].met, rows[1].ours) == (name, True, 2)
    loses = True
    rows = await kills.rows(3, way)
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
        child.communicate(b"\n", timeout=60)
