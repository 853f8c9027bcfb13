# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What counting keeps, and what it takes to forget it: `make bench-kept`, `BENCH_ARGS="--accounts 1000000"` for many.

At the desk: a week of observations in its encrypted database, an eighth of which is over, and counters of each account.
At the hub, on SQLite and on PostgreSQL: observations that wait for a desk which takes them page by page.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import Final

from bench import kept_hub
from bench.acts import KEYS
from bench.format import Row, commit_of, show
from bench.signals_stream import observations
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.counting import Counting
from privity.desk.signals.features.known import Known
from privity.desk.signals.running import desk_store
from privity.desk.signals.taking import service as taking
from privity.desk.signals.taking import store as observed
from privity.wire.observed import KEPT_MS, PAGE, Observed

ACCOUNTS: Final = 20_000
EACH: Final = 20
"""Observations of an account: a day and a half of somebody who writes a little every hour."""
OVER: Final = 8
"""One of so many is over."""
PART: Final = 5_000


def desk_rows(accounts: int, folder: Path) -> list[Row]:
    """The desk's side."""
    stream = observations(accounts * EACH, accounts)
    counting = Counting(Accounts(accounts), Commons(), Marks(b"k" * 32), Known())
    with closing(open_database(folder / "desk.db", KEYS)) as db:
        db.execute("PRAGMA synchronous = OFF")  # what is measured is CPU and bytes
        empty = _bytes(db)
        started, last_ms = time.process_time(), 0
        for part in _parts(stream):
            with transaction(db):
                observed.add(db, part, part[-1].at_ms)
            last_ms = part[-1].at_ms
        taking_s = time.process_time() - started
        kept = _bytes(db) - empty
        for seen in observations(accounts * EACH, accounts):
            for _ in counting.count(seen):
                pass
        started, before, held = time.process_time(), _bytes(db), len(counting.accounts)
        changed = counting.accounts.changed()
        while rows := list(islice(changed, PART)):
            with transaction(db):
                desk_store.write(db, rows)
        keeping_s, counters = time.process_time() - started, _bytes(db) - before
        first = int(db.execute("SELECT min(until_ms) FROM observed").fetchone()[0])
        now_ms = first + (last_ms + KEPT_MS - first) // OVER
        longest, started, steps, more = 0.0, time.process_time(), 0, True
        while more:
            step = time.process_time()
            more = taking.forget_over(db, now_ms)
            longest, steps = max(longest, time.process_time() - step), steps + 1
        gone = accounts * EACH - int(db.execute("SELECT count(*) FROM observed").fetchone()[0])
        forgetting_s, grown = time.process_time() - started, _bytes(db) - empty - counters
    return [
        Row("desk: an observation kept, indexes included", kept / (accounts * EACH), "bytes"),
        Row("desk: taken, of a thousand observations", taking_s / (accounts * EACH) * 1e6, "cpu_ms"),
        Row(f"desk: counters of {held:,} accounts, of each", counters / held, "bytes"),
        Row("desk: counters written, of a thousand accounts", keeping_s / held * 1e6, "cpu_ms"),
        Row(f"desk: forgotten in {steps} steps, of a thousand of {gone:,}", forgetting_s / gone * 1e6, "cpu_ms"),
        Row("desk: the longest step, for which other work waits", longest * 1000, "cpu_ms"),
        Row("desk: the file after that, to before", grown / kept, "times"),
    ]


def _parts(stream: Iterator[Observed]) -> Iterator[list[Observed]]:
    while part := list(islice(stream, PAGE)):
        yield part


def _bytes(db: Db) -> int:
    pages, each = (int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    return pages * each


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.kept", description="What counting keeps, and forgets.")
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--quick", action="store_true", help="few accounts; says so in the JSON")
    found = parser.parse_args(arguments)
    accounts = 1_000 if found.quick else found.accounts
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-kept-")))
        rows = desk_rows(accounts, folder)
        rows += asyncio.run(kept_hub.rows(accounts, folder))
    show("kept", commit_of(Path(__file__).parent), not found.quick, rows)


if __name__ == "__main__":
    main()
