# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin accounts`, `invites`, `limits`, `stats` and `retention`: what an operator is told, and what not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from privity.server import init
from privity.server.errors import UnknownHandle
from privity.server.limits import LIMITS
from privity.server.operating import commands, people
from privity.server.operating.errors import UnknownInvite
from tests.server.operating.conftest import Home, Said, Spoken
from tests.server.operating.kept import NOW_MS, add_account, filled

Run = Callable[..., Said]


@pytest.fixture
def run(home: Home, spoken: Spoken) -> Run:
    """A command on this home."""

    def run(*arguments: str) -> Said:
        return spoken(*arguments, *(() if "limits" in arguments else ("--config", str(home.config))))

    return run


def told(run: Run, *arguments: str) -> Any:
    done = run(*arguments, "--json")
    assert done.status == 0, done.err
    return json.loads(done.out)


def test_accounts_are_counted_and_listed_a_page_at_a_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PAGE", 2)
    for handle in ("carla", "anna", "ben"):
        add_account(home, handle)
    first = init.look_beside(home.config, lambda query: people.accounts(query, ""))
    assert ([one.handle for one in first.accounts], first.total, first.next) == (["anna", "ben"], 3, "ben")
    rest = init.look_beside(home.config, lambda query: people.accounts(query, "ben"))
    assert ([one.handle for one in rest.accounts], rest.next) == (["carla"], None)


def test_one_account_is_found_by_its_exact_handle(home: Home, run: Run) -> None:
    uri = add_account(home, "anna")
    found = told(run, "accounts", "--find", "anna")
    assert found == {
        "handle": "anna",
        "user_uri": uri,
        "created_ms": NOW_MS,
        "devices": 0,
        "standing": "good",
        "reset_due_ms": None,
    }
    done = run("accounts", "--find", "ann")
    assert done.status == 1
    assert done.err.startswith("privity: UnknownHandle: no account has the handle ann")
    with pytest.raises(UnknownHandle):
        init.look_beside(home.config, lambda query: people.find(query, "ANNA", NOW_MS))


def test_invites_are_made_listed_by_a_mark_and_revoked(home: Home, run: Run) -> None:
    before = told(run, "invites")["invites"]
    codes = run("invites", "make", "2").out.split()
    assert len(set(codes)) == 2
    listed = told(run, "invites")["invites"]
    assert len(listed) == len(before) + 2
    assert not any(code in json.dumps(listed) for code in codes)
    mark = listed[-1]["mark"]
    assert run("invites", "revoke", mark).status == 0
    assert mark not in {one["mark"] for one in told(run, "invites")["invites"]}
    again = run("invites", "revoke", mark)
    assert (again.status, again.err.startswith("privity: UnknownInvite: ")) == (1, True)


@pytest.mark.parametrize("mark", ["", "0", "zz" * 6])
def test_no_beginning_of_a_mark_revokes_anything(home: Home, mark: str) -> None:
    now_ms = NOW_MS - 40 * 86_400_000
    init.beside_the_hub(home.config, lambda tx: people.make(tx, 3, now_ms))
    before = init.look_beside(home.config, lambda query: people.invites(query, now_ms))
    with pytest.raises(UnknownInvite):
        init.beside_the_hub(home.config, lambda tx: people.revoke(tx, mark, now_ms))
    assert init.look_beside(home.config, lambda query: people.invites(query, now_ms)) == before


def test_the_whole_table_of_limits_is_shown(home: Home, run: Run) -> None:
    shown = {row["name"]: row for row in told(run, "limits")["limits"]}
    assert shown.keys() == LIMITS.keys()
    assert all(shown[name]["why"] == limit.why for name, limit in LIMITS.items())
    assert len(run("limits").out.splitlines()) == len(LIMITS)


def test_figures_are_figures_and_no_word_about_anybody(home: Home, run: Run) -> None:
    uri = add_account(home, "anna")
    filled_before = told(run, "stats")
    add_account(home, "ben")
    after = told(run, "stats")
    assert after["accounts"] == filled_before["accounts"] + 1
    assert all(value is None or isinstance(value, int) for value in after.values())
    text = run("stats").out + run("retention").out + run("doctor").out
    assert "anna" not in text
    assert uri not in text


def test_what_is_overdue_ends_the_command_with_1(home: Home, run: Run) -> None:
    filled(home)
    assert run("retention").status == 0
    init.beside_the_hub(
        home.config, lambda tx: tx.execute("INSERT INTO event (room_id, seq, ts_ms, kind) VALUES (1, 1, 1, 1)")
    )
    done = run("retention")
    assert done.status == 1
    assert done.err.startswith("privity: 1 rows are overdue")


def test_a_home_that_is_not_there_is_named(home: Home, run: Run) -> None:
    home.config.unlink()
    done = run("stats")
    assert (done.status, done.err.startswith("privity: ConfigInvalid: cannot read privity.toml")) == (1, True)


def test_every_command_of_the_table_is_loaded_and_helped(spoken: Spoken) -> None:
    shown = spoken("--help").out
    for name, (_, what) in commands.TABLE.items():
        assert name in shown
        assert what in shown
        assert "Example: privity admin" in spoken(name, "--help").out, name
