# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a set of rules says about one event, and what is kept of it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import numpy as np
import pytest
from tests.desk.signals.language.example import CATALOGUE, RULES, values

from privity.desk.signals.language.catalogue import Catalogue, Feature
from privity.desk.signals.language.measuring import features_in
from privity.desk.signals.language.numpy_code import Columns
from privity.desk.signals.language.numpy_functions import Column
from privity.desk.signals.language.rule import Effect
from privity.desk.signals.language.rule_set import compile_condition, compile_rules
from privity.desk.signals.language.types import Bounds, Type


def test_rules_hold_where_all_their_conditions_do() -> None:
    rules = compile_rules(RULES, CATALOGUE)
    assert rules.evaluate(*values()) == 0
    assert rules.evaluate(*values(age=599, sends=101)) == 0b001
    assert rules.evaluate(*values(age=600, sends=101)) == 0
    assert rules.evaluate(*values(asked=20, accepted=0)) == 0b010
    assert rules.evaluate(*values(asked=19, accepted=0)) == 0, "nineteen are too few to be sure"
    assert rules.evaluate(*values(asked=20, accepted=0, client="My Script")) == 0b110
    assert rules.evaluate(*values(asked=20, accepted=15, client="My Script")) == 0
    assert [rule.name for rule in rules.held(0b101)] == ["Fresh", "Odd"]


def test_a_decision_keeps_what_it_saw() -> None:
    rules = compile_rules(RULES, CATALOGUE)
    seen = values(asked=3000, accepted=1)
    (reason,) = rules.reasons(rules.evaluate(*seen), seen)
    assert reason.because == "at most 0.00189 of 3,000 wanted it"
    assert reason.values == {"accepted": 1, "asked": 3000}
    assert reason.digest == rules.rules[1].digest


def test_effects_are_gathered_and_restrictions_known() -> None:
    fresh, unasked, _odd = compile_rules(RULES, CATALOGUE).rules
    assert fresh.effects == (
        Effect("Limit", {"what": "send", "hours": 24}),
        Effect("Review", {"priority": 2}),
        Effect("Review", {"priority": 1}),
    )
    assert unasked.restricts
    only_seen = RULES.replace('Limit("send", hours=24), ', "").replace(', Limit("send", 24)', "")
    assert not any(rule.restricts for rule in compile_rules(only_seen, CATALOGUE).rules)


def test_a_digest_is_of_the_meaning() -> None:
    first = compile_rules(RULES, CATALOGUE)
    laid_out = RULES.replace("Young = age < 600", "Young = (age<600)  # seconds").replace("Young", "New")
    again = compile_rules(laid_out, CATALOGUE)
    assert [rule.digest for rule in again.rules] == [rule.digest for rule in first.rules]
    assert again.digest != first.digest, "the text is another"
    stricter = compile_rules(RULES.replace("age < 600", "age < 601"), CATALOGUE)
    assert stricter.rules[0].digest != first.rules[0].digest
    assert stricter.rules[1].digest == first.rules[1].digest
    renamed = dataclasses.replace(CATALOGUE.features[0], says="something else")
    other = Catalogue((renamed, *CATALOGUE.features[1:]), CATALOGUE.effects)
    assert compile_rules(RULES, other).rules[1].digest != first.rules[1].digest, "a feature means something else"


def test_what_is_dear_is_worked_out_once_and_only_when_needed() -> None:
    rules = compile_rules(RULES, CATALOGUE)
    assert rules.source.count(":= wilson_high") == 2
    assert rules.source.index("f[2] >= 20") < rules.source.index(":= wilson_high"), "the cheap condition is asked first"


def test_columns_say_the_same_as_events() -> None:
    rules = compile_rules(RULES, CATALOGUE)
    draw = random.Random(3)
    rows = [
        values(
            age=draw.randrange(1200),
            sends=draw.randrange(200),
            asked=draw.randrange(60),
            accepted=draw.randrange(20),
            client=draw.choice(["app", "a Bot"]),
            new=draw.random() < 0.5,
        )
        for _ in range(500)
    ]
    kinds = {Type.WHOLE: np.int64, Type.REAL: np.float64, Type.TRUTH: np.bool_, Type.TEXT: object}
    columns: dict[str, Column] = {
        feature.name: np.array([row[i] for row in rows], dtype=kinds[feature.type])
        for i, feature in enumerate(CATALOGUE.features)
    }
    over = Columns(columns, rules.names)
    hits = np.zeros(len(rows), dtype=np.int64)
    for i, rule in enumerate(rules.rules):
        hits |= np.logical_and.reduce([over.of(node) for node in rule.when]).astype(np.int64) << i
    assert hits.tolist() == [rules.evaluate(*row) for row in rows]
    assert len(set(hits.tolist())) > 3


def test_a_search_uses_the_same_language() -> None:
    node = compile_condition("asked > 10 and not new", CATALOGUE)
    assert features_in(node, {}) == {"asked", "new"}


@pytest.mark.parametrize(
    "feature",
    [
        lambda: Feature("Big", Type.TRUTH, "capital letters are for names in rules"),
        lambda: Feature("a-b", Type.TRUTH, "no name"),
        lambda: Feature("a", Type.WHOLE, "no bounds"),
        lambda: Feature("a", Type.TEXT, "bounds of a text", Bounds(0, 1)),
        lambda: Feature("a", Type.WHOLE, "more than is counted alike", Bounds(0, 2**54)),
        lambda: Feature("a", Type.WHOLE, "the wrong way round", Bounds(1, 0)),
        lambda: Catalogue((CATALOGUE.features[0], CATALOGUE.features[0]), ()),
    ],
)
def test_a_catalogue_is_sound(feature: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"called by|bounds|a name of its own"):
        feature()
