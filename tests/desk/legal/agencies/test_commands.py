# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the owner of the machine sees and ends of agencies, on the command line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.database import open_database
from privity.desk.legal.agencies import indicators
from privity.desk.legal.agencies.model import Mark
from privity.desk.legal.commands import app
from tests.desk.fresh_keys import fresh_keys
from tests.desk.legal.agencies.bureau import CLERK, Bureau

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Bureau]:
    """A desk that runs while commands come."""
    keys = fresh_keys(tmp_path)
    (tmp_path / "privity.toml").write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n')
    bureau = Bureau(open_database(tmp_path / "desk" / "desk.db", keys))
    yield bureau
    bureau.db.close()


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[str, str]:
        """What it printed and what it said beside; a refusal as what `sys.exit` was given."""
        try:
            app(
                ["agency", *words, "--config", str(tmp_path / "privity.toml")],
                exit_on_error=False,
                result_action="return_value",
            )
        except SystemExit as err:
            raise AssertionError(str(err.code)) from None
        told = capsys.readouterr()
        return told.out, told.err

    return command


def test_agencies_are_listed(run: Run, beside: Bureau) -> None:
    assert run("list")[0] == "none yet: a clerk enrols them on the pages\n"
    beside.found(domain="kettles.example", name="Office of Kettles")
    beside.enrolled()
    listed = json.loads(run("list", "--json")[0])["agencies"]
    assert [(each["number"], each["state"], each["domain"]) for each in listed] == [
        (2, "active", "teapots.example"),
        (1, "enrolling", "kettles.example"),
    ]
    lines = run("list")[0].splitlines()
    assert lines[0].split() == ["2", "active", "DE", "teapots.example", "Bureau", "of", "Lost", "Teapots"]


def test_all_of_a_country_are_revoked_from_the_machine(run: Run, beside: Bureau) -> None:
    german, french = beside.enrolled(), beside.enrolled(domain="kettles.example", country="FR")
    out, _ = run("revoke", "--country", "FR", "--reason", "stolen keys")
    assert out == (
        f"revoked: agency:{french.agency.number}\n"
        "with them: 1 supervisors, 1 officers, 2 passkeys, 0 codes, 1 encryption keys\n"
    )
    assert beside.file(german.officer, b"a request")
    (entry,) = beside.log(Act.AGENCIES_REVOKED)
    assert (entry.who, entry.said["reason"], entry.said["by"]) == ("command:agency", "stolen keys", "country")


def test_what_is_held_is_named_by_its_pseudonym(run: Run, beside: Bureau) -> None:
    team = beside.enrolled()
    beside.db.execute(
        "INSERT INTO legal_request (pseudonym, state, agency, officer, request_sha256, received_ms, changed_ms)"
        " VALUES ('LP-2026-TEAPOT', 'draft', ?, ?, ?, 0, 0)",
        (team.agency.number, team.officer, hashlib.sha256(b"a request").digest()),
    )
    out, _ = run("revoke", str(team.agency.number), "--reason", "stolen keys")
    assert out.splitlines()[-1] == "held: LP-2026-TEAPOT"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([], "AgencyInvalid: expected one of NUMBER, --all, --domain or --country"),
        (["1", "--all"], "AgencyInvalid: expected one of"),
        (["--domain", "kettles.example", "--country", "FR"], "AgencyInvalid: expected one of"),
        (["--domain", "kettles"], "AgencyInvalid: expected a domain"),
        (["--domain", "kettles.example"], "NothingToRevoke"),
        (["77"], "AgencyUnknown: no agency has the number 77"),
        (["--all"], "NothingToRevoke"),
    ],
    ids=["none", "number and all", "domain and country", "no domain", "nobody there", "no such number", "none at all"],
)
def test_what_cannot_be_meant_is_refused_by_name(run: Run, beside: Bureau, words: list[str], error: str) -> None:
    with pytest.raises(AssertionError, match=f"privity: {error}"):
        run("revoke", *words, "--reason", "stolen keys")


def test_indicators_go_from_one_desk_to_another(run: Run, beside: Bureau, tmp_path: Path) -> None:
    indicators.mark(beside.db, CLERK, Mark.DOMAIN, "forged.example", beside.now_ms, os.urandom)
    lines, _ = run("indicators")
    beside.db.execute("DELETE FROM fraud_indicator")
    (tmp_path / "theirs.txt").write_text(lines)
    assert run("take-indicators", str(tmp_path / "theirs.txt"))[1] == "1 new indicators\n"
    assert indicators.matches(beside.db, [(Mark.DOMAIN, "forged.example")])


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\xff\n", "IndicatorInvalid: theirs.txt holds no indicators"),
        (b"forged.example\n", "IndicatorInvalid: line 1"),
        (b"\n" * 1_600_001, "IndicatorInvalid: theirs.txt has more than 10000 lines"),
        (None, "FileNotFoundError"),
    ],
    ids=["no text", "no line", "too much", "no file"],
)
def test_a_file_that_holds_no_indicators_is_refused_by_name(
    run: Run, beside: Bureau, tmp_path: Path, data: bytes | None, error: str
) -> None:
    if data is not None:
        (tmp_path / "theirs.txt").write_bytes(data)
    with pytest.raises(AssertionError, match=f"privity: {error}"):
        run("take-indicators", str(tmp_path / "theirs.txt"))
