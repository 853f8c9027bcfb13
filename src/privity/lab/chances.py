# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that depend on a seed and on what they are for: worlds that differ in one thing differ in no other."""

from __future__ import annotations

import hashlib
import math
from typing import Final

import numpy as np

_SCALE: Final = 2.0**-53


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """A generator of its own for each purpose of a seed: who draws more from one leaves the others as they were."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(_whole(seed, purpose))))


def chance(seed: int, *purpose: str | int) -> float:
    """One number in [0, 1) that is the same in every arm of an experiment (common random numbers)."""
    return (_whole(seed, purpose) >> 75) * _SCALE


def lognormal(median: float, sigma: float, u: float) -> float:
    """A number of a lognormal spread, from one of `chance`: the inverse by a logistic of the same spread, which has no
    tables and is as heavy in the tail as people's delays are."""
    held = min(max(u, 1e-6), 1 - 1e-6)
    return median * math.exp(sigma * math.log(held / (1 - held)) / 1.702)


def _whole(seed: int, purpose: tuple[str | int, ...]) -> int:
    return int.from_bytes(hashlib.blake2b(repr((seed, purpose)).encode(), digest_size=16).digest(), "big")
