# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented lists of hashes for the benches of matching, and what is asked of them: half near a listed one, half not."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Final

import numpy as np

from privity.desk.matching.index.changes import Change
from privity.desk.matching.index.kernel import Words

SEED: Final = 31
TAIL: Final = 10_000
"""Changes since the base was written: as many as there are before it is written anew."""
RADIUS: Final = 31


def hashes(count: int) -> Words:
    """The bits of PDQ are close to uniform, and these are. Entries are called 1 to count."""
    listed = np.random.default_rng(SEED).integers(0, 1 << 64, (count, 4), dtype=np.uint64)
    listed[-1] = np.frombuffer(last_of(count).bits, dtype="<u8")
    return listed


def last_of(count: int) -> Change:
    """The change with which a base of so many ends; known without the others."""
    return Change(count, count, random.Random(SEED).randbytes(32), True)


def moved(bits: bytes, distance: int, rnd: random.Random) -> bytes:
    """At exactly this distance."""
    flips = sum(1 << place for place in rnd.sample(range(256), distance))
    return (int.from_bytes(bits, "big") ^ flips).to_bytes(32, "big")


def asked(listed: Words, count: int, seed: int) -> list[bytes]:
    """One in two at a distance of 0 to 31 from something listed."""
    rnd = random.Random(seed)
    found = []
    for number in range(count):
        one = listed[rnd.randrange(len(listed))].tobytes()
        found.append(moved(one, rnd.randrange(RADIUS + 1), rnd) if number % 2 else rnd.randbytes(32))
    return found


class Tail:
    """The changes after a base of `base` entries, whose last change was the last of them. More can come."""

    def __init__(self, base: Change, count: int) -> None:
        rnd = random.Random(SEED + 1)
        later = range(base.sequence + 1, base.sequence + 1 + count)
        self.changes = [base, *(Change(number, number, rnd.randbytes(32), True) for number in later)]

    def after(self, sequence: int) -> Iterator[Change]:
        first = max(0, sequence - self.changes[0].sequence + 1)
        return itertools.islice(self.changes, first, None)

    def come(self, entry: int, bits: bytes, *, added: bool) -> None:
        self.changes.append(Change(self.changes[-1].sequence + 1, entry, bits, added))
