# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One seat over time: its process, what that says, when it is ended by force, and when it is started again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import structlog

from privity.server.workers.ear import Ear
from privity.server.workers.seat import Seat, fresh
from privity.server.workers.vital import Vital

BACKOFF_S: Final = (0.2, 5.0)
"""Before a worker is started again: at first, and at most."""
STEADY_S: Final = 30.0
"""A worker that lived this long had begun well: the next wait is the first again."""
CANNOT_START: Final = 3
"""Exit status of a worker that will not start however often it is tried: configuration, keys, schema."""
COMES_BACK: Final = 4
"""Exit status of a worker that cannot start now: the database or the bus does not answer."""
TRIES: Final = 3
"""Processes of one place that stood still one after the other, until starting another is no help."""
DIES_S: Final = 5.0
"""A process that was killed and is still there waits in the kernel, for a disk perhaps: nothing here ends it."""

Start = Callable[[Seat, Mapping[str, str]], "subprocess.Popen[bytes]"]
"""Starts the process of a seat, with this in its environment."""


class Place:
    """A worker of this machine that is always there, whatever becomes of its process."""

    def __init__(self, index: int, start: Start, folder: Path) -> None:
        """In `folder` its processes speak to it."""
        self._start = start
        self._folder = folder
        self.seat = fresh(index)
        self._wait_s = BACKOFF_S[0]
        self._not_before = 0.0
        self._stuck = 0
        self._killed_s: float | None = None
        self.was_ready = False
        self._process: subprocess.Popen[bytes] | None = None
        self._begin(time.monotonic())

    def look(self, now_s: float) -> int | None:
        """End it when it stands still; start it again when it has ended and its time has come. The status of one that
        can never start, or None."""
        if self._process is None:
            if now_s >= self._not_before:
                self.seat = fresh(self.seat.index, self.seat.name)
                self._begin(now_s)
            return None
        status = self._process.poll()
        if status is not None:
            return self._over(status, now_s)
        self._vital.hear(self._ear.hear(), now_s)
        self.was_ready = self.was_ready or self._vital.ready
        if self._vital.ready and self._killed_s is None and now_s - self._began_s >= STEADY_S:
            self._stuck, self._wait_s = 0, BACKOFF_S[0]
        wrong = self._vital.wrong(now_s)
        if wrong is not None and self._killed_s is None:
            self._log().error("worker.stuck", why=wrong, **self._who())
            self._stuck += 1
            self._killed_s = now_s
            self._process.kill()
        return None

    def excuse(self, slept_s: float) -> None:
        """Nobody looked for so long."""
        self._vital.excuse(slept_s)

    def beyond_help(self, now_s: float) -> bool:
        """Whether ending and starting it does not bring it back."""
        undead = self._killed_s is not None and now_s - self._killed_s > DIES_S
        return undead or self._stuck >= TRIES

    def signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def end(self) -> int:
        """Wait for it; its status."""
        status = 0 if self._process is None else self._process.wait()
        self._ear.close()
        return status

    def _begin(self, now_s: float) -> None:
        self._ear = Ear(self._folder, self.seat.name)
        self._vital = Vital(now_s, patient=not self.was_ready)
        self._began_s, self._killed_s = now_s, None
        self._process = self._start(self.seat, self._ear.environment())
        self._log().info("worker.began", **self._who())

    def _over(self, status: int, now_s: float) -> int | None:
        self._ear.close()
        if status == CANNOT_START:
            return status
        self._log().warning("worker.ended", status=status, **self._who())
        self._process, self._killed_s, self._not_before = None, None, now_s + self._wait_s
        self._wait_s = min(2 * self._wait_s, BACKOFF_S[1])
        return None

    def _who(self) -> dict[str, object]:
        return {"worker": self.seat.name, "index": self.seat.index, "pid": self._process and self._process.pid}

    @staticmethod
    def _log() -> structlog.stdlib.BoundLogger:
        log: structlog.stdlib.BoundLogger = structlog.get_logger("privity.hub")
        return log
