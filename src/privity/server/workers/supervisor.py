# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity serve --workers N`: N processes on one port, each started again when it dies.

The kernel spreads connections over them. A process that cannot start at all ends the others: what is wrong is said
once.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

from privity.server.workers.seat import Seat, fresh

MAX_WORKERS: Final = 64
"""As many as there are shards; one for each core is what helps."""
BACKOFF_S: Final = (0.2, 5.0)
"""Before a worker is started again: at first, and at most."""
STEADY_S: Final = 30.0
"""A worker that lived this long had begun well: the next wait is the first again."""
CANNOT_START: Final = 3
"""Exit status of a worker that will not start however often it is tried: configuration, keys, schema."""
COMES_BACK: Final = 4
"""Exit status of a worker that cannot start now: the database or the bus does not answer."""
POLL_S: Final = 0.1

Start = Callable[[Seat], "subprocess.Popen[bytes]"]


def start_worker(config_path: Path) -> Start:
    """Starts workers as processes of this program."""

    def start(seat: Seat) -> subprocess.Popen[bytes]:
        asked = [str(config_path), seat.name, str(seat.index), seat.predecessor or ""]
        return subprocess.Popen([sys.executable, "-m", "privity.server.workers.process", *asked])  # noqa: S603  # ourselves

    return start


class Place:
    """One seat over time: its process, and when it may be started again."""

    def __init__(self, index: int, start: Start) -> None:
        self._start = start
        self.seat = fresh(index)
        self._wait_s = BACKOFF_S[0]
        self._process: subprocess.Popen[bytes] | None = None
        self._began = self._not_before = 0.0
        self._begin()

    def look(self, now_s: float) -> int | None:
        """Start it again when it has ended and its time has come. The status of one that can never start, or None."""
        if self._process is None:
            if now_s >= self._not_before:
                self.seat = fresh(self.seat.index, self.seat.name)
                self._begin()
            return None
        status = self._process.poll()
        if status is None:
            return None
        if status == CANNOT_START:
            return status
        if now_s - self._began >= STEADY_S:
            self._wait_s = BACKOFF_S[0]
        self._process, self._not_before = None, now_s + self._wait_s
        self._wait_s = min(2 * self._wait_s, BACKOFF_S[1])
        return None

    def signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def end(self) -> int:
        """Wait for it; its status."""
        return 0 if self._process is None else self._process.wait()

    def _begin(self) -> None:
        self._process = self._start(self.seat)
        self._began = time.monotonic()


def supervise(start: Start, workers: int) -> int:
    """Run that many workers until SIGTERM or SIGINT. 0 when all of them ended well."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    places = [Place(index, start) for index in range(workers)]
    failed: int | None = None
    try:
        while not asked and failed is None:
            time.sleep(POLL_S)
            found = [place.look(time.monotonic()) for place in places]
            failed = next((status for status in found if status is not None), None)
        return failed or _ended(places, asked)
    finally:
        for place in places:
            place.signal(signal.SIGTERM)
            place.end()
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(places: list[Place], asked: list[int]) -> int:
    """Pass the signal on, and a second one too: that ends a worker at once. One that had not begun yet ends by it."""
    passed = 0
    while True:
        for number in asked[passed:]:
            for place in places:
                place.signal(number)
        passed = len(asked)
        if all(place.ended for place in places):
            return int(any(place.end() not in (0, -asked[0]) for place in places))
        time.sleep(POLL_S)
