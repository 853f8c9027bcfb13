# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Message franking (MIMI protocol, section 5.4.1): what a person was shown can be reported with proof.

The sender commits with a tag T = HMAC(salt, D); the hub, which never sees D, binds T to sender, room and time with a
frank F and signs it; the receiver shows nothing for which T, F and the names inside D do not all hold. Later the hub
alone can say whether F is its own, while it still has the key of that day.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from privity.message.content import MimiContent
from privity.message.errors import (
    BadFrankLength,
    BadFrankSignature,
    BadTagLength,
    FrankMismatch,
    MissingFrank,
    TagMismatch,
    WrongFrankSuite,
    WrongRoom,
    WrongSender,
)
from privity.message.message_id import message_id_of
from privity.message.safe_aad import TAG_BYTES
from privity.mls import suites
from privity.mls.codec import u16, u64, vec
from privity.mls.crypto import SigningKey, sign_with_label, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, UnknownCipherSuite

LABEL = b"FrankingIntegrityTBS"
ATTESTATION_LABEL = b"PrivityFrankAttestationTBS"
FRANK_BYTES = 32
PERIOD_MS = 86_400_000
"""One MAC key serves one day: deleting it ends the reportability of that day's messages and of no others."""


@dataclass(frozen=True, slots=True)
class Frank:
    """The hub's word on one message: opaque MAC, cipher suite of the signature, signature."""

    server_frank: bytes
    suite_id: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Franked:
    """Content that may be shown: everything that proves it holds. Keep all of it, so that it can be reported."""

    content: MimiContent
    message_id: bytes
    data: bytes
    sender_uri: str
    room_uri: str
    ts_ms: int
    tag: bytes
    frank: Frank


def period_of(ts_ms: int) -> int:
    """The number of the MAC key for this accepted timestamp."""
    return ts_ms // PERIOD_MS


def make_tag(data: bytes, salt: bytes) -> bytes:
    """T: the sender's commitment to the exact bytes of its message."""
    return hmac.digest(salt, data, "sha256")


def tag(data: bytes) -> bytes:
    """T of an encoded mimiContent, which is decoded strictly first."""
    return make_tag(data, MimiContent.decode(data).salt)


def context(sender_uri: str, room_uri: str, ts_ms: int) -> bytes:
    """ServerFrankingContext."""
    return vec(sender_uri.encode()) + vec(room_uri.encode()) + u64(ts_ms)


def frank(
    period_key: bytes,
    signing_private: bytes | SigningKey,
    suite_id: int,
    tag: bytes,
    sender_uri: str,
    room_uri: str,
    ts_ms: int,
) -> Frank:
    """The hub's part. `sender_uri` is the account of the authenticated session, never what a message claims."""
    if len(tag) != TAG_BYTES:
        raise BadTagLength(f"a franking tag has {TAG_BYTES} bytes, got {len(tag)}")
    bound = context(sender_uri, room_uri, ts_ms)
    mac = hmac.digest(period_key, tag + bound, "sha256")
    signed = mac + u16(suite_id) + bound
    return Frank(mac, suite_id, sign_with_label(suites.suite(suite_id), signing_private, LABEL, signed))


def verify_frank_mac(
    period_key: bytes, tag: bytes, sender_uri: str, room_uri: str, ts_ms: int, server_frank: bytes
) -> None:
    """The hub's decision on a report (V5): raise FrankMismatch unless it once issued exactly this frank."""
    if len(tag) != TAG_BYTES:  # otherwise two splits of one string would be the same input
        raise FrankMismatch(f"a franking tag has {TAG_BYTES} bytes, got {len(tag)}")
    expected = hmac.digest(period_key, tag + context(sender_uri, room_uri, ts_ms), "sha256")
    if not hmac.compare_digest(expected, server_frank):
        raise FrankMismatch("the frank was not issued for this tag, sender, room and time")


