# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which report a person means: by the receipt they were given, and only if they made it."""

from __future__ import annotations

from privity.desk.db.transaction import Db


def number_of(db: Db, receipt: str, reporter_uri: str) -> int | None:
    """The number of the report, or None where there is none, or somebody else made it."""
    row = db.execute(
        "SELECT seq FROM report WHERE receipt = ? AND reporter_uri = ?", (receipt, reporter_uri)
    ).fetchone()
    return None if row is None else int(row[0])
