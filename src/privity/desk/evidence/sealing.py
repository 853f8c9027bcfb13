# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two layers of encryption: content under a fresh key, that key under the evidence key, both bound to one place.

What was moved to another place, or altered, does not open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.desk.errors import EvidenceDamaged

_RECORD_LABEL: Final = b"Privity desk evidence record 1"
_WRAP_LABEL: Final = b"Privity desk evidence key 1"


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """The four columns of whatever is sealed."""

    wrap_nonce: bytes
    wrapped_key: bytes
    nonce: bytes
    ciphertext: bytes

    def __repr__(self) -> str:
        return f"<Sealed {len(self.ciphertext)} bytes>"


def seal(evidence_key: bytes, random: Callable[[int], bytes], place: bytes, content: bytes) -> Sealed:
    """Encrypt under a key that is used for nothing else. No two things may have the same place."""
    key, nonce, wrap_nonce = random(32), random(12), random(12)
    return Sealed(
        wrap_nonce,
        AESGCM(evidence_key).encrypt(wrap_nonce, key, _WRAP_LABEL + place),
        nonce,
        AESGCM(key).encrypt(nonce, content, _RECORD_LABEL + place),
    )


def unseal(evidence_key: bytes, place: bytes, sealed: Sealed, what: str) -> bytes:
    """The content. The caller has logged why. Raises EvidenceDamaged, which names it by `what`."""
    try:
        key = AESGCM(evidence_key).decrypt(sealed.wrap_nonce, sealed.wrapped_key, _WRAP_LABEL + place)
        return AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, _RECORD_LABEL + place)
    except (InvalidTag, ValueError):
        raise EvidenceDamaged(f"{what} does not open: it was altered, or is kept under another evidence key") from None
