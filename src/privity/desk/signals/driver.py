# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether PostgreSQL's driver is there: a desk that counts by itself does without."""

from __future__ import annotations

from importlib.util import find_spec

from privity.desk.signals.running.errors import DriverMissing


def check_driver() -> None:
    """Raise DriverMissing where psycopg is not installed; the message says from which pins it is."""
    if find_spec("psycopg") is None:
        raise DriverMissing(
            "signals.store names a PostgreSQL database, and its driver is not installed:"
            " pip install --require-hashes -r constraints/postgres.txt"
        )
