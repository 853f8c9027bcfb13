# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The functions of the language: what each takes and gives. Each always has an answer.

The bounds of Wilson's score interval (E. B. Wilson, 1927, at 95 %) say what share of successes may lie behind k of n:
with few tries they are far apart, so that a rule which asks for a bound is not set off by three unlucky strangers.

How each is worked out stands in `python_functions`, `numpy_functions` and `duckdb_functions`, under the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from privity.desk.signals.language.types import Bounds, Type


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language.

    Attributes:
        name: As rules write it.
        takes: Types of what it takes. REAL takes whole numbers, too.
        gives: Type of its answer; where it is REAL and `keeps_whole`, whole numbers give a whole number.
        bounds: Of its answer, from those of its arguments; None where it is no number.
        cost: In steps.
        counts: What it takes are counts: never below zero.
        quoted: Its last argument is a text in quotes, known before any event.
        says: For the page that explains the language.
    """

    name: str
    takes: tuple[Type, ...]
    gives: Type
    bounds: Callable[[Bounds, Bounds], Bounds] | None
    cost: int
    says: str
    counts: bool = False
    keeps_whole: bool = False
    quoted: bool = False


def _smaller(a: Bounds, b: Bounds) -> Bounds:
    return Bounds(min(a.low, b.low), min(a.high, b.high))


def _larger(a: Bounds, b: Bounds) -> Bounds:
    return Bounds(max(a.low, b.low), max(a.high, b.high))


def _up_to_the_first(k: Bounds, n: Bounds) -> Bounds:
    return Bounds(0, k.high)


def _a_share(k: Bounds, n: Bounds) -> Bounds:
    return Bounds(0, 1)


_TWO_COUNTS: Final = (Type.WHOLE, Type.WHOLE)
_TWO_NUMBERS: Final = (Type.REAL, Type.REAL)
_TWO_TEXTS: Final = (Type.TEXT, Type.TEXT)

FUNCTIONS: Final[Mapping[str, Function]] = {
    function.name: function
    for function in (
        Function("share", _TWO_COUNTS, Type.REAL, _up_to_the_first, 4, "k of n; 0 where n is 0", counts=True),
        Function(
            "wilson_low", _TWO_COUNTS, Type.REAL, _a_share, 10,
            "the smallest share that may lie behind k of n; 0 where n is 0", counts=True,
        ),
        Function(
            "wilson_high", _TWO_COUNTS, Type.REAL, _a_share, 10,
            "the largest share that may lie behind k of n; 1 where n is 0", counts=True,
        ),
        Function("least", _TWO_NUMBERS, Type.REAL, _smaller, 3, "the smaller of two numbers", keeps_whole=True),
        Function("most", _TWO_NUMBERS, Type.REAL, _larger, 3, "the larger of two numbers", keeps_whole=True),
        Function("contains", _TWO_TEXTS, Type.TRUTH, None, 5, "the text in quotes stands in it", quoted=True),
        Function("starts", _TWO_TEXTS, Type.TRUTH, None, 4, "it begins with the text in quotes", quoted=True),
        Function("matches", _TWO_TEXTS, Type.TRUTH, None, 60, "the RE2 pattern in quotes is found in it", quoted=True),
    )
}  # fmt: skip
"""By name."""
