# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity serve --workers N`: N processes on one port, each started again when it dies or stands still.

The kernel spreads connections over them. A process that cannot start at all ends the others: what is wrong is said
once. To systemd this process speaks for all of them, and falls silent when one stays stuck whatever is done here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import structlog

from privity.server.health.supervised import ALIVE, ENDING, READY, Supervisor
from privity.server.workers import vital
from privity.server.workers.place import Place, Start
from privity.server.workers.seat import Seat

MAX_WORKERS: Final = 64
"""As many as there are shards; one for each core is what helps."""
POLL_S: Final = 0.1
SLEPT_S: Final = 2.0
"""Between two looks: whoever was away for so long was stopped, or the whole machine was."""


def start_worker(config_path: Path) -> Start:
    """Starts workers as processes of this program."""

    def start(seat: Seat, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        asked = [str(config_path), seat.name, str(seat.index), seat.predecessor or ""]
        command = [sys.executable, "-m", "privity.server.workers.process", *asked]
        return subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603  # ourselves

    return start


def supervise(start: Start, workers: int, system: Supervisor | None = None) -> int:
    """Run that many workers until SIGTERM or SIGINT. 0 when all of them ended well."""
    system = system or Supervisor()
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    with tempfile.TemporaryDirectory(prefix="privity-") as folder:
        places = [Place(index, start, Path(folder)) for index in range(workers)]
        try:
            failed = _watch(places, asked, system)
            system.say(ENDING)
            return failed or _ended(places, asked)
        finally:
            for place in places:
                place.signal(signal.SIGTERM)
            _wait(places, time.monotonic() + vital.ENDS_S)
            for place in places:
                place.signal(signal.SIGKILL)
                place.end()
            for number, handler in before.items():
                signal.signal(number, handler)


def _watch(places: Sequence[Place], asked: Sequence[int], system: Supervisor) -> int | None:
    """Until somebody asked to end, or one can never start: its status."""
    voice = _Voice(system, places)
    looked_s = time.monotonic()
    while not asked:
        time.sleep(POLL_S)
        now_s = time.monotonic()
        if now_s - looked_s > SLEPT_S:
            for place in places:
                place.excuse(now_s - looked_s)
        looked_s = now_s
        found = [place.look(now_s) for place in places]
        failed = next((status for status in found if status is not None), None)
        if failed is not None:
            return failed
        voice.speak(now_s)
    return None


class _Voice:
    """For all workers: begun when each of them has, alive while each of them is or can be helped."""

    def __init__(self, system: Supervisor, places: Sequence[Place]) -> None:
        self._system = system
        self._places = places
        self._begun = self._silent = False
        self._next_s = 0.0

    def speak(self, now_s: float) -> None:
        if not self._begun and all(place.was_ready for place in self._places):
            self._begun = True
            self._system.say(READY)
        lost = [place for place in self._places if place.beyond_help(now_s)]
        if bool(lost) != self._silent:
            self._silent = bool(lost)
            log = structlog.get_logger("privity.hub")
            for place in lost:
                log.error("worker.beyond_help", worker=place.seat.name, index=place.seat.index)
        if lost or not self._begun or self._system.interval_s is None or now_s < self._next_s:
            return
        self._next_s = now_s + self._system.interval_s
        self._system.say(ALIVE)


def _ended(places: Sequence[Place], asked: Sequence[int]) -> int:
    """Pass the signal on, and a second one too: that ends a worker at once. One that had not begun yet ends by it.

    One that stands still cannot heed it: it is killed when the others have had their time.
    """
    passed = 0
    until_s = time.monotonic() + vital.ENDS_S
    while True:
        for number in asked[passed:]:
            for place in places:
                place.signal(number)
        passed = len(asked)
        if all(place.ended for place in places):
            return int(any(place.end() not in (0, -asked[0]) for place in places))
        if time.monotonic() > until_s:
            for place in places:
                place.signal(signal.SIGKILL)
        time.sleep(POLL_S)


def _wait(places: Sequence[Place], until_s: float) -> None:
    while not all(place.ended for place in places) and time.monotonic() < until_s:
        time.sleep(POLL_S)
