# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for observations. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from privity.server.db.database import Query, Row, Tx
from privity.server.observing.model import Seen
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

_COLUMNS: Final = (
    "number, at_ms, kind, account, born_ms, age, other, other_age, mutual, together, room, count, people, rooms,"
    " largest, network"
)
_AGE: Final = "CASE WHEN {0}.adult_from_ms <= g.at_ms THEN 'adult' ELSE coalesce({0}.band, 'unknown') END"
_ADD: Final = (
    f"INSERT INTO observed ({_COLUMNS})"  # noqa: S608  # names of this module
    f" SELECT g.number, g.at_ms, g.kind, g.account, a.created_ms, {_AGE.format('y')}, g.other, {_AGE.format('o')},"
    " g.mutual, g.together, g.room, g.count, g.people, g.rooms, g.largest, g.network"
    " FROM given g JOIN account a ON a.user_uri = g.account"
    " LEFT JOIN age y ON y.user_uri = g.account LEFT JOIN age o ON o.user_uri = g.other"
)
_GIVEN: Final = {
    "number": int,
    "at_ms": int,
    "kind": str,
    "account": str,
    "other": str,
    "mutual": int,
    "together": int,
    "room": str,
    "count": int,
    "people": int,
    "rooms": int,
    "largest": int,
    "network": str,
}


def add(tx: Tx, seen: Sequence[Seen]) -> None:
    """Under the next numbers, in this order, with what is known of the ages of both. Of an account that is no more
    nothing is kept.

    Whoever draws a number holds the row of the last one until its commit: so nobody sees a number before a lower one.
    """
    if not seen:
        return
    row = tx.one("UPDATE observed_head SET last = last + ? RETURNING last", (len(seen),))
    first = (0 if row is None else int(row[0])) - len(seen) + 1
    tx.for_each(
        _ADD,
        _GIVEN,
        [
            (
                number,
                one.at_ms,
                one.kind.value,
                one.account,
                one.other,
                one.mutual,
                int(one.together),
                one.room,
                one.count,
                one.people,
                one.rooms,
                one.largest,
                one.network,
            )
            for number, one in enumerate(seen, first)
        ],
    )


def last(query: Query) -> int:
    """The last number that was given out."""
    row = query.one("SELECT last FROM observed_head")
    return 0 if row is None else int(row[0])


def after(query: Query, number: int, limit: int) -> list[Observed]:
    """Those with higher numbers, the lowest first."""
    rows = query.all(
        f"SELECT {_COLUMNS} FROM observed WHERE number > ? ORDER BY number LIMIT ?",  # noqa: S608  # names of this module
        (number, limit),
    )
    return [_observed(row) for row in rows]


def is_any_after(query: Query, number: int) -> bool:
    return query.one("SELECT 1 FROM observed WHERE number > ? LIMIT 1", (number,)) is not None


def forget_through(tx: Tx, number: int) -> None:
    tx.execute("DELETE FROM observed WHERE number <= ?", (number,))


def forget_before(tx: Tx, at_ms: int) -> None:
    tx.execute("DELETE FROM observed WHERE at_ms < ?", (at_ms,))


def forget_of(tx: Tx, account: str) -> None:
    """What an account did, and what was done to it."""
    tx.execute("DELETE FROM observed WHERE account = ?1 OR other = ?1", (account,))


def begin_after(tx: Tx, number: int) -> None:
    """Forget all, and go on after this number, unless there was a higher one."""
    tx.execute("DELETE FROM observed")
    tx.execute("UPDATE observed_head SET last = ? WHERE last < ?", (number, number))


def span(query: Query) -> int:
    """From the lowest number that is kept to the highest: at least as many as are kept."""
    row = query.one("SELECT (SELECT max(number) FROM observed) - (SELECT min(number) FROM observed) + 1")
    return 0 if row is None or row[0] is None else int(row[0])


def oldest_ms(query: Query) -> int | None:
    row = query.one("SELECT at_ms FROM observed ORDER BY number LIMIT 1")
    return None if row is None else int(row[0])


def people(query: Query, room_ids: Iterable[int]) -> dict[int, int]:
    """How many participants each of these rooms has; nothing of one without any."""
    rows = query.for_each(
        "SELECT g.room_id, (SELECT count(*) FROM participation p WHERE p.room_id = g.room_id AND p.until_ms IS NULL)"
        " FROM given g",
        {"room_id": int},
        [(room_id,) for room_id in room_ids],
    )
    return {int(room_id): int(count) for room_id, count in rows}


def _observed(row: Row) -> Observed:
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
