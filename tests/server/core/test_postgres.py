# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL behind the port: what is acknowledged is there after anything, and nothing is acknowledged that is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from privity.server.db.database import Reader, Tx
from privity.server.errors import AlreadyRunning, MigrationUnknown, StoreUnfit, StoreUnreachable
from privity.wire.errors import Code, Refusal
from tests import postgres
from tests.faults.line import Line
from tests.postgres import Postgres

ANSWER_S = 1.0
"""In place of 20 seconds."""


@pytest.fixture(autouse=True)
def there() -> None:
    postgres.need_postgres()


@pytest.fixture
def store() -> Iterator[str]:
    made = postgres.new_store()
    asked(made, "CREATE TABLE mark (n BIGINT PRIMARY KEY)")
    yield made
    postgres.drop(made)


def asked(store: str, sql: str) -> list[tuple[Any, ...]]:
    return postgres.shared().sql(store.rpartition("/")[2], sql)


@asynccontextmanager
async def opened(store: str, **settings: Any) -> AsyncIterator[Any]:
    from privity.server.db.postgres import PostgresDatabase

    database = await asyncio.to_thread(PostgresDatabase, store, **settings)
    try:
        yield database
    finally:
        await database.close()


def insert(number: int) -> Callable[[Tx], int]:
    def write(tx: Tx) -> int:
        tx.execute("INSERT INTO mark (n) VALUES (?)", (number,))
        return number

    return write


def marks(reader: Reader) -> list[int]:
    return [row[0] for row in reader.all("SELECT n FROM mark ORDER BY n")]


async def test_one_failure_does_not_fail_its_neighbours(store: str) -> None:
    def fails(tx: Tx) -> None:
        tx.execute("INSERT INTO mark (n) VALUES (1000)")
        raise Refusal(Code.CONFLICT, "not this one")

    def breaks(tx: Tx) -> None:
        tx.execute("INSERT INTO mark (n) VALUES (2000)")
        tx.execute("INSERT INTO mark (n) VALUES (2000)")

    async with opened(store) as db:
        kinds = (insert, lambda _: fails, lambda _: breaks)
        results = await asyncio.gather(*(db.write(kinds[n % 3](n)) for n in range(60)), return_exceptions=True)
        assert [result for result in results if isinstance(result, int)] == list(range(0, 60, 3))
        assert [type(result).__name__ for result in results[1:3]] == ["Refusal", "UniqueViolation"]
        assert await db.read(marks) == list(range(0, 60, 3))


async def test_an_error_that_a_function_catches_is_never_acknowledged(store: str) -> None:
    """PostgreSQL answers the COMMIT of a transaction that has failed with ROLLBACK, and with no error."""
    import psycopg

    from privity.server.db.lane import GivenUp

    def goes_on(tx: Tx) -> str:
        tx.execute("INSERT INTO mark (n) VALUES (1)")
        try:
            tx.execute("INSERT INTO mark (n) VALUES (1)")
        except psycopg.errors.UniqueViolation:
            return "as if nothing had been"
        return ""

    async with opened(store) as db:
        with pytest.raises(GivenUp):
            await db.write(goes_on)
        together = await asyncio.gather(
            *(db.write(one) for one in (insert(7), goes_on, insert(8), goes_on)), return_exceptions=True
        )
        assert [type(one).__name__ for one in together] == ["int", "GivenUp", "int", "GivenUp"]
        assert await db.read(marks) == [7, 8]


