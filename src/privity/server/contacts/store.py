# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for requests, contacts, codes and meetings. No decisions here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from privity.server.ages.model import StoredAge
from privity.server.contacts.model import Ask, Code, How, Meeting, Side, Who
from privity.server.db.database import Query, Row, Tx
from privity.wire.age import AgeBand

_ASK = "SELECT user_uri, target, entry, said_ms, asked_ms FROM contact_ask"
_SIDE = "SELECT user_uri, other_uri, how, entry, said_ms, since_ms FROM contact_side"
_HOWS: Final = {how.value: how for how in How}
_BANDS: Final = {band.value: band for band in AgeBand}
_MEETING = "SELECT user_uri, maker_uri, entry, said_ms, met_ms FROM contact_meeting"


# Requests.


def put_ask(tx: Tx, ask: Ask) -> None:
    tx.execute(
        "INSERT INTO contact_ask (user_uri, target, entry, said_ms, asked_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (user_uri, target) DO UPDATE SET entry = excluded.entry, said_ms = excluded.said_ms,"
        " asked_ms = excluded.asked_ms",
        (ask.user_uri, ask.target, ask.entry, ask.said_ms, ask.asked_ms),
    )


def ask(query: Query, user_uri: str, target: str) -> Ask | None:
    row = query.one(_ASK + " WHERE user_uri = ? AND target = ?", (user_uri, target))
    return None if row is None else Ask(*row)


def asks_by(query: Query, user_uri: str, since_ms: int) -> list[Ask]:
    rows = query.all(_ASK + " WHERE user_uri = ? AND asked_ms > ? ORDER BY asked_ms, target", (user_uri, since_ms))
    return [Ask(*row) for row in rows]


def count_asks(query: Query, user_uri: str, since_ms: int) -> int:
    row = query.one("SELECT COUNT(*) FROM contact_ask WHERE user_uri = ? AND asked_ms > ?", (user_uri, since_ms))
    return int(row[0]) if row is not None else 0


_ASKED_OF: Final = (
    " WHERE target IN (?1, ?2) AND asked_ms > ?3 AND user_uri <> ?1"
    " AND NOT EXISTS (SELECT 1 FROM contact_no n WHERE n.user_uri = ?1 AND n.other_uri = contact_ask.user_uri"
    " AND n.at_ms > ?3)"
    " AND NOT EXISTS (SELECT 1 FROM block b WHERE b.user_uri = ?1 AND b.blocked_uri = contact_ask.user_uri)"
    " AND NOT EXISTS (SELECT 1 FROM block b WHERE b.user_uri = contact_ask.user_uri AND b.blocked_uri = ?1)"
)
_WITH: Final = {
    Who.ANYBODY: "",
    Who.IN_A_GROUP: " AND EXISTS (SELECT 1 FROM participation p JOIN participation o ON o.room_id = p.room_id"
    " JOIN room r ON r.id = p.room_id AND r.direct_pair IS NULL WHERE p.user_uri = ?1 AND p.until_ms IS NULL"
    " AND o.user_uri = contact_ask.user_uri AND o.until_ms IS NULL)",
    Who.VOUCHED: " AND EXISTS (SELECT 1 FROM vouch v WHERE v.ward_uri = ?1 AND v.other_uri = contact_ask.user_uri"
    " AND v.entry IS NOT NULL)",
}


def asks_for(query: Query, user_uri: str, handle: str, since_ms: int, who: Who, limit: int) -> list[Ask]:
    """Who asked for a person, and was neither refused since then nor blocked; the longest waiting first."""
    rows = query.all(
        f"{_ASK}{_ASKED_OF}{_WITH[who]} ORDER BY asked_ms, user_uri LIMIT ?4",  # of this module
        (user_uri, handle, since_ms, limit),
    )
    return [Ask(*row) for row in rows]


def asks_between(query: Query, user_uri: str, names: tuple[str, str], since_ms: int) -> list[Ask]:
    """What one asked for another, under either name."""
    rows = query.all(
        _ASK + " WHERE user_uri = ? AND target IN (?, ?) AND asked_ms > ? ORDER BY asked_ms",
        (user_uri, *names, since_ms),
    )
    return [Ask(*row) for row in rows]


def forget_asks(tx: Tx, user_uri: str, names: tuple[str, str]) -> bool:
    """Whether there were any."""
    return (
        tx.execute("DELETE FROM contact_ask WHERE user_uri = ? AND target IN (?, ?)", (user_uri, *names)).rowcount > 0
    )


# Contacts.


def put_side(tx: Tx, side: Side) -> None:
    """The first `since_ms` of a side stays."""
    tx.execute(
        "INSERT INTO contact_side (user_uri, other_uri, how, entry, said_ms, since_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (user_uri, other_uri, how) DO UPDATE SET entry = excluded.entry, said_ms = excluded.said_ms",
        (side.user_uri, side.other_uri, side.how.value, side.entry, side.said_ms, side.since_ms),
    )


