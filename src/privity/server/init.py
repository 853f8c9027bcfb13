# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A fresh hub: its keys, its database, its first invite; and further invites later."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from privity.server import config, keys
from privity.server.config import Tls
from privity.server.db.database import Reader, Tx
from privity.server.db.open import check_fresh, read_beside, write_beside
from privity.server.devices import recovery
from privity.server.devices.model import ResetCode
from privity.server.invites import service as invites
from privity.server.invites.model import Invite
from privity.server.keylog import store as log
from privity.server.keylog.model import origin_of

DATA = "hub"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class FirstInvite:
    """`code` is shown to the operator once; `section` is the `[hub]` section of privity.toml.

    `log_key` is the verifier key of the key log, for those who watch it; `vrf_key` says where its labels stand.
    """

    code: str
    expires_ms: int
    section: str
    log_key: str
    vrf_key: bytes

    def __repr__(self) -> str:
        return f"<FirstInvite until {self.expires_ms}>"


def section_of(
    host: str, listen: str, *, tls: Tls | None = None, behind_proxy: bool = False, store: str | None = None
) -> config.HubSection:
    """What `write_fresh` will write. With TLS, here or in a proxy, the hub is one for production."""
    return config.HubSection(
        host=host,
        listen=listen,
        data=DATA,
        production=tls is not None or behind_proxy,
        tls_cert=None if tls is None else str(tls.cert.resolve()),
        tls_key=None if tls is None else str(tls.key.resolve()),
        behind_proxy=behind_proxy,
        store=store,
    )


def write_fresh(
    folder: Path,
    host: str,
    listen: str,
    *,
    tls: Tls | None = None,
    behind_proxy: bool = False,
    store: str | None = None,
) -> FirstInvite:
    """Write FOLDER/hub with fresh keys and a database, and the first invite into it.

    privity.toml itself is the caller's: it joins `section` with the desk's. Raises ConfigInvalid, PlaintextRefused or
    AlreadyInitialised; a host or address that is refused writes nothing.
    """
    section = section_of(host, listen, tls=tls, behind_proxy=behind_proxy, store=store)
    checked = config.check(section, folder)
    checked.data.mkdir(parents=True, mode=0o700, exist_ok=True)
    check_fresh(checked)
    keys.write_fresh(checked.keys, secrets.token_bytes)
    checked.blobs.mkdir(mode=0o700, exist_ok=True)
    invite = write_beside(checked, _create)
    opened = keys.open_keys(checked.keys)
    log_key = opened.log_verifier(origin_of(host)).encode()
    return FirstInvite(invite.code, invite.expires_ms, _written(section), log_key, opened.vrf_public)


def new_invite(config_path: Path) -> Invite:
    """One more invite, also while the hub runs."""
    return write_beside(config.load(config_path), _create)


def new_reset_code(config_path: Path, handle: str) -> ResetCode:
    """A code with which the person of this account may begin a reset. Raises UnknownHandle."""
    now_ms = time.time_ns() // 1_000_000
    return write_beside(config.load(config_path), lambda tx: recovery.new_code(tx, handle, secrets.token_bytes, now_ms))


def beside_the_hub(config_path: Path, change: Callable[[Tx], T]) -> T:
    """Change something in the database, also while the hub runs."""
    return write_beside(config.load(config_path), change)


def look_beside(config_path: Path, look: Callable[[Reader], T]) -> T:
    """Look at one snapshot of the database, also while the hub runs."""
    return read_beside(config.load(config_path), look)


def add_log_keys(checked: config.HubConfig) -> list[str]:
    """Make the key log's keys where a hub from before it has none; which were made.

    Once the log has begun, a missing key was lost, and `open_keys` says so.
    """
    if not (checked.keys / keys.FRANKING).exists() or all((checked.keys / n).exists() for n in (keys.LOG, keys.VRF)):
        return []
    return write_beside(
        checked, lambda tx: [] if log.begun(tx) else keys.write_log_keys(checked.keys, secrets.token_bytes)
    )


def _create(tx: Tx) -> Invite:
    return invites.create(tx, secrets.token_bytes, time.time_ns() // 1_000_000)


def _written(section: config.HubSection) -> str:
    """The section as TOML; a JSON string is one of TOML too."""
    lines = ["[hub]"]
    for name in ("host", "listen", "data", "registration", "report_window_days", "production"):
        lines.append(f"{name} = {json.dumps(getattr(section, name))}")
    if section.tls_cert is not None:
        lines += [f"tls_cert = {json.dumps(section.tls_cert)}", f"tls_key = {json.dumps(section.tls_key)}"]
    if section.behind_proxy:
        lines.append("behind_proxy = true")
    if section.store is not None:
        lines.append(f"store = {json.dumps(section.store)}")
    return "\n".join(lines) + "\n"
