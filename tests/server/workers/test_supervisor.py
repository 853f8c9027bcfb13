# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Workers are started again when they die, ended together, and not tried for good when they cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from privity.server.workers import supervisor
from privity.server.workers.seat import Seat, fresh
from privity.server.workers.supervisor import CANNOT_START, COMES_BACK, supervise
from tests.waiting import wait_until

WAITS = "import time; time.sleep(60)"
STUBBORN = """
import pathlib, signal, sys, time
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append(0) if not heard else sys.exit(7))
pathlib.Path({ready!r}).touch()
time.sleep(60)
"""


class Started:
    """Starts small programs in the place of workers, and remembers what was asked."""

    def __init__(self, *programs: str) -> None:
        self.programs = list(programs)
        self.seats: list[Seat] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, seat: Seat) -> subprocess.Popen[bytes]:
        self.seats.append(seat)
        program = self.programs.pop(0) if self.programs else WAITS
        self.processes.append(subprocess.Popen([sys.executable, "-c", program]))
        return self.processes[-1]


def run_beside(started: Started, workers: int, during: Callable[[], None]) -> int:
    """`supervise` in this thread, as it wants for its signals; `during` in another, which ends it with SIGTERM."""
    failed: list[BaseException] = []

    def act() -> None:
        try:
            during()
        except BaseException as err:  # noqa: BLE001  # told by the thread that waits
            failed.append(err)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, lambda number, frame: None)  # one that comes when all has ended
    try:
        thread = threading.Thread(target=act)
        thread.start()
        status = supervise(started, workers)
        thread.join()
    finally:
        signal.signal(signal.SIGTERM, before)
    if failed:
        raise failed[0]
    return status


def test_each_has_a_name_of_its_own_and_ends_with_the_others() -> None:
    started = Started()
    status = run_beside(started, 3, lambda: wait_until(lambda: len(started.processes) == 3, "three workers"))
    assert status == 0
    assert [seat.index for seat in started.seats] == [0, 1, 2]
    assert len({seat.name for seat in started.seats}) == 3
    assert [process.returncode for process in started.processes] == [-signal.SIGTERM] * 3, "they knew no better"


def test_one_that_dies_is_started_again_and_told_whom_it_follows() -> None:
    started = Started()

    def kill_the_first() -> None:
        wait_until(lambda: len(started.processes) == 2, "two workers")
        started.processes[0].kill()
        wait_until(lambda: len(started.processes) == 3, "a third")

    run_beside(started, 2, kill_the_first)
    first, third = started.seats[0], started.seats[2]
    assert (third.index, third.predecessor) == (0, first.name)
    assert third.name != first.name


def test_one_that_cannot_start_now_is_tried_again_later_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "BACKOFF_S", (0.05, 0.4))
    started = Started(*[f"raise SystemExit({COMES_BACK})"] * 3)
    run_beside(started, 1, lambda: wait_until(lambda: len(started.processes) == 4, "a fourth try"))
    assert [process.returncode for process in started.processes[:3]] == [COMES_BACK] * 3


def test_one_that_can_never_start_ends_all() -> None:
    started = Started(WAITS, f"raise SystemExit({CANNOT_START})")
    assert supervise(started, 2) == CANNOT_START
    assert started.processes[0].returncode == -signal.SIGTERM


def test_a_second_signal_is_passed_on(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    started = Started(STUBBORN.format(ready=str(ready)))

    def twice() -> None:
        wait_until(ready.exists, "a worker that listens")
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(0.5)
        assert started.processes[0].poll() is None

    assert run_beside(started, 1, twice) == 1
    assert started.processes[0].returncode == 7


def test_names_are_never_the_same() -> None:
    assert len({fresh().name for _ in range(1000)}) == 1000