def sides(query: Query, user_uri: str, other_uri: str) -> list[Side]:
    """What one said for contact with the other."""
    rows = query.all(_SIDE + " WHERE user_uri = ? AND other_uri = ? ORDER BY how", (user_uri, other_uri))
    return [_side(row) for row in rows]


def hows(query: Query, one: str, other: str) -> tuple[set[How], set[How]]:
    """The same of both, without the entries."""
    found, _ = hows_and_ages(query, [(one, other)])
    return found[0]


def hows_and_ages(
    query: Query, pairs: Sequence[tuple[str, str]]
) -> tuple[list[tuple[set[How], set[How]]], dict[str, StoredAge]]:
    """The same of many pairs, and of who did something the age, where it is known: what every message in a direct room
    asks for."""
    found: list[tuple[set[How], set[How]]] = [(set(), set()) for _ in pairs]
    ages: dict[str, StoredAge] = {}
    rows = query.for_each(
        "SELECT f.n, f.by_one, f.how, f.user_uri, a.band, a.adult_from_ms FROM ("
        "SELECT g.n, 1 AS by_one, s.how, s.user_uri FROM given g JOIN contact_side s"
        " ON s.user_uri = g.one AND s.other_uri = g.other UNION ALL"
        " SELECT g.n, 0, s.how, s.user_uri FROM given g JOIN contact_side s"
        " ON s.user_uri = g.other AND s.other_uri = g.one"
        ") f LEFT JOIN age a ON a.user_uri = f.user_uri",
        {"n": int, "one": str, "other": str},
        [(number, one, other) for number, (one, other) in enumerate(pairs)],
    )
    for number, by_one, how, user_uri, band, adult_from_ms in rows:
        found[number][0 if by_one else 1].add(_HOWS[how])
        if band is not None and user_uri not in ages:
            ages[user_uri] = StoredAge(user_uri, _BANDS[band], adult_from_ms)
    return found, ages


def others(query: Query, user_uri: str) -> list[str]:
    """With whom the person is, or could be again, a contact."""
    rows = query.all("SELECT DISTINCT other_uri FROM contact_side WHERE user_uri = ? ORDER BY other_uri", (user_uri,))
    return [str(row[0]) for row in rows]


def count_mutual(query: Query, one: str, other: str) -> int:
    row = query.one(
        "SELECT COUNT(DISTINCT a.other_uri) FROM contact_side a JOIN contact_side b ON b.other_uri = a.other_uri"
        " WHERE a.user_uri = ? AND b.user_uri = ?",
        (one, other),
    )
    return int(row[0]) if row is not None else 0


def count_mutual_to(query: Query, one: str, other: str, most: int) -> int:
    """`count_mutual`, no further than to `most`: who has very many costs no more."""
    row = query.one(
        "SELECT COUNT(*) FROM (SELECT DISTINCT a.other_uri FROM contact_side a JOIN contact_side b"
        " ON b.user_uri = ?2 AND b.other_uri = a.other_uri WHERE a.user_uri = ?1 LIMIT ?3) AS mutual",
        (one, other, most),
    )
    return int(row[0]) if row is not None else 0


def end(tx: Tx, one: str, other: str) -> bool:
    """Whether the two had anything that could make them contacts."""
    gone = tx.execute(
        "DELETE FROM contact_side WHERE (user_uri = ?1 AND other_uri = ?2) OR (user_uri = ?2 AND other_uri = ?1)",
        (one, other),
    ).rowcount
    met = tx.execute(
        "DELETE FROM contact_meeting WHERE (user_uri = ?1 AND maker_uri = ?2) OR (user_uri = ?2 AND maker_uri = ?1)",
        (one, other),
    ).rowcount
    return gone + met > 0


# A no.


def put_no(tx: Tx, user_uri: str, other_uri: str, said_ms: int, at_ms: int) -> None:
    tx.execute(
        "INSERT INTO contact_no (user_uri, other_uri, said_ms, at_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (user_uri, other_uri) DO UPDATE SET at_ms = excluded.at_ms,"
        " said_ms = CASE WHEN excluded.said_ms > contact_no.said_ms THEN excluded.said_ms ELSE contact_no.said_ms END",
        (user_uri, other_uri, said_ms, at_ms),
    )


def no(query: Query, user_uri: str, other_uri: str) -> tuple[int, int] | None:
    """(the newest entry of the person that ended with it, when)."""
    row = query.one("SELECT said_ms, at_ms FROM contact_no WHERE user_uri = ? AND other_uri = ?", (user_uri, other_uri))
    return None if row is None else (int(row[0]), int(row[1]))


def forget_no(tx: Tx, user_uri: str, other_uri: str) -> None:
    tx.execute("DELETE FROM contact_no WHERE user_uri = ? AND other_uri = ?", (user_uri, other_uri))


