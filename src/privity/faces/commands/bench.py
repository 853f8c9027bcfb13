# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity bench`: what this machine and this disk allow a hub."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Final

from cyclopts import Parameter
from rich.console import Console

from privity.server import measure
from privity.server.errors import HubError
from privity.server.measure import Measured
from privity.wire.errors import Refusal

ALONE: Final = 300
ROUNDS: Final = 50
NO_DISK_MS: Final = 0.02
"""No disk and no flash keeps a page in twenty microseconds."""


def bench(
    *,
    folder: Annotated[Path, Parameter(help="Where to measure: the disk that will hold the hub's data.")] = Path(),
) -> None:
    """Measure how many messages a hub can make durable here. About five seconds; leaves nothing behind.

    Example: privity bench --folder home
    """
    if not folder.is_dir():
        sys.exit(f"privity: NotAFolder: {folder} is not a folder")
    try:
        with Console(stderr=True).status("storing messages as a hub does"):
            found = asyncio.run(measure.measure(folder, ALONE, ROUNDS))
    except (HubError, Refusal, OSError, sqlite3.Error) as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    print("\n".join(lines(found)))


def lines(found: Measured) -> list[str]:
    """What was found, and what it means."""
    synced = median(found.synced)
    told = [
        f"disk      {_spread(found.synced)} to append a page and sync it",
        f"alone     {_spread(found.alone)} until a message is durable, when nobody else sends",
        f"together  {found.per_second:,.0f} messages a second, {measure.ROOMS * 2} devices sending at once",
        f"processor {found.cpu:.3f} ms of CPU for each of those, without the network",
    ]
    if synced < NO_DISK_MS:
        told.append("warning   this folder is in memory or its disk does not sync: a power cut would lose messages")
    return told


def _spread(values: Sequence[float]) -> str:
    slow = sorted(values)[len(values) * 99 // 100]
    return f"{median(values):.2f} ms (one in a hundred over {slow:.2f} ms)"
