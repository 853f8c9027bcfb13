# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes sealed to a device's or desk's X25519 key with HPKE base mode (RFC 9180), and sizes that tell little.

One cipher suite for everything of the house that is sealed so: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from privity.message.errors import BadPadding, DoesNotOpen, UnusableKey

KEY_BYTES: Final = 32
"""Of a public and of a private key."""
OVERHEAD: Final = 32 + 16
"""What sealing adds: an encapsulated key and a tag."""
LENGTH_BYTES: Final = 4

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def private_key(private: bytes) -> X25519PrivateKey:
    """The key of these bytes, ready to open many. Raises UnusableKey."""
    try:
        return X25519PrivateKey.from_private_bytes(private)
    except ValueError:
        raise UnusableKey(f"an X25519 private key has {KEY_BYTES} bytes, got {len(private)}") from None


def public_half(private: bytes) -> bytes:
    """To what others seal. Raises UnusableKey."""
    return private_key(private).public_key().public_bytes_raw()


def seal(public: bytes, plain: bytes, info: bytes) -> bytes:
    """Randomness is the operating system's, inside HPKE. Raises UnusableKey."""
    try:
        return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info)
    except ValueError:
        raise UnusableKey(f"nothing can be sealed to this X25519 key of {len(public)} bytes") from None


def unseal(private: X25519PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """What was sealed. Raises DoesNotOpen."""
    try:
        return _SUITE.decrypt(sealed, private, info)
    except (InvalidTag, ValueError):
        raise DoesNotOpen("sealed to another key, for another purpose, or altered on the way") from None


def check_usable(public: bytes) -> None:
    """Raise UnusableKey for a key that nothing can be sealed to."""
    seal(public, b"", b"")


def pad(data: bytes, step: int) -> bytes:
    """u32 length || data || zeros up to a multiple of `step`, so that little can be learnt from the size."""
    body = len(data).to_bytes(LENGTH_BYTES, "big") + data
    return body + bytes(-len(body) % step)


def unpad(body: bytes, step: int) -> bytes:
    """Raises BadPadding for any padding but that of `pad`."""
    length = int.from_bytes(body[:LENGTH_BYTES], "big")
    end = LENGTH_BYTES + length
    wanted = end + -end % step
    if len(body) != wanted or body.count(0, end) != wanted - end:
        raise BadPadding("the padding is not the one that sealing makes")
    return body[LENGTH_BYTES:end]
