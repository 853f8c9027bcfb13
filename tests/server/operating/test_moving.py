# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin move-store`: every row once, through a kill; only into what is empty; nothing unlike is served."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from privity.faces.demo.processes import privity
from privity.server import init
from privity.server.db.database import Row, Tx
from privity.server.db.open import open_database, read_beside, write_beside
from privity.server.errors import AlreadyRunning, MigrationUnknown
from privity.server.main import held
from privity.server.operating.backup import copying, making, restoring
from privity.server.operating.errors import BackupFailed, MoveDamaged, MoveRefused, RestoreRefused
from privity.server.operating.moving import move as moving
from privity.server.operating.moving.source import Source, Table
from privity.server.operating.moving.total import total
from privity.server.operating.shown import told_to_nobody
from tests import postgres
from tests.server.operating.conftest import Home
from tests.server.operating.kept import NOW_MS, filled, loaded
from tests.waiting import wait_until

EVENTS = 3_000


@pytest.fixture
def target() -> Iterator[str]:
    """The address of an empty database."""
    postgres.need_postgres()
    server = postgres.shared()
    name = server.new_database()
    yield server.url(name)
    server.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def full(home: Home) -> Home:
    """With rows that make several pages, of every kind of value, and numbers that were given and are gone."""
    filled(home)

    def write(tx: Tx) -> None:
        tx.executemany(
            "INSERT INTO event (room_id, seq, ts_ms, kind, sender, ref, frame) VALUES (?, ?, ?, 1, ?, ?, ?)",
            [
                (
                    room,
                    seq,
                    NOW_MS + seq,
                    None if seq % 7 == 0 else "mimi://ä",
                    seq.to_bytes(16, "big"),
                    bytes(seq % 300),
                )
                for room in (1, 2, 3)
                for seq in range(EVENTS // 3)
            ],
        )
        tx.executemany(
            "INSERT INTO report (reporter_uri, received_ms, receipt, digest, sealed) VALUES ('r', 1, ?, ?, X'00')",
            [(str(number), bytes([number])) for number in range(9)],
        )
        tx.execute("DELETE FROM report WHERE seq > 3")

    init.beside_the_hub(home.config, write)
    return home


def move(home: Home, address: str) -> moving.Moved:
    return moving.move(loaded(home), address, told_to_nobody)


def source_digest(home: Home) -> str:
    return hashlib.sha256((home.data / "hub.db").read_bytes()).hexdigest()


def test_the_bar_goes_forward_only_and_ends_full(full: Home, target: str) -> None:
    """What is left can be told from it: one unit of work from the first row moved to the last one compared."""
    said: list[tuple[int, int]] = []
    done = moving.move(loaded(full), target, lambda what, at, all_: said.append((at, all_)))
    assert {all_ for _, all_ in said} == {moving.PASSES * done.rows}
    assert said == sorted(said)
    assert done.rows * moving.PASSES - said[-1][0] < moving.PASSES * moving.ROWS


async def test_all_is_there_alike_and_numbers_go_on(full: Home, target: str) -> None:
    before = source_digest(full)
    done = move(full, target)
    assert (done.resumed, done.rows >= EVENTS) == (0, True)
    assert source_digest(full) == before
    there = replace(loaded(full), store=target)
    with Source(loaded(full).database) as source:
        for table in source.tables():
            columns = ", ".join(table.columns)
            rows = read_beside(there, lambda query: query.all(f"SELECT {columns} FROM {table.name}"))  # noqa: B023
            assert total(rows) == total(source.rows(table)), table.name
    db = open_database(there)
    try:
        new = await db.write(
            lambda tx: tx.one(
                "INSERT INTO report (reporter_uri, received_ms, receipt, digest, sealed)"
                " VALUES ('r', 1, 'new', ?, ?) RETURNING seq",
                (b"\xff", b"\x00"),
            )
        )
    finally:
        await db.close()
    assert new == (10,)


def test_a_kill_in_the_middle_loses_and_doubles_nothing(full: Home, target: str) -> None:
    """Killed when some pages are there: what is half there is served by nobody, and the same command ends it."""
    command = privity("admin", "move-store", "--to", target, "--config", str(full.config))
    slow = [command[0], "-c", _SLOWLY, *command[3:]]
    child = subprocess.Popen(slow, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    server, name = postgres.shared(), target.rpartition("/")[2]

    def begun() -> bool:
        if server.sql(name, "SELECT to_regclass('moving')") == [(None,)]:
            return False
        return server.sql(name, "SELECT rows FROM moving WHERE name = 'event'") > [(0,)]

    wait_until(begun, "some events to be there")
    child.kill()
    child.communicate()
    (half,) = server.sql(name, "SELECT rows FROM moving WHERE name = 'event'")[0]
    assert 0 < int(str(half)) < EVENTS
    assert server.sql(name, "SELECT count(*) FROM event") == [(half,)]
    with pytest.raises(MigrationUnknown):
        open_database(replace(loaded(full), store=target))
    wait_until(lambda: not _locked(target), "PostgreSQL to notice that the mover is gone")
    done = move(full, target)
    assert done.resumed >= int(str(half))
    assert server.sql(name, "SELECT count(*), count(DISTINCT (room_id, seq)) FROM event") == [(EVENTS, EVENTS)]
    assert server.sql(name, "SELECT to_regclass('moving')") == [(None,)]


_SLOWLY = """
import sys, time
from privity.server.operating.moving import move
move.ROWS = 100
told = move._page
def slowly(rows):
    time.sleep(0.05)
    return told(rows)
move._page = slowly
from privity.cli import app
app(sys.argv[1:])
"""


def _locked(target: str) -> bool:
    """Whether the session of a mover is still there."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'privity move' AND datname = "
    return postgres.shared().sql("postgres", f"{asked}'{target.rpartition('/')[2]}'") != [(0,)]


def test_what_has_changed_since_is_not_mixed(full: Home, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(what: str, done: int, all_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moving.move(loaded(full), target, cut)
    init.beside_the_hub(full.config, lambda tx: tx.execute("DELETE FROM report WHERE seq = 1"))
    with pytest.raises(MoveRefused, match="has changed since"):
        move(full, target)


def test_a_database_of_a_hub_that_has_begun_is_refused(full: Home, target: str) -> None:
    there = replace(loaded(full), store=target)
    write_beside(
        there, lambda tx: tx.execute("INSERT INTO account (user_uri, handle, created_ms) VALUES ('u', 'someone', 1)")
    )
    with pytest.raises(MoveRefused, match="has begun"):
        move(full, target)
    assert read_beside(there, lambda query: query.all("SELECT handle FROM account")) == [("someone",)]


def test_a_row_that_was_changed_on_the_way_is_found(full: Home, target: str) -> None:
    server, name = postgres.shared(), target.rpartition("/")[2]

    changed: list[str] = []

    def change(what: str, done: int, all_: int) -> None:
        if what.startswith("comparing") and not changed:
            changed.append(what)
            server.sql(name, "UPDATE event SET ts_ms = ts_ms + 1 WHERE room_id = 2 AND seq = 5")

    with pytest.raises(MoveDamaged, match=r"event: 3,000 rows here, 3,000 there"):
        moving.move(loaded(full), target, change)
    with pytest.raises(MigrationUnknown):
        open_database(replace(loaded(full), store=target))


def test_a_hub_that_runs_is_not_moved(full: Home, target: str) -> None:
    with held(full.data / "hub.lock"), pytest.raises(AlreadyRunning):
        move(full, target)


def test_a_text_that_postgresql_cannot_keep_is_named(full: Home, target: str) -> None:
    with sqlite3.connect(full.data / "hub.db") as db:
        db.execute("INSERT INTO account (user_uri, handle, created_ms) VALUES ('u', ?, 1)", ("a\0b",))
    db.close()
    with pytest.raises(MoveRefused, match="PostgreSQL cannot keep a row of account"):
        move(full, target)


def test_there_must_be_something_to_move(full: Home) -> None:
    with pytest.raises(MoveRefused, match="names PostgreSQL already"):
        moving.move(replace(loaded(full), store="postgresql://hub@127.0.0.1/x"), "postgresql://y", told_to_nobody)
    with sqlite3.connect(full.data / "hub.db") as db:
        db.execute("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)")
    db.close()
    with pytest.raises(MoveRefused, match="older migration"), Source(loaded(full).database):
        pass
    (full.data / "hub.db").unlink()
    with pytest.raises(MoveRefused, match="nothing to move"):
        Source(loaded(full).database)


class Memory:
    """What a move needs of its target, and a row that changes on the way where a test wants it."""

    def __init__(self, *, changes: str | None = None) -> None:
        self.tables: dict[str, list[Row]] = {}
        self.finished = False
        self._changes = changes

    def __call__(self, address: str) -> Memory:
        return self

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def begin(self, source: str, tables: list[Table]) -> dict[str, int]:
        return {table.name: len(self.tables.setdefault(table.name, [])) for table in tables}

    def put(self, table: Table, rows: list[Row], done: int) -> None:
        self.tables[table.name] += rows
        assert len(self.tables[table.name]) == done

    def rows(self, table: Table) -> Iterator[Row]:
        for number, row in enumerate(self.tables[table.name]):
            yield (*row[:-1], b"changed") if table.name == self._changes and number == 1 else row

    def finish(self, highest: dict[str, int]) -> None:
        assert highest["report"] == 9
        self.finished = True


def test_every_row_arrives_once_also_in_several_attempts(full: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    monkeypatch.setattr("privity.server.operating.moving.target.Target", memory)
    monkeypatch.setattr(moving, "ROWS", 7)
    attempts = 0

    def cut(what: str, done: int, all_: int) -> None:
        if done >= (attempts + 1) * 500:
            raise KeyboardInterrupt

    while not memory.finished:
        with suppress(KeyboardInterrupt):
            moving.move(loaded(full), "postgresql://nowhere", cut)
        attempts += 1
    assert attempts > 5
    with Source(loaded(full).database) as source:
        assert {table.name: list(source.rows(table)) for table in source.tables()} == memory.tables


def test_a_byte_that_changed_on_the_way_stops_it(full: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(changes="event")
    monkeypatch.setattr("privity.server.operating.moving.target.Target", memory)
    with pytest.raises(MoveDamaged, match="event: 3,000 rows here, 3,000 there"):
        move(full, "postgresql://nowhere")
    assert not memory.finished


def test_equal_rows_come_to_the_same_in_any_order_and_others_do_not() -> None:
    rows = [(1, "a", b"x", None), (2, "", b"", 5), (1, "a", b"x", None)]
    assert total(rows) == total(reversed(rows))
    assert total(rows) != total(rows[:2])
    assert total(rows[:1]) != total([(1, "a", b"y", None)])
    assert total([(1, 2)]) != total([(12,)])


def test_a_backup_of_postgresql_and_back(full: Home, target: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    move(full, target)
    sqlite_copy, copy = (tmp_path_factory.mktemp("copies") / name for name in ("sqlite", "postgresql"))
    making.make(loaded(full), full.config, sqlite_copy, None, NOW_MS, told_to_nobody)
    text = full.config.read_text()
    full.config.write_text(text.replace("[hub]", f'[hub]\nstore = "{target}"'))
    made = making.make(loaded(full), full.config, copy, None, NOW_MS, told_to_nobody)
    assert (made.manifest.database, made.manifest.rows["event"], made.manifest.blobs) == ("hub.dump", EVENTS, 3)
    with pytest.raises(RestoreRefused, match="another hub"):
        restoring.restore(copy, full.config, None, told_to_nobody)
    with pytest.raises(RestoreRefused, match="restore it where it was made"):
        restoring.restore(sqlite_copy, full.config, None, told_to_nobody)
    server = postgres.shared()
    name = server.new_database()
    full.config.write_text(text.replace("[hub]", f'[hub]\nstore = "{server.url(name)}"'))
    restoring.restore(copy, full.config, None, told_to_nobody)
    assert read_beside(loaded(full), copying.moment).rows == made.manifest.rows
    server.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")
    with pytest.raises(BackupFailed, match="pg_restore ended with"):
        copying.restore_postgres(server.url("not_there"), copy / "hub.dump")
