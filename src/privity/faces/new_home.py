# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A folder with all that a small host needs: keys for hub and desk, an empty database, and the file both read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.desk import config as desk_config
from privity.desk import init as desk_init
from privity.server import config as hub_config
from privity.server import init as hub_init
from privity.server.config import Tls
from privity.tlog.verifier_key import KeyKind, VerifierKey

CONFIG: Final = "privity.toml"


@dataclass(frozen=True, slots=True, repr=False)
class NewHome:
    """What its owner is told once: the code of the first invite opens one account, until `invite_expires_ms`.

    `key_log` and `audit_log` are the verifier keys of both logs, `pages` is where the desk's staff will come.
    """

    invite_code: str
    invite_expires_ms: int
    key_log: str
    audit_log: str
    pages: str

    def __repr__(self) -> str:
        return f"<NewHome with an invite until {self.invite_expires_ms}>"


def write_fresh(
    folder: Path,
    host: str,
    listen: str,
    *,
    tls: Tls | None = None,
    behind_proxy: bool = False,
    store: str | None = None,
    hub_url: str | None = None,
    desk_listen: str = "127.0.0.1:8441",
    desk_url: str | None = None,
) -> NewHome:
    """Make the folder, which may be there and hold no configuration. What is refused leaves nothing.

    Raises ConfigInvalid and PlaintextRefused of hub and desk, AlreadyInitialised, OSError.
    """
    url = hub_url or _hub_url(host, listen, tls)
    section = hub_init.section_of(host, listen, tls=tls, behind_proxy=behind_proxy, store=store)
    hub_config.check(section, folder)
    desk = desk_config.DeskSection(hub_url=url, listen=desk_listen, console_url=desk_url)
    pages = desk_config.check(desk, folder).console_url
    invite = hub_init.write_fresh(folder, host, listen, tls=tls, behind_proxy=behind_proxy, store=store)
    public = desk_init.write_fresh(folder / "desk" / "keys")
    config = folder / CONFIG
    config.touch(mode=0o600 if store else 0o666)  # a password may stand in it
    config.write_text(
        f"{invite.section}"
        f'staff_public_key = "{public.staff_public_key.hex()}"\n'
        f'intake_public_key = "{public.intake_public_key.hex()}"\n\n'
        f"[desk]\nhub_url = {json.dumps(url)}\n"
        f'listen = "{desk_listen}"\nconsole_url = "{pages}"\n'
        f'log_key = "{invite.log_key}"\n'
        f'vrf_key = "{invite.vrf_key.hex()}"\n'
    )
    audit = VerifierKey(desk_config.audit_name_of(host), KeyKind.ED25519, public.audit_public_key)
    return NewHome(invite.code, invite.expires_ms, invite.log_key, audit.encode(), pages)


def _hub_url(host: str, listen: str, tls: Tls | None) -> str:
    """The desk beside the hub: with TLS by the name that the certificate has, otherwise over loopback."""
    return f"http://{listen}" if tls is None else f"https://{host}:{listen.rpartition(':')[2]}"
