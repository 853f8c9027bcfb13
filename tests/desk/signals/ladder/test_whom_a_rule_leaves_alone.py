# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody makes rules hold for the innocent; a rule errs; a rule is flooded. Each ends at people, or in nothing."""

from __future__ import annotations

from typing import Any

import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.transaction import transaction
from privity.desk.decisions import service as decisions
from privity.desk.signals.ladder import agreement
from privity.desk.signals.ladder.acting import LATE_MS
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.sentences import GENERAL, TOLD, UNTOLD
from privity.desk.signals.ladder.tending import Tending
from privity.desk.signals.lifecycle import keeping_in, service
from privity.desk.signals.lifecycle.model import DAY_MS, Version
from tests.desk.house import MODERATOR, House
from tests.desk.signals.ladder.rule_house import READER, SECOND, WRITER, RuleHouse

UNWANTED: dict[str, Any] = {"asked_24h": 12, "acceptance_upper": 0.31}
OLD: dict[str, Any] = {"account_days": 400, "old_ties": 6.0}
BLOCKED = """
Blocked = Rule(when=[blocked_by_24h >= 5], because=f"{blocked_by_24h} people blocked it")
WhenRules(any=[Blocked], then=[Slow("harassment", hours=24)])
"""


def test_one_rule_alone_does_not_restrict_whom_others_have_long_known(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED, **OLD)
    assert house.effects() == []
    assert rules.done(subject) == ["protected"]
    assert cases.case(house.db, MODERATOR, 1).case.subject == subject, "people look instead"
    rules.happens(version, subject, messages_1h=200.0, **OLD)
    assert rules.done(subject) == ["protected", "acted"], "two different ones do"


@pytest.mark.parametrize("less", [{"account_days": 179}, {"old_ties": 4.9}])
def test_to_be_old_or_to_have_friends_is_not_enough(house: House, rules: RuleHouse, less: dict[str, float]) -> None:
    version, subject = rules.live(), house.user()
    rules.happens(version, subject, **UNWANTED | OLD | less)
    assert rules.done(subject) == ["acted"]


def test_the_same_rule_on_another_day_is_not_a_second_one(house: House, rules: RuleHouse) -> None:
    version, subject = rules.live(), house.user()
    for _ in range(3):
        rules.happens(version, subject, **UNWANTED, **OLD)
        house.clock += DAY_MS // 2
    assert set(rules.done(subject)) == {"protected"}
    assert house.effects() == []


def test_a_rule_in_shadow_is_no_second_one(house: House, rules: RuleHouse) -> None:
    live, shadow, subject = rules.live(), rules.shadow(BLOCKED, "blocked"), house.user()
    rules.happens(shadow, subject, blocked_by_24h=9, **OLD)
    rules.happens(live, subject, **UNWANTED, **OLD)
    assert rules.done(subject) == ["protected", "shadow"]


@pytest.mark.parametrize("age", ["minor", "unknown"])
@pytest.mark.parametrize("kind", ["was_blocked", "was_reported", "was_accepted", "invited"])
def test_what_others_do_to_a_minor_restricts_no_minor(house: House, rules: RuleHouse, age: str, kind: str) -> None:
    version, subject = rules.live(BLOCKED, "blocked"), house.user()
    rules.happens(version, subject, kind=kind, age=age, blocked_by_24h=50)
    assert house.effects() == []
    assert rules.done(subject) == ["minor"]
    assert cases.case(house.db, MODERATOR, 1).case.subject == subject


def test_what_they_do_themselves_counts(house: House, rules: RuleHouse) -> None:
    version, subject, adult = rules.live(BLOCKED, "blocked"), house.user(), house.user()
    rules.happens(version, subject, kind="asked", age="minor", blocked_by_24h=50)
    rules.happens(version, adult, kind="was_blocked", age="adult", blocked_by_24h=50)
    assert (rules.done(subject), rules.done(adult)) == (["acted"], ["acted"])


