# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for keys that reports are sealed to. No decisions here."""

from __future__ import annotations

import json
from collections.abc import Sequence

from privity.server.db.database import Query, Tx
from privity.server.room_reports.model import KeptKey


def find(query: Query, client_uri: str) -> KeptKey | None:
    row = query.one("SELECT client_uri, number, key FROM report_key WHERE client_uri = ?", (client_uri,))
    return None if row is None else KeptKey(*row)


def of_devices(query: Query, client_uris: Sequence[str]) -> list[bytes]:
    """The keys of those of these devices that have one."""
    rows = query.all(
        "SELECT key FROM report_key WHERE client_uri IN (SELECT value FROM json_each(?)) ORDER BY client_uri",
        (json.dumps(client_uris),),
    )
    return [bytes(key) for (key,) in rows]


def put(tx: Tx, kept: KeptKey) -> None:
    tx.execute(
        "INSERT INTO report_key (client_uri, number, key) VALUES (?, ?, ?)"
        " ON CONFLICT (client_uri) DO UPDATE SET number = excluded.number, key = excluded.key",
        (kept.client_uri, kept.number, kept.key),
    )
