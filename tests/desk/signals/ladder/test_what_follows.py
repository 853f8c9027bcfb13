# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A rule held: what the hub is asked, what the person reads, and how all of it ends."""

from __future__ import annotations

from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseState
from privity.desk.db.transaction import transaction
from privity.desk.decisions import by_rule
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.errors import NotByRule
from privity.desk.decisions.model import ByRule, Decision, State
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level
from privity.desk.signals.ladder import friction, store
from privity.desk.signals.ladder.tending import Tending
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.model import DAY_MS
from privity.message.appeal import About
from privity.wire.staff import Verb
from tests.desk.house import APPEALS, MODERATOR, House
from tests.desk.signals.ladder.rule_house import LOOKS, READER, RuleHouse

HOUR_MS = 3_600_000
UNWANTED: dict[str, Any] = {"asked_24h": 12, "acceptance_upper": 0.31, "accepted_7d": 1}
SENDS: dict[str, Any] = {"messages_1h": 200.0}


def made_against(house: House, subject: str) -> list[Decision]:
    numbers = house.db.execute("SELECT n FROM decision WHERE against = ? ORDER BY n", (subject,)).fetchall()
    return [decisions.by_number(house.db, number) for (number,) in numbers]


def tending(rules: RuleHouse) -> Tending:
    return Tending(rules.house.db, lambda: rules.house.clock, rules.house.random, rules.compiled)


def test_a_limit_with_its_reasons(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED)
    limit, statement = house.effects()
    assert (limit.effect.verb, limit.effect.subject) == (Verb.LIMIT, subject)
    assert limit.effect.params.until_ms == house.clock + 24 * HOUR_MS
    said = statement.effect.params.statement
    assert said is not None
    digest = rules.running(version).rules.rules[0].digest.hex()[:16]
    for words in (
        "12 people asked, 1 accepted",
        "Different people asked for a first contact within 24 hours (asked_24h): 12.",
        "(acceptance_upper): 0.31.",
        "The rule holds where (asked_24h >= 10) and (acceptance_upper < 0.5).",
        "It was found by how the account behaves, without reading any message.",
        f"A machine decided this by a rule to which two people had agreed before ({digest}); nobody looked",
        "you can appeal until",
    ):
        assert words in said.text, words
    assert said.until_ms == limit.effect.params.until_ms
    assert "strike" not in said.text
    assert rules.done(subject) == ["acted"]
    assert [label.word for label in store.labels_of(house.db, subject, house.clock)] == ["unwelcome"]
    assert decisions.strikes(house.db, subject, house.clock) == 0
    (effective,) = house.acts(Act.DECISION_EFFECTIVE)
    assert (effective.said["automated"], effective.said["rule"], effective.said["source"]) == (True, "Asks", "own")


