# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the owner of the machine does about the staff, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from privity.desk import config as desk_config
from privity.desk.audit import reading
from privity.desk.audit.acts import Act
from privity.desk.commands import app
from privity.desk.db.database import open_database, open_existing
from privity.desk.keys import open_keys
from tests.desk.contents import stands_in
from tests.desk.fresh_keys import fresh_keys

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    fresh_keys(tmp_path)
    path = tmp_path / "privity.toml"
    path.write_text('[desk]\nhub_url = "http://127.0.0.1:1"\nlisten = "127.0.0.1:8441"\n')
    return path


@pytest.fixture
def run(config: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[str, str]:
        """What it printed and what it said beside; a refusal as what `sys.exit` was given."""
        try:
            app([*words, "--config", str(config)], exit_on_error=False, result_action="return_value")
        except SystemExit as err:
            if err.code not in (0, None):
                raise AssertionError(str(err.code)) from None
        told = capsys.readouterr()
        return told.out, told.err

    return command


def test_the_first_admin_is_invited_before_the_desk_has_run(run: Run, config: Path) -> None:
    out, err = run("invite", "Ada Example", "--role", "admin", "--role", "auditor")
    address, _, code = out.strip().partition("#")
    assert address == "http://localhost:8441/join"
    assert len(code) == 32
    assert "staff:1; shown once" in err
    listed = json.loads(run("staff", "--json")[0])
    assert listed == {
        "staff": [{"number": 1, "name": "Ada Example", "state": "invited", "roles": ["admin", "auditor"]}]
    }
    assert run("staff")[0].split() == ["1", "invited", "admin,", "auditor", "Ada", "Example"]
    loaded = desk_config.load(config)
    db = open_existing(loaded.database, open_keys(loaded))
    try:
        (entry,) = reading.page(db, limit=10)
        assert (entry.who, entry.about) == ("command:invite", "staff:1")
        assert stands_in(db, code) == []
    finally:
        db.close()


def test_ending_by_command_is_said_in_the_log(run: Run, config: Path) -> None:
    run("invite", "Ada", "--role", "admin")
    assert run("end", "1", "--reason", "wrong address")[1] == "staff:1 is ended\n"
    loaded = desk_config.load(config)
    db = open_existing(loaded.database, open_keys(loaded))
    try:
        last = reading.page(db, limit=10)[-1]
        assert (last.who, last.said["reason"]) == ("command:end", "wrong address")
    finally:
        db.close()


def test_another_code_and_other_roles_by_command_are_said_in_the_log(run: Run, config: Path) -> None:
    """Where there is no second admin this machine is the second person."""
    first = run("invite", "Ada", "--role", "moderator")[0]
    out, err = run("code", "1")
    assert out != first and out.startswith("http://localhost:8441/join#") and "staff:1; shown once" in err
    assert run("roles", "1", "--role", "senior", "--role", "moderator")[1] == "staff:1 is moderator, senior\n"
    loaded = desk_config.load(config)
    db = open_existing(loaded.database, open_keys(loaded))
    try:
        entries = reading.page(db, limit=10)
    finally:
        db.close()
    assert {(entry.who, entry.act) for entry in entries} >= {
        ("command:code", Act.CODE_RENEWED),
        ("command:roles", Act.STAFF_CHANGED),
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("code", "7"), "MemberUnknown: nobody here has the number 7"),
        (("roles", "7", "--role", "senior"), "MemberUnknown"),
        (("end", "7", "--reason", "x"), "MemberUnknown: nobody here has the number 7"),
        (("invite", " ", "--role", "admin"), "MemberInvalid"),
    ],
)
def test_a_refusal_has_a_name_and_no_traceback(run: Run, words: tuple[str, ...], said: str) -> None:
    run("invite", "Ada", "--role", "admin")
    with pytest.raises(AssertionError, match=said):
        run(*words)


def test_without_pages_nobody_is_invited(run: Run, config: Path) -> None:
    config.write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n')
    with pytest.raises(AssertionError, match="ConfigInvalid: there are no pages to come to"):
        run("invite", "Ada", "--role", "admin")
    with pytest.raises(AssertionError, match="DatabaseMissing"):  # nothing was made for nothing
        run("staff")


def test_an_empty_staff_teaches_the_next_step(run: Run, config: Path) -> None:
    loaded = desk_config.load(config)
    open_database(loaded.database, open_keys(loaded)).close()
    assert run("staff")[0] == 'nobody yet: privity desk invite "NAME" --role admin\n'
