# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What takes longer than what is tested of it: a hub with accounts, once for a module."""

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
