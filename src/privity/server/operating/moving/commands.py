# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin move-store`."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from privity.server import config as configuration
from privity.server.operating.beside import DEFAULT, Config, named
from privity.server.operating.moving.move import move
from privity.server.operating.shown import shown


def move_store(
    *,
    to: Annotated[str, Parameter(help="An empty database: postgresql://USER@HOST/DATABASE.")],
    config: Config = DEFAULT,
) -> None:
    """Copy the database from SQLite to PostgreSQL and compare every row.

    Run it while the hub is stopped. Its file is not touched. Broken off, the same
    command goes on where it was; nobody can serve what is half there.

    Example: privity admin move-store --to postgresql://privity@localhost/hub
    """
    with named(), shown("moving") as told:
        done = move(configuration.load(config), to, told)
    again = f", {done.resumed:,} of them by an earlier attempt" if done.resumed else ""
    sys.stdout.write(f"{done.rows:,} rows of {done.tables} tables moved and compared{again}\n")
    sys.stderr.write("next: under [hub] in privity.toml write store with that address, and start the hub\n")
