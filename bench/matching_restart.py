# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A process that opens an index and answers once: how long that took since it was asked for, and what it holds then."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from bench.matching_lists import TAIL, Tail, last_of
from privity.desk.matching.index.index import Index


def resident_mb() -> tuple[float, float]:
    """Memory of this process now, and how much of it is of files."""
    found = {}
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssFile", "RssShmem"):
            found[name] = int(value.split()[0]) * 1024 / 1e6
    return found["VmRSS"], found["RssFile"] + found["RssShmem"]


def main(folder: Path, entries: int, began: float) -> None:
    """`began`: when the process was asked for, by the clock of the wall."""
    index = Index.open(folder, Tail(last_of(entries), TAIL))
    if index.made_anew is not None:
        raise index.made_anew
    index.within(bytes(32))
    wall, cpu = time.time() - began, time.process_time()
    memory, mapped = resident_mb()
    print(json.dumps({"wall_s": wall, "cpu_s": cpu, "memory_mb": memory, "mapped_mb": mapped}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
