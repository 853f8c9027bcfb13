# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which versions are looked up to show that one is the greatest (draft-ietf-keytrans-protocol, binary ladder).

"Version n is there and n + 1 is not" proves little: a log with holes shows each person another greatest version. The
ladder depends on n alone and is so laid that the ladders of any two numbers contradict each other at some version.
"""

from __future__ import annotations

from collections.abc import Sequence

from privity.keylog.errors import WrongLadder
from privity.keylog.labels import MAX_VERSION

MAX_STEPS = 64
"""The ladder of the greatest version of 32 bits: 32 steps up, at most 31 in between."""


def base_binary_ladder(n: int) -> list[int]:
    """The versions to look up for a greatest version `n`: 2^k - 1 up to the first above it, then a binary search."""
    steps = [0]
    while steps[-1] <= n:
        steps.append((1 << len(steps)) - 1)
    low, high = steps[-2], steps[-1]
    while low + 1 < high:
        middle = (low + high) // 2
        steps.append(middle)
        if middle <= n:
            low = middle
        else:
            high = middle
    return [step for step in steps if step <= MAX_VERSION]


def ladder(n: int | None) -> list[int]:
    """The versions to look up; for a label that is not there (None) the first one alone, which must be missing."""
    return [0] if n is None else base_binary_ladder(n)


def check(n: int | None, there: Sequence[bool]) -> None:
    """Raise WrongLadder unless the answers are those of a label whose greatest version is `n`."""
    expected = [n is not None and step <= n for step in ladder(n)]
    if list(there) != expected:
        raise WrongLadder(f"the answers for greatest version {n} should be {_shown(expected)}, got {_shown(there)}")


def _shown(answers: Sequence[bool]) -> str:
    return "".join("+" if there else "-" for there in answers) or "none"
