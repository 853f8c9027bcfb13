# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is done in one transaction, and what is read at one moment, over the desk's one connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlcipher3 import dbapi2 as sqlcipher

Db: TypeAlias = sqlcipher.Connection
DbError: TypeAlias = sqlcipher.Error
IntegrityError: TypeAlias = sqlcipher.IntegrityError


@contextmanager
def transaction(db: Db) -> Iterator[None]:
    """All or nothing; on the disk when the block has ended. Inside another one it is a part of that."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk ends the transaction by itself
            db.execute("ROLLBACK")
        raise


@contextmanager
def part(db: Db) -> Iterator[None]:
    """Of an open transaction: all of it or nothing, whatever becomes of the rest."""
    db.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK TO part")
            db.execute("RELEASE part")
        raise
    db.execute("RELEASE part")


@contextmanager
def one_moment(db: Db) -> Iterator[None]:
    """Whatever is read inside is of one moment, while others write. Not inside a transaction."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")
