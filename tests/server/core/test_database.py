# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The database port: what is acknowledged is on the disk, and one failure is nobody else's."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from privity.server.db import migrations
from privity.server.db.batches import Batches, Done, Job
from privity.server.db.database import Reader, Row, Tx
from privity.server.db.migrations import Migration
from privity.server.db.sqlite import MAX_BATCH, SqliteDatabase, connect
from privity.server.errors import MigrationChanged, MigrationUnknown
from privity.wire.errors import Code, Refusal

KILL_ROUNDS = 5

WRITER = """
import asyncio, sys
from pathlib import Path
from privity.server.db.sqlite import SqliteDatabase

async def main():
    db = SqliteDatabase(Path(sys.argv[1]))
    start = int(sys.argv[2])
    await db.write(lambda tx: tx.execute("CREATE TABLE IF NOT EXISTS mark (n INTEGER PRIMARY KEY) STRICT") and None)
    async def one(n):
        await db.write(lambda tx: tx.execute("INSERT INTO mark (n) VALUES (?)", (n,)) and None)
        sys.stdout.write(f"{n}\\n")
        sys.stdout.flush()
    n = start
    while True:
        await asyncio.gather(*(one(n + i) for i in range(50)))
        n += 50

asyncio.run(main())
"""


def insert(number: int) -> Callable[[Tx], int | None]:
    def write(tx: Tx) -> int | None:
        tx.execute("INSERT INTO mark (n) VALUES (?)", (number,))
        return number

    return write


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.db")
    await database.write(lambda tx: tx.execute("CREATE TABLE mark (n INTEGER PRIMARY KEY) STRICT") and None)
    yield database
    await database.close()


async def marks(db: SqliteDatabase) -> list[int]:
    return await db.read(lambda reader: [row[0] for row in reader.all("SELECT n FROM mark ORDER BY n")])


async def test_one_failure_does_not_fail_its_neighbours(db: SqliteDatabase) -> None:
    def fails(tx: Tx) -> int | None:
        tx.execute("INSERT INTO mark (n) VALUES (1000)")
        raise Refusal(Code.CONFLICT, "not this one")

    writes = [db.write(fails if n % 3 == 0 else insert(n)) for n in range(30)]
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert [isinstance(result, Refusal) for result in results] == [n % 3 == 0 for n in range(30)]
    assert await marks(db) == [n for n in range(30) if n % 3]


async def test_a_failure_that_is_alone_leaves_nothing_and_stops_nobody(db: SqliteDatabase) -> None:
    def fails(tx: Tx) -> None:
        tx.executemany("INSERT INTO mark (n) VALUES (?)", [(1,), (2,)])
        assert tx.attempt(lambda: _repeat(tx), sqlite3.IntegrityError) is not None
        raise Refusal(Code.CONFLICT, "not this one")

    await db.write(insert(7))
    for _ in range(2):
        with pytest.raises(Refusal, match="not this one"):
            await db.write(fails)
        assert await marks(db) == [7]
    with pytest.raises(sqlite3.IntegrityError):
        await db.write(insert(7))
    await db.write(insert(8))
    assert await marks(db) == [7, 8]


def _repeat(tx: Tx) -> None:
    tx.execute("INSERT INTO mark (n) VALUES (1)")


async def test_writes_that_wait_share_one_commit(db: SqliteDatabase, tmp_path: Path) -> None:
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()
    hold = threading.Event()

    def wait(tx: Tx) -> None:
        loop.call_soon_threadsafe(gate.set)
        hold.wait(10)

    first = asyncio.ensure_future(db.write(wait))
    await gate.wait()
    commits: list[str] = []
    db._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    writes = asyncio.gather(*(db.write(insert(n)) for n in range(200)))
    await asyncio.sleep(0)
    hold.set()
    await first
    await writes
    assert len(commits) <= 2 + 200 // MAX_BATCH
    assert len(await marks(db)) == 200


async def test_reader_sees_every_acknowledged_write_and_cannot_write(db: SqliteDatabase) -> None:
    for n in range(50):
        await db.write(insert(n))
        assert (await marks(db))[-1] == n
    with pytest.raises(sqlite3.OperationalError):
        await db.read(lambda reader: reader.execute("DELETE FROM mark"))


