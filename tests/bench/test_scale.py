# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The model does what it says with what the bench measured, and the page has a place for each of its tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bench.connections import FULL as IDLE
from bench.connections import of_files
from bench.contest import FULL
from bench.delivery import goals, of_frames
from bench.errors import CannotRun
from bench.format import Goal
from bench.model import ASSUMED, Costs, Figures, Person, holdings, in_bytes, people_per_core, short
from bench.scale import filled, tables
from bench.ways import WAYS

from bench import crowd, disk, scale

FILE = Costs(100e-6, 5e-6, 1e-3, 20_000)
ONE = Costs(150e-6, 6e-6, 1.5e-3, 20_000)
TWO = Costs(250e-6, 10e-6, 2e-3, 21_000)
FIGURES = Figures(FILE, ONE, TWO, 4_000, 12_000, 1.0, 0.5e-3, 1_700, 1_900, "abc")


def line(**changed: float | None) -> str:
    """The last line of a bench with these numbers; the names are those of the bench itself."""
    crowded = crowd.goals(crowd.FULL, 19_000)
    rows: list[tuple[str, Goal, float]] = []
    for way, costs in zip(WAYS, (FILE, ONE, TWO), strict=True):
        rows += [
            ("send", way.goal(goals(FULL)["send"]), costs.send_s * 1e3),
            ("fanout", way.goal(goals(FULL)["fanout"]), costs.fanout_s * 1e6),
            ("connect", way.goal(crowded["connect"]), costs.connect_s * 1e3),
            ("idle", way.goal(crowded["idle"]), costs.idle_bytes / 1e3),
        ]
    rows += [
        ("stored", of_files(IDLE)["stored"], FIGURES.stored_bytes),
        ("written", of_files(IDLE)["written"], FIGURES.written_bytes),
        ("syncs", goals(FULL)["syncs"], FIGURES.syncs),
        ("sync", Goal("disk: one page appended and synced, p50", "ms"), FIGURES.sync_s * 1e3),
        ("sent", of_frames()["sent"], FIGURES.sent_bytes),
        ("delivered", of_frames()["delivered"], FIGURES.delivered_bytes),
    ]
    found = [{"name": goal.name, "ours": changed.get(key, value), "skipped": "no"} for key, goal, value in rows]
    return json.dumps({"bench": "server", "commit": "abc", "full": True, "rows": found})


def test_the_rows_that_the_model_needs_are_rows_of_the_bench() -> None:
    assert Figures.of(line()) == FIGURES
    assert "disk: one page appended and synced, p50" in [row.name for row in disk.rows(quick=True)]


def test_a_row_without_a_number_is_no_number() -> None:
    with pytest.raises(CannotRun, match="has no number: no"):
        Figures.of(line(fanout=None))
    with pytest.raises(CannotRun, match="no row of the bench is called"):
        Figures.of(json.dumps({"commit": "abc", "full": True, "rows": []}))


def test_a_person_costs_what_their_messages_and_connections_cost() -> None:
    person = Person.of(FIGURES, FILE)
    assert person.sends == 100  # 50 messages, each with a receipt
    assert person.deliveries == pytest.approx(100 * ((0.7 * 2 + 0.3 * 8) * 1.5 - 1))  # all devices but the sender's
    assert person.cpu_s == pytest.approx(100 * 100e-6 + (person.deliveries - 100) * 5e-6 + 36 * 1e-3)
    assert (person.memory_bytes, person.disk_bytes) == (1.5 * 20_000, 100 * 3 * 4_000)
    assert (person.written_bytes, person.syncs) == (100 * 12_000, 100)
    assert person.wire_bytes == pytest.approx((100 * 1_700 + person.deliveries * 1_900) * 1.1)
    assert people_per_core(person) == pytest.approx(0.5 * 86_400 / (person.cpu_s * 3))


def test_twice_the_cost_halves_the_people() -> None:
    dearer = Costs(200e-6, 10e-6, 2e-3, 20_000)
    people = [people_per_core(Person.of(FIGURES, costs)) for costs in (FILE, dearer)]
    assert people[1] == pytest.approx(people[0] / 2)


def test_many_workers_cross_twice_as_often_as_two_and_cheap_ones_are_no_gift() -> None:
    assert TWO.of_many(ONE, 2) == TWO
    assert TWO.of_many(ONE, 10).send_s == pytest.approx(150e-6 + 100e-6 * 1.8)
    assert TWO.of_many(ONE, 10).fanout_s == pytest.approx(6e-6 + 4e-6 * 1.8)
    assert FILE.of_many(ONE, 10).send_s == ONE.send_s


def test_a_hundred_billion_take_as_many_systems_of_ten_as_there_are_people_for() -> None:
    rows = {name: values for name, *values in holdings(FIGURES)}
    ten = 10 * people_per_core(Person.of(FIGURES, TWO.of_many(ONE, 10)))
    assert rows["people"] == [short(people_per_core(Person.of(FIGURES, FILE))), short(ten), "2 billion"]
    assert rows["cores, of hubs, databases and bus"] == ["1", "10", short(2e9 / ten * 10)]
    shared = rows["messages that share a sync, busiest hour, at least"]
    assert shared[1] == shared[2]


def test_the_page_has_a_place_for_each_table_and_says_every_assumption() -> None:
    page = filled(scale.PAGE.read_text(), tables(FIGURES))
    assert all(one.what in page for one in ASSUMED.values())
    assert "At commit `abc`." in page
    assert filled(page, tables(FIGURES)) == page
    with pytest.raises(CannotRun, match="no place for the table answers"):
        filled("nothing", tables(FIGURES))


def test_numbers_are_rounded_to_what_assumptions_are_worth() -> None:
    assert [short(n) for n in (0.123, 12.34, 1_234, 1_260_000, 2e9)] == [
        "0.12",
        "12",
        "1,200",
        "1.3 million",
        "2 billion",
    ]
    assert [in_bytes(n) for n in (12, 1_234, 2.34e9)] == ["12 bytes", "1.2 KB", "2.3 GB"]


def test_without_a_measurement_the_command_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        scale.main(["--measured", str(tmp_path / "none.json")])
    assert "run `make bench-server` first" in capsys.readouterr().err


def test_a_measurement_without_workers_is_refused_by_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.json"
    found = json.loads(line())
    found["rows"] = [row for row in found["rows"] if not row["name"].endswith("over the bus")]
    kept.write_text(json.dumps(found))
    with pytest.raises(SystemExit):
        scale.main(["--measured", str(kept)])
    assert re.search(r"no row of the bench is called .*over.*the.*bus", capsys.readouterr().err)


def test_the_command_prints_the_tables_and_one_line_of_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(line())
    scale.main(["--measured", str(kept)])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["bench"] == "scale"
    assert [row["name"] for row in found["rows"]][:2] == ["people", "cores, of hubs, databases and bus"]
