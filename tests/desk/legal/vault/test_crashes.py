# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A snapshot is whole or is not there: whatever ends the process, and wherever the disk is full."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, DbError
from privity.desk.legal.vault import taking
from privity.desk.legal.vault.model import Snapshot, State
from privity.desk.legal.vault.preserving import Preserving
from tests.desk.legal.vault.cellar import ALICE, FILES, PRESERVE, Cellar
from tests.desk.legal.vault.test_preserving import Collector

LARGE = {**FILES, "content_profile/picture.bin": b"a generated pattern of a teapot " * 20_000}


def path_of(cellar: Cellar) -> Path:
    return cellar.folder / "desk" / "desk.db"


def stands(cellar: Cellar, hold: int) -> str:
    """The hold's state, if all or nothing of its snapshot is there."""
    with closing(open_database(path_of(cellar), cellar.keys)) as db:
        (state, manifest) = db.execute("SELECT state, manifest_sha256 FROM legal_hold WHERE n = ?", (hold,)).fetchone()
        (keys,) = db.execute("SELECT count(*) FROM legal_hold_key WHERE hold = ?", (hold,)).fetchone()
        (files,) = db.execute("SELECT count(*) FROM legal_hold_file WHERE hold = ?", (hold,)).fetchone()
        (pieces,) = db.execute("SELECT count(DISTINCT file) FROM legal_hold_piece").fetchone()
        (lists,) = db.execute("SELECT count(*) FROM legal_hold_class WHERE manifest IS NOT NULL").fetchone()
        (classes,) = db.execute("SELECT count(*) FROM legal_hold_class WHERE hold = ?", (hold,)).fetchone()
        (clocks,) = db.execute(
            "SELECT count(*) FROM legal_clock WHERE clock = 'take' AND stopped_ms IS NULL"
        ).fetchone()
    taken = len(cellar.said(Act.HOLD_TAKEN))
    if state == State.ORDERED:
        assert (manifest, keys, files, pieces, lists, taken) == (None, 0, 0, 0, 0, 0)
    else:
        assert manifest is not None
        assert (keys, files, pieces, lists, taken, clocks) == (classes, len(FILES), len(FILES), classes, 1, 0)
    return str(state)


def in_a_child(cellar: Cellar, hold: int, before: Callable[[Db], None]) -> int:
    """Take the snapshot in a process of its own; how it ended: 0 taken, 3 by an error of the database, or a signal."""
    (asked,) = taking.asked_of(cellar.db, cellar.custody, hold, cellar.now_ms)
    found = [(asked.target, Snapshot(LARGE))]
    child = os.fork()
    if child == 0:
        try:
            db = open_database(path_of(cellar), cellar.keys)
            before(db)
            taking.take(db, cellar.custody, hold, found, cellar.now_ms, cellar.random)
            os._exit(0)
        except DbError:
            os._exit(3)
        finally:
            os._exit(9)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def killed_everywhere(cellar: Cellar, every: int) -> None:
    hold, statement, state = cellar.ordered(cellar.request(PRESERVE)).number, 1, State.ORDERED.value
    while state == State.ORDERED:

        def before(db: Db, at: int = statement) -> None:
            seen = 0

            def trace(_: str) -> None:
                nonlocal seen
                seen += 1
                if seen == at:
                    os.kill(os.getpid(), signal.SIGKILL)

            db.set_trace_callback(trace)

        ended = in_a_child(cellar, hold, before)
        assert ended in (0, -signal.SIGKILL)
        state = stands(cellar, hold)
        assert state == State.HELD or ended != 0, statement
        statement += every
        assert statement < 2000
    assert state == State.HELD and statement > 60, "the whole of it was killed on the way"
    assert len(cellar.keys_of(hold)) == 6


def test_a_process_that_is_killed_between_key_and_snapshot_leaves_neither(cellar: Cellar) -> None:
    killed_everywhere(cellar, 7)


@pytest.mark.prove
def test_killed_before_every_statement_of_a_snapshot(cellar: Cellar) -> None:
    killed_everywhere(cellar, 1)


@pytest.mark.parametrize("room", [0, 4 << 10, 64 << 10, 256 << 10, 600 << 10])
def test_a_disk_that_is_full_while_a_snapshot_is_taken_leaves_nothing_of_it(cellar: Cellar, room: int) -> None:
    """The journal cannot grow any further: the order waits as before, and is taken when there is room."""
    hold = cellar.ordered(cellar.request(PRESERVE)).number
    journal = path_of(cellar).with_name("desk.db-wal")

    def full(db: Db) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + room, resource.RLIM_INFINITY))

    cellar.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert in_a_child(cellar, hold, full) == 3
    assert stands(cellar, hold) == State.ORDERED
    assert in_a_child(cellar, hold, lambda db: None) == 0
    assert stands(cellar, hold) == State.HELD


async def test_a_desk_whose_disk_was_full_takes_it_with_the_next_look(cellar: Cellar) -> None:
    """By a limit of pages: nothing is half in the database, the desk goes on, and the hub is asked anew."""
    collector = Collector(has={ALICE: dict(LARGE)})
    work = Preserving(cellar.db, cellar.custody, cellar.rulebook, collector, lambda: cellar.now_ms, cellar.random)
    hold = cellar.ordered(cellar.request(PRESERVE)).number
    (pages,) = cellar.db.execute("PRAGMA page_count").fetchone()
    for more in (0, 1, 3, 9, 100):
        cellar.db.execute(f"PRAGMA max_page_count = {pages + more}").fetchall()
        with pytest.raises(DbError, match="full"):
            await work.step()
        assert not cellar.db.in_transaction
        assert stands(cellar, hold) == State.ORDERED
    cellar.db.execute("PRAGMA max_page_count = 1000000").fetchall()
    assert await work.step() == 1
    assert stands(cellar, hold) == State.HELD
    assert len(collector.asked) == 6
