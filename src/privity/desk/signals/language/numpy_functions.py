# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The functions of the language, for columns. Operation for operation what stands in `python_functions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from privity.desk.signals.language.patterns import Pattern
from privity.desk.signals.language.python_functions import Z2, Z

Column: TypeAlias = npt.NDArray[Any]


def share(k: Column, n: Column) -> Column:
    """k of n."""
    return np.where(np.greater(n, 0), k / np.maximum(n, 1), 0.0)


def wilson_low(k: Column, n: Column) -> Column:
    """The lower bound of the share."""
    return np.where(np.greater(n, 0), np.maximum(0.0, _bound(k, n, -1.0)), 0.0)


def wilson_high(k: Column, n: Column) -> Column:
    """The upper bound of the share."""
    return np.where(np.greater(n, 0), np.minimum(1.0, _bound(k, n, 1.0)), 1.0)


def _bound(k: Column, n: Column, side: float) -> Column:
    some = np.maximum(n, 1).astype(np.float64)
    part = np.minimum(k, some) / some
    spread = Z * np.sqrt(part * (1 - part) / some + Z2 / (4 * some * some))
    bound: Column = (part + Z2 / (2 * some) + side * spread) / (1 + Z2 / some)
    return bound


def _each(test: Callable[[str], bool], texts: Column) -> Column:
    return np.fromiter(map(test, texts), dtype=np.bool_, count=len(texts))


def contains(texts: Column, part: str) -> Column:
    """Whether the part stands in the text."""
    return _each(lambda text: part in text, texts)


def starts(texts: Column, part: str) -> Column:
    """Whether the text begins with the part."""
    return _each(lambda text: text.startswith(part), texts)


def matches(texts: Column, pattern: Pattern) -> Column:
    """Whether the pattern is found in the text."""
    return _each(lambda text: pattern.search(text) is not None, texts)


NUMPY: Final[Mapping[str, Callable[..., Column]]] = {
    "share": share,
    "wilson_low": wilson_low,
    "wilson_high": wilson_high,
    "least": np.minimum,
    "most": np.maximum,
    "contains": contains,
    "starts": starts,
    "matches": matches,
}
"""By name."""
