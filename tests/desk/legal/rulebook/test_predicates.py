# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The eleven predicates and the three ways to join them, each with a fact that is there and one that is not."""

from __future__ import annotations

import itertools
from datetime import date
from types import MappingProxyType
from typing import Final

import pytest

from privity.desk.legal.rulebook.facts import Facts, Value
from privity.desk.legal.rulebook.predicates import (
    Against,
    All,
    Any,
    Neg,
    Op,
    Predicate,
    Truth,
    outcome,
    undecided,
)

DAY: Final = date(2026, 11, 26)
F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE

CASES: Final[list[tuple[Op, Against, Value | None, Truth]]] = [
    (Op.MISSING, None, None, T),
    (Op.MISSING, None, "x", F),
    (Op.MISSING, None, False, F),
    (Op.PRESENT, None, None, F),
    (Op.PRESENT, None, "x", T),
    (Op.PRESENT, None, False, T),
    (Op.IS, True, None, U),
    (Op.IS, True, True, T),
    (Op.IS, True, False, F),
    (Op.IS, "a", "a", T),
    (Op.IS, "a", "b", F),
    (Op.NOT, True, None, T),
    (Op.NOT, True, True, F),
    (Op.NOT, True, False, T),
    (Op.NOT, "a", "a", F),
    (Op.NOT, "a", "b", T),
    (Op.IN, frozenset("ab"), None, U),
    (Op.IN, frozenset("ab"), "b", T),
    (Op.IN, frozenset("ab"), "c", F),
    (Op.NOT_IN, frozenset("ab"), None, T),
    (Op.NOT_IN, frozenset("ab"), "b", F),
    (Op.NOT_IN, frozenset("ab"), "c", T),
    (Op.ANY_OF, frozenset("ab"), None, U),
    (Op.ANY_OF, frozenset("ab"), frozenset(), F),
    (Op.ANY_OF, frozenset("ab"), frozenset("bc"), T),
    (Op.ANY_OF, frozenset("ab"), frozenset("c"), F),
    (Op.NONE_OF, frozenset("ab"), None, T),
    (Op.NONE_OF, frozenset("ab"), frozenset(), T),
    (Op.NONE_OF, frozenset("ab"), frozenset("bc"), F),
    (Op.NONE_OF, frozenset("ab"), frozenset("c"), T),
    (Op.LT, 3, None, U),
    (Op.LT, 3, 2, T),
    (Op.LT, 3, 3, F),
    (Op.GT, 3, None, U),
    (Op.GT, 3, 4, T),
    (Op.GT, 3, 3, F),
    (Op.OLDER_THAN_DAYS, 14, None, U),
    (Op.OLDER_THAN_DAYS, 14, date(2026, 11, 11), T),
    (Op.OLDER_THAN_DAYS, 14, date(2026, 11, 12), F),
    (Op.OLDER_THAN_DAYS, 14, date.max, F),
]


def facts(**values: Value) -> Facts:
    return Facts(MappingProxyType(values))


@pytest.mark.parametrize(("op", "against", "value", "expected"), CASES)
def test_predicate(op: Op, against: Against, value: Value | None, expected: Truth) -> None:
    known = facts() if value is None else facts(fact=value)
    assert outcome(Predicate("fact", op, against), known, DAY) is expected


def test_every_predicate_is_there_with_and_without_its_fact() -> None:
    told = {(op, value is None) for op, _, value, _ in CASES}
    assert told == set(itertools.product(Op, (True, False)))


@pytest.mark.parametrize("op", [Op.IS, Op.IN, Op.ANY_OF, Op.LT, Op.GT, Op.OLDER_THAN_DAYS])
def test_a_value_of_another_kind_decides_nothing(op: Op) -> None:
    assert outcome(Predicate("fact", op, None), facts(fact=("not", "so")), DAY) is U  # type: ignore[arg-type]  # that is the point


PART: Final = {
    F: Predicate("known", Op.IS, False),
    U: Predicate("absent", Op.IS, True),
    T: Predicate("known", Op.IS, True),
}


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [(F, F, F, F), (F, U, F, U), (F, T, F, T), (U, U, U, U), (U, T, U, T), (T, T, T, T)],
)
def test_all_and_any_as_kleene_has_them(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    known = facts(known=True)
    for parts in itertools.permutations((PART[left], PART[right])):
        assert outcome(All(parts), known, DAY) is both
        assert outcome(Any(parts), known, DAY) is either


@pytest.mark.parametrize(("inner", "expected"), [(F, T), (U, U), (T, F)])
def test_neg(inner: Truth, expected: Truth) -> None:
    assert outcome(Neg(PART[inner]), facts(known=True), DAY) is expected


def test_what_decides_nothing_names_the_facts_that_are_missing() -> None:
    condition = All((Predicate("a", Op.IS, True), Any((Predicate("b", Op.GT, 1), Predicate("c", Op.MISSING)))))
    assert undecided(condition, facts()) == ("a", "b")
    assert undecided(condition, facts(a=True)) == ("b",)
