# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a compelled operator can do to its own key log: write it anew, with other keys for one person, and sign it.

It has every key of the hub. It has none of its witnesses', so that nobody who trusts one of them believes the result.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from privity.identity import account as accounts
from privity.keylog.commitment import OPENING_BYTES, commit
from privity.keylog.labels import user_label
from privity.keylog.publish import Change, Cut, cut
from privity.tlog.checkpoint import sign_checkpoint


def forge(hub: Path, host: str, user_uri: str, values: Sequence[bytes], now_ms: int) -> None:
    """Replace the log in this stopped hub's folder by one in which these are all lists there ever were of the user.

    It has one entry more than the true one, so that nobody sees by its size alone that it is another.
    """
    db = sqlite3.connect(hub / "hub.db")
    try:
        held = db.execute("SELECT label, version, value FROM kl_value ORDER BY label, version").fetchall()
        label = user_label(user_uri).decode()
        kept = [(name, version, value) for name, version, value in held if name != label]
        forged = [(label, version, value) for version, value in enumerate(values)]
        changes = [
            Change(name.encode(), version, os.urandom(OPENING_BYTES), value) for name, version, value in kept + forged
        ]
        (size,) = db.execute("SELECT count(*) FROM kl_entry").fetchone()
        made = _entries(f"{host}/keylog", changes, size + 1, now_ms, (hub / "keys" / "vrf.key").read_bytes())
        note = sign_checkpoint((hub / "keys" / "log.key").read_bytes(), made[-1].checkpoint).encode()
        with db:
            _write(db, made, changes, note)
            account = accounts.first(values[0], user_uri)
            for value in values[1:]:
                account = accounts.advance(account, value, now_ms)
            db.execute("UPDATE account_state SET state = ? WHERE user_uri = ?", (account.encode(), user_uri))
    finally:
        db.close()


def _entries(origin: str, changes: Sequence[Change], size: int, now_ms: int, vrf: bytes) -> list[Cut]:
    """All changes at once in the first entry, then nothing new until the log has its size."""
    nodes: dict[bytes, bytes] = {}
    log_nodes: dict[tuple[int, int], bytes] = {}
    made: list[Cut] = []

    def node_at(level: int, at: int) -> bytes:
        return log_nodes[level, at]

    for index in range(size):
        came = changes if index == 0 else ()
        one = cut(origin, index, nodes, node_at, came, now_ms, vrf)
        nodes |= one.prefix_changes
        log_nodes.update({(level, at): digest for level, at, digest in one.log_nodes})
        made.append(one)
    return made


def _write(db: sqlite3.Connection, made: Sequence[Cut], changes: Sequence[Change], note: bytes) -> None:
    for table in ("change", "value", "entry", "log_node", "prefix_node", "checkpoint", "prepared"):
        db.execute(f"DELETE FROM kl_{table}")  # noqa: S608 - our own names
    for one in made:
        row = (one.index, one.entry.timestamp_ms, one.entry.prefix_root, one.update.encode())
        db.execute("INSERT INTO kl_entry VALUES (?, ?, ?, ?)", row)
        db.executemany("INSERT INTO kl_log_node VALUES (?, ?, ?)", one.log_nodes)
        db.executemany("INSERT OR REPLACE INTO kl_prefix_node VALUES (?, ?)", one.prefix_changes.items())
    db.execute("INSERT INTO kl_checkpoint VALUES (?, ?)", (len(made), note))
    db.executemany(
        "INSERT INTO kl_value VALUES (?, ?, ?, ?, ?, 0)",
        [(one.label.decode(), one.version, one.opening, one.value, commit(*_committed(one))) for one in changes],
    )


def _committed(change: Change) -> tuple[bytes, bytes, int, bytes]:
    return change.opening, change.label, change.version, change.value
