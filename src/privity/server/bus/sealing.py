# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever reaches the bus is not a worker for that: what workers say bears a MAC under a key that only they have."""

from __future__ import annotations

import hmac
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAC_BYTES: Final = 16


class NotOfAWorker(Exception):
    """The words bear no MAC of this hub, or were said on another subject."""


class BusKey:
    """The key of one hub's workers. Its repr shows nothing."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes) -> None:
        """`secret` is the key of the hub's log: a key for the bus is derived from it, and says nothing about it."""
        self._key = HKDF(hashes.SHA256(), 32, salt=None, info=b"privity bus v1").derive(secret)

    def __repr__(self) -> str:
        return "<BusKey>"

    def seal(self, subject: str, words: bytes) -> bytes:
        """The words with their MAC before them."""
        return self._mac(subject, words) + words

    def open(self, subject: str, sealed: bytes) -> bytes:
        """The words that a worker said on this subject. Raises NotOfAWorker."""
        mac, words = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(subject, words)):
            raise NotOfAWorker(f"{len(sealed)} bytes on {subject} bear no MAC of this hub's workers")
        return words

    def _mac(self, subject: str, words: bytes) -> bytes:
        name = subject.encode()
        return hmac.digest(self._key, len(name).to_bytes(2, "big") + name + words, "sha256")[:MAC_BYTES]
