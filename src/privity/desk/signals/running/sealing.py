# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What lies on a database beside the desk: sealed, and found by names that say nothing."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.desk.signals.counters.errors import CountersUnreadable


class Sealing:
    """Under one key of 32 bytes, which those who count share and the database never sees."""

    __slots__ = ("_aead", "_key", "_random")

    def __init__(self, key: bytes, random: Callable[[int], bytes]) -> None:
        self._aead = AESGCM(key)
        self._key = key
        self._random = random

    def name(self, account: str) -> bytes:
        """16 bytes, the same for the same account."""
        return blake2b(account.encode(), digest_size=16, key=self._key, person=b"account").digest()

    def sealed(self, place: bytes, data: bytes) -> bytes:
        """Bytes that open at this place alone."""
        nonce = self._random(12)
        return nonce + self._aead.encrypt(nonce, data, place)

    def opened(self, place: bytes, sealed: bytes) -> bytes:
        """What was sealed, or CountersUnreadable."""
        try:
            return self._aead.decrypt(sealed[:12], sealed[12:], place)
        except (InvalidTag, ValueError):
            raise CountersUnreadable("expected what was sealed here under this key, got something else") from None
