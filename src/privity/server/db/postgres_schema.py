# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The numbered SQL of PostgreSQL (`sql/postgres`), applied in one transaction that keeps every other writer out."""

from __future__ import annotations

from typing import Final

import psycopg

from privity.server.db import migrations
from privity.server.db.lane import WRITE_LOCK
from privity.server.db.link import Link, name_of
from privity.server.db.migrations import Migration
from privity.server.errors import AlreadyInitialised, HubError, NoDatabase, StoreUnreachable

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS migration"
    ' (number BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, digest BYTEA NOT NULL)'
)
_TABLES: Final = (
    "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
    " ORDER BY relname"
)


_BEGUN: Final = (
    "SELECT EXISTS (SELECT 1 FROM invite) OR EXISTS (SELECT 1 FROM account) OR EXISTS (SELECT 1 FROM kl_prepared)"
    " OR EXISTS (SELECT 1 FROM kl_entry)"
)


def shipped() -> list[Migration]:
    """The migrations of this version, oldest first."""
    return migrations.shipped("sql/postgres")


def apply(link: Link, wanted: list[Migration] | None = None) -> list[int]:
    """Apply what is missing and return its numbers. Raises MigrationChanged, MigrationUnknown or StoreUnreachable."""
    wanted = shipped() if wanted is None else wanted
    try:
        if not migrations.missing(_applied(link), wanted):
            return []
        return _apply(link, wanted)
    except psycopg.Error as err:
        raise StoreUnreachable(f"the schema cannot be made in the database of `store`: {name_of(err)}") from err


def check_fresh(link: Link) -> None:
    """Raise AlreadyInitialised for the database of a hub that has begun: its keys are others than fresh ones."""
    try:
        begun = bool(_applied(link)) and link.run(_BEGUN, ()).fetchone() != (False,)
    except psycopg.Error as err:
        raise StoreUnreachable(f"the database of `store` cannot be used: {name_of(err)}") from None
    if begun:
        raise AlreadyInitialised("the database that `store` names is that of another hub; give this one its own")


def check_there(link: Link) -> None:
    """Raise NoDatabase where no hub has made its tables."""
    if not _applied(link):
        raise NoDatabase("the database that `store` names holds no hub yet; `privity init` makes one")


def vacuum(link: Link) -> None:
    """All tables; those that somebody holds are left for the next time."""
    tables = ", ".join(str(row[0]) for row in link.run(_TABLES, ()))
    link.control(f"VACUUM (SKIP_LOCKED) {tables}")


def _applied(link: Link) -> dict[int, bytes]:
    row = link.run("SELECT to_regclass('migration') IS NOT NULL", ()).fetchone()
    if row is None or not row[0]:
        return {}
    return {int(number): bytes(digest) for number, digest in link.run("SELECT number, digest FROM migration", ())}


def _apply(link: Link, wanted: list[Migration]) -> list[int]:
    """Asked again under the lock, since somebody else may have done it meanwhile."""
    link.control(f"BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK}); {_TABLE}")
    try:
        missing = migrations.missing(_applied(link), wanted)
        for migration in missing:
            link.control(migration.sql)
            link.run(
                "INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3)",
                (migration.number, migration.name, migration.digest),
            )
        link.control("COMMIT")
    except (psycopg.Error, HubError):
        if link.usable:
            link.control("ROLLBACK")
        raise
    return [migration.number for migration in missing]
