# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every cell of the table: one row, one peer, one suite."""

from __future__ import annotations

import pytest

from tests.interop.circle import Talk
from tests.interop.conftest import Have
from tests.interop.row import Row
from tests.interop.rows import CHAPTERS, COLUMNS

CELLS = [
    pytest.param(row, peer, suite, id=f"{row.name}-{peer}-{suite}")
    for chapter in CHAPTERS
    for row in chapter.rows
    for peer, suites in COLUMNS
    for suite in suites
    if peer not in row.why_not and suite in row.suites
]


@pytest.mark.parametrize(("row", "peer", "suite"), CELLS)
def test_direction(row: Row, peer: str, suite: int, have: Have) -> None:
    row.run(Talk(have(peer), peer, suite))
