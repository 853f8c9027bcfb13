# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of partitions on a PostgreSQL database of their own. Everything that tells of a person is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from psycopg import Connection

Connected: TypeAlias = Connection[tuple[Any, ...]]

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS signal_spread (
    one INTEGER PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL, partitions INTEGER NOT NULL CHECK (partitions > 0),
    step BIGINT NOT NULL DEFAULT 0, told BYTEA
);
CREATE TABLE IF NOT EXISTS signal_label (
    name BYTEA PRIMARY KEY, n BIGSERIAL, sealed BYTEA NOT NULL, over_day INTEGER
);
ALTER TABLE signal_label ADD COLUMN IF NOT EXISTS over_day INTEGER;
CREATE INDEX IF NOT EXISTS signal_label_n ON signal_label (n);
CREATE TABLE IF NOT EXISTS signal_partition (
    partition INTEGER PRIMARY KEY, number BIGINT NOT NULL, commons BYTEA,
    fence BIGINT NOT NULL, owned_until TIMESTAMPTZ NOT NULL, set_aside BIGINT NOT NULL DEFAULT 0
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
CREATE INDEX IF NOT EXISTS signal_hit_waiting ON signal_hit (n) WHERE NOT taken;
"""


def make(db: Connected, partitions: int) -> int:
    """The tables, and so many partitions where there are none yet; how many there are."""
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(7402016)")
        for statement in SCHEMA.split(";\n")[:-1]:
            db.execute(statement.encode())
        db.execute(
            "INSERT INTO signal_spread (one, number, partitions) VALUES (1, 0, %s) ON CONFLICT DO NOTHING",
            (partitions,),
        )
        found = db.execute("SELECT partitions FROM signal_spread").fetchone()
        assert found is not None
        db.execute(
            "INSERT INTO signal_partition (partition, number, fence, owned_until)"
            " SELECT i, 0, 0, '-infinity' FROM generate_series(0, %s - 1) AS i ON CONFLICT DO NOTHING",
            (found[0],),
        )
        return int(found[0])


def shown(db: Connected, name: str) -> str:
    """A setting of the server."""
    found = db.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return "" if found is None else str(found[0])


def is_the_hubs(db: Connected) -> bool:
    """Whether the hub's tables are there."""
    found = db.execute("SELECT to_regclass('migration') IS NOT NULL AND to_regclass('account') IS NOT NULL").fetchone()
    return found is not None and bool(found[0])


def is_there(db: Connected) -> bool:
    """Whether a desk has begun here."""
    found = db.execute("SELECT to_regclass('signal_spread') IS NOT NULL").fetchone()
    return found is not None and bool(found[0])


def told(db: Connected) -> tuple[int, bytes] | None:
    """What the desk says to all, and the number of its saying; None before it has begun."""
    found = db.execute("SELECT step, told FROM signal_spread WHERE told IS NOT NULL").fetchone()
    return None if found is None else (int(found[0]), bytes(found[1]))


def how_many(db: Connected) -> int:
    """Partitions."""
    found = db.execute("SELECT partitions FROM signal_spread").fetchone()
    assert found is not None
    return int(found[0])


def step(db: Connected) -> tuple[int, int]:
    """The number of what the desk said last, and the time by the database's clock."""
    found = db.execute(
        "SELECT step, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM signal_spread"
    ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def tell(db: Connected, sealed: bytes) -> None:
    """Say something else to all."""
    db.execute("UPDATE signal_spread SET step = step + 1, told = %s", (sealed,))


def label(db: Connected, labels: Iterable[tuple[bytes, bytes, int]]) -> None:
    """Words on accounts, or until when they are; and the day after which nobody needs to know that they were."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO signal_label (name, sealed, over_day) VALUES (%s, %s, %s) ON CONFLICT (name)"
            " DO UPDATE SET sealed = excluded.sealed, over_day = excluded.over_day, n = excluded.n",
            labels,
        )


def labels_after(db: Connected, n: int) -> list[tuple[int, bytes]]:
    """What was said of words on accounts since then."""
    return db.execute("SELECT n, sealed FROM signal_label WHERE n > %s ORDER BY n", (n,)).fetchall()


def drop_labels(db: Connected, before_day: int) -> None:
    """Words that were over before. Those without a day are of an older version, and the desk has none of them any more:
    what it has it tells anew whenever it begins."""
    db.execute("DELETE FROM signal_label WHERE coalesce(over_day, -1) < %s", (before_day,))


def forget_all(db: Connected) -> None:
    """Logs, counters, hits and words; nobody owns anything any more."""
    db.execute("SELECT number FROM signal_spread FOR UPDATE")
    db.execute("UPDATE signal_partition SET fence = fence + 1, owned_until = '-infinity', set_aside = 0")
    db.execute("DELETE FROM signal_log")
    db.execute("DELETE FROM signal_account")
    db.execute("DELETE FROM signal_hit")
    db.execute("DELETE FROM signal_label")


def add_accounts(db: Connected, rows: Iterable[tuple[int, bytes, bytes]]) -> None:
    """Counters to begin with: partition, name, sealed."""
    with db.cursor() as cursor:
        cursor.executemany("INSERT INTO signal_account VALUES (%s, %s, %s)", rows)


def begin_at(db: Connected, number: int, commons: bytes) -> None:
    """Everything up to this observation is counted."""
    db.execute("UPDATE signal_spread SET number = %s", (number,))
    db.execute("UPDATE signal_partition SET number = %s, commons = %s", (number, commons))


def drop_accounts(db: Connected, partition: int, names: Sequence[bytes]) -> None:
    """Counters that do not read."""
    db.execute("DELETE FROM signal_account WHERE partition = %s AND name = ANY(%s)", (partition, list(names)))


def set_aside(db: Connected, partition: int, more: int) -> None:
    """So many more observations could not be counted."""
    db.execute("UPDATE signal_partition SET set_aside = set_aside + %s WHERE partition = %s", (more, partition))


def partitions(db: Connected) -> list[tuple[int, bool, int, int, int]]:
    """Of each: its number, whether somebody owns it, observations that wait, accounts, observations set aside."""
    return db.execute(
        "SELECT partition, owned_until > now(), (SELECT count(*) FROM signal_log AS l WHERE l.partition = p.partition),"
        " (SELECT count(*) FROM signal_account AS a WHERE a.partition = p.partition), set_aside"
        " FROM signal_partition AS p ORDER BY partition"
    ).fetchall()


def hits_waiting(db: Connected) -> int:
    """Hits that the desk has not acted upon."""
    found = db.execute("SELECT count(*) FROM signal_hit WHERE NOT taken").fetchone()
    assert found is not None
    return int(found[0])


def is_superuser(db: Connected) -> bool:
    """Whether the role may do everything on the whole server."""
    return shown(db, "is_superuser") == "on"


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


def drop_log(db: Connected, before: int) -> None:
    """Observations with lower numbers, which nobody has counted in all that time."""
    db.execute("DELETE FROM signal_log WHERE number < %s", (before,))


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


def taken(db: Connected, numbers: Sequence[int]) -> None:
    """These were acted upon."""
    db.execute("UPDATE signal_hit SET taken = TRUE WHERE n = ANY(%s)", (list(numbers),))


def drop_hits(db: Connected, before_day: int) -> None:
    """What was acted upon and is older than a replay could reach."""
    db.execute("DELETE FROM signal_hit WHERE taken AND day < %s", (before_day,))
