# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A fresh hub: its keys, its database, its first invite; and further invites later."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from privity.server import config, keys
from privity.server.db import migrations
from privity.server.db.database import Tx, connect
from privity.server.invites import service as invites
from privity.server.invites.model import Invite

DATA = "hub"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class FirstInvite:
    """`code` is shown to the operator once; `section` is the `[hub]` section of privity.toml."""

    code: str
    expires_ms: int
    section: str

    def __repr__(self) -> str:
        return f"<FirstInvite until {self.expires_ms}>"


def write_fresh(folder: Path, host: str, listen: str) -> FirstInvite:
    """Write FOLDER/hub with fresh keys and a database, and the first invite into it.

    privity.toml itself is the caller's: it joins `section` with the desk's. Raises ConfigInvalid, PlaintextRefused or
    AlreadyInitialised; a host or address that is refused writes nothing.
    """
    checked = config.check(config.HubSection(host=host, listen=listen, data=DATA), folder)
    checked.data.mkdir(parents=True, mode=0o700, exist_ok=True)
    keys.write_fresh(checked.keys, secrets.token_bytes)
    checked.blobs.mkdir(mode=0o700, exist_ok=True)
    invite = _write(checked.database, _create)
    return FirstInvite(invite.code, invite.expires_ms, _section(host, listen))


def new_invite(config_path: Path) -> Invite:
    """One more invite, also while the hub runs."""
    return _write(config.load(config_path).database, _create)


def _create(tx: Tx) -> Invite:
    return invites.create(tx, secrets.token_bytes, time.time_ns() // 1_000_000)


def _write(database: Path, fn: Callable[[Tx], T]) -> T:
    db = connect(database)
    try:
        database.chmod(0o600)
        migrations.apply(db)
        db.execute("BEGIN IMMEDIATE")
        result = fn(Tx(db))
        db.execute("COMMIT")
        return result
    finally:
        db.close()


def _section(host: str, listen: str) -> str:
    return (
        "[hub]\n"
        f'host = "{host}"\n'
        f'listen = "{listen}"\n'
        f'data = "{DATA}"\n'
        'registration = "invite"\n'
        "report_window_days = 180\n"
        "production = false\n"
    )
