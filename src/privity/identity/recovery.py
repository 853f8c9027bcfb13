# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The recovery phrase: twelve words (BIP-39 English) that every account key follows from. Client only.

root = HKDF-SHA256(entropy, info "privity recovery root"); account key n = HKDF-SHA256(root, info
"account key" || u32 n) is an Ed25519 private key. n rises by one with each rotation, so a phrase on paper stays good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mnemonic import Mnemonic

from privity.identity.errors import BadPhrase, UsageError

Random = Callable[[int], bytes]

ENTROPY_BYTES = 16
WORDS = 12
_WORDLIST = Mnemonic("english")


@dataclass(frozen=True, slots=True, repr=False)
class Root:
    """The secret behind all account keys; its repr shows nothing."""

    value: bytes

    def __repr__(self) -> str:
        return f"<Root {len(self.value)} bytes>"

    def account_private(self, number: int) -> bytes:
        """The Ed25519 private key of this number (32 bytes)."""
        if not 0 <= number < 1 << 32:
            raise UsageError(f"account key {number}, expected 0 to 2^32-1")
        return _derive(self.value, b"account key" + number.to_bytes(4, "big"))


def new_phrase(random: Random) -> str:
    """Twelve words from 16 random bytes."""
    entropy = random(ENTROPY_BYTES)
    if len(entropy) != ENTROPY_BYTES:
        raise UsageError(f"random gave {len(entropy)} bytes, asked for {ENTROPY_BYTES}")
    return str(_WORDLIST.to_mnemonic(entropy))


def root_of(phrase: str) -> Root:
    """The root of a phrase as typed: capitals and extra spaces do not matter. Raises BadPhrase, which names no word."""
    words = phrase.lower().split()
    if len(words) != WORDS:
        raise BadPhrase(f"a recovery phrase has {WORDS} words, got {len(words)}")
    known = set(_WORDLIST.wordlist)
    for place, word in enumerate(words, 1):
        if word not in known:
            raise BadPhrase(f"word {place} is not in the list of words")
    joined = " ".join(words)
    if not _WORDLIST.check(joined):
        raise BadPhrase("the words do not belong together; one of them, or their order, is wrong")
    return Root(_derive(bytes(_WORDLIST.to_entropy(joined)), b"privity recovery root"))


def _derive(key: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(key)
