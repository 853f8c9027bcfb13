# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The model does what it says with what the bench measured, and the page has a place for each of its tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.connections import FULL as IDLE
from bench.connections import of_files
from bench.contest import FULL
from bench.delivery import goals
from bench.errors import CannotRun
from bench.scale import ASSUMED, Figures, Person, filled, people_per_core, tables

from bench import crowd, disk, scale

FIGURES = Figures(100e-6, 5e-6, 1e-3, 20_000, 4_000, 0.5e-3, "abc")


def line(**changed: float | None) -> str:
    """The last line of a bench with these numbers."""
    names = {
        "send": (goals(FULL)["send"].name, 0.1),
        "fanout": (goals(FULL)["fanout"].name, 5.0),
        "connect": (crowd.goals(crowd.FULL, 19_000)["connect"].name, 1.0),
        "idle": (crowd.goals(crowd.FULL, 19_000)["idle"].name, 20.0),
        "stored": (of_files(IDLE)["stored"].name, 4_000.0),
        "sync": ("disk: one page appended and synced, p50", 0.5),
    }
    rows = [{"name": name, "ours": changed.get(key, value), "skipped": "no"} for key, (name, value) in names.items()]
    return json.dumps({"bench": "server", "commit": "abc", "full": True, "rows": rows})


def test_the_rows_that_the_model_needs_are_rows_of_the_bench() -> None:
    assert Figures.of(line()) == FIGURES
    assert "disk: one page appended and synced, p50" in [row.name for row in disk.rows(quick=True)]


def test_a_row_without_a_number_is_no_number() -> None:
    with pytest.raises(CannotRun, match="has no number: no"):
        Figures.of(line(fanout=None))
    with pytest.raises(CannotRun, match="no row of the bench is called"):
        Figures.of(json.dumps({"commit": "abc", "full": True, "rows": []}))


def test_a_person_costs_what_their_messages_and_connections_cost() -> None:
    person = Person.of(FIGURES)
    assert person.sends == 100  # 50 messages, each with a receipt
    assert person.deliveries == pytest.approx(100 * ((0.7 * 2 + 0.3 * 8) * 1.5 - 1))  # all devices but the sender's
    assert person.cpu_s == pytest.approx(100 * 100e-6 + (person.deliveries - 100) * 5e-6 + 36 * 1e-3)
    assert (person.memory_bytes, person.disk_bytes) == (1.5 * 20_000, 100 * 3 * 4_000)
    assert people_per_core(person) == pytest.approx(0.5 * 86_400 / (person.cpu_s * 3))


def test_twice_the_cost_halves_the_people() -> None:
    dearer = Figures(200e-6, 10e-6, 2e-3, 20_000, 4_000, 0.5e-3, "abc")
    assert people_per_core(Person.of(dearer)) == pytest.approx(people_per_core(Person.of(FIGURES)) / 2)


def test_the_page_has_a_place_for_each_table_and_says_every_assumption() -> None:
    page = filled(scale.PAGE.read_text(), tables(FIGURES))
    assert all(one.what in page for one in ASSUMED.values())
    assert "At commit `abc`." in page
    assert filled(page, tables(FIGURES)) == page
    with pytest.raises(CannotRun, match="no place for the table measured"):
        filled("nothing", tables(FIGURES))


def test_numbers_are_rounded_to_what_assumptions_are_worth() -> None:
    assert [scale._short(n) for n in (0.123, 12.34, 1_234, 1_260_000, 2e9)] == [
        "0.12",
        "12",
        "1,200",
        "1.3 million",
        "2 billion",
    ]
    assert [scale._bytes(n) for n in (12, 1_234, 2.34e9)] == ["12 bytes", "1.2 KB", "2.3 GB"]


def test_without_a_measurement_the_command_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        scale.main(["--measured", str(tmp_path / "none.json")])
    assert "run `make bench-server` first" in capsys.readouterr().err


def test_the_command_prints_the_tables_and_one_line_of_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(line())
    scale.main(["--measured", str(kept)])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["bench"] == "scale"
    assert [row["name"] for row in found["rows"]][:2] == ["people", "processes, each with a core"]
