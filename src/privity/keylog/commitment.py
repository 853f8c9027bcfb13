# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a leaf says of its value: a commitment that hides it, stamped with the epoch in which it appeared."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from privity.keylog.errors import UsageError
from privity.keylog.labels import versioned
from privity.mls.codec import u32, u64

COMMITMENT_KEY: Final = bytes.fromhex("d821f8790d97709796b4d7903357c3f5")
"""Kc of the cipher suite KT_128_SHA256_Ed25519 (draft-ietf-keytrans-protocol)."""
OPENING_BYTES: Final = 16
"""Nc of the same suite: with it deleted the commitment says nothing about the value any more."""
STAMP: Final = b"\x04"


def commit(opening: bytes, label: bytes, version: int, value: bytes) -> bytes:
    """Nobody can open it to another label, version or value, nor learn the value without the opening."""
    if len(opening) != OPENING_BYTES:
        raise UsageError(f"an opening has {OPENING_BYTES} bytes, got {len(opening)}")
    return hmac.digest(COMMITMENT_KEY, opening + versioned(label, version) + u32(len(value)) + value, "sha256")


def stamp(commitment: bytes, epoch: int) -> bytes:
    """What the leaf holds: the newest tree alone then says in which epoch each version appeared (ADR 7)."""
    return hashlib.sha256(STAMP + commitment + u64(epoch)).digest()
