# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk that knows no agency yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.db.database import open_database
from privity.desk.keys import DeskKeys
from tests.desk.fresh_keys import fresh_keys
from tests.desk.legal.agencies.bureau import Bureau


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DeskKeys]:
    """A database with nothing in it, and its keys: making one takes longer than most of what is tested here."""
    folder = tmp_path_factory.mktemp("empty")
    keys = fresh_keys(folder)
    open_database(folder / "desk.db", keys).close()
    return folder / "desk.db", keys


@pytest.fixture
def bureau(empty: tuple[Path, DeskKeys], tmp_path: Path) -> Iterator[Bureau]:
    path, keys = empty
    shutil.copy(path, tmp_path / "desk.db")
    db = open_database(tmp_path / "desk.db", keys)
    db.execute("PRAGMA synchronous = OFF")  # no test here ends the process
    yield Bureau(db)
    db.close()