async def test_calls_after_commit_run_before_the_writer_resumes_and_not_after_a_failure(store: str) -> None:
    seen: list[str] = []

    def good(tx: Tx) -> None:
        tx.after_commit(lambda: seen.append("good"))

    def bad(tx: Tx) -> None:
        tx.after_commit(lambda: seen.append("bad"))
        raise Refusal(Code.CONFLICT, "no")

    def half(tx: Tx) -> None:
        def undone() -> None:
            tx.execute("INSERT INTO mark (n) VALUES (5)")
            tx.after_commit(lambda: seen.append("undone"))
            raise LookupError

        assert isinstance(tx.attempt(undone, LookupError), LookupError)
        assert tx.attempt(lambda: tx.after_commit(lambda: seen.append("half")), LookupError) is None

    async with opened(store) as db:
        await asyncio.gather(db.write(bad), db.write(good), db.write(half), return_exceptions=True)
        assert seen == ["good", "half"]
        assert await db.read(marks) == []


async def test_many_rows_are_added_in_one_statement_or_in_their_order(store: str) -> None:
    asked(store, "CREATE TABLE thing (a BIGINT, b TEXT, c BYTEA)")

    def write(tx: Tx) -> None:
        plain = "INSERT INTO thing (a, b, c) VALUES (?, ?, ?)"
        tx.executemany(plain, [(n, f"t{n}", None if n % 2 else b"\x00") for n in range(5)])
        tx.executemany(plain, [(None, "x", None), (None, "y", None)])
        tx.executemany(plain, [(True, "mixed", b""), (6, "mixed", b"")])
        tx.executemany("UPDATE thing SET b = ? WHERE a = ? AND c IS NULL", [("first", 1), ("second", 1)])
        tx.executemany(plain, [])

    async with opened(store) as db:
        await db.write(write)
        rows = await db.read(lambda reader: reader.all("SELECT * FROM thing ORDER BY a, b"))
    assert rows[:3] == [(0, "t0", b"\x00"), (1, "mixed", b""), (1, "second", None)]
    assert rows[3:6] == [(2, "t2", b"\x00"), (3, "t3", None), (4, "t4", b"\x00")]
    assert rows[6:] == [(6, "mixed", b""), (None, "x", None), (None, "y", None)]


async def test_a_reader_sees_every_acknowledged_write_and_cannot_write(store: str) -> None:
    import psycopg

    async with opened(store) as db:
        for n in range(20):
            await db.write(insert(n))
            assert (await db.read(marks))[-1] == n
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await db.read(lambda reader: reader.execute("DELETE FROM mark"))
        assert abs(await db.read(lambda reader: reader.clock_ms()) - await db.write(lambda tx: tx.clock_ms())) < 60_000


async def test_closing_finishes_what_waits_and_refuses_the_rest(store: str) -> None:
    async with opened(store) as db:
        writes = [asyncio.ensure_future(db.write(insert(n))) for n in range(100)]
        await asyncio.sleep(0)
        await db.close()
        assert await asyncio.gather(*writes) == list(range(100))
        for call in (db.write(insert(101)), db.read(marks), db.scrub()):
            with pytest.raises(Refusal):
                await call


async def test_what_is_deleted_makes_room(store: str) -> None:
    async with opened(store) as db:
        await db.write(lambda tx: tx.executemany("INSERT INTO mark (n) VALUES (?)", [(n,) for n in range(1000)]))
        await db.write(lambda tx: tx.execute("DELETE FROM mark") and None)
        assert asked(store, "SELECT pg_relation_size('mark') > 0") == [(True,)]
        assert await db.scrub()
        assert asked(store, "SELECT pg_relation_size('mark')") == [(0,)]


async def test_one_hub_or_workers_for_a_database(store: str) -> None:
    async with opened(store) as alone:
        for worker in (None, "one"):
            with pytest.raises(AlreadyRunning):
                async with opened(store, worker=worker):
                    pass
        assert await alone.write(insert(1)) == 1
    async with opened(store, worker="one") as one, opened(store, worker="two") as two:
        with pytest.raises(AlreadyRunning):
            async with opened(store):
                pass
        await asyncio.gather(*(db.write_rooms(insert(n)) for n, db in ((2, one), (3, two))))
        await asyncio.gather(*(db.write(insert(n)) for n, db in ((4, one), (5, two))))
        assert await one.read(marks) == await two.read(marks) == [1, 2, 3, 4, 5]


