# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How fast this disk makes one page durable: what every latency of a durable send is to be read against."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from bench.clock import percentile
from bench.errors import CannotRun
from bench.format import Row, skipped
from bench.hub import disk_folder
from privity.server.measure import syncs


def rows(*, quick: bool) -> list[Row]:
    """Append and fdatasync, as a write-ahead log does it; paced like 200 sends a second."""
    names = [f"disk: one page appended and synced, p{percent}" for percent in (50, 99)]
    try:
        with closing(syncs(disk_folder())) as disk:
            times = [_paced(disk) for _ in range(100 if quick else 1000)]
    except (CannotRun, OSError) as err:
        return [skipped(name, "ms", f"{type(err).__name__}: {err}") for name in names]
    return [Row(name, percentile(times, percent), "ms") for name, percent in zip(names, (50, 99), strict=True)]


def _paced(disk: Iterator[float]) -> float:
    time.sleep(0.005)
    return next(disk)
