# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for guardians and what they said. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Query, Row, Tx
from privity.server.guardians.model import Link, Word

_LINK = "SELECT ward_uri, guardian_uri, pending, entry, said_ms, since_ms FROM guardian"
_WORD = "SELECT ward_uri, other_uri, guardian_uri, entry, said_ms, at_ms FROM vouch"


def of_ward(query: Query, ward_uri: str) -> list[Link]:
    """The guardians of a person, those included that wait for another."""
    rows = query.all(_LINK + " WHERE ward_uri = ? ORDER BY pending, since_ms, guardian_uri", (ward_uri,))
    return [_link(row) for row in rows]


def of_guardian(query: Query, guardian_uri: str) -> list[Link]:
    rows = query.all(_LINK + " WHERE guardian_uri = ? ORDER BY since_ms, ward_uri", (guardian_uri,))
    return [_link(row) for row in rows]


def find(query: Query, ward_uri: str, guardian_uri: str) -> Link | None:
    row = query.one(_LINK + " WHERE ward_uri = ? AND guardian_uri = ?", (ward_uri, guardian_uri))
    return None if row is None else _link(row)


def put(tx: Tx, link: Link) -> None:
    tx.execute(
        "INSERT INTO guardian (ward_uri, guardian_uri, pending, entry, said_ms, since_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (ward_uri, guardian_uri) DO UPDATE SET pending = excluded.pending, entry = excluded.entry,"
        " said_ms = excluded.said_ms",
        (link.ward_uri, link.guardian_uri, link.pending, link.entry, link.said_ms, link.since_ms),
    )


def end(tx: Tx, ward_uri: str, guardian_uri: str) -> None:
    """The guardian's word goes with the link."""
    tx.execute("DELETE FROM guardian WHERE ward_uri = ? AND guardian_uri = ?", (ward_uri, guardian_uri))
    tx.execute("DELETE FROM vouch WHERE ward_uri = ? AND guardian_uri = ?", (ward_uri, guardian_uri))


def put_word(tx: Tx, word: Word) -> None:
    tx.execute(
        "INSERT INTO vouch (ward_uri, other_uri, guardian_uri, entry, said_ms, at_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (ward_uri, other_uri, guardian_uri) DO UPDATE SET entry = excluded.entry,"
        " said_ms = CASE WHEN excluded.said_ms > vouch.said_ms THEN excluded.said_ms ELSE vouch.said_ms END,"
        " at_ms = excluded.at_ms",
        (word.ward_uri, word.other_uri, word.guardian_uri, word.entry, word.said_ms, word.at_ms),
    )


def words(query: Query, ward_uri: str, other_uri: str) -> list[Word]:
    rows = query.all(_WORD + " WHERE ward_uri = ? AND other_uri = ? ORDER BY at_ms", (ward_uri, other_uri))
    return [Word(*row) for row in rows]


def words_by(query: Query, ward_uri: str, guardian_uri: str) -> list[Word]:
    rows = query.all(_WORD + " WHERE ward_uri = ? AND guardian_uri = ? ORDER BY at_ms", (ward_uri, guardian_uri))
    return [Word(*row) for row in rows]


def forget_words_of(tx: Tx, user_uri: str) -> None:
    """What the person said, as guardian, and what guardians said of them."""
    tx.execute("DELETE FROM vouch WHERE other_uri = ?1 OR guardian_uri = ?1", (user_uri,))


def forget_person(tx: Tx, user_uri: str) -> None:
    """As ward, as guardian, and as somebody of whom guardians spoke."""
    tx.execute("DELETE FROM guardian WHERE ward_uri = ?1 OR guardian_uri = ?1", (user_uri,))
    tx.execute("DELETE FROM vouch WHERE ward_uri = ?1 OR other_uri = ?1 OR guardian_uri = ?1", (user_uri,))


def _link(row: Row) -> Link:
    return Link(row[0], row[1], bool(row[2]), row[3], row[4], row[5])
