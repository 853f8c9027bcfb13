# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Work that costs a device seconds and whoever checks it microseconds (spec/challenge.md).

A puzzle has parts, so that how long it takes is much the same each time and one can say how far it is. Each try hashes
a whole block that begins with what is tried: nothing of it can be worked out before, and the hash itself, not the
program around it, is what takes the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from privity.mls.errors import PolicyRefused

SEED_BYTES: Final = 32
PARTS: Final = 16
BLOCK_BYTES: Final = 4096
MAX_BITS: Final = 20
"""What a device does at the most, whatever a hub asks: four times what ours asks for."""
LAST_COUNTER: Final = (1 << 53) - 1
_COUNTER_BYTES: Final = 8


class WorkWrong(PolicyRefused):
    """The answers do not solve the puzzle."""


class PuzzleTooHard(PolicyRefused):
    """A puzzle that no device works on: it would take it too long, or is none."""


def tries(bits: int) -> int:
    """How many blocks are hashed on average until a puzzle is solved."""
    return PARTS << bits


def check_puzzle(seed: bytes, bits: int) -> None:
    """Raise PuzzleTooHard for what no device is to work on."""
    if len(seed) != SEED_BYTES:
        raise PuzzleTooHard(f"the seed of a puzzle has {SEED_BYTES} bytes, got {len(seed)}")
    if not 1 <= bits <= MAX_BITS:
        raise PuzzleTooHard(f"a device works on puzzles of 1 to {MAX_BITS} bits, got {bits}")


def search(seed: bytes, bits: int, part: int, first: int, count: int) -> int | None:
    """The first of `count` counters from `first` on that answers this part, or None."""
    rest = _rest(seed, part)
    limit = _limit(bits)
    sha256 = hashlib.sha256
    for counter in range(first, first + count):
        if sha256(counter.to_bytes(_COUNTER_BYTES, "big") + rest).digest() < limit:
            return counter
    return None


def check_answers(seed: bytes, bits: int, answers: Sequence[int]) -> None:
    """Raise WorkWrong unless there is a right answer to each part."""
    if len(answers) != PARTS:
        raise WorkWrong(f"a puzzle has {PARTS} answers, got {len(answers)}")
    limit = _limit(bits)
    for part, counter in enumerate(answers):
        if not 0 <= counter <= LAST_COUNTER:
            raise WorkWrong(f"answer {part} is out of range")
        block = counter.to_bytes(_COUNTER_BYTES, "big") + _rest(seed, part)
        if hashlib.sha256(block).digest() >= limit:
            raise WorkWrong(f"answer {part} does not solve its part of the puzzle, which has {bits} bits")


def _rest(seed: bytes, part: int) -> bytes:
    """All of a block behind the counter: the seed of the part, again and again."""
    own = hashlib.sha256(seed + bytes([part])).digest()
    return (own * (BLOCK_BYTES // len(own)))[: BLOCK_BYTES - _COUNTER_BYTES]


def _limit(bits: int) -> bytes:
    """A hash below this begins with so many zero bits."""
    return (1 << (256 - bits)).to_bytes(32, "big")
