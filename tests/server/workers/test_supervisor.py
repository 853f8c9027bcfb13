# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Workers are started again when they die or stand still, ended together, and not tried for good when they cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from privity.server.health.supervised import ALIVE, ENDING, READY, Supervisor
from privity.server.workers import place, vital
from privity.server.workers.place import CANNOT_START, COMES_BACK, TRIES
from privity.server.workers.seat import Seat, fresh
from privity.server.workers.supervisor import supervise
from tests.waiting import wait_until

SAYS = """
import os, socket, time
def say(word):
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(word, os.environ["NOTIFY_SOCKET"])
say(b"READY=1")
"""
MUTE = SAYS + "time.sleep(60)"
ALIVE_STILL = (
    SAYS
    + """
while True:
    time.sleep(0.05)
    say(b"WATCHDOG=1")
"""
)
WAITS = "import time; time.sleep(60)"
STUBBORN = """
import pathlib, signal, sys, time
ready = pathlib.Path({ready!r})
heard = ready.with_name("heard")
signal.signal(signal.SIGTERM, lambda *_: heard.touch(exist_ok=False) if not heard.exists() else sys.exit(7))
ready.touch()
time.sleep(60)
"""


class Started:
    """Starts small programs in the place of workers, and remembers what was asked."""

    def __init__(self, *programs: str) -> None:
        self.programs = list(programs)
        self.seats: list[Seat] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, seat: Seat, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        self.seats.append(seat)
        program = self.programs.pop(0) if self.programs else WAITS
        self.processes.append(subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **environment}))
        return self.processes[-1]


class Heard(Supervisor):
    """The system's own supervisor, which counts often."""

    def __init__(self) -> None:
        super().__init__({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "20000"})
        self.said: list[bytes] = []

    def say(self, state: bytes) -> None:
        self.said.append(state)


def run_beside(started: Started, workers: int, during: Callable[[], None], system: Supervisor | None = None) -> int:
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
        status = supervise(started, workers, system)
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
    monkeypatch.setattr(place, "BACKOFF_S", (0.05, 0.4))
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
        wait_until(ready.with_name("heard").exists, "it to have heard the first")
        threading.Event().wait(0.5)
        assert started.processes[0].poll() is None

    assert run_beside(started, 1, twice) == 1
    assert started.processes[0].returncode == 7


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vital, "SILENT_S", 8.0)
    monkeypatch.setattr(place, "BACKOFF_S", (0.05, 0.05))


@pytest.mark.usefixtures("impatient")
def test_one_that_stands_still_is_ended_and_followed_and_the_log_says_which() -> None:
    started, heard = Started(ALIVE_STILL, ALIVE_STILL, ALIVE_STILL), Heard()

    def stop_the_second() -> None:
        wait_until(lambda: READY in heard.said, "both to be ready")
        os.kill(started.processes[1].pid, signal.SIGSTOP)
        wait_until(lambda: len(started.processes) == 3, "a third")
        spoken = len(heard.said)
        wait_until(lambda: len(heard.said) > spoken + 3, "the system to be told that all is well")

    with capture_logs() as lines:
        run_beside(started, 2, stop_the_second, heard)
    first, second, third = started.seats
    stuck = [line for line in lines if line["event"] == "worker.stuck"]
    assert [(line["worker"], line["index"], line["pid"], line["why"]) for line in stuck] == [
        (second.name, 1, started.processes[1].pid, "says nothing")
    ]
    assert (third.index, third.predecessor) == (1, second.name)
    assert started.processes[1].returncode == -signal.SIGKILL
    assert started.processes[0].returncode == -signal.SIGTERM, f"{first.name} was let alone"
    assert heard.said[0] == READY
    assert heard.said[-1] == ENDING
    assert set(heard.said[1:-1]) == {ALIVE}


def test_where_starting_anew_is_no_help_the_system_hears_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vital, "SILENT_S", 0.3)
    monkeypatch.setattr(place, "BACKOFF_S", (0.05, 0.05))
    started, heard = Started(*[MUTE] * (TRIES + 2)), Heard()

    def wait_for_the_last() -> None:
        wait_until(lambda: len(started.processes) > TRIES, "so many tries")
        spoken = heard.said.count(ALIVE)
        wait_until(lambda: len(started.processes) == TRIES + 2, "one more try, for where nobody else helps")
        assert heard.said.count(ALIVE) == spoken > 0

    with capture_logs() as lines:
        run_beside(started, 1, wait_for_the_last, heard)
    assert [line["index"] for line in lines if line["event"] == "worker.beyond_help"] == [0]


def test_who_was_stopped_itself_judges_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is paused with all its workers, or a machine that slept, finds them as they were."""
    monkeypatch.setattr(vital, "SILENT_S", 3.0)
    command = f"""
import subprocess, sys
from privity.server.workers import vital
from privity.server.workers.supervisor import supervise
vital.SILENT_S = 3.0
def start(seat, environment):
    return subprocess.Popen([sys.executable, "-c", {ALIVE_STILL!r}], env=dict(environment))
sys.exit(supervise(start, 2))
"""
    running = subprocess.Popen([sys.executable, "-c", command], start_new_session=True)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    try:
        wait_until(lambda: len(children.read_text().split()) == 2, "two workers")
        before = children.read_text()
        threading.Event().wait(1.0)
        os.killpg(running.pid, signal.SIGSTOP)
        threading.Event().wait(4.0)
        os.killpg(running.pid, signal.SIGCONT)
        threading.Event().wait(1.0)
        assert children.read_text() == before
    finally:
        os.killpg(running.pid, signal.SIGCONT)
        running.terminate()
        assert running.wait(60) == 0


def test_one_that_stands_still_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vital, "ENDS_S", 0.5)
    started = Started(ALIVE_STILL, ALIVE_STILL)

    def stop_the_first() -> None:
        wait_until(lambda: len(started.processes) == 2, "two workers")
        os.kill(started.processes[0].pid, signal.SIGSTOP)

    assert run_beside(started, 2, stop_the_first) == 1, "not all of them ended well"
    assert [process.returncode for process in started.processes] == [-signal.SIGKILL, -signal.SIGTERM]


def test_names_are_never_the_same() -> None:
    assert len({fresh().name for _ in range(1000)}) == 1000
