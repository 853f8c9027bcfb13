# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The file of a hub as large as a town's, filled by SQL alone: what its rows say nobody reads, their number counts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

_UNTIL: Final = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)"
_FILL: Final = (
    ("INSERT INTO account SELECT 'mimi://x/u/' || i, 'person' || i, i FROM n", "accounts"),
    ("INSERT INTO device SELECT 'mimi://x/d/' || i, 'mimi://x/u/' || i, randomblob(32), 1 FROM n", "accounts"),
    (
        "INSERT INTO key_package (client_uri, suite, last_resort, not_after_ms, value)"
        " SELECT 'mimi://x/d/' || (1 + i % ?2), 1, 0, i, randomblob(300) FROM n",
        "accounts",
    ),
    (
        "INSERT INTO room (id, room_uri, suite, epoch, epoch_seq, last_seq, last_ts_ms)"
        " SELECT i, 'mimi://x/r/' || i, 1, 1, 1, 1000000, 1 FROM n",
        "rooms",
    ),
    ("INSERT INTO room_group SELECT i, 1, randomblob(900), randomblob(400) FROM n", "rooms"),
    (
        "INSERT INTO room_member SELECT 'mimi://x/d/' || (1 + i % ?2), 1 + (i + i / ?2) % ?3,"
        " 'mimi://x/u/' || (1 + i % ?2), 0, NULL, 0 FROM n",
        "members",
    ),
    (
        "INSERT INTO event (room_id, seq, ts_ms, kind, sender, ref, frame)"
        " SELECT 1 + i % ?3, i, 1800000000000 + i, 1, iif(i % 3, 'mimi://x/d/' || (1 + i % ?2), NULL),"
        " iif(i % 3, randomblob(16), NULL), iif(i % 3, randomblob(600 + i % 1400), NULL) FROM n",
        "events",
    ),
)


def fill(database: Path, accounts: int, events: int) -> None:
    """Two devices in a room on average, and a third of the messages forgotten."""
    rooms = accounts // 2
    counts = {"accounts": accounts, "rooms": rooms, "members": accounts * 2, "events": events}
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN")
        for insert, what in _FILL:
            into, _, rest = insert.partition(" SELECT ")
            marks = max(number for number in (1, 2, 3) if f"?{number}" in _UNTIL + rest)
            db.execute(f"{into} {_UNTIL} SELECT {rest}", (counts[what], accounts, rooms)[:marks])
        db.execute("COMMIT")