async def test_calls_after_commit_run_before_the_writer_resumes_and_not_after_a_failure(db: SqliteDatabase) -> None:
    seen: list[str] = []

    def good(tx: Tx) -> None:
        tx.after_commit(lambda: seen.append("good"))

    def bad(tx: Tx) -> None:
        tx.after_commit(lambda: seen.append("bad"))
        raise Refusal(Code.CONFLICT, "no")

    await asyncio.gather(db.write(bad), db.write(good), return_exceptions=True)
    assert seen == ["good"]


async def test_full_disk_is_unavailable_and_loses_nothing_acknowledged(db: SqliteDatabase) -> None:
    await db.write(insert(1))
    await db.write(lambda tx: tx.execute("CREATE TABLE fat (b BLOB NOT NULL) STRICT") and None)
    pages = await db.write(lambda tx: tx.one("PRAGMA page_count"))
    assert pages is not None
    db._connection.execute(f"PRAGMA max_page_count = {int(pages[0])}")
    with pytest.raises(Refusal, match="SQLITE_FULL") as caught:
        await db.write(lambda tx: tx.execute("INSERT INTO fat (b) VALUES (zeroblob(10000000))") and None)
    assert caught.value.code is Code.UNAVAILABLE
    db._connection.execute("PRAGMA max_page_count = 1000000")
    await db.write(insert(2))
    assert await marks(db) == [1, 2]


async def test_closing_finishes_what_waits_and_refuses_the_rest(tmp_path: Path) -> None:
    db = SqliteDatabase(tmp_path / "hub.db")
    await db.write(lambda tx: tx.execute("CREATE TABLE mark (n INTEGER PRIMARY KEY) STRICT") and None)
    writes = [asyncio.ensure_future(db.write(insert(n))) for n in range(100)]
    await asyncio.sleep(0)
    await db.close()
    assert await asyncio.gather(*writes) == list(range(100))
    with pytest.raises(Refusal):
        await db.write(insert(101))


@pytest.mark.parametrize("number", range(KILL_ROUNDS))
async def test_acknowledged_writes_survive_kill_9(tmp_path: Path, number: int) -> None:
    path = tmp_path / "hub.db"
    acknowledged: list[int] = []
    for start in (0, 1_000_000):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(path), str(start), stdout=asyncio.subprocess.PIPE, env={**os.environ}
        )
        assert child.stdout is not None
        for _ in range(37 + number * 61):
            acknowledged.append(int(await child.stdout.readline()))
        child.send_signal(signal.SIGKILL)
        rest = await child.stdout.read()
        acknowledged.extend(int(line) for line in rest.split(b"\n")[:-1])
        await child.wait()
    db = connect(path)
    stored = {row[0] for row in db.execute("SELECT n FROM mark")}
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert set(acknowledged) <= stored


