# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time of functions and of other processes, and the few statistics that benches quote."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
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


def family_cpu_s(pid: int) -> float:
    """The same of a process and of all that descend from it and run now."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return process_cpu_s(pid) + sum(family_cpu_s(int(child)) for child in children)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    return sorted(values)[max(ceil(len(values) * percent / 100), 1) - 1]
