# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk that has no legal request yet, for every room of the legal desk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.db.database import open_database
from privity.desk.keys import DeskKeys
from tests.desk.legal.casework import Casework


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DeskKeys]:
    """A database without a row, and its keys: making one takes longer than most of these tests."""
    work = Casework.at(tmp_path_factory.mktemp("fresh"))
    (path,) = (file for _, name, file in work.db.execute("PRAGMA database_list").fetchall() if name == "main")
    work.db.close()
    return Path(path), work.keys


@pytest.fixture
def work(tmp_path: Path, fresh: tuple[Path, DeskKeys]) -> Iterator[Casework]:
    file, keys = fresh
    shutil.copy(file, tmp_path / "desk.db")
    work = Casework(open_database(tmp_path / "desk.db", keys), keys)
    yield work
    work.db.close()
