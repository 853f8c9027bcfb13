# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: whoever may write rules lets two be watched that say how old each account was, and reads moments off it.

Pages keep back when a rule held, but an age in seconds is a clock for whoever knows when the account was made: two
accounts whose clocks say the same moment are who blocked, and who was blocked. In a condition it says as much as in a
sentence: one rule for each hour.
"""

from __future__ import annotations

import pytest

from privity.desk.signals import shipped
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.language.rule_set import compile_rules
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.checked import checked
from privity.desk.signals.lifecycle.errors import TellsWhen, WrongStage
from privity.desk.signals.lifecycle.model import SHADOW_MS, Stage
from tests.desk.conftest import house
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import WRITER, RuleHouse

__all__ = ["house"]


def text(*conditions: str, because: str = '"it was so"', names: str = "") -> str:
    rule = f"No = Rule(when=[{', '.join(conditions)}], because={because})"
    return f'{names}\n{rule}\nWhenRules(any=[No], then=[Review("spam", priority=4)])'


SAYS = 'f"at {account_seconds}"'
CLOCKS = {
    "in a sentence, for who blocks": text('kind == "blocked"', because=SAYS),
    "and for who is blocked": text('kind == "was_blocked"', because=SAYS),
    "in a condition": text('kind == "accepted"', "account_hours >= 9600", "account_hours < 9601"),
    "under a name": text('kind == "was_accepted"', "Then", names="Then = account_seconds > 34560000"),
    "for whatever happens": text("blocks_24h >= 1", because=SAYS),
    "of somebody young who blocks": text('kind == "blocked"', "account_hours < 10", because=SAYS),
    "the next time that it writes": text('kind == "sent"', "blocked_by_24h >= 1", because=SAYS),
    "of accounts that are nearly new": text('kind == "sent"', "account_hours < 73", because=SAYS),
    "where either is enough": text('kind == "sent"', "account_hours < 10 or blocks_24h >= 1", because=SAYS),
}
LET_BE = {
    "in the first days": text('kind == "sent"', "account_hours < 72", because=SAYS),
    "by the minute": text('kind == "sent"', "account_seconds <= 600", because=SAYS),
    "and at some acts": text('kind in ["sent", "created"]', "account_days < 3", because='f"{account_hours}"'),
    "in days": text('kind == "blocked"', "account_days > 100", because='f"{account_days}"'),
}


@pytest.mark.parametrize("what", CLOCKS)
def test_a_clock_is_refused(what: str) -> None:
    rules = compile_rules(CLOCKS[what], CATALOGUE)
    assert rules.rules, "the language itself takes it"
    with pytest.raises(TellsWhen, match="No reads account_"):
        checked(CLOCKS[what])


@pytest.mark.parametrize("what", LET_BE)
def test_what_is_no_clock_is_let_be(what: str) -> None:
    assert checked(LET_BE[what]).rules


def test_the_rules_of_the_house_are_none() -> None:
    assert all(checked(one).rules for one in shipped.texts().values())


def test_it_stays_a_draft_that_nobody_looks_back_with_or_watches(house: House) -> None:
    rules = RuleHouse(house)
    made = service.draft(house.db, WRITER, "clock", CLOCKS["in a sentence, for who blocks"], house.clock)
    assert made.stage is Stage.DRAFT and made.error.startswith("TellsWhen: line 2: No reads account_seconds")
    with pytest.raises(WrongStage, match="is draft"):
        service.test(house.db, WRITER, made.number, rules.observations(), house.clock)
    with pytest.raises(WrongStage):
        service.shadow(house.db, WRITER, made.number, house.clock)


def test_one_that_an_older_desk_took_is_not_asked_any_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = RuleHouse(house)
    with monkeypatch.context() as older:
        for module in ("checked", "backtest"):
            older.setattr(f"privity.desk.signals.lifecycle.{module}.check_clocks", lambda found: None)
        version = rules.shadow(CLOCKS["and for who is blocked"], "clock")
    assert version.stage is Stage.SHADOW
    assert [one.number for one in rules.compiled.now(house.db)] == []
    with pytest.raises(WrongStage, match="reads account_seconds"):
        service.test(house.db, WRITER, version.number, rules.observations(), house.clock)
    house.clock += SHADOW_MS
    with pytest.raises(WrongStage, match="hand it in again"):
        service.propose(house.db, WRITER, version.number, "It found what it should.", house.clock)
