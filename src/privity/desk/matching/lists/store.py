# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for lists and their entries. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.matching.lists.model import Category, Changed, Entry, HashKind, HashList, Incoming

_LIST: Final = (
    "SELECT number, name, source, category, settings, trusted, version, checkpoint, made_ms, made_by, fetched_ms,"
    " alarmed_ms, paused_ms, paused_why, removed_ms FROM hash_list"
)
_ENTRY: Final = (
    "SELECT e.n, e.list, l.name, l.version, l.category, l.paused_ms IS NOT NULL, e.kind, e.value, e.severity,"
    " e.verified OR l.trusted, e.up, e.down, EXISTS (SELECT 1 FROM list_agreement AS a WHERE a.list = e.list"
    " AND a.agreed_ms IS NOT NULL AND a.ended_ms IS NULL AND (l.source <> 'file' OR e.said_in <= a.version))"
    " FROM list_entry AS e JOIN hash_list AS l ON l.number = e.list"
    " WHERE e.removed_ms IS NULL AND l.removed_ms IS NULL AND (e.expires_ms IS NULL OR e.expires_ms > ?)"
)
_MANY: Final = 500
"""Values named in one statement."""


def find(db: Db, name: str) -> HashList | None:
    return _list(db.execute(_LIST + " WHERE name = ?", (name,)).fetchone())


def by_number(db: Db, number: int) -> HashList | None:
    return _list(db.execute(_LIST + " WHERE number = ?", (number,)).fetchone())


def all_lists(db: Db) -> tuple[HashList, ...]:
    """Those that were not removed, the oldest first."""
    rows = db.execute(_LIST + " WHERE removed_ms IS NULL ORDER BY number").fetchall()
    return tuple(found for row in rows if (found := _list(row)) is not None)


def add_list(
    db: Db, name: str, source: str, category: Category, settings: bytes, trusted: bool, who: str, now_ms: int
) -> int:
    made = db.execute(
        "INSERT INTO hash_list (name, source, category, settings, trusted, made_ms, made_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, source, category.value, settings.decode(), trusted, now_ms, who),
    )
    return int(made.lastrowid)


def set_paused(db: Db, number: int, at_ms: int | None, why: str | None) -> None:
    db.execute("UPDATE hash_list SET paused_ms = ?, paused_why = ? WHERE number = ?", (at_ms, why, number))


def set_removed(db: Db, number: int, at_ms: int) -> None:
    """Its name is free again."""
    db.execute(
        "UPDATE hash_list SET removed_ms = ?, name = 'removed-' || number, checkpoint = NULL, settings = '{}'"
        " WHERE number = ?",
        (at_ms, number),
    )


def set_alarmed(db: Db, number: int, at_ms: int | None) -> None:
    db.execute("UPDATE hash_list SET alarmed_ms = ? WHERE number = ?", (at_ms, number))


def set_fetched(db: Db, number: int, checkpoint: bytes | None, at_ms: int) -> None:
    db.execute(
        "UPDATE hash_list SET checkpoint = ?, fetched_ms = ?, alarmed_ms = NULL WHERE number = ?",
        (checkpoint, at_ms, number),
    )


def set_checkpoint(db: Db, number: int, checkpoint: bytes | None) -> None:
    db.execute("UPDATE hash_list SET checkpoint = ? WHERE number = ?", (checkpoint, number))


def stage(db: Db, number: int, entries: Iterable[Incoming]) -> None:
    """The last of several with the same hash and id counts."""
    db.executemany(
        "INSERT OR REPLACE INTO list_staged (list, kind, value, source_id, severity, verified, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (number, one.kind.value, one.value, one.source_id, one.severity, one.verified, one.expires_ms)
            for one in entries
        ],
    )


def staged(db: Db, number: int) -> int:
    """How many entries of what is to become a list are there."""
    (count,) = db.execute("SELECT count(*) FROM list_staged WHERE list = ?", (number,)).fetchone()
    return int(count)


def unstage(db: Db, number: int) -> None:
    """Begin to stage anew."""
    db.execute("DELETE FROM list_staged WHERE list = ?", (number,))
    db.execute("DELETE FROM list_import WHERE list = ?", (number,))


def progress(db: Db, number: int) -> tuple[bytes, int] | None:
    """The digest of the file that an import reads, and after which line it goes on."""
    row = db.execute("SELECT digest, line FROM list_import WHERE list = ?", (number,)).fetchone()
    return None if row is None else (bytes(row[0]), int(row[1]))


