# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for device lists and devices. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable

from privity.server.db.database import Query, Tx
from privity.server.devices.model import Device


def find(query: Query, client_uri: str) -> Device | None:
    row = query.one(
        "SELECT client_uri, user_uri, signature_key, since_version FROM device WHERE client_uri = ?", (client_uri,)
    )
    return Device(*row) if row is not None else None


def of_user(query: Query, user_uri: str) -> list[Device]:
    rows = query.all(
        "SELECT client_uri, user_uri, signature_key, since_version FROM device WHERE user_uri = ? ORDER BY client_uri",
        (user_uri,),
    )
    return [Device(*row) for row in rows]


def newest_list(query: Query, user_uri: str) -> tuple[int, bytes] | None:
    """(version, value) of the newest list."""
    row = query.one(
        "SELECT version, value FROM device_list WHERE user_uri = ? ORDER BY version DESC LIMIT 1", (user_uri,)
    )
    return (int(row[0]), bytes(row[1])) if row is not None else None


def list_version(query: Query, user_uri: str, version: int) -> bytes | None:
    row = query.one("SELECT value FROM device_list WHERE user_uri = ? AND version = ?", (user_uri, version))
    return bytes(row[0]) if row is not None else None


def lists_from(query: Query, user_uri: str, version: int) -> list[bytes]:
    rows = query.all(
        "SELECT value FROM device_list WHERE user_uri = ? AND version >= ? ORDER BY version", (user_uri, version)
    )
    return [bytes(row[0]) for row in rows]


def add_list(tx: Tx, user_uri: str, version: int, value: bytes, now_ms: int) -> None:
    tx.execute(
        "INSERT INTO device_list (user_uri, version, value, stored_ms) VALUES (?, ?, ?, ?)",
        (user_uri, version, value, now_ms),
    )


def add_device(tx: Tx, device: Device) -> None:
    tx.execute(
        "INSERT INTO device (client_uri, user_uri, signature_key, since_version) VALUES (?, ?, ?, ?)",
        (device.client_uri, device.user_uri, device.signature_key, device.since_version),
    )


def remove_devices(tx: Tx, client_uris: Iterable[str]) -> None:
    """Their KeyPackages go with them."""
    tx.executemany("DELETE FROM device WHERE client_uri = ?", [(client_uri,) for client_uri in client_uris])
