# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rules on the command line: what one person can do there, and what they cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privity.desk import config as desk_config
from privity.desk.audit.beside import now_ms
from privity.desk.db.database import open_database, open_existing
from privity.desk.keys import open_keys
from privity.desk.signals.lifecycle import commands, service
from privity.desk.signals.lifecycle.commands import app
from privity.desk.signals.lifecycle.model import DAY_MS, SHADOW_MS, Stage
from privity.desk.signals.taking import service as taking
from tests.desk.fresh_keys import fresh_keys
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import ASKS, LOOKS, SECOND, WRITER, RuleHouse
from tests.desk.signals.lifecycle.test_looking_back import KNOCKS, knocks

Run = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    keys = fresh_keys(tmp_path)
    open_database(tmp_path / "desk" / "desk.db", keys).close()
    path = tmp_path / "privity.toml"
    path.write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n')
    return path


@pytest.fixture
def run(config: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str, configured: bool = True) -> str:
        """What it printed; a refusal as an AssertionError with its words."""
        beside = ("--config", str(config)) if configured else ()
        try:
            app([*words, *beside], exit_on_error=False, result_action="return_value")
        except SystemExit as err:
            if err.code not in (0, None):
                raise AssertionError(str(err.code)) from None
        return capsys.readouterr().out

    return command


def test_one_person_goes_as_far_as_asking(
    run: Run, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "asks.rules"
    text.write_text(ASKS)
    assert "Slow(spam, 24)" in run("check", str(text), configured=False)
    assert run("list") == "no rules yet: privity desk rules draft NAME\n"
    assert "asks             typed" in run("draft", "asks", str(text))
    with pytest.raises(AssertionError, match="NothingKept"):
        run("backtest", "1")
    loaded = desk_config.load(config)
    db = open_existing(loaded.database, open_keys(loaded))
    kept = RuleHouse(House(db, open_keys(loaded), clock=now_ms() - DAY_MS)).observations()
    monkeypatch.setattr(taking, "since", lambda _db, _at_ms: iter(kept))
    assert "looked back over 200 observations" in run("backtest", "1", "--days", "3")
    assert "shadow" in run("shadow", "1")
    run("budget", "1", "Asks", "20")
    with pytest.raises(AssertionError, match="TooEarly"):
        run("propose", "1", "--words", "at once")
    later = now_ms() + SHADOW_MS
    monkeypatch.setattr(commands, "now_ms", lambda: later)
    assert "proposed" in run("propose", "1", "--words", "It found what it should.")
    with pytest.raises(AssertionError, match="SecondPerson: command:rules asked"):
        run("agree", "1", "--words", "I again")
    assert service.version(db, commands.WHO, 1).stage is Stage.PROPOSED
    service.agree(db, SECOND, 1, "I have looked at it too.", later)
    shown = run("show", "1")
    for words in ("live      staff:12", "budget: Asks on 20 accounts a day", "looked back over 200", "Asks = Rule("):
        assert words in shown
    run("pause", "1", "Asks", "--words", "It errs.")
    assert "paused: Asks" in run("show", "1")
    run("resume", "1", "Asks", "--words", "It does not.")
    assert run("stats", "1") == "no rule of it has held\n"
    assert "ended" in run("end", "1", "--words", "It is over.")
    db.close()


def test_the_command_is_the_second_person_of_somebody_else(run: Run, config: Path) -> None:
    loaded = desk_config.load(config)
    db = open_existing(loaded.database, open_keys(loaded))
    house = House(db, open_keys(loaded), clock=now_ms() - 2 * SHADOW_MS)
    RuleHouse(house).proposed()
    assert "shadow" in run("withdraw", "1", "--words", "Not yet.")
    service.propose(db, WRITER, 1, "Now.", now_ms())
    assert "live" in run("agree", "1", "--words", "I have looked at it too.")
    db.close()


def test_what_the_house_brings_and_what_it_refuses(run: Run, tmp_path: Path) -> None:
    assert len(run("check", configured=False).splitlines()) >= 20
    assert "contact          typed" in run("draft", "contact")
    with pytest.raises(AssertionError, match="the house has bulk"):
        run("draft", "nothing")
    wrong = tmp_path / "wrong.rules"
    wrong.write_text("import os")
    with pytest.raises(AssertionError, match="NotInTheLanguage: line 1"):
        run("check", str(wrong), configured=False)
    with pytest.raises(AssertionError, match="NotInTheLanguage: line 1"):
        run("draft", "wrong", str(wrong))
    assert "wrong            draft" in run("list")
    with pytest.raises(AssertionError, match="cannot be read"):
        run("check", str(tmp_path / "missing.rules"), configured=False)


def test_election_mode(run: Run) -> None:
    assert run("election", "show") == "off\n"
    assert run("election", "ask", "--days", "20", "--words", "The vote.") == "1  waits for a second person\n"
    assert "waits for a second person, until" in run("election", "show")
    with pytest.raises(AssertionError, match="SecondPerson"):
        run("election", "agree", "1")
    run("election", "end", "1", "--words", "Called off.")
    assert run("election", "show") == "off\n"


def test_a_look_back_is_printed_day_by_day_with_the_budget(
    run: Run, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "knocks.rules"
    text.write_text(KNOCKS)
    run("draft", "knocks", str(text))
    run("budget", "1", "Wide", "5")
    loaded = desk_config.load(config)
    db = open_existing(loaded.database, open_keys(loaded))
    house = House(db, open_keys(loaded), clock=now_ms())
    people = [house.user() for _ in range(8)]
    kept = [*knocks(house, people, 3, 7), *knocks(house, people[:2], 2, 8, 100)]
    monkeypatch.setattr(taking, "since", lambda _db, _at_ms: iter(kept))
    lines = run("backtest", "1", "--days", "7").splitlines()
    at = lines.index("Wide: accounts a day, budget 5")
    first, second = lines[at + 1 : at + 3]
    assert first.split()[-5:] == ["#" * 24 + "|" + "#" * 15, "8", "over", "the", "budget"]
    assert second.split()[-2:] == ["|", "2"] and second.count("#") == 10
    assert "Knocks: accounts a day, budget 50" in lines
    assert all(len(line) <= 90 for line in lines[at:])
    db.close()


@pytest.mark.parametrize("text", [LOOKS, LOOKS.replace(', Label("watched", days=3)', "")])
def test_a_word_and_a_look_take_two_people(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "word.rules"
    file.write_text(text)
    assert "[two people]" in run("check", str(file), configured=False)
