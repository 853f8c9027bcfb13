# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who and what the contracts of the stores are about: invented rows that others refer to."""

from __future__ import annotations

from privity.server.db.database import Tx

NOW = 1_700_000_000_000
KEY = b"f" * 32


def people(tx: Tx, *names: str) -> None:
    """Accounts whose address is their name."""
    for name in names:
        tx.execute("INSERT INTO account (user_uri, handle, created_ms) VALUES (?, ?, ?)", (name, f"{name}.h", NOW))


def device(tx: Tx, user: str, name: str) -> str:
    tx.execute(
        "INSERT INTO device (client_uri, user_uri, signature_key, since_version) VALUES (?, ?, ?, 1)",
        (name, user, b"k" * 32),
    )
    return name


def room(tx: Tx, uri: str, pair: str | None = None, *, group: bool = True) -> int:
    row = tx.one(
        "INSERT INTO room (room_uri, direct_pair, suite, epoch, epoch_seq, last_seq, last_ts_ms, franking_key)"
        " VALUES (?, ?, 1, 0, 0, 0, ?, ?) RETURNING id",
        (uri, pair, NOW, KEY),
    )
    assert row is not None
    if group:
        tx.execute(
            "INSERT INTO room_group (room_id, version, state, group_info) VALUES (?, 1, ?, ?)", (row[0], b"s", b"g")
        )
    return int(row[0])


def inside(tx: Tx, room_id: int, *names: str, since: int = 5) -> None:
    """People who take part, each with a device of their name."""
    for name in names:
        tx.execute(
            "INSERT INTO participation (room_id, user_uri, from_ms, until_ms) VALUES (?, ?, ?, NULL)",
            (room_id, name, since),
        )
        tx.execute(
            "INSERT INTO room_member (client_uri, room_id, user_uri, from_seq, until_seq, acked_seq)"
            " VALUES (?, ?, ?, 0, NULL, 0)",
            (f"{name}/1", room_id, name),
        )
