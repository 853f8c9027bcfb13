# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for observations at the desk. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from privity.desk.db.transaction import Db
from privity.wire.age import AgeBand
from privity.wire.observed import KEPT_MS, Observed, ObservedKind

_NAMES: Final = (
    "at_ms, kind, account, born_ms, age, other, other_age, mutual, together, room,"
    " count, people, rooms, largest, network"
)
_SELECT: Final = f"SELECT number, {_NAMES} FROM observed"  # noqa: S608  # names of this module
_MARKS: Final = ", ".join("?" * 16)
_ADD: Final = f"INSERT INTO observed ({_NAMES}, until_ms) VALUES ({_MARKS})"  # noqa: S608  # as above
_PAGE: Final = 5_000
_PART: Final = 1_000
"""What is read at once where others wait for the same thread: some ten milliseconds."""


def add(db: Db, observed: Iterable[Observed], now_ms: int) -> None:
    """Under this desk's next numbers, in this order. They are over a week after they happened, or after now where they
    say that they are of a later time."""
    db.executemany(
        _ADD,
        [
            (
                one.at_ms,
                one.kind.value,
                one.account,
                one.born_ms,
                one.age.value,
                one.other,
                one.other_age.value,
                one.mutual,
                int(one.together),
                one.room,
                one.count,
                one.people,
                one.rooms,
                one.largest,
                one.network,
                min(one.at_ms, now_ms) + KEPT_MS,
            )
            for one in observed
        ],
    )


def after(db: Db, number: int, most: int) -> list[Observed]:
    """The next ones, oldest first; `Observed.number` is the desk's own."""
    return [_observed(row) for row in db.execute(f"{_SELECT} WHERE number > ? ORDER BY number LIMIT ?", (number, most))]


def numbers_after(db: Db, number: int, most: int) -> list[int]:
    """The numbers of the next ones."""
    rows = db.execute("SELECT number FROM observed WHERE number > ? ORDER BY number LIMIT ?", (number, most))
    return [int(row[0]) for row in rows]


def newest(db: Db) -> int:
    """The last number that was given, though what had it may be forgotten."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'observed'").fetchone()
    return 0 if row is None else int(row[0])


def is_closed(db: Db, account: str) -> bool:
    """Whether an account was closed, within the last day or so: longer it is not known."""
    return db.execute("SELECT 1 FROM observed WHERE account = ? AND kind = 'closed'", (account,)).fetchone() is not None


def first(db: Db) -> int:
    """The lowest number that is kept; where none is, the next that will be given."""
    (found,) = db.execute("SELECT min(number) FROM observed").fetchone()
    return newest(db) + 1 if found is None else int(found)


def since(db: Db, at_ms: int) -> Iterator[Observed]:
    """All from this time on, in the order in which they came. Others may write while it is read."""
    number, rows = 0, _PAGE
    while rows == _PAGE:
        found = db.execute(
            f"{_SELECT} WHERE number > ? AND at_ms >= ? ORDER BY number LIMIT ?",
            (number, at_ms, _PAGE),
        ).fetchall()
        yield from map(_observed, found)
        rows = len(found)
        number = found[-1][0] if found else number


def acts_since(db: Db, at_ms: int) -> Iterator[list[Observed]]:
    """All from this time on but windows of messages, the newest first, in parts. Others may write while it is read."""
    number, rows = newest(db) + 1, _PART
    while rows == _PART:
        found = db.execute(
            f"{_SELECT} INDEXED BY observed_acts WHERE kind <> 'sent' AND number < ? AND at_ms >= ?"
            " ORDER BY number DESC LIMIT ?",
            (number, at_ms, _PART),
        ).fetchall()
        yield [_observed(row) for row in found]
        rows = len(found)
        number = found[-1][0] if found else number


def known(db: Db, account: str) -> tuple[int, AgeBand]:
    """When an account was made and the age it says, as it was observed last; 0 and unknown where it never was."""
    row = db.execute(
        "SELECT born_ms, age FROM observed WHERE account = ? AND born_ms > 0 ORDER BY number DESC LIMIT 1", (account,)
    ).fetchone()
    return (0, AgeBand.UNKNOWN) if row is None else (int(row[0]), AgeBand(row[1]))


def hub_number(db: Db) -> int:
    """Of the last observation that was taken from the hub, as the hub counts."""
    return int(db.execute("SELECT hub_number FROM observed_position").fetchone()[0])


def move(db: Db, number: int) -> None:
    """The hub is asked for what follows this."""
    db.execute("UPDATE observed_position SET hub_number = ?", (number,))


def end_of(db: Db, account: str, until_ms: int) -> None:
    """What an account did and what was done to it is over then, or earlier."""
    db.execute("UPDATE observed SET until_ms = ?2 WHERE account = ?1 AND until_ms > ?2", (account, until_ms))
    db.execute(
        "UPDATE observed SET until_ms = ?2 WHERE other = ?1 AND other <> '' AND until_ms > ?2", (account, until_ms)
    )


def forget_over(db: Db, now_ms: int, most: int) -> int:
    """Delete what is over, so many at once; how many it was."""
    sql = "DELETE FROM observed WHERE number IN (SELECT number FROM observed WHERE until_ms <= ? LIMIT ?)"
    return int(db.execute(sql, (now_ms, most)).rowcount)


def _observed(row: tuple[int, int, str, str, int, str, str, str, int, int, str, int, int, int, int, str]) -> Observed:
    return Observed(
        row[0],
        row[1],
        ObservedKind(row[2]),
        row[3],
        row[4],
        AgeBand(row[5]),
        row[6],
        AgeBand(row[7]),
        row[8],
        bool(row[9]),
        *row[10:],
    )
