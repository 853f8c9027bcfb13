# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a rule may ask of the facts: eleven predicates, joined by all, any and neg, with three outcomes.

A fact that is absent decides nothing by itself. `is`, `in`, `any_of`, `lt`, `gt` and `older_than_days` are UNKNOWN
then, and such a rule lets nothing leave: the evaluator asks for the fact. `not`, `not_in` and `none_of` mean "is not
shown to be" and are TRUE then, as `missing` is. Joined as Kleene has it: all is the least part, any the greatest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

from privity.desk.legal.rulebook.facts import Facts, Value
from privity.desk.legal.rulebook.names import Kind


class Truth(IntEnum):
    """Ordered, so that all is min and any is max."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


class Op(StrEnum):
    """The closed set."""

    MISSING = "missing"
    PRESENT = "present"
    IS = "is"
    NOT = "not"
    IN = "in"
    NOT_IN = "not_in"
    ANY_OF = "any_of"
    NONE_OF = "none_of"
    LT = "lt"
    GT = "gt"
    OLDER_THAN_DAYS = "older_than_days"


_ONE: Final = frozenset({Op.IS, Op.NOT, Op.IN, Op.NOT_IN})
_SEVERAL: Final = frozenset({Op.ANY_OF, Op.NONE_OF})
_THERE: Final = frozenset({Op.MISSING, Op.PRESENT})

OPS_OF: Final = {
    Kind.TEXT: _THERE | _ONE,
    Kind.SHOWN: _THERE | {Op.IS, Op.NOT},
    Kind.FLAG: _THERE | {Op.IS, Op.NOT},
    Kind.COUNT: _THERE | {Op.LT, Op.GT},
    Kind.DAY: _THERE | {Op.OLDER_THAN_DAYS},
    Kind.DAY_OR_NEVER: _THERE | {Op.OLDER_THAN_DAYS},
    Kind.WORD: _THERE | _ONE,
    Kind.COUNTRY: _THERE | _ONE,
    Kind.WORDS: _THERE | _SEVERAL,
    Kind.SOME_WORDS: _THERE | _SEVERAL,
    Kind.DAYS: _THERE,
    Kind.TARGETS: _THERE,
}
"""What may be asked of a fact of each kind."""

TRUE_WHEN_ABSENT: Final = frozenset({Op.MISSING, Op.NOT, Op.NOT_IN, Op.NONE_OF})
FALSE_WHEN_ABSENT: Final = frozenset({Op.PRESENT})

Against = str | bool | int | frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Predicate:
    """One question to one fact."""

    fact: str
    op: Op
    against: Against = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Neg:
    """The part does not hold."""

    part: Condition


Condition = Predicate | All | Any | Neg


def outcome(condition: Condition, facts: Facts, day: date) -> Truth:
    """What the facts make of it; ages count to `day`. Never raises."""
    match condition:
        case All(parts):
            return min(outcome(part, facts, day) for part in parts)
        case Any(parts):
            return max(outcome(part, facts, day) for part in parts)
        case Neg(part):
            return Truth(Truth.TRUE - outcome(part, facts, day))
        case Predicate(fact, op, against):
            value = facts.get(fact)
            if value is None:
                return _absent(op)
            return _present(op, value, against, day)


def predicates(condition: Condition, negated: bool = False) -> Iterator[tuple[Predicate, bool]]:
    """Every predicate in it, and whether an odd number of negs stands above it."""
    match condition:
        case Predicate():
            yield condition, negated
        case Neg(part):
            yield from predicates(part, not negated)
        case All(parts) | Any(parts):
            for part in parts:
                yield from predicates(part, negated)


def undecided(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """The facts whose absence may be why it is UNKNOWN, each once, in the order of the condition."""
    absent = (
        one.fact for one, _ in predicates(condition) if facts.get(one.fact) is None and _absent(one.op) is Truth.UNKNOWN
    )
    return tuple(dict.fromkeys(absent))


def _absent(op: Op) -> Truth:
    if op in TRUE_WHEN_ABSENT:
        return Truth.TRUE
    return Truth.FALSE if op in FALSE_WHEN_ABSENT else Truth.UNKNOWN


def _present(op: Op, value: Value, against: Against, day: date) -> Truth:
    match op, value, against:
        case Op.MISSING, _, _:
            return Truth.FALSE
        case Op.PRESENT, _, _:
            return Truth.TRUE
        case Op.IS, _, str() | bool():
            return _truth(value == against)
        case Op.NOT, _, str() | bool():
            return _truth(value != against)
        case Op.IN, str(), frozenset():
            return _truth(value in against)
        case Op.NOT_IN, str(), frozenset():
            return _truth(value not in against)
        case Op.ANY_OF, frozenset(), frozenset():
            return _truth(bool(value & against))
        case Op.NONE_OF, frozenset(), frozenset():
            return _truth(not value & against)
        case Op.LT, int(), int():
            return _truth(value < against)
        case Op.GT, int(), int():
            return _truth(value > against)
        case Op.OLDER_THAN_DAYS, date(), int():
            return _truth((day - value).days > against)
    return Truth.UNKNOWN  # a value of another kind decides nothing


def _truth(holds: bool) -> Truth:
    return Truth.TRUE if holds else Truth.FALSE
