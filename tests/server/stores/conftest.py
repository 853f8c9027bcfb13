# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One transaction on an empty hub's database, on each engine in turn, rolled back at the end: what a store promises."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from privity.server.db import migrations
from privity.server.db.database import Tx
from privity.server.db.sqlite import SqliteTx
from tests import postgres

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def file() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA foreign_keys = ON")
    migrations.apply(db)
    yield db
    db.close()


@pytest.fixture(params=ENGINES)
def tx(request: pytest.FixtureRequest) -> Iterator[Tx]:
    if request.param == "sqlite":
        db: sqlite3.Connection = request.getfixturevalue("file")
        db.execute("BEGIN IMMEDIATE")
        yield SqliteTx(db)
        db.execute("ROLLBACK")
        return
    postgres.need_postgres()
    from privity.server.db.postgres_tx import PostgresTx
    from tests.server.stores.linked import link

    shared = link()
    shared.control("BEGIN")
    yield PostgresTx(shared)
    shared.control("ROLLBACK")
