# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for links. No decisions here."""

from __future__ import annotations

import msgspec

from privity.server.db.database import Query, Tx
from privity.server.links.model import Link
from privity.wire.rest import AnswerLink, LinkState, OpenLink


def find(query: Query, code: str) -> Link | None:
    row = query.one(
        "SELECT code, commitment, state, expires_ms, user_uri, answer, opening, device_list FROM link WHERE code = ?",
        (code,),
    )
    if row is None:
        return None
    code, commitment, state, expires_ms, user_uri, answer, opening, device_list = row
    return Link(
        code,
        commitment,
        LinkState(state),
        expires_ms,
        user_uri,
        None if answer is None else msgspec.json.decode(answer, type=AnswerLink),
        None if opening is None else msgspec.json.decode(opening, type=OpenLink),
        device_list,
    )


def put(tx: Tx, link: Link) -> None:
    tx.execute(
        "INSERT INTO link (code, commitment, state, expires_ms, user_uri, answer, opening, device_list)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (code) DO UPDATE SET state = excluded.state, user_uri = excluded.user_uri,"
        " answer = excluded.answer, opening = excluded.opening, device_list = excluded.device_list",
        (
            link.code,
            link.commitment,
            link.state.value,
            link.expires_ms,
            link.user_uri,
            None if link.answer is None else msgspec.json.encode(link.answer),
            None if link.opening is None else msgspec.json.encode(link.opening),
            link.device_list,
        ),
    )


def count(query: Query) -> int:
    row = query.one("SELECT COUNT(*) FROM link")
    return int(row[0]) if row is not None else 0


def remove_expired(tx: Tx, before_ms: int) -> None:
    tx.execute("DELETE FROM link WHERE expires_ms <= ?", (before_ms,))
