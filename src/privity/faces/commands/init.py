# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity init`: a folder with everything a small host needs, hub and desk, and the first invite."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.desk.errors import DeskError
from privity.faces.new_home import CONFIG, write_fresh
from privity.server.config import Tls
from privity.server.errors import HubError


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
    try:
        made = write_fresh(
            folder,
            host,
            listen,
            tls=tls,
            behind_proxy=behind_proxy,
            store=store,
            hub_url=hub_url,
            desk_listen=desk_listen,
            desk_url=desk_url,
        )
    except (HubError, DeskError, OSError) as err:  # a folder without rights, or a file in its place
        sys.exit(f"privity: {type(err).__name__}: {err}")
    until = datetime.fromtimestamp(made.invite_expires_ms / 1000, UTC)
    print(f"wrote {config}, keys and an empty database")
    print(f"key log: {made.key_log}")
    print(f"audit log: {made.audit_log}")
    print(f"first invite (shown once, one account, until {until:%Y-%m-%d}): {made.invite_code}")
    print(f'first member of staff: privity desk invite "NAME" --role admin --config {config}   (pages: {made.pages})')
    print(f"next: privity serve --config {config}   and beside it: privity desk --config {config}")
