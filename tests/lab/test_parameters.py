# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of parameters: every number has a range and a source, and the page says what the table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.lab.errors import OutsideOfRange, UnknownParameter
from privity.lab.parameters import page, publications, shipped

PAGE = Path(__file__).parents[2] / "docs" / "developers" / "lab-parameters.md"


def test_every_number_lies_in_its_range_and_names_a_source() -> None:
    rows = shipped().rows
    assert len(rows) > 40
    for name, row in rows.items():
        assert row.low <= row.value <= row.high, name
        assert row.source and row.says.endswith("."), name


def test_what_is_named_is_in_the_list_of_publications_and_nothing_else_is() -> None:
    named = {name for row in shipped().rows.values() for name in row.published}
    assert named == set(publications())


def test_nothing_carries_a_number_well_that_is_not_published_or_whose_figure_nobody_saw() -> None:
    told = publications()
    for name, row in shipped().rows.items():
        if row.confidence != "low":
            assert any(told[one].seen != "abstract" for one in row.published), name
        if not row.published:
            assert row.source.startswith("Assumed"), name


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text() == page(shipped())


def test_every_number_is_asked_for_somewhere() -> None:
    root = Path(__file__).parents[2]
    code = "".join(path.read_text() for room in ("src/privity/lab", "bench") for path in (root / room).rglob("*.py"))
    for name in shipped().rows:
        composed = name.rpartition("_")[0] + "_{"
        assert f'"{name}"' in code or f'f"{composed}' in code, name


def test_a_number_that_is_not_in_the_table_is_refused_by_name() -> None:
    table = shipped()
    assert table["traffic.direct_share"] == 0.9
    with pytest.raises(UnknownParameter, match=r"got traffic\.direct$"):
        table["traffic.direct"]
    with pytest.raises(UnknownParameter, match=r"got traffic\.direct$"):
        table.changed(traffic__direct=0.9)


def test_a_number_is_changed_within_its_range_alone() -> None:
    table = shipped()
    assert table.changed(traffic__direct_share=0.86)["traffic.direct_share"] == 0.86
    assert table["traffic.direct_share"] == 0.9
    with pytest.raises(OutsideOfRange, match=r"between 0.85 and 0.93, got 0.5"):
        table.changed(traffic__direct_share=0.5)
