# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for devices, for what the lists of an account add up to, and for resets. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from privity.identity.account import Account
from privity.server.db.database import Query, Tx
from privity.server.devices.model import Device


def find(query: Query, client_uri: str) -> Device | None:
    row = query.one(
        "SELECT client_uri, user_uri, signature_key, since_version FROM device WHERE client_uri = ?", (client_uri,)
    )
    return Device(*row) if row is not None else None


def which(query: Query, client_uris: Sequence[str]) -> set[str]:
    """Those of them that are devices of anybody."""
    rows = query.for_each(
        "SELECT device.client_uri FROM given JOIN device ON device.client_uri = given.client_uri",
        {"client_uri": str},
        [(one,) for one in client_uris],
    )
    return {str(row[0]) for row in rows}


def of_user(query: Query, user_uri: str) -> list[Device]:
    rows = query.all(
        "SELECT client_uri, user_uri, signature_key, since_version FROM device WHERE user_uri = ? ORDER BY client_uri",
        (user_uri,),
    )
    return [Device(*row) for row in rows]


def add_device(tx: Tx, device: Device) -> None:
    tx.execute(
        "INSERT INTO device (client_uri, user_uri, signature_key, since_version) VALUES (?, ?, ?, ?)",
        (device.client_uri, device.user_uri, device.signature_key, device.since_version),
    )


def remove_devices(tx: Tx, client_uris: Iterable[str]) -> None:
    """Their KeyPackages go with them."""
    tx.executemany("DELETE FROM device WHERE client_uri = ?", [(client_uri,) for client_uri in client_uris])


def state(query: Query, user_uri: str) -> Account | None:
    """What the published lists add up to."""
    row = query.one("SELECT state FROM account_state WHERE user_uri = ?", (user_uri,))
    return Account.decode(bytes(row[0])) if row is not None else None


def put_state(tx: Tx, account: Account) -> None:
    tx.execute(
        "INSERT INTO account_state (user_uri, state, due_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (user_uri) DO UPDATE SET state = excluded.state, due_ms = excluded.due_ms",
        (account.newest.user_uri, account.encode(), account.in_force_at_ms),
    )


def due(query: Query, at_ms: int) -> list[str]:
    """Users whose reset has waited long enough."""
    return [str(row[0]) for row in query.all("SELECT user_uri FROM account_state WHERE due_ms <= ?", (at_ms,))]


def add_reset(tx: Tx, user_uri: str, effective_ms: int) -> None:
    tx.execute("INSERT INTO account_reset (user_uri, effective_ms) VALUES (?, ?)", (user_uri, effective_ms))


def last_reset_ms(query: Query, user_uri: str) -> int | None:
    row = query.one("SELECT MAX(effective_ms) FROM account_reset WHERE user_uri = ?", (user_uri,))
    return int(row[0]) if row is not None and row[0] is not None else None


def add_code(tx: Tx, code_hash: bytes, user_uri: str, expires_ms: int) -> None:
    tx.execute(
        "INSERT INTO reset_code (code_hash, user_uri, expires_ms, used_for) VALUES (?, ?, ?, NULL)",
        (code_hash, user_uri, expires_ms),
    )


def forget_codes(tx: Tx, before_ms: int) -> None:
    """Those that have not worked since then, used or not."""
    tx.execute("DELETE FROM reset_code WHERE expires_ms < ?", (before_ms,))


def use_code(tx: Tx, code_hash: bytes, user_uri: str, digest: bytes, now_ms: int) -> int:
    """1 when this spent a code of this user, or the list spent it before; else 0."""
    return tx.execute(
        "UPDATE reset_code SET used_for = ?1 WHERE code_hash = ?2 AND user_uri = ?3"
        " AND (used_for = ?1 OR (used_for IS NULL AND expires_ms > ?4))",
        (digest, code_hash, user_uri, now_ms),
    ).rowcount
