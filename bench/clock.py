# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time of functions and of other processes, and the few statistics that benches quote."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path
from statistics import median
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


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
    """User and system seconds of a process so far, all of its threads, in steps of the kernel's tick (10 ms)."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    return sorted(values)[max(ceil(len(values) * percent / 100), 1) - 1]
