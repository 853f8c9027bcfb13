# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From two people's word on a cluster to a slower pace of who goes on, and back."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from privity.desk.db.transaction import transaction
from privity.desk.decisions import service as decisions
from privity.desk.signals import shipped
from privity.desk.signals.coordination import confirming, service
from privity.desk.signals.coordination.kept import State
from privity.desk.signals.joined import asking
from privity.desk.signals.ladder import store
from privity.desk.signals.ladder.model import Label
from privity.desk.signals.ladder.tending import Tending
from privity.desk.signals.lifecycle.model import DAY_MS, Version
from privity.desk.signals.running.runner import Runner
from privity.desk.signals.taking import store as kept
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import SENIOR, House
from tests.desk.signals.coordination.made import Slowed, cluster, member
from tests.desk.signals.ladder.rule_house import SECOND, WRITER, RuleHouse
from tests.desk.signals.ladder.test_from_observation_to_hub import nothing_more

WHY = "They sell invented coins."


@pytest.fixture
def version(rules: RuleHouse) -> Version:
    return rules.live(shipped.texts()["farm"], "farm")


def confirmed(house: House, *names: str) -> None:
    """Cluster 1, of which two people say that it is a campaign."""
    found = cluster(*(dataclasses.replace(member(each), born_ms=house.clock - 5 * DAY_MS) for each in names))
    service.keep(house.db, [found], Slowed(), election=False, now_ms=house.clock)
    service.judge(house.db, WRITER, 1, State.CONFIRMED, WHY, house.clock)
    confirming.confirm(house.db, SECOND, 1, house.clock, WHY, house.clock)


def asks(house: House, runner: Runner, who: str) -> list[str]:
    """Somebody asks one person for contact; what is done about them from now on."""
    house.clock += DAY_MS
    born_ms, other = house.clock - 9 * DAY_MS, house.user()
    adult = AgeBand.ADULT
    seen = Observed(house.clock, house.clock, ObservedKind.ASKED, who, born_ms, adult, other=other, other_age=adult)
    before = len(house.asked(who))
    with transaction(house.db):
        kept.add(house.db, [seen], house.clock)
    assert runner.work() == 1
    return house.asked(who)[before:]


def test_who_goes_on_is_slowed_and_told_why_and_not_once_it_is_taken_back(
    house: House, rules: RuleHouse, version: Version
) -> None:
    names = [house.user() for _ in range(6)]
    puppet, other = names[0], house.user()
    runner = asking(house.db, nothing_more, rules.compiled, lambda: house.clock, house.random).runner
    assert asks(house, runner, puppet) == [] and rules.done(puppet) == []
    confirmed(house, *names)
    assert house.effects() == [], "the word alone does nothing"
    assert asks(house, runner, puppet) == ["limit", "statement"]
    assert asks(house, runner, other) == []
    statement = house.effects()[-1].effect.params.statement
    assert statement is not None
    for words in (
        "people confirmed that it acts together with others, and it goes on",
        "two people of the staff had looked at this account together with others, and said that they act as one:"
        " 6 accounts asked the same people for contact at the same times",
        "This stays noted until",
        "you can appeal until",
    ):
        assert words in statement.text, words
    assert "labelled_coordinated" in statement.text
    service.judge(house.db, SENIOR, 1, State.BENIGN, "They are a choir.", house.clock)
    assert asks(house, runner, puppet) == [] and rules.done(puppet) == ["acted"]


def test_what_was_found_before_it_was_taken_back_comes_to_nothing(
    house: House, rules: RuleHouse, version: Version
) -> None:
    """Other processes count, and may be hours behind."""
    names = [house.user() for _ in range(6)]
    confirmed(house, *names)
    goes_on: dict[str, Any] = {"kind": "knocked", "labelled_coordinated": True, "account_days": 10}
    assert rules.happens(version, names[0], **goes_on) and rules.done(names[0]) == ["acted"]
    service.judge(house.db, SENIOR, 1, State.BENIGN, "They are a choir.", house.clock)
    assert rules.happens(version, names[1], at_ms=house.clock - 1, **goes_on)
    assert rules.done(names[1]) == [] and house.asked(names[1]) == []


async def test_an_appeal_that_succeeds_takes_the_word_with_it(house: House, rules: RuleHouse, version: Version) -> None:
    """Otherwise the rule held again the next day."""
    names = [house.user() for _ in range(6)]
    confirmed(house, *names)
    tending = Tending(house.db, lambda: house.clock, house.random, rules.compiled)
    for each in names[:2]:
        rules.happens(version, each, kind="asked", labelled_coordinated=True, account_days=10)
    (number,) = house.db.execute("SELECT n FROM decision WHERE against = ?", (names[0],)).fetchone()
    house.clock += 1000
    await tending.step()
    assert store.labels_of(house.db, names[0], house.clock) != ()
    house.undo(decisions.by_number(house.db, number))
    await tending.step()
    assert store.labels_of(house.db, names[0], house.clock) == ()
    assert [label.word for label in store.labels_of(house.db, names[1], house.clock)] == ["coordinated"]


def test_of_what_a_rule_noted_only_the_rule_is_told(house: House, rules: RuleHouse, version: Version) -> None:
    """Why it did may say what others did."""
    subject = house.user()
    noted = Label(subject, "coordinated", house.clock, house.clock + DAY_MS, b"r" * 32, "7 people blocked it")
    with transaction(house.db):
        store.put_label(house.db, noted, house.clock)
    rules.happens(version, subject, kind="asked", labelled_coordinated=True, account_days=10)
    statement = house.effects()[-1].effect.params.statement
    assert statement is not None and "blocked" not in statement.text and "two people of the staff" not in statement.text
