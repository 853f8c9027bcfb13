# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for profiles. No decisions here."""

from __future__ import annotations

from privity.server.db.database import Query, Tx
from privity.server.profiles.model import Card, Shown


def find(query: Query, user_uri: str) -> Shown:
    row = query.one("SELECT listed, name, bio, picture FROM profile WHERE user_uri = ?", (user_uri,))
    return Shown() if row is None else Shown(bool(row[0]), row[1], row[2], row[3])


def put(tx: Tx, user_uri: str, shown: Shown) -> None:
    tx.execute(
        "INSERT INTO profile (user_uri, listed, name, bio, picture) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (user_uri) DO UPDATE SET listed = excluded.listed, name = excluded.name, bio = excluded.bio,"
        " picture = excluded.picture",
        (user_uri, shown.listed, shown.name, shown.bio, shown.picture),
    )


def shown(query: Query, user_uri: str) -> Shown:
    """As others get it: nothing of a profile that a decision took from them."""
    row = query.one("SELECT listed, name, bio, picture FROM shown_profile WHERE user_uri = ?", (user_uri,))
    return Shown() if row is None else Shown(bool(row[0]), row[1], row[2], row[3])


def is_listed(query: Query, user_uri: str) -> bool:
    return query.one("SELECT 1 FROM shown_profile WHERE user_uri = ? AND listed = 1", (user_uri,)) is not None


def unlist(tx: Tx, user_uri: str) -> None:
    tx.execute("UPDATE profile SET listed = 0 WHERE user_uri = ?", (user_uri,))


def card(query: Query, user_uri: str) -> Card | None:
    """As others get it, without the picture, which may be large. None where there is no such account."""
    row = query.one(
        "SELECT a.user_uri, a.handle, a.created_ms, coalesce(p.name, ''), coalesce(p.bio, '')"
        " FROM account a LEFT JOIN shown_profile p ON p.user_uri = a.user_uri WHERE a.user_uri = ?",
        (user_uri,),
    )
    return None if row is None else Card(*row)
