# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the table of accounts weighs in a process that has counted nothing else: six observations of each account."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.format import Row
from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.counting import Counting
from privity.desk.signals.features.known import Known
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

KEY: Final = b"bench of memory, 32 bytes long!!"
AT_MS: Final = 1_780_000_000_000
AGE_MS: Final = 10**9
PAGE_BYTES: Final = 4096


def memory_rows(accounts: int) -> list[Row]:
    """Megabytes that the process grows by, and the CPU time of one observation."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        grown, each = pool.apply(_count, (accounts,))
    return [
        Row(f"memory of {accounts:,} accounts with six observations each", grown, "MB"),
        Row(f"counted, an observation of {accounts:,} accounts", each, "cpu_us"),
    ]


def _count(accounts: int) -> tuple[float, float]:
    counting = Counting(Accounts(accounts), Commons(), Marks(KEY), Known())
    gc.collect()
    gc.freeze()
    before, start, seen = _resident_bytes(), time.process_time(), 0
    for one in _observations(accounts):
        for _ in counting.count(one):
            pass
        seen += 1
    took = time.process_time() - start
    return (_resident_bytes() - before) / 1e6, took / seen * 1e6


def _observations(accounts: int) -> Iterator[Observed]:
    """Each writes to a few, asks three and is taken by two."""
    number = 0
    for place in range(accounts):
        near = [f"mimi://hub.example/u/{(place + step) % accounts:026d}" for step in range(4)]
        yield Observed(
            number, AT_MS, ObservedKind.SENT, near[0], AT_MS - AGE_MS, AgeBand.ADULT, count=5, people=2, rooms=1
        )
        kinds = [ObservedKind.ASKED] * 3 + [ObservedKind.ACCEPTED] * 2
        for step, kind in enumerate(kinds, 1):
            other = near[(step - 1) % 3 + 1]
            yield Observed(number + step, AT_MS + step, kind, near[0], AT_MS - AGE_MS, AgeBand.ADULT, other=other)
        number += 1 + len(kinds)


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