def test_what_the_desk_hears_of_a_day_later_restricts_nobody(house: House, rules: RuleHouse) -> None:
    version, early, late = rules.live(), house.user(), house.user()
    rules.happens(version, early, at_ms=house.clock - LATE_MS, **UNWANTED)
    rules.happens(version, late, at_ms=house.clock - LATE_MS - 1, **UNWANTED)
    assert (rules.done(early), rules.done(late)) == (["acted"], ["late"])
    assert house.asked(late) == []


def test_a_budget_ends_the_day_and_people_resume(house: House, rules: RuleHouse) -> None:
    version = rules.proposed()
    keeping_in.set_budget(house.db, WRITER, version.number, "Asks", 3, house.clock)
    service.agree(house.db, SECOND, version.number, "Three are enough.", house.clock)
    people = [house.user() for _ in range(5)]
    for subject in people:
        rules.happens(version, subject, **UNWANTED)
    assert [rules.done(subject) for subject in people] == [["acted"]] * 3 + [["paused"]] * 2
    (pause,) = keeping_in.paused(house.db, READER, version.number)
    assert (pause.rule, pause.why, pause.who) == ("Asks", "budget", "desk")
    assert [entry.said["why"] for entry in house.acts(Act.RULES_PAUSED)] == ["budget"]
    rules.happens(version, house.user(), messages_1h=200.0)
    assert len(keeping_in.paused(house.db, READER, version.number)) == 1, "the other rule goes on"
    house.clock += DAY_MS
    another = house.user()
    rules.happens(version, another, **UNWANTED)
    assert rules.done(another) == ["paused"], "a new day does not resume it; somebody does"
    keeping_in.resume(house.db, SECOND, version.number, "Asks", "I have looked.", house.clock)
    another = house.user()
    rules.happens(version, another, **UNWANTED)
    assert rules.done(another) == ["acted"]


