# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Cosignatures (C2SP tlog-cosignature, Ed25519): a witness says when it found a checkpoint to continue the last one."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.mls.codec import u64
from privity.tlog.checkpoint import is_by
from privity.tlog.errors import BadCosignature, UsageError
from privity.tlog.note import Signature
from privity.tlog.verifier_key import KeyKind, VerifierKey, signing_key

TIME_BYTES = 8
BLOB_BYTES = TIME_BYTES + 64
MAX_TIME_S = (1 << 63) - 1


def cosign(private: bytes, name: str, text: bytes, time_s: int) -> Signature:
    """A cosignature over the text of a checkpoint."""
    if not 0 < time_s <= MAX_TIME_S:
        raise UsageError(f"a cosignature has a time of 1 to {MAX_TIME_S} seconds, got {time_s}")
    key = VerifierKey.of(name, KeyKind.COSIGNATURE, private)
    return Signature(name, key.key_id, u64(time_s) + signing_key(private).sign(_signed(text, time_s)))


def verify_cosignature(text: bytes, signature: Signature, key: VerifierKey) -> int:
    """The time in seconds at which the key's owner cosigned this text. Raises BadCosignature."""
    if key.kind is not KeyKind.COSIGNATURE:
        raise UsageError(f"a witness's key is of kind {KeyKind.COSIGNATURE}, that of {key.name} of kind {key.kind}")
    if not is_by(key, signature):
        raise BadCosignature(f"expected a cosignature by the key of {key.name}, this one names another")
    if len(signature.blob) != BLOB_BYTES:
        raise BadCosignature(f"a cosignature has {BLOB_BYTES} bytes, that of {key.name} {len(signature.blob)}")
    time_s = int.from_bytes(signature.blob[:TIME_BYTES], "big")
    if not 0 < time_s <= MAX_TIME_S:
        raise BadCosignature(f"the cosignature of {key.name} has no time")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature.blob[TIME_BYTES:], _signed(text, time_s))
    except InvalidSignature:
        raise BadCosignature(f"the cosignature of {key.name} does not verify") from None
    return time_s


def _signed(text: bytes, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n".encode() + text
