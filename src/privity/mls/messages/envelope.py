# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What travels: PublicMessage, PrivateMessage and the MLSMessage around all (RFC 9420, sections 6, 6.2 and 6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.errors import BadEnum, MissingConfirmationTag, MissingMembershipTag, UsageError, WrongWireFormat
from privity.mls.messages import codepoints
from privity.mls.messages.codepoints import APPLICATION, COMMIT, MLS10, PROPOSAL, read_version
from privity.mls.messages.framing import (
    AuthenticatedContent,
    FramedContent,
    SenderType,
    encode_auth,
    read_auth,
)
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.welcome import Welcome


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """Signed content in the clear; a member's carries a membership tag too."""

    content: FramedContent
    signature: bytes
    confirmation_tag: bytes | None
    membership_tag: bytes | None

    def __post_init__(self) -> None:
        if (self.content.sender.type == SenderType.MEMBER) != (self.membership_tag is not None):
            raise MissingMembershipTag("exactly the messages of members carry a membership tag")
        if (self.content.content_type == COMMIT) != (self.confirmation_tag is not None):
            raise MissingConfirmationTag("exactly commits carry a confirmation tag")

    @property
    def authenticated(self) -> AuthenticatedContent:
        """Content and signature, as the signature covers them."""
        return AuthenticatedContent(codepoints.PUBLIC_MESSAGE, self.content, self.signature, self.confirmation_tag)

    @classmethod
    def of(cls, auth: AuthenticatedContent, membership_tag: bytes | None) -> Self:
        """The message that carries this content; members pass the membership tag."""
        if auth.wire_format != codepoints.PUBLIC_MESSAGE:
            raise UsageError("the content was signed for another wire format")
        return cls(auth.content, auth.signature, auth.confirmation_tag, membership_tag)

    def encode(self) -> bytes:
        tag = b"" if self.membership_tag is None else codec.vec(self.membership_tag)
        return self.content.encode() + encode_auth(self.signature, self.confirmation_tag) + tag

    @classmethod
    def read(cls, r: Reader) -> Self:
        content = FramedContent.read(r)
        signature, confirmation_tag = read_auth(r, content.content_type)
        member = content.sender.type == SenderType.MEMBER
        return cls(content, signature, confirmation_tag, r.vec() if member else None)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class PrivateMessage:
    """Content that only members open; group, epoch, kind and authenticated data are visible to whoever carries it."""

    group_id: bytes
    epoch: int
    content_type: int
    authenticated_data: bytes
    encrypted_sender_data: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        return b"".join(
            [
                codec.vec(self.group_id),
                codec.u64(self.epoch),
                codec.u8(self.content_type),
                codec.vec(self.authenticated_data),
                codec.vec(self.encrypted_sender_data),
                codec.vec(self.ciphertext),
            ]
        )

    @classmethod
    def read(cls, r: Reader) -> Self:
        group_id, epoch, content_type = r.vec(), r.u64(), r.u8()
        if content_type not in (APPLICATION, PROPOSAL, COMMIT):
            raise BadEnum(f"content type {content_type}, expected 1, 2 or 3")
        return cls(group_id, epoch, content_type, r.vec(), r.vec(), r.vec(MAX_MESSAGE))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


MessageBody = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage


@dataclass(frozen=True, slots=True)
class MLSMessage:
    """What travels: one of the five kinds of message with its version and kind in front (section 6)."""

    body: MessageBody

    @property
    def wire_format(self) -> int:
        """The number of the kind of message (section 17.2)."""
        match self.body:
            case PublicMessage():
                return codepoints.PUBLIC_MESSAGE
            case PrivateMessage():
                return codepoints.PRIVATE_MESSAGE
            case Welcome():
                return codepoints.WELCOME
            case GroupInfo():
                return codepoints.GROUP_INFO
            case KeyPackage():
                return codepoints.KEY_PACKAGE

    def encode(self) -> bytes:
        return codec.u16(MLS10) + codec.u16(self.wire_format) + self.body.encode()

    @classmethod
    def read(cls, r: Reader) -> Self:
        read_version(r)
        wire_format = r.u16()
        match wire_format:
            case codepoints.PUBLIC_MESSAGE:
                return cls(PublicMessage.read(r))
            case codepoints.PRIVATE_MESSAGE:
                return cls(PrivateMessage.read(r))
            case codepoints.WELCOME:
                return cls(Welcome.read(r))
            case codepoints.GROUP_INFO:
                return cls(GroupInfo.read(r))
            case codepoints.KEY_PACKAGE:
                return cls(KeyPackage.read(r))
            case _:
                raise BadEnum(f"wire format {wire_format}, expected 1 to 5")

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def decode_public_message(data: bytes) -> PublicMessage:
    """The PublicMessage in these MLSMessage bytes, or WrongWireFormat."""
    body = MLSMessage.decode(data).body
    if not isinstance(body, PublicMessage):
        raise WrongWireFormat(f"expected a PublicMessage, got a {type(body).__name__}")
    return body


def decode_key_package(data: bytes) -> KeyPackage:
    """The KeyPackage in these MLSMessage bytes, or WrongWireFormat."""
    body = MLSMessage.decode(data).body
    if not isinstance(body, KeyPackage):
        raise WrongWireFormat(f"expected a KeyPackage, got a {type(body).__name__}")
    return body


def decode_group_info(data: bytes) -> GroupInfo:
    """The GroupInfo in these MLSMessage bytes, or WrongWireFormat."""
    body = MLSMessage.decode(data).body
    if not isinstance(body, GroupInfo):
        raise WrongWireFormat(f"expected a GroupInfo, got a {type(body).__name__}")
    return body


def decode_welcome(data: bytes) -> Welcome:
    """The Welcome in these MLSMessage bytes, or WrongWireFormat."""
    body = MLSMessage.decode(data).body
    if not isinstance(body, Welcome):
        raise WrongWireFormat(f"expected a Welcome, got a {type(body).__name__}")
    return body