def test_every_table_is_strict_and_migrations_apply_once(tmp_path: Path) -> None:
    db = connect(tmp_path / "hub.db")
    assert migrations.apply(db) == [migration.number for migration in migrations.shipped()]
    assert migrations.apply(db) == []
    loose = db.execute(
        "SELECT name FROM pragma_table_list WHERE strict = 0 AND type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    assert loose == []
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA temp_store").fetchone() == (2,)  # in memory
    db.close()


def test_changed_and_unknown_migrations_stop_the_hub(tmp_path: Path) -> None:
    db = connect(tmp_path / "hub.db")
    first = Migration(1, "first", "CREATE TABLE one (n INTEGER) STRICT;")
    second = Migration(2, "second", "CREATE TABLE two (n INTEGER) STRICT; -- with ; inside\nDROP TABLE two;")
    assert migrations.apply(db, [first, second]) == [1, 2]
    with pytest.raises(MigrationChanged):
        migrations.apply(db, [Migration(1, "first", "CREATE TABLE other (n INTEGER) STRICT;"), second])
    with pytest.raises(MigrationUnknown):
        migrations.apply(db, [first])
    broken = Migration(3, "broken", "CREATE TABLE three (n INTEGER) STRICT;\nCREATE TABLE three (n INTEGER) STRICT;")
    with pytest.raises(sqlite3.OperationalError):
        migrations.apply(db, [first, second, broken])
    assert db.execute("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'three'").fetchone() == (0,)
    db.close()


async def test_a_change_that_fails_within_a_transaction_is_undone_alone(tmp_path: Path) -> None:
    db = SqliteDatabase(tmp_path / "hub.db")
    called: list[str] = []

    def write(tx: Tx) -> Exception | None:
        tx.execute("INSERT INTO invite (code_hash, created_ms, expires_ms, used_by) VALUES (x'01', 0, 0, NULL)")
        tx.after_commit(lambda: called.append("before"))

        def fails() -> None:
            tx.execute("INSERT INTO invite (code_hash, created_ms, expires_ms, used_by) VALUES (x'02', 0, 0, NULL)")
            tx.after_commit(lambda: called.append("undone"))
            raise LookupError("no")

        return tx.attempt(fails, LookupError)

    assert isinstance(await db.write(write), LookupError)
    assert await db.read(lambda reader: reader.all("SELECT code_hash FROM invite")) == [(b"\x01",)]
    assert called == ["before"]

    with pytest.raises(LookupError):
        await db.write(lambda tx: tx.attempt(_fails, ValueError))
    await db.close()


def _fails() -> None:
    raise LookupError("no")


async def test_a_bug_of_an_engine_leaves_nobody_waiting() -> None:
    def broken(batch: list[Job]) -> list[Done]:
        raise ZeroDivisionError

    batches = Batches(broken, 5)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await batches.write(lambda tx: None)
    assert await batches.close()
    assert not await batches.close()


async def test_one_statement_for_many_rows_and_what_a_clock_says(db: SqliteDatabase) -> None:
    def write(tx: Tx) -> list[Row]:
        sql = "INSERT INTO mark (n) SELECT n + more FROM given WHERE TRUE ON CONFLICT DO NOTHING RETURNING n"
        return tx.for_each(sql, {"n": int, "more": int}, [(1, 10), (2, 20), (1, 10)])

    assert await db.write(write) == [(11,), (22,)]
    assert await db.write(lambda tx: tx.for_each("SELECT n FROM given", {"n": int}, [])) == []
    asked = [(22, b"two"), (11, None), (5, b"five")]
    found = await db.read(
        lambda reader: reader.for_each(
            "SELECT given.n, word FROM given JOIN mark ON mark.n = given.n", {"n": int, "word": bytes}, asked
        )
    )
    assert found == asked[:2]
    assert (
        abs(await db.read(lambda reader: reader.clock_ms()) - await db.write_rooms(lambda tx: tx.clock_ms())) < 60_000
    )


async def test_more_rows_than_one_statement_takes_come_back_as_they_were(db: SqliteDatabase) -> None:
    rows = [(number, None if number % 7 == 0 else b"%d" % number, f"t{number}") for number in range(131)]
    columns = {"n": int, "b": bytes, "t": str}
    assert await db.read(lambda reader: reader.for_each("SELECT n, b, t FROM given", columns, rows)) == rows

    def write(tx: Tx) -> list[Row]:
        tx.execute("CREATE TABLE kept (n INTEGER PRIMARY KEY, b BLOB, t TEXT NOT NULL) STRICT")
        tx.executemany("INSERT INTO kept (n, b, t) VALUES (?, ?, ?)", rows)
        tx.for_each(
            "UPDATE kept SET t = given.t FROM given WHERE kept.n = given.n",
            {"n": int, "t": str},
            [(number, f"new {number}") for number, _, _ in rows[:100]],
        )
        return tx.all("SELECT n, b, t FROM kept ORDER BY n")

    assert await db.write(write) == [(n, b, f"new {n}") for n, b, _ in rows[:100]] + rows[100:]


async def test_storage_that_fails_under_a_reader_is_unavailable(db: SqliteDatabase) -> None:
    def fails(reader: Reader) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR"
        raise error

    with pytest.raises(Refusal, match="SQLITE_IOERR") as caught:
        await db.read(fails)
    assert caught.value.code is Code.UNAVAILABLE
    with pytest.raises(LookupError):
        await db.read(lambda reader: _fails())