def test_a_rule_that_holds_far_too_often_stops(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    people = [house.user() for _ in range(12)]
    for subject in people:
        rules.happens(version, subject, **UNWANTED)
    assert [rules.done(subject) for subject in people] == [["acted"]] * 10 + [["paused"]] * 2
    assert [pause.why.value for pause in keeping_in.paused(house.db, READER, version.number)] == ["volume"]


async def test_a_rule_of_which_people_undo_too_much_stops(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    tending = Tending(house.db, lambda: house.clock, house.random, rules.compiled)
    people = [house.user() for _ in range(10)]
    for subject in people:
        rules.happens(version, subject, **UNWANTED)
    for count, subject in enumerate(people[:2]):
        assert keeping_in.paused(house.db, READER, version.number) == (), count
        (number,) = house.db.execute("SELECT n FROM decision WHERE against = ?", (subject,)).fetchone()
        house.undo(decisions.by_number(house.db, number))
        await tending.step()
    (pause,) = keeping_in.paused(house.db, READER, version.number)
    assert (pause.why, pause.words) == ("overturned", "people undid 2 of 10 restrictions")
    house.clock += 1000
    keeping_in.resume(house.db, SECOND, version.number, "Asks", "Both were one mistake.", house.clock)
    await tending.step()
    assert keeping_in.paused(house.db, READER, version.number) == (), "what somebody looked at is forgiven"


SAYS_TOO_MUCH = """
Children = minor_strangers_24h >= 4
Hurt = Rule(
    when=[asked_24h >= 7, Children, blocked_by_minors_7d >= 3, reported_by_24h >= 2, network_registered_24h < 999],
    because=f"{minor_strangers_24h} minors, {blocked_by_minors_7d} blocked, {reported_by_24h} reported",
)
WhenRules(any=[Hurt], then=[Slow("child_safety", hours=24)])
"""


def test_nobody_learns_who_said_no_nor_who_is_a_child(house: House, rules: RuleHouse) -> None:
    """A statement of reasons is read by whom minors have blocked and reported."""
    version, subject = rules.live(SAYS_TOO_MUCH, "hurt"), house.user()
    rules.happens(version, subject, asked_24h=17, minor_strangers_24h=41, blocked_by_minors_7d=31, reported_by_24h=21)
    said = house.effects()[-1].effect.params.statement
    assert said is not None
    assert "Different people asked for a first contact within 24 hours (asked_24h): 17." in said.text
    assert "A part of the rule is: (asked_24h >= 7)." in said.text
    assert UNTOLD in said.text
    assert GENERAL in said.text
    rest = said.text.partition("Reference:")[0].replace(digest_of(rules, version), "")
    for hidden in ("41", "31", "21", "Hurt", "minor", "blocked_by", "reported_by", "network", ">= 4", ">= 3", ">= 2"):
        assert hidden not in rest, hidden
    (words,) = house.db.execute("SELECT because FROM rule_hit").fetchone()
    assert words == "41 minors, 31 blocked, 21 reported", "the staff read all of it"


ON_THE_MOMENT = """
Pressed = Rule(when=[kind in ["asked", "was_blocked"], asked_24h >= 7], because=f"{kind} after {asked_24h} were asked")
WhenRules(any=[Pressed], then=[Slow("fraud", hours=24)])
"""


def test_nobody_learns_that_they_were_blocked_just_now(house: House, rules: RuleHouse) -> None:
    """Whoever extorts somebody reads the same whether they asked one more, or were blocked by the one they press."""
    version = rules.live(ON_THE_MOMENT, "pressed")
    texts = []
    for kind in ("asked", "was_blocked"):
        rules.happens(version, house.user(), kind=kind, asked_24h=17)
        said = house.effects()[-1].effect.params.statement
        assert said is not None
        texts.append(said.text.partition("Reference:")[0])
    assert texts[0] == texts[1]
    assert "(asked_24h): 17." in texts[0] and UNTOLD in texts[0] and GENERAL in texts[0]
    assert "block" not in texts[0] and "kind" not in texts[0]


def test_what_they_did_themselves_is_told_in_words(house: House, rules: RuleHouse) -> None:
    own = ON_THE_MOMENT.replace(', "was_blocked"', "").replace("{kind} after ", "")
    rules.happens(rules.live(own, "pressed"), house.user(), asked_24h=17)
    said = house.effects()[-1].effect.params.statement
    assert said is not None
    assert "What happened: it asked somebody for contact (kind: asked)." in said.text
    assert "17 were asked" in said.text and UNTOLD not in said.text


def test_of_shipped_rules_nothing_of_others_is_told() -> None:
    named = {feature.name for feature in CATALOGUE.features}
    assert named >= TOLD - {f"{name}_{period}" for name in _counts() for period in ("15s", "1h", "24h", "7d")}
    for word in ("blocked_by", "reported_by", "minor", "report_weight", "labelled", "network", "inviter", "other_age"):
        assert not [name for name in TOLD - {"labelled_coordinated"} if word in name], word


def _counts() -> set[str]:
    return {name.rpartition("_")[0] for name in TOLD}


def digest_of(rules: RuleHouse, version: Version) -> str:
    return rules.running(version).rules.rules[0].digest.hex()[:16]


def test_reporters_weigh_by_how_people_agreed_of_late(house: House) -> None:
    reporter, now_ms = house.user(), house.clock
    assert agreement.of(house.db, reporter, now_ms) == (0.0, 0.0)

    def totals(upheld: int, dismissed: int, abusive: int) -> None:
        with transaction(house.db):
            house.db.execute(
                "INSERT OR REPLACE INTO reporter (user_uri, reports, upheld, dismissed, abusive)"
                " VALUES (?, 9, ?, ?, ?)",
                (reporter, upheld, dismissed, abusive),
            )

    totals(8, 0, 0)
    assert agreement.of(house.db, reporter, now_ms) == (8.0, 8.0)
    assert agreement.of(house.db, reporter, now_ms) == (8.0, 8.0), "asking again adds nothing"
    later = now_ms + agreement.HALF_MS
    assert agreement.of(house.db, reporter, later) == (4.0, 4.0)
    totals(8, 0, 2)
    assert agreement.of(house.db, reporter, later) == (4.0, 12.0), "what was itself abuse weighs four times"
    totals(7, 0, 2)
    assert agreement.of(house.db, reporter, later) == (3.0, 11.0), "what an appeal took back is gone"
    much_later = later + 20 * agreement.HALF_MS
    upheld, closed = agreement.of(house.db, reporter, much_later)
    assert 0 <= upheld <= closed < 0.001
