# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk whose cases come from invented reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.at(tmp_path)
    yield house
    house.db.close()
