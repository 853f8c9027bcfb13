# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page says what the rows say. This test starts no peer."""

from __future__ import annotations

from tests.interop.peers import OTHERS
from tests.interop.rows import CHAPTERS, COLUMNS
from tests.interop.table import PAGE, page

ROWS = [row for chapter in CHAPTERS for row in chapter.rows]


def test_the_page_is_what_the_command_writes() -> None:
    assert PAGE.read_text() == page({}), "make interop writes docs/developers/mls-interop.md anew"


def test_rows_have_names_of_their_own() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))


def test_every_cell_is_done_or_explained() -> None:
    assert tuple(name for name, _ in COLUMNS) == OTHERS
    for row in ROWS:
        assert set(row.why_not) < set(OTHERS), row.name
        assert all(why[0] != why[0].upper() or why[0] == "`" or why[0].isdigit() for why in row.why_not.values()), (
            row.name
        )


def test_what_a_run_showed_stands_on_the_page() -> None:
    row = ROWS[0]
    peer, (suite, *_) = COLUMNS[0]
    changed = page({f"{row.name}-{peer}-{suite}": False}).splitlines()
    (line,) = [line for line in changed if line not in page({}).splitlines()]
    assert line.startswith(f"| {row.says} |")
    assert f"**no** {suite}" in line
