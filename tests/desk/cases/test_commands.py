# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk cases` and `privity desk case N`: what waits and what happened, and never what was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.cases import service as cases
from privity.desk.commands import app
from privity.desk.intake.findings import Level
from privity.message.report import Reason
from tests.desk.house import MODERATOR, House


@pytest.fixture
def config(house: House, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "privity.toml"
    path.write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n')
    yield path


def run(config: Path, *words: str) -> None:
    app([*words, "--config", str(config)], exit_on_error=False, result_action="return_value")


def test_the_queue_is_listed_for_people_and_for_programs(
    house: House, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config, "cases")
    assert capsys.readouterr().out == "nothing waits\n"
    accused = house.user()
    house.report(house.user(), Level.TIP, reason=Reason.SPAM)
    house.report(accused, Level.HUB)
    capsys.readouterr()
    run(config, "cases")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("#- case 2  priority 2  open  1 reports by 1 people, 1 messages proven  until ")
    assert first.endswith(f"account {accused}")
    assert second.startswith("?? case 1  priority 4")
    run(config, "cases", accused, "--json")
    found = json.loads(capsys.readouterr().out)
    assert [(one["number"], one["subject"], one["level"]) for one in found["cases"]] == [(2, accused, 1)]
    assert found["more"] is False
    run(config, "cases", "--limit", "1")
    assert capsys.readouterr().out.splitlines()[-1] == "there are more"
    run(config, "cases", "77")
    assert capsys.readouterr().out == "no such case\n"
    run(config, "cases", "--overdue")
    assert capsys.readouterr().out == "nothing waits\n"


def test_a_case_is_shown_with_its_history_and_what_colleagues_type_stays_in_its_line(
    house: House, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = cases.case_of_report(house.db, house.report(house.user(), Level.AUTHORSHIP))
    cases.take(house.db, MODERATOR, number, house.clock)
    cases.note(house.db, MODERATOR, number, "a note\x1b[2J\nstaff:9  decided", house.clock)
    capsys.readouterr()
    run(config, "case", str(number))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("## case 1  priority 2  taken by staff:1")
    assert lines[1] == "   because: harassment, proven by the sender's own key"
    assert [line.split("  ")[2] for line in lines[2:6]] == ["opened", "reported", "taken", "noted"]
    assert lines[5].endswith("a note�[2J�staff:9  decided")
    assert lines[6].startswith("## report 1  level 2  assessed")
    run(config, "case", str(number), "--json")
    shown = json.loads(capsys.readouterr().out)
    assert (shown["case"]["taken_by"], shown["reports"][0]["level"]) == ("staff:1", 2)


def test_a_case_that_is_not_there_is_named(config: Path) -> None:
    with pytest.raises(SystemExit, match="CaseUnknown: there is no case 12"):
        run(config, "case", "12")