async def test_workers_write_side_by_side_and_nobody_beside_who_writes_alone(store: str) -> None:
    loop = asyncio.get_running_loop()
    both, inside = asyncio.Event(), []

    def meets(tx: Tx) -> None:
        """Returns once both are in their transactions at the same time."""
        inside.append(tx)
        if len(inside) == 2:
            loop.call_soon_threadsafe(both.set)
        asyncio.run_coroutine_threadsafe(both.wait(), loop).result(60)

    async with opened(store, worker="one") as one, opened(store, worker="two") as two:
        await asyncio.gather(one.write_rooms(meets), two.write_rooms(meets))

        started, end = asyncio.Event(), asyncio.Event()

        def holds(tx: Tx) -> None:
            tx.execute("INSERT INTO mark (n) VALUES (1)")
            loop.call_soon_threadsafe(started.set)
            asyncio.run_coroutine_threadsafe(end.wait(), loop).result(60)

        held = asyncio.ensure_future(one.write(holds))
        await started.wait()
        beside = asyncio.ensure_future(two.write_rooms(lambda tx: marks(tx)))
        done, _ = await asyncio.wait([beside], timeout=0.3)
        assert not done, "it waits for who writes alone"
        end.set()
        await held
        assert await beside == [1]


async def test_who_stands_still_in_a_transaction_loses_it(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a worker that is paused: the others go on, and what it commits when it wakes up is refused by name."""
    monkeypatch.setattr("privity.server.db.postgres.PAUSED_S", 1)
    loop = asyncio.get_running_loop()
    inside, wake = asyncio.Event(), asyncio.Event()

    def sleeps(tx: Tx) -> None:
        tx.execute("INSERT INTO mark (n) VALUES (1)")
        loop.call_soon_threadsafe(inside.set)
        asyncio.run_coroutine_threadsafe(wake.wait(), loop).result(60)

    async with opened(store, worker="one") as one, opened(store, worker="two") as two:
        asleep = asyncio.ensure_future(one.write(sleeps))
        await inside.wait()
        assert await two.write(insert(2)) == 2, "once PostgreSQL has ended the other"
        wake.set()
        with pytest.raises(Refusal, match="nothing was changed") as caught:
            await asleep
        assert caught.value.code is Code.UNAVAILABLE
        assert await one.write(insert(3)) == 3
        assert await two.read(marks) == [2, 3]


async def test_a_full_disk_is_unavailable_and_fails_nobody_else(store: str) -> None:
    def full(tx: Tx) -> None:
        tx.execute("INSERT INTO mark (n) VALUES (1000)")
        tx.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$")

    async with opened(store) as db:
        results = await asyncio.gather(*(db.write(one) for one in (insert(1), full, insert(2))), return_exceptions=True)
        assert (results[0], results[2]) == (1, 2)
        for refusal in (results[1], *await asyncio.gather(db.write(full), return_exceptions=True)):
            assert isinstance(refusal, Refusal)
            assert (refusal.code, "DiskFull); nothing was changed" in str(refusal)) == (Code.UNAVAILABLE, True)
        assert await db.read(marks) == [1, 2]


async def test_a_connection_that_is_ended_takes_its_batch_with_it_and_no_more(store: str) -> None:
    def ended(tx: Tx) -> None:
        tx.execute("INSERT INTO mark (n) VALUES (1000)")
        tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    async with opened(store) as db:
        assert await db.write(insert(1)) == 1
        inside, gate, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()

        def waits(tx: Tx) -> None:
            loop.call_soon_threadsafe(inside.set)
            asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(60)

        first = asyncio.ensure_future(db.write(waits))
        await inside.wait()
        batch = asyncio.gather(*(db.write(one) for one in (insert(2), ended, insert(3))), return_exceptions=True)
        await asyncio.sleep(0)
        gate.set()
        await first
        for refusal in await batch:
            assert isinstance(refusal, Refusal), refusal
            assert (refusal.code, "nothing was changed" in str(refusal)) == (Code.UNAVAILABLE, True)
        assert await db.write(insert(4)) == 4, "on a new connection, at once"
        with pytest.raises(Refusal):
            await db.read(lambda reader: reader.one("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert await db.read(marks) == [1, 4]


async def test_settings_that_lose_what_is_acknowledged_are_refused() -> None:
    server = Postgres(fsync="off")
    try:
        server.start()
        with pytest.raises(StoreUnfit, match="fsync = on, got off"):
            async with opened(server.url("postgres")):
                pass
    finally:
        server.stop()


async def test_an_encoding_that_garbles_text_is_refused() -> None:
    server = postgres.shared()
    server.sql("postgres", "CREATE DATABASE garbled TEMPLATE template0 ENCODING 'LATIN1'")
    with pytest.raises(StoreUnfit, match="server_encoding = UTF8, got LATIN1"):
        async with opened(server.url("garbled")):
            pass


async def test_synchronous_commit_that_is_off_is_put_on(store: str) -> None:
    asked(store, f"ALTER DATABASE {store.rpartition('/')[2]} SET synchronous_commit = off")
    async with opened(store) as db:
        assert await db.write(lambda tx: tx.one("SHOW synchronous_commit")) == ("on",)


async def test_a_database_that_is_not_there_and_one_of_a_newer_version(store: str) -> None:
    for wrong in (f"{store}_not", store.replace("hub@", "nobody_of_this_name@")):
        with pytest.raises(StoreUnreachable):
            async with opened(wrong):
                pass
    asked(store, "INSERT INTO migration VALUES (9999, 'later', 'x')")
    with pytest.raises(MigrationUnknown, match="9999"):
        async with opened(store):
            pass
    asked(store, "DELETE FROM migration WHERE number = 9999")
    async with opened(store) as db:
        assert await db.write(insert(1)) == 1, "what was refused holds nothing"


async def test_a_line_that_stalls_is_given_up_and_made_again(store: str) -> None:
    """Before the COMMIT nothing was changed, and that is said. The place of the old connection is taken from it."""
    async with Line(postgres.shared().port) as line:
        through = beside(store, line)
        async with opened(through, answer_s=ANSWER_S) as db:
            assert await db.write(insert(1)) == 1
            line.die()
            with pytest.raises(Refusal, match="nothing was changed") as caught:
                await db.write(insert(2))
            assert caught.value.code is Code.UNAVAILABLE
            with pytest.raises(Refusal):
                await db.read(marks)
            line.go_on()
            assert await until_stored(db, 3) == 3
            assert await db.read(marks) == [1, 3]


async def test_a_commit_without_an_answer_may_have_been_stored(store: str) -> None:
    async with Line(postgres.shared().port) as line:
        through = beside(store, line)
        async with opened(through, answer_s=ANSWER_S) as db:
            line.swallow_answers_after(b"COMMIT\0")
            with pytest.raises(Refusal, match="it may have been stored") as caught:
                await db.write(insert(1))
            assert caught.value.code is Code.UNAVAILABLE
            line.go_on()
            await until_stored(db, 2)
            assert await db.read(marks) == [1, 2], "here it was; devices say it again by its ref"


def beside(store: str, line: Line) -> str:
    """The same database, over a line that may stall."""
    return f"{postgres.shared().url(store.rpartition('/')[2], port=line.port)}?connect_timeout=2"


async def until_stored(db: Any, number: int) -> int:
    """Again and again, as devices do; each refusal says that nothing was changed."""
    async with asyncio.timeout(60):
        while True:
            try:
                return int(await db.write(insert(number)))
            except Refusal as refusal:
                assert (refusal.code, "nothing was changed" in str(refusal)) == (Code.UNAVAILABLE, True)
                await asyncio.sleep(0.05)
