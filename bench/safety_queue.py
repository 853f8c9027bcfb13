# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How long a page of the queue takes when a hundred thousand cases are open, out of an encrypted database."""

from __future__ import annotations

import os
import random
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.clock import percentile
from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import disk_folder
from privity.desk.cases import service as cases
from privity.desk.cases.gathering import Gathering
from privity.desk.cases.model import Place, View
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, transaction
from privity.desk.init import write_fresh
from privity.desk.intake.findings import Level, Source, Subject
from privity.desk.intake.model import Proven, Taken
from privity.desk.keys import DeskKeys, read_key
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.report import Reason
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite

NOW_MS: Final = 1_800_000_000_000
SPREAD_MS: Final = 14 * 86_400_000
"""The cases came within two weeks, so that some are past their deadline."""
HOST: Final = "hub.example"
PAGE: Final = 1_000
SEED: Final = 7
LOOKS: Final = 40


def rows(count: int) -> list[Row]:
    """Three rows: the slowest view by its 95th percentile, how many at once it shows, and the numbers beside it."""
    goals = [
        Goal(f"queue: a page of 50 among {count:,} open cases, slowest view, p95", "ms", "ours < 200"),
        Goal(f"queue: the same right after the start, {count:,} open cases", "ms"),
        Goal(f"queue: the counts beside it, {count:,} open cases, p95", "ms"),
    ]
    try:
        folder = tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder())
    except (CannotRun, OSError) as err:
        return [goal.skipped(f"{type(err).__name__}: {err}") for goal in goals]
    with folder as made:
        path, keys = Path(made) / "desk.db", _keys(Path(made))
        with closing(open_database(path, keys)) as db:
            fill(db, count)
        with closing(open_database(path, keys)) as db:
            cold = max(_looked(db, view, None)[0] for view in View)
            slowest = max(percentile([_looked(db, view, after)[0] for after in _places(db, view)], 95) for view in View)
            counted = percentile([_timed(lambda: cases.counts(db, NOW_MS)) for _ in range(LOOKS)], 95)
    return [goal.row(value) for goal, value in zip(goals, (slowest, cold, counted), strict=True)]


def fill(db: Db, count: int) -> None:
    """So many open cases, each about somebody else, by the same code that the intake calls."""
    rnd, gather = random.Random(SEED), Gathering({})
    db.execute("PRAGMA synchronous = OFF")
    for start in range(1, count + 1, PAGE):
        page = [_taken(rnd, number) for number in range(start, min(start + PAGE, count + 1))]
        with transaction(db):
            db.executemany(
                "INSERT INTO report (seq, receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state,"
                " detail) VALUES (?, ?, ?, ?, ?, x'00', 'assessed', '')",
                [(one.number, rnd.randbytes(16).hex(), one.reporter_uri, one.received_ms, NOW_MS) for one in page],
            )
            gather(db, page, NOW_MS)
    for number in range(1, min(count, 200) + 1):
        cases.take(db, _moderator(), number, NOW_MS)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _taken(rnd: random.Random, number: int) -> Taken:
    level = rnd.choice(list(Level))
    proven = () if level is Level.TIP else (Proven(rnd.randbytes(32), NOW_MS, level, ()),)
    reporter, accused = new_user_uri(HOST, rnd.randbytes), new_user_uri(HOST, rnd.randbytes)
    room, reason = new_room_uri(HOST, rnd.randbytes), int(rnd.choice(list(Reason)))
    at_ms = NOW_MS - rnd.randrange(SPREAD_MS)
    return Taken(number, reporter, at_ms, Subject.MESSAGES, Source.USER, accused, room, reason, level, True, 0, proven)


def _places(db: Db, view: View) -> list[Place | None]:
    """Where pages begin, one after the other from the start."""
    found: list[Place | None] = [None]
    while len(found) < LOOKS:
        found.append(_looked(db, view, found[-1])[1])
    return found


def _looked(db: Db, view: View, after: Place | None) -> tuple[float, Place | None]:
    """How long a page took, and where the next one begins."""
    start = time.perf_counter()
    page = cases.queue(db, _moderator(), view, after, text="mimi://hub.example/u/a", now_ms=NOW_MS)
    return (time.perf_counter() - start) * 1000, page.after


def _timed(call: object) -> float:
    start = time.perf_counter()
    assert callable(call)
    call()
    return (time.perf_counter() - start) * 1000


def _moderator() -> Acting:
    return Acting.member(1, frozenset({Role.MODERATOR}))


def _keys(folder: Path) -> DeskKeys:
    write_fresh(folder / "keys", os.urandom)
    intake, staff, evidence, audit = (
        read_key(folder / "keys" / f"{name}.key") for name in ("intake", "staff", "evidence", "audit")
    )
    return DeskKeys(intake, SigningKey(suite(1), staff), evidence, audit)
