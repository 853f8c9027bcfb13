# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: the same thing, seen by two rules, restricts somebody whom others have long known."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from privity.desk.cases import service as cases
from privity.desk.signals import shipped
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.evidence import NONE, SIGNALS, Signal, agree, signal_of, signals_of
from privity.desk.signals.lifecycle.checked import checked
from privity.desk.signals.lifecycle.model import Version
from tests.desk.house import MODERATOR, House
from tests.desk.signals.ladder.rule_house import RuleHouse

RULES = {rule.name: rule for rule in checked(shipped.everything()).rules}
OLD: dict[str, Any] = {"account_days": 900, "old_ties": 12.0}
CLASS: dict[str, Any] = {
    "kind": "asked", "asked_24h": 30, "strangers_asked_24h": 30, "asked_7d": 30, "minors_asked_24h": 25,
    "minors_asked_7d": 25, "strangers_asked_7d": 30, "minor_strangers_24h": 25, "minor_strangers_7d": 25,
    "answerable_7d": 25, "long_answerable_7d": 20, "acceptance_upper": 0.2, "long_acceptance_upper": 0.2,
}  # fmt: skip
"""A teacher asks a new class, and nobody has said yes by the evening."""


def shipped_live(rules: RuleHouse) -> Version:
    return rules.live(shipped.everything(), "shipped")


def test_a_teacher_of_long_standing_asks_a_class_that_answers_late(house: House, rules: RuleHouse) -> None:
    """The first rules put a label on them; the next request is then "again" for a rule that asks for the label."""
    version, teacher = shipped_live(rules), house.user()
    rules.happens(version, teacher, **CLASS, **OLD)
    rules.happens(version, teacher, labelled_risky_to_minors=True, labelled_unwelcome=True, **CLASS, **OLD)
    held = {row[0] for row in house.db.execute("SELECT rule FROM rule_hit WHERE subject = ?", (teacher,))}
    assert held >= {"MinorsAsked", "MinorsAskedByPeer", "MinorsAgain", "ContactUnwanted"}
    assert house.effects() == [], "one thing, seen by many rules"
    assert "protected" in rules.done(teacher)
    assert cases.case(house.db, MODERATOR, 1).case.subject == teacher, "people look"


def test_what_others_say_besides_is_a_second_thing(house: House, rules: RuleHouse) -> None:
    """The same teacher: many who are trusted report them, and it sends into many rooms at once."""
    version, somebody = shipped_live(rules), house.user()
    rules.happens(version, somebody, **CLASS, **OLD)
    rules.happens(version, somebody, kind="sent", rooms=60, rooms_written_1h=90.0, **OLD)
    assert rules.done(somebody)[0] == "acted" and house.effects() != []


def test_the_same_in_the_other_order(house: House, rules: RuleHouse) -> None:
    version, somebody = shipped_live(rules), house.user()
    rules.happens(version, somebody, kind="sent", rooms=60, rooms_written_1h=90.0, **OLD)
    assert house.effects() == []
    rules.happens(version, somebody, **CLASS, **OLD)
    assert house.effects() != []


def test_who_is_not_long_known_is_restricted_by_the_first(house: House, rules: RuleHouse) -> None:
    version, stranger = shipped_live(rules), house.user()
    rules.happens(version, stranger, **CLASS)
    assert house.effects() != []


def test_every_feature_is_sorted_once() -> None:
    for feature in CATALOGUE.features:
        signal_of(feature.name)
    names = [name for group in SIGNALS.values() for name in group]
    assert len(set(names)) == len(names) and not NONE & set(names)
    with pytest.raises(KeyError):
        signal_of("something_new_24h")


def test_a_label_of_a_rule_is_no_second_thing() -> None:
    assert signals_of(RULES["MinorsAgain"]) == signals_of(RULES["MinorsAsked"]) == {Signal.ASKING}
    assert signals_of(RULES["ContactAgain"]) == {Signal.ASKING}
    assert Signal.TOGETHER in signals_of(RULES["FarmCoordinated"]), "that is people's word"


def test_pairs_of_the_shipped_rules_that_agree_rest_on_different_things() -> None:
    restricting = [rule for rule in RULES.values() if rule.restricts]
    pairs = {frozenset((one.name, other.name)) for one, other in combinations(restricting, 2) if agree(one, other)}
    for same in (
        ("MinorsAsked", "MinorsAgain"), ("MinorsAsked", "MinorsAskedByPeer"), ("MinorsAsked", "ContactUnwanted"),
        ("MinorsBlockAndRefuse", "ContactBlocked"), ("ContactBlocked", "ExtortionUnwanted"),
        ("ContactUnwanted", "ContactPatient"), ("CascadeWide", "CascadeElection"), ("BulkFlood", "CascadeFresh"),
        ("BulkFlood", "BulkFirstDay"), ("ReportsTrusted", "ExtortionScript"),
    ):  # fmt: skip
        assert frozenset(same) not in pairs, same
    for different in (
        ("MinorsAsked", "CascadeWide"), ("ContactBlocked", "ReportsTrusted"), ("ContactUnwanted", "BulkGroups"),
        ("ContactUnwanted", "FarmCoordinated"), ("FarmKnocks", "ContactFresh"),
    ):  # fmt: skip
        assert frozenset(different) in pairs, different
