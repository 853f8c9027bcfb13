# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One-time codes for a first passkey: what they look like, what is kept of them, and how fast they may be tried."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections import deque
from collections.abc import Callable

from privity.desk.limits import CODE_TRIES, CODE_TRIES_MS
from privity.desk.staff.errors import TooManyTries


def fresh_code(random: Callable[[int], bytes]) -> str:
    """160 bits as 32 letters, so that its plain hash cannot be guessed back."""
    return b32encode(random(20)).decode().lower()


def code_hash(code: str) -> bytes:
    """What is kept of a code. One in two halves is written with a space between them, in either order."""
    return joined(*(hashlib.sha256(half.encode("utf-8", "replace")).digest() for half in code.lower().split()))


def joined(*halves: bytes) -> bytes:
    """What is kept of a code whose halves two people were shown, by the hashes of the halves: either alone is none."""
    return halves[0] if len(halves) == 1 else hashlib.sha256(b"".join(sorted(halves))).digest()


class Tries:
    """The wrong codes of the last minute, whoever brought them."""

    __slots__ = ("_wrong",)

    def __init__(self) -> None:
        self._wrong: deque[int] = deque(maxlen=CODE_TRIES)

    def check(self, now_ms: int) -> None:
        """Raise TooManyTries while no further code is looked at, be it right or wrong."""
        if len(self._wrong) == CODE_TRIES and 0 <= now_ms - self._wrong[0] < CODE_TRIES_MS:
            raise TooManyTries(f"{CODE_TRIES} wrong codes came within a minute; wait a minute, then try again")

    def wrong(self, now_ms: int) -> None:
        """One more was wrong."""
        self._wrong.append(now_ms)