def set_progress(db: Db, number: int, digest: bytes, line: int) -> None:
    db.execute(
        "INSERT INTO list_import (list, digest, line) VALUES (?, ?, ?)"
        " ON CONFLICT (list) DO UPDATE SET digest = excluded.digest, line = excluded.line",
        (number, digest, line),
    )


def publish(db: Db, number: int, *, replace: bool, sources: Sequence[str], now_ms: int) -> Changed:
    """Make what is staged part of the list, as its next version, and take out what is gone: with `replace` whatever is
    not staged, otherwise what came from one of the `sources` and is not staged."""
    (version,) = db.execute("SELECT version + 1 FROM hash_list WHERE number = ?", (number,)).fetchone()
    gone = (
        "UPDATE list_entry SET removed_ms = ?, removed_in = ? WHERE list = ? AND removed_ms IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM list_staged AS s WHERE s.list = list_entry.list AND s.kind = list_entry.kind"
        " AND s.value = list_entry.value AND s.source_id = list_entry.source_id)"
    )
    removed = 0
    if replace:
        removed += db.execute(gone, (now_ms, version, number)).rowcount
    for start in range(0, len(sources), _MANY):
        some = sources[start : start + _MANY]
        marks = ", ".join("?" * len(some))
        removed += db.execute(f"{gone} AND source_id IN ({marks})", (now_ms, version, number, *some)).rowcount
    _forget_removals(db, number, version)
    anew = _say_something_else(db, number)
    db.execute(
        "INSERT INTO list_entry (list, kind, value, source_id, severity, verified, expires_ms, added_ms, added_in,"
        " said_in) SELECT list, kind, value, source_id, severity, verified, expires_ms, :now, :version, :version"
        " FROM list_staged WHERE list = :list"
        " ON CONFLICT (list, kind, value, source_id) DO UPDATE SET severity = excluded.severity,"
        " verified = excluded.verified, expires_ms = excluded.expires_ms,"
        " added_ms = CASE WHEN removed_ms IS NULL THEN added_ms ELSE excluded.added_ms END,"
        " added_in = CASE WHEN removed_ms IS NULL THEN added_in ELSE excluded.added_in END,"
        " said_in = CASE WHEN removed_ms IS NOT NULL OR verified <> excluded.verified"
        " OR expires_ms IS NOT excluded.expires_ms THEN excluded.said_in ELSE said_in END,"
        " removed_ms = NULL, removed_in = NULL",
        {"now": now_ms, "version": version, "list": number},
    )
    added = db.execute(
        "INSERT INTO list_change (entry, added) SELECT n, 1 FROM list_entry WHERE list = ? AND added_in = ?"
        " AND removed_ms IS NULL ORDER BY n",
        (number, version),
    ).rowcount
    unstage(db, number)
    if added or removed or anew:
        db.execute("UPDATE hash_list SET version = ? WHERE number = ?", (version, number))
        return Changed(version, added, removed, anew)
    return Changed(version - 1, 0, 0, 0)


def remove_entries(db: Db, number: int, now_ms: int) -> int:
    """Take all entries out of a list, as a version that has none; how many that were."""
    return publish(db, number, replace=True, sources=(), now_ms=now_ms).removed


def _say_something_else(db: Db, number: int) -> int:
    """How many entries that are there say something else where they are staged."""
    (found,) = db.execute(
        "SELECT count(*) FROM list_staged AS s JOIN list_entry AS e ON e.list = s.list AND e.kind = s.kind"
        " AND e.value = s.value AND e.source_id = s.source_id WHERE s.list = ? AND e.removed_ms IS NULL"
        " AND (e.verified <> s.verified OR e.expires_ms IS NOT s.expires_ms)",
        (number,),
    ).fetchone()
    return int(found)


def _forget_removals(db: Db, number: int, version: int) -> None:
    db.execute(
        "INSERT INTO list_change (entry, added) SELECT n, 0 FROM list_entry"
        " WHERE list = ? AND removed_in = ? AND removed_ms IS NOT NULL ORDER BY n",
        (number, version),
    )


def purge(db: Db, before_ms: int, most: int) -> int:
    """So many entries that were taken out before then are gone, with what was said of them."""
    sql = "DELETE FROM list_entry WHERE n IN (SELECT n FROM list_entry WHERE removed_ms < ? LIMIT ?)"
    return int(db.execute(sql, (before_ms, most)).rowcount)


