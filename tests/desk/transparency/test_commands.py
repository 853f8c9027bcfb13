# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk transparency`: three kinds of files, nothing overwritten, nothing of anybody in them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from privity.desk.audit import commands as audit
from privity.desk.audit.signing import Signing
from privity.desk.db.database import open_database
from privity.desk.decisions.actions import Action
from privity.desk.intake.findings import Level
from privity.desk.transparency.commands import transparency
from privity.desk.transparency.model import TransparencyReport, total
from tests.desk.conftest import Home
from tests.desk.house import House

MONTH = "2027-01"


@pytest.fixture
def file(home: Home) -> Path:
    """A desk where somebody was banned."""
    loaded = home.configured("http://127.0.0.1:1")
    house = House(open_database(loaded.database, home.keys()), home.keys())
    house.confirm(house.decide(house.case(house.user(), Level.AUTHORSHIP), Action.BAN))
    house.db.close()
    return home.folder / "privity.toml"


def made(out: dict[str, Path], file: Path) -> None:
    transparency(first=MONTH, last=MONTH, config=file, csv=out.get("csv"), json=out.get("json"), html=out.get("html"))


def test_all_files_are_made_once(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = {"csv": tmp_path / "tables", "json": tmp_path / "report.json", "html": tmp_path / "report.html"}
    made(out, file)
    shown = capsys.readouterr()
    assert (
        shown.out
        == "2027-01 to 2027-01: 1 reports, 1 cases opened, 1 decided, 1 decisions, 0 undone, 0 appeals answered\n"
    )
    sections = sorted(int(path.name.partition("_")[0]) for path in out["csv"].iterdir() if path.name[0].isdigit())
    assert sections == list(range(1, 12))
    assert "[desk.transparency] does not state it: provider, previous_report" in shown.err
    assert (out["csv"] / "ours.csv").is_file()
    report = msgspec.json.decode(out["json"].read_bytes(), type=TransparencyReport)
    assert total(report.decisions) == 1
    assert b"--from 2027-01 --to 2027-01 --html report.html" in out["html"].read_bytes()
    for name, path in out.items():
        before = [*path.iterdir()] if name == "csv" else path.read_bytes()
        with pytest.raises(SystemExit, match=r"^privity: ReportNotWritten: "):
            made({name: path}, file)
        assert before == ([*path.iterdir()] if name == "csv" else path.read_bytes())


def test_what_the_operator_states_is_in_the_files_and_missing_no_more(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with file.open("a") as config:
        config.write('[desk.transparency]\nprovider = "Teapots Ltd"\nprevious_report = "none"\n')
        config.write('[desk.transparency.words]\ntraining = """\nTwo days.\nEvery year.\n"""\n')
    out = {"csv": tmp_path / "tables", "html": tmp_path / "report.html"}
    made(out, file)
    missing = capsys.readouterr().err
    assert "provider" not in missing and "words.training" not in missing and "words.support" in missing
    assert b"Teapots Ltd" in (out["csv"] / "1_report_identification.csv").read_bytes()
    assert b"Two days.\nEvery year." in (out["csv"] / "11_qualitative.csv").read_bytes()
    assert b"Two days.\nEvery year." in out["html"].read_bytes()


def test_nothing_that_is_published_names_anybody(file: Path, tmp_path: Path) -> None:
    out = {"csv": tmp_path / "tables", "json": tmp_path / "report.json", "html": tmp_path / "report.html"}
    made(out, file)
    for path in (*out["csv"].iterdir(), out["json"], out["html"]):
        data = path.read_bytes()
        for word in (b"mimi://", b"staff:", b"command:", b"invented case", b"looked at it too", b"evidence:"):
            assert word not in data, path.name


def test_a_month_that_is_not_over_is_said_to_be(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    transparency(first="2026-01", last="2098-12", config=file)
    assert "2098-12 is not over yet" in capsys.readouterr().err
    transparency(first="2025-01", last="2025-12", config=file)
    assert "not over" not in capsys.readouterr().err


def test_what_is_no_period_ends_by_name(file: Path) -> None:
    with pytest.raises(SystemExit, match=r"^privity: PeriodInvalid: "):
        transparency(first="2027-02", last="2027-01", config=file)


def test_the_same_comes_out_of_an_exported_log(file: Path, tmp_path: Path, home: Home) -> None:
    here = tmp_path / "here.json"
    transparency(first=MONTH, last=MONTH, config=file, json=here)
    audit.export(tmp_path / "audit.jsonl", config=file)
    loaded = home.configured("http://127.0.0.1:1")
    db = open_database(loaded.database, home.keys())
    key = Signing(db, loaded.audit_name, home.keys().audit, loaded.audit_checkpoint).key.encode()
    db.close()
    away = tmp_path / "away.json"
    transparency(first=MONTH, last=MONTH, entries=tmp_path / "audit.jsonl", key=key, config=tmp_path / "no", json=away)
    one, other = (msgspec.json.decode(path.read_bytes(), type=TransparencyReport) for path in (away, here))
    assert one == msgspec.structs.replace(other, entries=one.entries)
