# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which engine keeps the hub's database: `store` of privity.toml says so, and nothing else asks."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from privity.server.config import HubConfig
from privity.server.db import sqlite
from privity.server.db.database import Database, Reader, Tx
from privity.server.errors import ConfigInvalid, DriverMissing

T = TypeVar("T")


def open_database(config: HubConfig, worker: str | None = None) -> Database:
    """The database of the one process that serves it, or of one of several workers, brought up to date.

    Raises StorageError or AlreadyRunning, and ConfigInvalid for workers on a file.
    """
    if config.store is not None:
        opened: Database = _postgres().PostgresDatabase(config.store, worker)
        return opened
    if worker is not None:
        raise ConfigInvalid("workers need a database that they can share: store = postgresql://USER@HOST/DATABASE")
    return sqlite.SqliteDatabase(config.database)


def check_fresh(config: HubConfig) -> None:
    """Raise AlreadyInitialised where `store` names the database of a hub that has begun. Raises StorageError."""
    if config.store is not None:
        _postgres().check_fresh(config.store)


def write_beside(config: HubConfig, fn: Callable[[Tx], T]) -> T:
    """One transaction, also while a hub serves. Makes the schema where there is none. Raises StorageError."""
    if config.store is None:
        return sqlite.write_beside(config.database, fn)
    result: T = _postgres().write_beside(config.store, fn)
    return result


def read_beside(config: HubConfig, fn: Callable[[Reader], T]) -> T:
    """One snapshot, also while a hub serves. Changes nothing, the schema included. Raises StorageError."""
    if config.store is None:
        return sqlite.read_beside(config.database, fn)
    result: T = _postgres().read_beside(config.store, fn)
    return result


def _postgres() -> ModuleType:
    try:
        from privity.server.db import postgres
    except ModuleNotFoundError as err:
        if err.name != "psycopg":
            raise
        raise DriverMissing(
            "store names a PostgreSQL database, and its driver is not installed:"
            " pip install --require-hashes -r constraints/postgres.txt"
        ) from None
    return postgres
