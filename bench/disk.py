# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How fast this disk makes one page durable: what every latency of a durable send is to be read against."""

from __future__ import annotations

import os
import tempfile
import time
from typing import Final

from bench.clock import percentile
from bench.errors import CannotRun
from bench.format import Row, skipped
from bench.hub import disk_folder

PAGE: Final = bytes(8192)
"""A page of the hub's database."""


def rows(*, quick: bool) -> list[Row]:
    """Append and fdatasync, as a write-ahead log does it; paced like 200 sends a second."""
    names = [f"disk: one page appended and synced, p{percent}" for percent in (50, 99)]
    times: list[float] = []
    try:
        with tempfile.TemporaryFile(dir=disk_folder()) as file:
            for _ in range(100 if quick else 1000):
                time.sleep(0.005)
                start = time.perf_counter()
                os.write(file.fileno(), PAGE)
                os.fdatasync(file.fileno())
                times.append((time.perf_counter() - start) * 1000)
    except (CannotRun, OSError) as err:
        return [skipped(name, "ms", f"{type(err).__name__}: {err}") for name in names]
    return [Row(name, percentile(times, percent), "ms") for name, percent in zip(names, (50, 99), strict=True)]