def count(db: Db, number: int) -> dict[HashKind, int]:
    """Entries that are in a list now, by kind."""
    rows = db.execute(
        "SELECT kind, count(*) FROM list_entry WHERE list = ? AND removed_ms IS NULL GROUP BY kind", (number,)
    ).fetchall()
    return {HashKind(kind): int(found) for kind, found in rows}


def with_value(db: Db, kind: HashKind, value: bytes, now_ms: int) -> tuple[Entry, ...]:
    """The entries with exactly this hash, of all lists."""
    rows = db.execute(f"{_ENTRY} AND e.kind = ? AND e.value = ? ORDER BY e.n", (now_ms, kind.value, value)).fetchall()
    return tuple(_entry(row) for row in rows)


def entries(db: Db, numbers: Sequence[int], now_ms: int) -> tuple[Entry, ...]:
    """Those of these numbers that are in a list now."""
    found: list[Entry] = []
    for start in range(0, len(numbers), _MANY):
        some = numbers[start : start + _MANY]
        marks = ", ".join("?" * len(some))
        rows = db.execute(f"{_ENTRY} AND e.n IN ({marks}) ORDER BY e.n", (now_ms, *some)).fetchall()
        found.extend(_entry(row) for row in rows)
    return tuple(found)


def take_lease(db: Db, number: int, holder: str, until_ms: int, now_ms: int) -> bool:
    """Whether it is this holder's now: nobody else's, or over."""
    taken = db.execute(
        "INSERT INTO list_lease (list, holder, until_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (list) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms"
        " WHERE list_lease.holder = excluded.holder OR list_lease.until_ms <= ?",
        (number, holder, until_ms, now_ms),
    )
    return bool(taken.rowcount)


def end_lease(db: Db, number: int, holder: str) -> None:
    db.execute("DELETE FROM list_lease WHERE list = ? AND holder = ?", (number, holder))


def add_vote(db: Db, entry: int, up: bool, who: str, now_ms: int) -> None:
    """What somebody found of an entry, for its count and to be told to its source."""
    db.execute("INSERT INTO list_vote (entry, up, who, at_ms) VALUES (?, ?, ?, ?)", (entry, up, who, now_ms))
    db.execute("UPDATE list_entry SET up = up + ?, down = down + ? WHERE n = ?", (up, not up, entry))


def feedback(db: Db, number: int) -> tuple[int, int]:
    """Entries of a list that people found right more often than wrong, and the other way round."""
    right, wrong = db.execute(
        "SELECT coalesce(sum(up > down), 0), coalesce(sum(down > up), 0) FROM list_entry"
        " WHERE list = ? AND removed_ms IS NULL AND (up > 0 OR down > 0)",
        (number,),
    ).fetchone()
    return int(right), int(wrong)


def votes_waiting(db: Db, number: int, limit: int) -> list[tuple[int, HashKind, bytes, str, bool]]:
    """The number of the vote, the hash, what its source calls it, and whether it is for it."""
    rows = db.execute(
        "SELECT v.n, e.kind, e.value, e.source_id, v.up FROM list_vote AS v JOIN list_entry AS e ON e.n = v.entry"
        " WHERE v.sent = 'waiting' AND e.list = ? ORDER BY v.n LIMIT ?",
        (number, limit),
    ).fetchall()
    return [(int(n), HashKind(kind), bytes(value), source, bool(up)) for n, kind, value, source, up in rows]


def settle_vote(db: Db, vote: int, sent: str) -> None:
    db.execute("UPDATE list_vote SET sent = ? WHERE n = ?", (sent, vote))


def _list(row: tuple[Any, ...] | None) -> HashList | None:
    if row is None:
        return None
    number, name, source, category, settings, trusted, version, checkpoint, *rest = row
    said = msgspec.json.decode(settings, type=dict[str, str])
    held = None if checkpoint is None else bytes(checkpoint)
    return HashList(number, name, source, Category(category), said, bool(trusted), version, held, *rest)


def _entry(row: tuple[Any, ...]) -> Entry:
    number, of, name, version, category, paused, kind, value, severity, verified, up, down, agreed = row
    return Entry(
        number,
        of,
        name,
        version,
        Category(category),
        bool(paused),
        HashKind(kind),
        bytes(value),
        severity,
        bool(verified),
        up,
        down,
        bool(agreed),
    )
