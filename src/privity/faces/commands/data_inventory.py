# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity data-inventory`: everything that hub and desk keep, in words, as it follows from their schemas."""

from __future__ import annotations

import sys
from importlib.resources import files

from privity.wire.inventory import Inventory

HEAD = """<!-- SPDX-FileCopyrightText: 2026 The Privity authors -->
<!-- SPDX-License-Identifier: Apache-2.0 -->
# What is kept about people

Every table and column of hub and desk, and of the database that they may count on: why it is there, who may read it,
how long it stays. Written by `privity data-inventory`; a test fails when a column has no entry here. Whoever runs the
machine can read every file on it, and is not named again below; "sealed" marks what they cannot read either.

Addresses of the network are in no table and in no log: limits by address are counted in memory and end with the
process."""


def page() -> str:
    """The whole page (Markdown)."""
    found = [
        Inventory.decode(files(package).joinpath("inventory.toml").read_bytes())
        for package in ("privity.server.db", "privity.desk.db", "privity.desk.signals.running")
    ]
    return "\n\n".join([HEAD, *(inventory.page() for inventory in found)]) + "\n"


def data_inventory() -> None:
    """Say what hub and desk keep about people: every column, why, who reads it, how long.

    Example: privity data-inventory
    """
    sys.stdout.write(page())