def verify_frank_signature(
    frank: Frank, franking_public_key: bytes, sender_uri: str, room_uri: str, ts_ms: int
) -> None:
    """Raise BadFrankLength, WrongFrankSuite or BadFrankSignature unless the hub's signature is good."""
    if len(frank.server_frank) != FRANK_BYTES:
        raise BadFrankLength(f"a server frank has {FRANK_BYTES} bytes, got {len(frank.server_frank)}")
    signed = frank.server_frank + u16(frank.suite_id) + context(sender_uri, room_uri, ts_ms)
    try:
        verify_with_label(suites.suite(frank.suite_id), franking_public_key, LABEL, signed, frank.signature)
    except UnknownCipherSuite as err:
        raise WrongFrankSuite(str(err)) from None
    except (BadSignature, BadPublicKey) as err:
        raise BadFrankSignature(str(err)) from None


def attest(
    frank: Frank,
    signing_private: bytes | SigningKey,
    tag: bytes,
    sender_uri: str,
    room_uri: str,
    ts_ms: int,
    at_ms: int,
) -> bytes:
    """The hub's word for everybody that this frank is its own for this tag. It has checked that before."""
    said = attestation_tbs(frank, tag, sender_uri, room_uri, ts_ms, at_ms)
    return sign_with_label(suites.suite(frank.suite_id), signing_private, ATTESTATION_LABEL, said)


def verify_attestation(
    signature: bytes,
    frank: Frank,
    franking_public_key: bytes,
    tag: bytes,
    sender_uri: str,
    room_uri: str,
    ts_ms: int,
    at_ms: int,
) -> None:
    """Raise BadFrankSignature unless the hub attested exactly that, at this time of its clock."""
    said = attestation_tbs(frank, tag, sender_uri, room_uri, ts_ms, at_ms)
    try:
        suite = suites.suite(frank.suite_id)
        verify_with_label(suite, franking_public_key, ATTESTATION_LABEL, said, signature)
    except (BadSignature, BadPublicKey, UnknownCipherSuite) as err:
        raise BadFrankSignature(f"the attestation: {err}") from None


def attestation_tbs(frank: Frank, tag: bytes, sender_uri: str, room_uri: str, ts_ms: int, at_ms: int) -> bytes:
    """What an attestation signs."""
    bound = context(sender_uri, room_uri, ts_ms)
    return tag + frank.server_frank + u16(frank.suite_id) + bound + u64(at_ms)


def accept(
    data: bytes,
    sender_uri: str,
    room_uri: str,
    ts_ms: int,
    tag: bytes,
    frank: Frank | None,
    franking_public_key: bytes,
    suite_id: int = 1,
) -> Franked:
    """Checks 2 to 4 of the receiver: all must pass before anything is shown.

    `sender_uri` is the user of the MLS leaf that decrypted, `room_uri` the room it came in, `suite_id` and the key
    those of the group context of the message's epoch. Raises CborError or ContentError (strict decode), WrongSender,
    WrongRoom, TagMismatch, MissingFrank, WrongFrankSuite, BadFrankLength, BadFrankSignature.
    """
    content = check_content(data, sender_uri, room_uri)
    if not hmac.compare_digest(make_tag(data, content.salt), tag):
        raise TagMismatch("the tag was made over other bytes")
    if frank is None:
        raise MissingFrank("the hub sent no frank")
    if frank.suite_id != suite_id:
        raise WrongFrankSuite(f"the frank is for cipher suite {frank.suite_id}, expected {suite_id}")
    verify_frank_signature(frank, franking_public_key, sender_uri, room_uri, ts_ms)
    message_id = message_id_of(data, content.salt, sender_uri, room_uri)
    return Franked(content, message_id, data, sender_uri, room_uri, ts_ms, tag, frank)


def check_content(data: bytes, sender_uri: str, room_uri: str) -> MimiContent:
    """Check 2: strict content that names exactly this sender and this room."""
    content = MimiContent.decode(data)
    if content.sender_uri != sender_uri:
        raise WrongSender(f"the content names {content.sender_uri!r}, the proven sender is {sender_uri!r}")
    if content.room_uri != room_uri:
        raise WrongRoom(f"the content names {content.room_uri!r}, the room is {room_uri!r}")
    return content
