# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity init`: a folder with everything a small host needs, hub and desk, and the first invite."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.desk import config as desk_config
from privity.desk import init as desk_init
from privity.desk.errors import DeskError
from privity.server import config as hub_config
from privity.server import init as hub_init
from privity.server.config import Tls
from privity.server.errors import HubError
from privity.tlog.verifier_key import KeyKind, VerifierKey

CONFIG = "privity.toml"


def init(
    folder: Annotated[Path, Parameter(help="Made if it is not there; existing keys are never overwritten.")],
    /,
    *,
    host: Annotated[str, Parameter(help="The name in every address of this hub; it can never change.")] = "localhost",
    listen: Annotated[str, Parameter(help="ADDRESS:PORT the hub listens on.")] = "127.0.0.1:8440",
    tls_cert: Annotated[Path | None, Parameter(help="Certificate chain (PEM); the hub then speaks TLS itself.")] = None,
    tls_key: Annotated[Path | None, Parameter(help="Its private key (PEM).")] = None,
    behind_proxy: Annotated[
        bool, Parameter(help="A proxy on this machine ends TLS.", negative="", show_default=False)
    ] = False,
    store: Annotated[
        str | None, Parameter(help="postgresql://USER@HOST/DATABASE for the hub; else a file in FOLDER.")
    ] = None,
    hub_url: Annotated[str | None, Parameter(help="Where the desk finds the hub, if not where this says.")] = None,
    desk_listen: Annotated[
        str, Parameter(help="ADDRESS:PORT of the desk's pages for staff, on this machine.")
    ] = "127.0.0.1:8441",
    desk_url: Annotated[str | None, Parameter(help="How staff open them, behind a proxy that ends TLS.")] = None,
) -> None:
    """Write privity.toml, fresh keys for hub and desk, and a first invite.

    Example: privity init home --host chat.example.org
    """
    config = folder / CONFIG
    if config.exists():
        sys.exit(f"privity: AlreadyInitialised: {config} exists; choose an empty folder")
    if (tls_cert is None) != (tls_key is None):
        sys.exit("privity: ConfigInvalid: --tls-cert and --tls-key go together; one of them is missing")
    tls = None if tls_cert is None or tls_key is None else Tls(tls_cert, tls_key)
    url = hub_url or _hub_url(host, listen, tls)
    try:
        section = hub_init.section_of(host, listen, tls=tls, behind_proxy=behind_proxy, store=store)
        hub_config.check(section, folder)
        desk = desk_config.DeskSection(hub_url=url, listen=desk_listen, console_url=desk_url)
        pages = desk_config.check(desk, folder).console_url
        invite = hub_init.write_fresh(folder, host, listen, tls=tls, behind_proxy=behind_proxy, store=store)
        public = desk_init.write_fresh(folder / "desk" / "keys")
    except (HubError, DeskError, OSError) as err:  # a folder without rights, or a file in its place
        sys.exit(f"privity: {type(err).__name__}: {err}")
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
    until = datetime.fromtimestamp(invite.expires_ms / 1000, UTC)
    print(f"wrote {config}, keys and an empty database")
    print(f"key log: {invite.log_key}")
    audit = VerifierKey(desk_config.audit_name_of(host), KeyKind.ED25519, public.audit_public_key)
    print(f"audit log: {audit.encode()}")
    print(f"first invite (shown once, one account, until {until:%Y-%m-%d}): {invite.code}")
    print(f'first member of staff: privity desk invite "NAME" --role admin --config {config}   (pages: {pages})')
    print(f"next: privity serve --config {config}   and beside it: privity desk --config {config}")


def _hub_url(host: str, listen: str, tls: Tls | None) -> str:
    """The desk beside the hub: with TLS by the name that the certificate has, otherwise over loopback."""
    return f"http://{listen}" if tls is None else f"https://{host}:{listen.rpartition(':')[2]}"
