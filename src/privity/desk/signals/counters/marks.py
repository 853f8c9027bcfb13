# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What counters keep instead of names: 16 bits of a keyed hash, of the two people together.

A mark is only good for telling that the same one comes again. Without the key it says nothing. With it, one can ask
whether a person could be among those counted, and among a million people fifteen others give the same mark. Two
accounts never share a mark for the same person: marks of different accounts cannot be joined into who knows whom.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

MARKS: Final = 1 << 16
"""Different marks."""


class Marks:
    """Makes marks under one key. The key is of the desk alone, and stays with it."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError(f"a key of marks has 32 bytes, got {len(key)}")
        self._key = key

    def of(self, account: str, other: str) -> int:
        """The mark of a person among those whom an account's counters count."""
        text = f"{account}\0{other}".encode()
        return int.from_bytes(blake2b(text, digest_size=2, key=self._key, person=b"mark").digest(), "big")

    def name(self, text: str) -> int:
        """63 bits for a network or an inviter, for sketches of very many; 0 means none."""
        found = blake2b(text.encode(), digest_size=8, key=self._key, person=b"name").digest()
        return int.from_bytes(found, "big") >> 1 or 1
