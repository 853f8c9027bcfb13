# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Public keys of age: whether this is one to which something can be encrypted, the only way to write it, and doing so.

A point of low order is no key, though it reads as one: encrypting to it ends the process that tries.
"""

from __future__ import annotations

import hashlib
from typing import Final

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from pyrage import RecipientError, x25519

from privity.production.errors import BadRecipient

LETTERS: Final = 62
_PREFIX: Final = "age1"
_CHECKSUM: Final = 6
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_FIELD: Final = (1 << 255) - 19
_ANY: Final = X25519PrivateKey.from_private_bytes(b"\x42" * 32)
"""Only to see whether a point gives a secret at all."""


def checked(given: str) -> str:
    """The key as it is kept. Raises BadRecipient."""
    text = given.strip()
    try:
        readable = len(text) == LETTERS and str(x25519.Recipient.from_str(text)) == text
    except RecipientError:
        readable = False
    if not readable:
        raise BadRecipient(f"expected an age key of X25519, {_PREFIX} and {LETTERS - len(_PREFIX)} more letters")
    point = _point(text)
    if int.from_bytes(point, "little") >= _FIELD:
        raise BadRecipient("this age key can be written in another way; expected the usual one")
    try:
        _ANY.exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError:
        raise BadRecipient("nothing can be encrypted to this age key: its point is of low order") from None
    return text


def fingerprint(recipient: str) -> str:
    """What names a key: the SHA-256 of it as it is written, in hex."""
    return hashlib.sha256(recipient.encode()).hexdigest()


def encrypted(data: bytes, recipient: str) -> bytes:
    """The bytes for whoever has the private half of this key. Raises BadRecipient."""
    return bytes(pyrage.encrypt(data, [x25519.Recipient.from_str(checked(recipient))]))


def _point(text: str) -> bytes:
    """The bytes in a key whose checksum holds: five bits a letter, and four at the end that are zero."""
    bits = 0
    for letter in text[len(_PREFIX) : -_CHECKSUM]:
        bits = bits << 5 | _BECH32.index(letter)
    return (bits >> 4).to_bytes(32, "big")
