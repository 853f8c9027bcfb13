# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""In rooms libsodium signs and verifies, in half the time (ADR 31). The library of MLS does without it."""

from __future__ import annotations

from collections.abc import Callable

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from privity.mls.ed25519 import KEY_BYTES, SIGNATURE_BYTES
from privity.mls.errors import BadPublicKey, BadSignature


def verify_ed25519(public_key: bytes, signature: bytes, data: bytes) -> None:
    """Raise BadPublicKey or BadSignature unless the signature is good. (`mls.suites.VerifyEd25519`)"""
    if len(public_key) != KEY_BYTES:
        raise BadPublicKey(f"an Ed25519 key has {KEY_BYTES} bytes, this one {len(public_key)}")
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignature(f"an Ed25519 signature has {SIGNATURE_BYTES} bytes, this one {len(signature)}")
    try:
        crypto_sign_open(signature + data, public_key)
    except BadSignatureError:
        raise BadSignature("the signature does not verify") from None


def sign_ed25519(private_key: bytes) -> Callable[[bytes], bytes]:
    """What signs with this key. Raises ValueError for a key of another length. (`mls.suites.SignEd25519`)"""
    if len(private_key) != KEY_BYTES:
        raise ValueError(f"an Ed25519 key has {KEY_BYTES} bytes, this one {len(private_key)}")
    _, pair = crypto_sign_seed_keypair(private_key)

    def sign(data: bytes) -> bytes:
        return crypto_sign(data, pair)[:SIGNATURE_BYTES]

    return sign
