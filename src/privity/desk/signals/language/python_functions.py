# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The functions of the language, for one event."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from privity.desk.signals.language.patterns import Pattern

Z: Final = 1.959963984540054
"""Of the normal distribution, two-sided at 95 %."""
Z2: Final = Z * Z


def share(k: int, n: int) -> float:
    """k of n."""
    return k / n if n > 0 else 0.0


def wilson_low(k: int, n: int) -> float:
    """The lower bound of the share."""
    return max(0.0, _bound(float(k), float(n), -1.0)) if n > 0 else 0.0


def wilson_high(k: int, n: int) -> float:
    """The upper bound of the share."""
    return min(1.0, _bound(float(k), float(n), 1.0)) if n > 0 else 1.0


def _bound(k: float, n: float, side: float) -> float:
    part = min(k, n) / n
    spread = Z * math.sqrt(part * (1 - part) / n + Z2 / (4 * n * n))
    return (part + Z2 / (2 * n) + side * spread) / (1 + Z2 / n)


def least(a: float, b: float) -> float:
    """The smaller one."""
    return a if a <= b else b


def most(a: float, b: float) -> float:
    """The larger one."""
    return a if a >= b else b


def contains(text: str, part: str) -> bool:
    """Whether the part stands in the text."""
    return part in text


def matches(text: str, pattern: Pattern) -> bool:
    """Whether the pattern is found in the text."""
    return pattern.search(text) is not None


PYTHON: Final[Mapping[str, Callable[..., Any]]] = {
    "share": share,
    "wilson_low": wilson_low,
    "wilson_high": wilson_high,
    "least": least,
    "most": most,
    "contains": contains,
    "starts": str.startswith,
    "matches": matches,
}
"""By name."""
