# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One hub and one set of accounts for a module of tests: making them takes longer than most of what is tested."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from privity.faces.demo.home import Home
from tests.faces.shell import Town, settle


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = Home(tmp_path_factory.mktemp("town"))
    try:
        yield settle(home)
    finally:
        home.stop()