# Codes and meetings.


def add_code(tx: Tx, code: Code) -> bool:
    """False where this hash is there already."""
    return (
        tx.execute(
            "INSERT INTO contact_code (code_hash, user_uri, purpose, expires_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (code.code_hash, code.user_uri, code.purpose, code.expires_ms),
        ).rowcount
        == 1
    )


def code(query: Query, code_hash: bytes, now_ms: int) -> Code | None:
    row = query.one(
        "SELECT code_hash, user_uri, purpose, expires_ms FROM contact_code WHERE code_hash = ? AND expires_ms > ?",
        (code_hash, now_ms),
    )
    return None if row is None else Code(*row)


def count_codes(query: Query, user_uri: str, now_ms: int) -> int:
    row = query.one("SELECT COUNT(*) FROM contact_code WHERE user_uri = ? AND expires_ms > ?", (user_uri, now_ms))
    return int(row[0]) if row is not None else 0


def use_code(tx: Tx, code_hash: bytes) -> None:
    tx.execute("DELETE FROM contact_code WHERE code_hash = ?", (code_hash,))


def put_meeting(tx: Tx, meeting: Meeting) -> None:
    tx.execute(
        "INSERT INTO contact_meeting (user_uri, maker_uri, entry, said_ms, met_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (user_uri, maker_uri) DO UPDATE SET entry = excluded.entry, said_ms = excluded.said_ms,"
        " met_ms = excluded.met_ms",
        (meeting.user_uri, meeting.maker_uri, meeting.entry, meeting.said_ms, meeting.met_ms),
    )


def meeting(query: Query, user_uri: str, maker_uri: str, since_ms: int) -> Meeting | None:
    row = query.one(_MEETING + " WHERE user_uri = ? AND maker_uri = ? AND met_ms > ?", (user_uri, maker_uri, since_ms))
    return None if row is None else Meeting(*row)


def meetings_with(query: Query, maker_uri: str, since_ms: int) -> list[Meeting]:
    rows = query.all(_MEETING + " WHERE maker_uri = ? AND met_ms > ? ORDER BY met_ms", (maker_uri, since_ms))
    return [Meeting(*row) for row in rows]


def forget_meeting(tx: Tx, user_uri: str, maker_uri: str) -> None:
    tx.execute("DELETE FROM contact_meeting WHERE user_uri = ? AND maker_uri = ?", (user_uri, maker_uri))


# What time, and a reset, take away.


def forget_old(tx: Tx, asked_ms: int, met_ms: int, now_ms: int) -> None:
    """Requests and refusals from before the first time, meetings from before the second, codes that are over."""
    tx.execute("DELETE FROM contact_ask WHERE asked_ms <= ?", (asked_ms,))
    tx.execute("DELETE FROM contact_no WHERE at_ms <= ?", (asked_ms,))
    tx.execute("DELETE FROM contact_meeting WHERE met_ms <= ?", (met_ms,))
    tx.execute("DELETE FROM contact_code WHERE expires_ms <= ?", (now_ms,))


def forget_person(tx: Tx, user_uri: str) -> None:
    """Everything that an account said, and that others said of it. Requests under its handle are others' own words."""
    for sql in (
        "DELETE FROM contact_ask WHERE user_uri = ?1 OR target = ?1",
        "DELETE FROM contact_side WHERE user_uri = ?1 OR other_uri = ?1",
        "DELETE FROM contact_no WHERE user_uri = ?1 OR other_uri = ?1",
        "DELETE FROM contact_code WHERE user_uri = ?1",
        "DELETE FROM contact_meeting WHERE user_uri = ?1 OR maker_uri = ?1",
    ):
        tx.execute(sql, (user_uri,))


def _side(row: Row) -> Side:
    return Side(row[0], row[1], How(row[2]), row[3], row[4], row[5])


# How many an account asks in its first days.


def asking(query: Query, user_uri: str) -> tuple[int, int]:
    """When the account was made, and when its bucket of asks is full again; 0 and 0 for one that is gone."""
    row = query.one("SELECT created_ms, asks_full_ms FROM account WHERE user_uri = ?", (user_uri,))
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def put_asking(tx: Tx, user_uri: str, full_ms: int) -> None:
    tx.execute("UPDATE account SET asks_full_ms = ? WHERE user_uri = ?", (full_ms, user_uri))


def was_invited(query: Query, user_uri: str) -> bool:
    """Whether it used an invite of the operator's, which are remembered for longer than an account is new."""
    return query.one("SELECT 1 FROM invite WHERE used_by = ? LIMIT 1", (user_uri,)) is not None


def are_many(query: Query, count: int) -> bool:
    """Whether there are at least so many accounts."""
    return query.one("SELECT 1 FROM account LIMIT 1 OFFSET ?", (count - 1,)) is not None
