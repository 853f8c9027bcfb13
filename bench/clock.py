# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time of functions and of other processes, and the few statistics that benches quote."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from statistics import median
from typing import Final

_SCHEDULED: Final = 2
"""The clock of scheduled time (CPUCLOCK_SCHED), in nanoseconds; `/proc` counts in ticks of 10 ms."""


def cpu_us(functions: Mapping[str, Callable[[], object]], *, samples: int, calls: int) -> dict[str, float]:
    """CPU microseconds of one call of each: the median over samples that alternate, so that drift hits all alike."""
    found: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()
    for _ in range(samples):
        for name, function in functions.items():
            start = time.process_time_ns()
            for _ in range(calls):
                function()
            found[name].append((time.process_time_ns() - start) / calls / 1000)
    return {name: median(values) for name, values in found.items()}


def process_cpu_s(pid: int) -> float:
    """User and system seconds of a process so far, all of its threads; its clock's id is made from its own."""
    return time.clock_gettime(~pid << 3 | _SCHEDULED)


def family(pid: int) -> list[int]:
    """A process and all that descend from it and run now. Raises OSError when it does not run itself."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = [pid]
    for child in children:
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile, as some of a database do
            found += family(int(child))
    return found


def family_cpu_s(pid: int) -> float:
    """What all of them have used so far. Raises OSError when the process itself does not run."""
    used = process_cpu_s(pid)
    for one in family(pid)[1:]:
        with suppress(OSError):
            used += process_cpu_s(one)
    return used


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    return sorted(values)[max(ceil(len(values) * percent / 100), 1) - 1]
