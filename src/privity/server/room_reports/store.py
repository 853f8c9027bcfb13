# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for keys that reports are sealed to. No decisions here."""

from __future__ import annotations

from collections.abc import Sequence

from privity.server.db.database import Query, Tx
from privity.server.room_reports.model import KeptKey


def find(query: Query, client_uri: str) -> KeptKey | None:
    row = query.one("SELECT client_uri, number, key FROM report_key WHERE client_uri = ?", (client_uri,))
    return None if row is None else KeptKey(*row)


def of_devices(query: Query, client_uris: Sequence[str]) -> list[bytes]:
    """The keys of those of these devices that have one."""
    rows = query.for_each(
        "SELECT k.client_uri, k.key FROM given g JOIN report_key k ON k.client_uri = g.client_uri",
        {"client_uri": str},
        [(client_uri,) for client_uri in sorted(set(client_uris))],
    )
    return [bytes(key) for _, key in sorted(rows)]


def put(tx: Tx, kept: KeptKey) -> None:
    tx.execute(
        "INSERT INTO report_key (client_uri, number, key) VALUES (?, ?, ?)"
        " ON CONFLICT (client_uri) DO UPDATE SET number = excluded.number, key = excluded.key",
        (kept.client_uri, kept.number, kept.key),
    )
