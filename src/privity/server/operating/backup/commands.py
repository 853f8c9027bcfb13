# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin backup` and `privity admin restore`."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.server import config as configuration
from privity.server.errors import HubError
from privity.server.main import held
from privity.server.operating.backup import making, restoring
from privity.server.operating.shown import shown

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
DEFAULT = Path("privity.toml")


def backup(
    folder: Annotated[Path, Parameter(help="Made anew; nothing is ever overwritten.")],
    /,
    *,
    keys: Annotated[
        Path | None, Parameter(help="Also copy privity.toml and the keys, into this other new folder.")
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Copy the hub's database and attachments while the hub runs.

    The copy is of one moment, looked through, and has its name when it is whole.
    The desk has a backup of its own: `privity desk backup`.

    Example: privity admin backup copies/today --config home/privity.toml
    """
    try:
        loaded = configuration.load(config)
        with held(loaded.data / "backup.lock"), shown("copying") as told:
            made = making.make(loaded, config, folder, keys, time.time_ns() // 1_000_000, told)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    except OSError as err:
        sys.exit(f"privity: BackupFailed: {err.strerror}: {err.filename}")
    found = made.manifest
    gone = f", {found.missing:,} without a file" if found.missing else ""
    sys.stdout.write(
        f"{folder}: {found.database} of {found.bytes:,} bytes, {sum(found.rows.values()):,} rows;"
        f" {found.blobs:,} attachments of {found.blob_bytes:,} bytes{gone}\n"
    )
    if keys is None:
        sys.stderr.write("without keys: they are copied once, with --keys, to another place\n")
    else:
        sys.stdout.write(f"{keys}: privity.toml and keys; keep it apart from {folder}\n")


def restore(
    folder: Annotated[Path, Parameter(help="What `privity admin backup` wrote.")],
    /,
    *,
    keys: Annotated[
        Path | None, Parameter(help="The folder of the keys; without it those that are there are used.")
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Make a hub out of a backup, where its database is lost or was moved away.

    Run it while the hub is stopped. Nothing that is there is overwritten.

    Example: privity admin restore copies/today --config home/privity.toml
    """
    try:
        with shown("checking the backup") as told:
            done = restoring.restore(folder, config, keys, told)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    except OSError as err:
        sys.exit(f"privity: RestoreRefused: {err.strerror}: {err.filename}")
    found = done.manifest
    sys.stdout.write(f"{sum(found.rows.values()):,} rows and {found.blobs:,} attachments put back\n")
    if done.fresh_periods:
        sys.stderr.write("no keys of days were there: what was sent before can be proven no more\n")
    sys.stderr.write(f"next: privity restored --config {shlex.quote(str(config))}\n")
