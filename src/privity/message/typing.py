# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A typing notice: that a member writes, and not one word of what (spec/typing.md).

Its key is exported from the epoch and has nothing to do with the keys of messages, so that a notice that is lost, held
back or repeated costs no message anything. It holds no bytes of a sender's choice that anybody could be shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.message.errors import BadTypingLength, BadTypingSignature, TypingDoesNotOpen
from privity.mls.codec import u32, u64, vec
from privity.mls.crypto import Random, SigningKey, sign_with_label, verify_with_label
from privity.mls.errors import BadSignature
from privity.mls.suites import CipherSuite

EXPORT_LABEL = b"privity typing"
KEY_BYTES = 16
NONCE_BYTES = 12
SIGNATURE_BYTES = 64
NOTICE_BYTES = NONCE_BYTES + 4 + 8 + SIGNATURE_BYTES + 16
"""Every notice has this length, so that it carries nothing else and its length says nothing."""
LABEL = b"PrivityTypingTBS"
MAX_PEOPLE = 50
"""In a larger room somebody writes at any time, and everybody would be told."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that a member of the epoch made. Which of them is only claimed before `check_author`."""

    leaf: int
    at_ms: int
    signature: bytes


def seal(
    key: bytes,
    suite: CipherSuite,
    signer: bytes | SigningKey,
    *,
    room_uri: str,
    epoch: int,
    leaf: int,
    at_ms: int,
    random: Random,
) -> bytes:
    """One notice of the member at `leaf`, made at `at_ms` by the hub's clock."""
    signature = sign_with_label(suite, signer, LABEL, _signed(room_uri, epoch, leaf, at_ms))
    nonce = random(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, u32(leaf) + u64(at_ms) + signature, _bound(room_uri, epoch))


def open_notice(key: bytes, notice: bytes, *, room_uri: str, epoch: int) -> Claimed:
    """What a notice says. Raises BadTypingLength, TypingDoesNotOpen."""
    if len(notice) != NOTICE_BYTES:
        raise BadTypingLength(f"a typing notice has {NOTICE_BYTES} bytes, this one {len(notice)}")
    try:
        plain = AESGCM(key).decrypt(notice[:NONCE_BYTES], notice[NONCE_BYTES:], _bound(room_uri, epoch))
    except InvalidTag:
        raise TypingDoesNotOpen("the typing notice does not open with the key of this room and epoch") from None
    return Claimed(int.from_bytes(plain[:4], "big"), int.from_bytes(plain[4:12], "big"), plain[12:])


def check_author(claimed: Claimed, suite: CipherSuite, public_key: bytes, *, room_uri: str, epoch: int) -> None:
    """Raise BadTypingSignature unless the member with this key made the notice."""
    try:
        verify_with_label(
            suite, public_key, LABEL, _signed(room_uri, epoch, claimed.leaf, claimed.at_ms), claimed.signature
        )
    except BadSignature:
        raise BadTypingSignature(f"the key of leaf {claimed.leaf} did not sign this typing notice") from None


def _bound(room_uri: str, epoch: int) -> bytes:
    return vec(room_uri.encode()) + u64(epoch)


def _signed(room_uri: str, epoch: int, leaf: int, at_ms: int) -> bytes:
    return _bound(room_uri, epoch) + u32(leaf) + u64(at_ms)
