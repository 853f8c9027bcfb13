# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of partitions on a PostgreSQL database of their own. Everything that tells of a person is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from psycopg import Connection

Connected: TypeAlias = Connection[tuple[Any, ...]]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS signal_spread (
    one INTEGER PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL, partitions INTEGER NOT NULL CHECK (partitions > 0)
);
CREATE TABLE IF NOT EXISTS signal_partition (
    partition INTEGER PRIMARY KEY, number BIGINT NOT NULL, commons BYTEA,
    fence BIGINT NOT NULL, owned_until TIMESTAMPTZ NOT NULL
);
CREATE TABLE IF NOT EXISTS signal_log (
    partition INTEGER NOT NULL, number BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY (partition, number)
);
CREATE TABLE IF NOT EXISTS signal_account (
    partition INTEGER NOT NULL, name BYTEA NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY (partition, name)
);
CREATE TABLE IF NOT EXISTS signal_hit (
    n BIGSERIAL PRIMARY KEY, version BIGINT NOT NULL, name BYTEA NOT NULL, day INTEGER NOT NULL, hits BYTEA NOT NULL,
    sealed BYTEA NOT NULL, taken BOOLEAN NOT NULL DEFAULT FALSE, UNIQUE (version, name, day, hits)
);
"""


def make(db: Connected, partitions: int) -> int:
    """The tables, and so many partitions where there are none yet; how many there are."""
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(7402016)")
        for statement in _SCHEMA.split(";\n")[:-1]:
            db.execute(statement.encode())
        db.execute("INSERT INTO signal_spread VALUES (1, 0, %s) ON CONFLICT DO NOTHING", (partitions,))
        found = db.execute("SELECT partitions FROM signal_spread").fetchone()
        assert found is not None
        db.execute(
            "INSERT INTO signal_partition SELECT i, 0, NULL, 0, '-infinity' FROM generate_series(0, %s - 1) AS i"
            " ON CONFLICT DO NOTHING",
            (found[0],),
        )
        return int(found[0])


def spread_to(db: Connected) -> int:
    """The last observation that was spread; whoever asks in a transaction is the only one to spread."""
    found = db.execute("SELECT number FROM signal_spread FOR UPDATE").fetchone()
    assert found is not None
    return int(found[0])


def add_log(db: Connected, rows: Iterable[tuple[int, int, bytes]], number: int) -> None:
    """Observations for their partitions, up to this number."""
    with db.cursor() as cursor:
        cursor.executemany("INSERT INTO signal_log VALUES (%s, %s, %s)", rows)
    db.execute("UPDATE signal_spread SET number = %s", (number,))


def log_after(db: Connected, partition: int, number: int, most: int) -> list[tuple[int, bytes]]:
    """Numbers and sealed observations, oldest first."""
    return db.execute(
        "SELECT number, sealed FROM signal_log WHERE partition = %s AND number > %s ORDER BY number LIMIT %s",
        (partition, number, most),
    ).fetchall()


def own(db: Connected, seconds: float) -> tuple[int, int] | None:
    """A partition that nobody owns, and the fence that tells this owner from earlier ones; None where all are owned."""
    return db.execute(
        "UPDATE signal_partition SET fence = fence + 1, owned_until = now() + make_interval(secs => %s)"
        " WHERE partition = (SELECT partition FROM signal_partition WHERE owned_until < now()"
        " ORDER BY owned_until, partition LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING partition, fence",
        (seconds,),
    ).fetchone()


def own_on(db: Connected, partition: int, fence: int, seconds: float) -> bool:
    """Own it for longer; False where somebody else has come."""
    done = db.execute(
        "UPDATE signal_partition SET owned_until = now() + make_interval(secs => %s)"
        " WHERE partition = %s AND fence = %s",
        (seconds, partition, fence),
    )
    return done.rowcount == 1


def let_go(db: Connected, partition: int, fence: int) -> None:
    """Somebody else may own it at once."""
    db.execute(
        "UPDATE signal_partition SET owned_until = '-infinity' WHERE partition = %s AND fence = %s", (partition, fence)
    )


def kept(db: Connected, partition: int) -> tuple[int, bytes | None]:
    """How far a partition's counters are, and what of them belongs to no account."""
    found = db.execute("SELECT number, commons FROM signal_partition WHERE partition = %s", (partition,)).fetchone()
    assert found is not None
    return int(found[0]), found[1]


def accounts(db: Connected, partition: int) -> Iterator[tuple[bytes, bytes]]:
    """Names and sealed counters."""
    yield from db.execute("SELECT name, sealed FROM signal_account WHERE partition = %s", (partition,))


def keep(
    db: Connected,
    partition: int,
    number: int,
    changed: Iterable[tuple[bytes, bytes]],
    gone: Sequence[bytes],
    commons: bytes | None,
) -> None:
    """Counters as they are after this observation; it and those before it are needed no more."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO signal_account VALUES (%s, %s, %s)"
            " ON CONFLICT (partition, name) DO UPDATE SET sealed = excluded.sealed",
            ((partition, name, sealed) for name, sealed in changed),
        )
    db.execute("DELETE FROM signal_account WHERE partition = %s AND name = ANY(%s)", (partition, list(gone)))
    db.execute(
        "UPDATE signal_partition SET number = %s, commons = coalesce(%s, commons) WHERE partition = %s",
        (number, commons, partition),
    )
    db.execute("DELETE FROM signal_log WHERE partition = %s AND number <= %s", (partition, number))


def add_hit(db: Connected, version: int, name: bytes, day: int, hits: bytes, sealed: bytes) -> None:
    """What rules found; nothing where it is there already."""
    db.execute(
        "INSERT INTO signal_hit (version, name, day, hits, sealed) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (version, name, day, hits, sealed),
    )


def hits(db: Connected, most: int) -> list[tuple[int, bytes]]:
    """What nobody has acted upon, oldest first."""
    return db.execute("SELECT n, sealed FROM signal_hit WHERE NOT taken ORDER BY n LIMIT %s", (most,)).fetchall()


def taken(db: Connected, numbers: Sequence[int], before_day: int) -> None:
    """These were acted upon. What is older than a replay could reach is forgotten."""
    db.execute("UPDATE signal_hit SET taken = TRUE WHERE n = ANY(%s)", (list(numbers),))
    db.execute("DELETE FROM signal_hit WHERE taken AND day < %s", (before_day,))
