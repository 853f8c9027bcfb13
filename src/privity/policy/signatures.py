# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Signatures in rooms are verified by libsodium, in half the time (ADR 31). The library of MLS does without it."""

from __future__ import annotations

from nacl.bindings import crypto_sign_open
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