def test_once_a_day_however_often_it_is_handed_over(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    for _ in range(3):
        rules.happens(version, subject, **UNWANTED)
    assert house.asked(subject) == ["limit", "statement"]
    house.clock += 25 * HOUR_MS
    rules.happens(version, subject, **UNWANTED)
    assert house.asked(subject) == ["limit", "statement", "limit", "statement"]
    assert rules.done(subject) == ["acted", "acted"]


def test_a_crash_in_between_does_nothing_by_halves(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    with pytest.raises(RuntimeError), transaction(house.db):
        rules.happens(version, subject, **UNWANTED)
        raise RuntimeError("killed")
    assert (house.asked(subject), rules.done(subject)) == ([], [])
    rules.happens(version, subject, **UNWANTED)
    assert house.asked(subject) == ["limit", "statement"]


def test_two_rules_do_not_add_up(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED, **SENDS)
    assert house.asked(subject) == ["limit", "statement", "remove_public", "statement"]
    assert rules.done(subject) == ["acted", "acted"]


def test_in_shadow_nothing_is_done_and_all_is_written_down(house: House, rules: RuleHouse) -> None:
    version, subject = rules.proposed(), house.user()
    assert rules.happens(version, subject, **UNWANTED) == 1
    assert house.effects() == []
    assert made_against(house, subject) == []
    (hit,) = store.hits_of(house.db, subject, house.clock // DAY_MS + 1, 10)
    assert (hit.rule, hit.because, hit.done.value) == ("Asks", "12 people asked, 1 accepted", "shadow")
    assert service.days(house.db, READER, version.number, 3, house.clock) == (), "before the day is over"
    (day,) = service.days(house.db, READER, version.number, 3, house.clock + DAY_MS)
    assert (day.rule, day.hits, day.acted) == ("Asks", 1, 0)


def test_an_appeal_is_due_before_what_was_taken_ends(house: House, rules: RuleHouse) -> None:
    """An answer after two weeks would give nothing of some hours back."""
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED)
    (made,) = made_against(house, subject)
    house.clock += 1000
    house.appeal(About.DECISION, made.reference, subject)
    (appeal,) = appeals.listed(house.db, APPEALS)
    assert appeal.deadline_ms == made.until_ms


def test_an_appeal_after_it_ended_is_due_as_any_other(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED)
    (made,) = made_against(house, subject)
    house.clock += 25 * 3_600_000
    house.appeal(About.DECISION, made.reference, subject)
    (appeal,) = appeals.listed(house.db, APPEALS)
    assert appeal.deadline_ms == house.clock + 14 * DAY_MS


def test_an_appeal_gives_it_back(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED)
    (made,) = made_against(house, subject)
    house.appeal(About.DECISION, made.reference, subject)
    (appeal,) = appeals.listed(house.db, APPEALS)
    house.clock += 1000
    appeals.answer(
        house.db, APPEALS, appeal.number, Answer.OVERTURN, "The people whom you asked know you.", house.clock,
        house.random,
    )  # fmt: skip
    assert [verb for verb in house.asked(subject) if verb not in ("tell", "statement")] == ["limit", "lift"]
    (after,) = made_against(house, subject)
    assert after.state is State.UNDONE


async def test_a_word_that_rested_on_it_goes_with_it(house: House, rules: RuleHouse) -> None:
    version, subject, other = rules.live(), house.user(), house.user()
    for one in (subject, other):
        rules.happens(version, one, **UNWANTED)
    house.clock += 1000
    house.undo(made_against(house, subject)[0])
    house.clock += 1000
    await tending(rules).step()
    assert store.labels_of(house.db, subject, house.clock) == ()
    assert len(store.labels_of(house.db, other, house.clock)) == 1


async def test_what_was_hidden_is_shown_again_when_its_time_is_over(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **SENDS)
    house.clock += 48 * HOUR_MS - 1
    assert await tending(rules).step() == 0
    house.clock += 1
    assert await tending(rules).step() == 1
    assert house.asked(subject)[-2:] == ["restore_public", "statement"]
    assert await tending(rules).step() == 0
    limit, hidden = made_against(house, subject)
    assert (limit.state, hidden.state) == (State.EFFECTIVE, State.UNDONE)


def test_people_are_asked_in_a_case(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(LOOKS, "looks"), house.user()
    rules.happens(version, subject, knocks_1h=12)
    assert house.effects() == []
    case = cases.case(house.db, MODERATOR, 1).case
    assert (case.subject, case.state, case.priority) == (subject, CaseState.OPEN, 2)
    assert case.because[0].startswith("rule Looks (")
    house.clock += 25 * HOUR_MS
    rules.happens(version, subject, knocks_1h=15)
    assert house.db.execute("SELECT count(*) FROM safety_case").fetchone() == (1,), (
        "it is noted in the one that is open"
    )


def test_who_finds_nothing_wrong_lifts_what_a_rule_did(house: House, rules: RuleHouse) -> None:
    subject = house.user()
    text = LOOKS.replace("then=[", 'then=[Slow("spam", hours=9), ')
    rules.happens(rules.live(text, "looks"), subject, knocks_1h=12)
    cases.take(house.db, MODERATOR, 1, house.clock)
    house.decide(1, Action.DISMISS, evidence=())
    assert house.asked(subject) == ["limit", "statement", "lift", "statement"]
    assert cases.case(house.db, MODERATOR, 1).case.state is CaseState.DECIDED


def test_a_person_decides_what_they_find_right_whatever_a_rule_did(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED)
    number = house.case(subject, Level.HUB)
    made = house.decide(number, Action.LIMIT)
    assert (made.state, made.days) == (State.EFFECTIVE, 7)


@pytest.mark.parametrize(
    ("action", "hours"), [(Action.BAN, 5), (Action.SUSPEND, 5), (Action.LIMIT, 73), (Action.LIMIT, 0)]
)
def test_a_rule_does_nothing_hard_and_nothing_long(house: House, rules: RuleHouse, action: Action, hours: int) -> None:
    version, subject = rules.live(LOOKS, "looks"), house.user()
    rules.happens(version, subject, knocks_1h=12)
    rule = ByRule("Looks", bytes(32), hours, ("seen",))
    with pytest.raises(NotByRule), transaction(house.db):
        by_rule.decide(house.db, 1, subject, PolicyName.SPAM, action, rule, "why", house.clock, house.random)
    assert made_against(house, subject) == []


def test_sqlite_refuses_what_is_hard_too(house: House, rules: RuleHouse) -> None:
    subject = house.user()
    rules.happens(rules.live(LOOKS, "looks"), subject, knocks_1h=12)
    insert = (
        "INSERT INTO decision (reference, case_n, against, policy, action, level, second_person, reason, days, weight,"
        " counts_days, proposed_ms, proposed_by, own) VALUES (?, 1, ?, 'spam', ?, 0, 0, 'x', ?, ?, 0, 1, 'desk', 1)"
    )
    beside = (
        "INSERT INTO decision_by_rule (reference, rule, digest, hours, facts) VALUES (?, 'R', zeroblob(32), 5, '[]')"
    )
    with transaction(house.db):
        house.db.execute(beside, ("a" * 26,))
        house.db.execute(insert, ("a" * 26, subject, "limit", 1, 0))
    for action, days, weight in (("suspend", 1, 0), ("limit", 1, 2), ("warn", None, 0)):
        with pytest.raises(sqlcipher.IntegrityError), transaction(house.db):
            house.db.execute(beside, ("b" * 26,))
            house.db.execute(insert, ("b" * 26, subject, action, days, weight))
    with pytest.raises(sqlcipher.IntegrityError, match="nobody loses more"), transaction(house.db):
        house.db.execute(insert, ("c" * 26, subject, "limit", 1, 0))


def test_friction_of_another_method(house: House) -> None:
    subject, digest = house.user(), bytes(range(32))

    def slow() -> bool:
        with transaction(house.db):
            return friction.slow(
                house.db,
                subject,
                PolicyName.SPAM,
                48,
                "It acts together with 30 others.",
                {"account_days": 3, "shared": 12},
                digest,
                "cluster of simultaneous acts",
                house.clock,
                house.random,
            )

    assert slow()
    assert not slow()
    limit, statement = house.effects()
    assert limit.effect.params.until_ms == house.clock + 24 * HOUR_MS
    said = statement.effect.params.statement
    assert said is not None
    assert "How old the account is (account_days): 3 days." in said.text
    assert "shared: 12." in said.text
