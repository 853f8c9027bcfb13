# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How long it takes to find what is due first when ten thousand requests are open, out of an encrypted database."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.desk.legal.casework import T0, Casework

from bench.clock import percentile
from bench.errors import CannotRun
from bench.format import Goal
from bench.hub import disk_folder
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.legal.requests import due, service
from privity.desk.legal.requests.clocks import HOUR_MS

SPREAD_MS: Final = 14 * 24 * HOUR_MS
"""They came within two weeks, so that some are overdue."""
LOOKS: Final = 40
PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Sizes:
    requests: int


FULL: Final = Sizes(10_000)
QUICK: Final = Sizes(300)
_INSTRUMENTS: Final = ("us.sca.warrant", "us.sca.subpoena", "eu.epoc", "eu.epoc_pr", "us.sca.emergency")


def goals(sizes: Sizes) -> tuple[Goal, ...]:
    name = f"{sizes.requests:,} open requests"
    return (
        Goal(f"{name}: what is overdue and the {PAGE} that are due next, p95", "ms", "ours < 100"),
        Goal(f"{name}: the same right after the start", "ms"),
        Goal(f"{name}: what the desk ends by itself, one look that finds nothing, p95", "ms"),
    )


def measured(sizes: Sizes) -> tuple[float, ...]:
    with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as folder:
        work = Casework.at(Path(folder))
        fill(work, sizes.requests)
        now_ms = T0 + SPREAD_MS
        work.db.close()
        with closing(open_database(Path(folder) / "desk" / "desk.db", work.keys)) as db:
            cold = _timed_ms(lambda: _looked(db, now_ms))
            looks = [_timed_ms(lambda at=now_ms - n: _looked(db, at)) for n in range(LOOKS)]  # type: ignore[misc]
            ends = [_timed_ms(lambda: service.step(db, T0)) for _ in range(LOOKS)]
    return percentile(looks, 95), cold, percentile(ends, 95)


def fill(work: Casework, count: int) -> None:
    """So many requests, handed in as agencies do it, and each with the clocks that its instrument starts."""
    work.db.execute("PRAGMA synchronous = OFF")
    for number in range(count):
        work.now_ms = T0 + number * SPREAD_MS // count
        work.submitted(_INSTRUMENTS[number % len(_INSTRUMENTS)])
    work.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _looked(db: Db, now_ms: int) -> None:
    """As whoever works at the desk sees it. Raises CannotRun where nothing would be found."""
    late, soon = due.overdue(db, now_ms, PAGE), due.next(db, now_ms, PAGE)
    if not late or not soon:
        raise CannotRun("nothing is due among the requests that were made")


def _timed_ms(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000
