# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One transaction of the device store: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlcipher3 import dbapi2 as sqlcipher


@contextmanager
def transaction(db: sqlcipher.Connection) -> Iterator[None]:
    """On disk when it ends; nothing of it is there when it raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:  # something raised; a full disk may have ended it by itself
            db.execute("ROLLBACK")
