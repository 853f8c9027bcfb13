# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Sealing and opening of framed messages (RFC 9420 sections 6.2 and 6.3)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.crypto import Random
from privity.mls.errors import BadMembershipTag, BadPadding, DecryptionFailed, UsageError
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.envelope import PrivateMessage, PublicMessage
from privity.mls.messages.framing import (
    AuthenticatedContent,
    FramedContent,
    Sender,
    SenderType,
    encode_auth,
    encode_body,
    read_auth,
    read_body,
)
from privity.mls.schedule.errors import MessageTooLong
from privity.mls.schedule.hpke import aead
from privity.mls.schedule.kdf import expand_with_labels
from privity.mls.schedule.secret_tree import Step
from privity.mls.suites import CipherSuite

_GUARD = 4
_TAG = 16


@dataclass(frozen=True, slots=True)
class SenderData:
    """Who sent a PrivateMessage, and with which key."""

    leaf_index: int
    generation: int
    reuse_guard: bytes

    def encode(self) -> bytes:
        return codec.u32(self.leaf_index) + codec.u32(self.generation) + self.reuse_guard

    @classmethod
    def read(cls, r: Reader) -> SenderData:
        return cls(r.u32(), r.u32(), r.fixed(_GUARD))


def membership_tag(suite: CipherSuite, membership_key: bytes, auth: AuthenticatedContent, context: bytes) -> bytes:
    """The tag by which a member's PublicMessage shows that its sender knows the epoch. `context` is encoded."""
    return hmac.digest(membership_key, auth.tbm(context), suite.hash_name)


def check_membership_tag(suite: CipherSuite, membership_key: bytes, message: PublicMessage, context: bytes) -> None:
    """Raise BadMembershipTag unless the message is of a member (others carry no tag and are let through)."""
    if message.content.sender.type != SenderType.MEMBER:
        return
    expected = membership_tag(suite, membership_key, message.authenticated, context)
    if not hmac.compare_digest(expected, message.membership_tag or b""):
        raise BadMembershipTag("the membership tag was not made with the key of this epoch")


def seal_public(suite: CipherSuite, membership_key: bytes, auth: AuthenticatedContent, context: bytes) -> PublicMessage:
    """A member's content in the clear, with its membership tag. Raises MessageTooLong."""
    _check_readable(auth.content)
    return PublicMessage.of(auth, membership_tag(suite, membership_key, auth, context))


def seal_private(
    suite: CipherSuite,
    sender_data_secret: bytes,
    step: Step,
    auth: AuthenticatedContent,
    *,
    padding_to: int = 0,
    random: Random,
) -> PrivateMessage:
    """Encrypt content under the key of `step`, padded with zeros to a multiple of `padding_to` bytes.

    Raises MessageTooLong.
    """
    content = auth.content
    if auth.wire_format != PRIVATE_MESSAGE or content.sender.index is None:
        raise UsageError("the content was not signed as a member's PrivateMessage")
    plain = encode_body(content.body) + encode_auth(auth.signature, auth.confirmation_tag)
    length = len(plain) + (-len(plain) % padding_to if padding_to > 1 else 0)
    _check_readable(content, length)
    plain = plain.ljust(length, b"\0")
    guard = random(_GUARD)
    head = codec.vec(content.group_id) + codec.u64(content.epoch) + codec.u8(content.content_type)
    aad = head + codec.vec(content.authenticated_data)
    ciphertext = aead(suite, step.key).encrypt(_guarded(step.nonce, guard), plain, aad)
    sender_data = SenderData(content.sender.index, step.generation, guard).encode()
    key, nonce = _sender_data_key(suite, sender_data_secret, ciphertext)
    sealed_sender = aead(suite, key).encrypt(nonce, sender_data, head)
    return PrivateMessage(
        content.group_id, content.epoch, content.content_type, content.authenticated_data, sealed_sender, ciphertext
    )


def open_sender_data(suite: CipherSuite, sender_data_secret: bytes, message: PrivateMessage) -> SenderData:
    """Who claims to have sent this. Raises DecryptionFailed or a CodecError."""
    key, nonce = _sender_data_key(suite, sender_data_secret, message.ciphertext)
    head = codec.vec(message.group_id) + codec.u64(message.epoch) + codec.u8(message.content_type)
    try:
        plain = aead(suite, key).decrypt(nonce, message.encrypted_sender_data, head)
    except InvalidTag:
        raise DecryptionFailed("the sender data does not open with the secret of this epoch") from None
    return codec.decode(SenderData.read, plain)


def open_private(suite: CipherSuite, step: Step, sender: SenderData, message: PrivateMessage) -> AuthenticatedContent:
    """Decrypt the content; its signature is still to be checked. Raises DecryptionFailed, BadPadding, a CodecError."""
    aad = b"".join(
        [
            codec.vec(message.group_id),
            codec.u64(message.epoch),
            codec.u8(message.content_type),
            codec.vec(message.authenticated_data),
        ]
    )
    try:
        plain = aead(suite, step.key).decrypt(_guarded(step.nonce, sender.reuse_guard), message.ciphertext, aad)
    except InvalidTag:
        raise DecryptionFailed(f"the message of leaf {sender.leaf_index} does not open with its key") from None
    r = Reader(plain)
    body = read_body(r, message.content_type)
    signature, confirmation_tag = read_auth(r, message.content_type)
    if any(r.fixed(r.remaining)):
        raise BadPadding("the padding holds a byte that is not zero")
    content = FramedContent(
        message.group_id, message.epoch, Sender.member(sender.leaf_index), message.authenticated_data, body
    )
    return AuthenticatedContent(PRIVATE_MESSAGE, content, signature, confirmation_tag)


def _check_readable(content: FramedContent, length: int = 0) -> None:
    """Raise MessageTooLong if a receiver's decoder would refuse what we are about to seal."""
    aad = len(content.authenticated_data)
    if aad > codec.MAX_VECTOR:
        raise MessageTooLong(f"{aad} bytes of authenticated data, at most {codec.MAX_VECTOR} are possible")
    if length + _TAG > codec.MAX_MESSAGE:
        raise MessageTooLong(f"a message of {length} bytes, at most {codec.MAX_MESSAGE - _TAG} are possible")


def _sender_data_key(suite: CipherSuite, secret: bytes, ciphertext: bytes) -> tuple[bytes, bytes]:
    key, nonce = expand_with_labels(suite, secret, ciphertext[: suite.nh], ((b"key", suite.nk), (b"nonce", suite.nn)))
    return key, nonce


def _guarded(nonce: bytes, guard: bytes) -> bytes:
    """The nonce with the reuse guard mixed in, so that a restored backup does not repeat a nonce."""
    return bytes(a ^ b for a, b in zip(nonce[:_GUARD], guard, strict=True)) + nonce[_GUARD:]
