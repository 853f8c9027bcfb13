# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an Ed25519 key and signature must look like before anybody verifies with them (RFC 8032, section 5.1.7).

Implementations agree on all signatures that an honest signer makes, and differ on some that only a dishonest one can:
keys and nonces of small order, and numbers that are not reduced. Members who disagree about a signature are in two
groups from then on. These forms are refused here, so that every verifier behind this check says the same.
"""

from __future__ import annotations

from typing import Final

from privity.mls.errors import BadPublicKey, BadSignature

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_P: Final = (1 << 255) - 19
_ORDER: Final = (1 << 252) + 27742317777372353535851937790883648493
_Y: Final = (1 << 255) - 1
_Y_OF_ORDER_8: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8})
"""The y-coordinates of the eight points whose order divides 8, whatever the sign of x."""


def check_key(public_key: bytes) -> None:
    """Raise BadPublicKey unless the bytes are the one encoding of a point of large order, as far as y shows."""
    if len(public_key) != KEY_BYTES:
        raise BadPublicKey(f"an Ed25519 key has {KEY_BYTES} bytes, this one {len(public_key)}")
    y = int.from_bytes(public_key, "little") & _Y
    if y >= _P:
        raise BadPublicKey("the Ed25519 key is not encoded with a reduced y-coordinate")
    if y in _SMALL_ORDER:
        raise BadPublicKey("the Ed25519 key is a point of small order: anybody can sign for it")


def check_signature(signature: bytes) -> None:
    """Raise BadSignature unless both halves are reduced, and the first is no point of small order."""
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignature(f"an Ed25519 signature has {SIGNATURE_BYTES} bytes, this one {len(signature)}")
    y = int.from_bytes(signature[:32], "little") & _Y
    if y >= _P or y in _SMALL_ORDER:
        raise BadSignature("the first half of the signature is not reduced, or a point of small order")
    if int.from_bytes(signature[32:], "little") >= _ORDER:
        raise BadSignature("the second half of the signature is not reduced")
