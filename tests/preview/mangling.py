# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A child that decodes one damaged recording after the other, shut in as every child is: `mangling HOW FIRST END`.

It reads the whole recording and writes a sign for each damaged one: `+` where something was made of it, `-` where not.
"""

from __future__ import annotations

import os
import random
import struct
import sys
from collections.abc import Callable
from typing import Final

import msgspec
from av import logging

from privity.preview import recording_child, sandbox
from privity.preview.facts import Recording
from privity.preview.limits import RECORDING_MEMORY

CPU_S: Final = 120
OGG: Final = b"OggS"
WRONG: Final = 9
"""The status where what was said is not within its bounds."""


def cut(data: bytes, number: int) -> bytes:
    """The first bytes of it."""
    return data[:number]


def flipped(data: bytes, number: int) -> bytes:
    """One to thirty-two bits are wrong, half of the times among the first or the last bytes, where lengths stand."""
    seeded = random.Random(number)
    wrong = bytearray(data)
    edge = min(len(data), 600)
    within = seeded.choice([range(len(data)), range(len(data)), range(edge), range(len(data) - edge, len(data))])
    for _ in range(1 << seeded.randrange(6)):
        wrong[seeded.choice(within)] ^= 1 << seeded.randrange(8)
    return bytes(wrong) if data[:4] != OGG else with_sums(bytes(wrong))


def with_sums(data: bytes) -> bytes:
    """The pages of an Ogg with sums that fit: a reader drops all others before any decoder sees them."""
    pages = data.split(OGG)
    mended = [pages[0]]
    for page in pages[1:]:
        bare = OGG + page[:18] + bytes(4) + page[22:]
        mended.append(bare[:22] + struct.pack("<I", _sum(bare)) + bare[26:] if len(page) >= 22 else OGG + page)
    return b"".join(mended)


def _sum(page: bytes) -> int:
    left = 0
    for byte in page:
        left ^= byte << 24
        for _ in range(8):
            left = left << 1 ^ (0x104C11DB7 if left & 1 << 31 else 0)
    return left


HOW: Final[dict[str, Callable[[bytes, int], bytes]]] = {"cut": cut, "flipped": flipped}


def made_of(data: bytes) -> bool:
    try:
        said = recording_child.facts(data)
    except Exception:  # noqa: BLE001  # as the real child does it
        return False
    try:
        found = msgspec.json.decode(said, type=Recording)
    except msgspec.DecodeError:
        os._exit(WRONG)
    asked = [("still", (0, 16, 32))] if found.film is not None else []
    for what, how in (*asked, ("audible", (0, 5))):
        try:
            recording_child.MADE[what](data, *how)
        except Exception:  # noqa: BLE001, S112  # as the real child does it
            continue
    return True


def main() -> None:
    change, first, end = HOW[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
    data = sys.stdin.buffer.read()
    logging.set_level(None)
    made_of(data)
    sandbox.limit(RECORDING_MEMORY, CPU_S)
    sandbox.shut()
    for number in range(first, end):
        os.write(1, b"+" if made_of(change(data, number)) else b"-")
    os._exit(0)


if __name__ == "__main__":
    main()
