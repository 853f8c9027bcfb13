# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The recovery phrase: twelve words (BIP-39 English) that the account's recovery key follows from. Client only.

root = HKDF-SHA256(entropy, info "privity recovery root"); the recovery key is the Ed25519 private key
HKDF-SHA256(root, info "privity recovery key"). It signs the first device list and then stays on paper: no device keeps
it, so whoever takes a device cannot lock its owner out.
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
BACKUP_SEED_BYTES = 96
_WORDLIST = Mnemonic("english")


@dataclass(frozen=True, slots=True, repr=False)
class Root:
    """The secret behind the recovery key; its repr shows nothing."""

    value: bytes

    def __repr__(self) -> str:
        return f"<Root {len(self.value)} bytes>"

    def recovery_private(self) -> bytes:
        """The Ed25519 private key that outranks every account key (32 bytes)."""
        return _derive(self.value, b"privity recovery key")

    def backup_seed(self) -> bytes:
        """What the key of encrypted backups is made from (spec/backup.md, 96 bytes)."""
        return _derive(self.value, b"privity backup key", BACKUP_SEED_BYTES)


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


def _derive(key: bytes, info: bytes, length: int = 32) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=None, info=info).derive(key)
