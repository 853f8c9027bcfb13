# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The clock of a drill: every process of its installation goes by it, so that days pass while a person waits a second.

A file of eight bytes holds by how many milliseconds the drill is ahead of the clock on the wall.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

HOUR_MS = 3_600_000
_SIZE = 8


class Clock:
    """One file, read by many processes and moved by one."""

    def __init__(self, shared: mmap.mmap) -> None:
        self._shared = shared
        self._wall_ns: Callable[[], int] = time.time_ns

    @classmethod
    def create(cls, path: Path) -> Self:
        path.write_bytes(bytes(_SIZE))
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        descriptor = os.open(path, os.O_RDWR)
        try:
            return cls(mmap.mmap(descriptor, _SIZE))
        finally:
            os.close(descriptor)

    @property
    def ahead_ms(self) -> int:
        return int.from_bytes(self._shared[:_SIZE], "big")

    def now_ns(self) -> int:
        return self._wall_ns() + self.ahead_ms * 1_000_000

    def now_ms(self) -> int:
        return self.now_ns() // 1_000_000

    def pass_hours(self, hours: int) -> None:
        self._shared[:_SIZE] = (self.ahead_ms + hours * HOUR_MS).to_bytes(_SIZE, "big")

    def rule(self) -> None:
        """From now on this whole process goes by this clock."""
        time.time_ns = self.now_ns
        time.time = lambda: self.now_ns() / 1e9
