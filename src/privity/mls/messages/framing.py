# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Content, its senders, and what their signatures cover (RFC 9420, sections 6 and 6.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.crypto import SigningKey, ref_hash, sign_with_label
from privity.mls.errors import BadEnum, UsageError
from privity.mls.messages.codepoints import APPLICATION, COMMIT, MLS10, PRIVATE_MESSAGE, PROPOSAL, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import Proposal, read_proposal
from privity.mls.suites import CipherSuite

LABEL = b"FramedContentTBS"
PROPOSAL_REF_LABEL = b"MLS 1.0 Proposal Reference"

Body = bytes | Proposal | Commit


class SenderType(IntEnum):
    """Who speaks: a member, a listed outsider, one who asks to be added, one who joins by commit."""

    MEMBER = 1
    EXTERNAL = 2
    NEW_MEMBER_PROPOSAL = 3
    NEW_MEMBER_COMMIT = 4


@dataclass(frozen=True, slots=True)
class Sender:
    """`index` is a leaf for members, a place in external_senders for outsiders, and None for newcomers."""

    type: SenderType
    index: int | None = None

    @classmethod
    def member(cls, leaf_index: int) -> Self:
        return cls(SenderType.MEMBER, leaf_index)

    @classmethod
    def external(cls, sender_index: int) -> Self:
        return cls(SenderType.EXTERNAL, sender_index)

    @classmethod
    def new_member_proposal(cls) -> Self:
        return cls(SenderType.NEW_MEMBER_PROPOSAL)

    @classmethod
    def new_member_commit(cls) -> Self:
        return cls(SenderType.NEW_MEMBER_COMMIT)

    def encode(self) -> bytes:
        return codec.u8(self.type) + (b"" if self.index is None else codec.u32(self.index))

    @classmethod
    def read(cls, r: Reader) -> Self:
        number = r.u8()
        try:
            kind = SenderType(number)
        except ValueError:
            raise BadEnum(f"sender type {number}, expected 1 to 4") from None
        has_index = kind in (SenderType.MEMBER, SenderType.EXTERNAL)
        return cls(kind, r.u32() if has_index else None)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def encode_body(body: Body) -> bytes:
    """The content of a message without its type."""
    return codec.vec(body) if isinstance(body, bytes) else body.encode()


def read_body(r: Reader, content_type: int) -> Body:
    if content_type == APPLICATION:
        return r.vec(MAX_MESSAGE)
    if content_type == PROPOSAL:
        return read_proposal(r)
    if content_type == COMMIT:
        return Commit.read(r)
    raise BadEnum(f"content type {content_type}, expected 1, 2 or 3")


def content_type_of(body: Body) -> int:
    if isinstance(body, bytes):
        return APPLICATION
    return COMMIT if isinstance(body, Commit) else PROPOSAL


@dataclass(frozen=True, slots=True)
class FramedContent:
    group_id: bytes
    epoch: int
    sender: Sender
    authenticated_data: bytes
    body: Body
    _raw: bytes = field(init=False, default=b"", repr=False, compare=False)

    @property
    def content_type(self) -> int:
        return content_type_of(self.body)

    def encode(self) -> bytes:
        return self._raw or b"".join(
            [
                codec.vec(self.group_id),
                codec.u64(self.epoch),
                self.sender.encode(),
                codec.vec(self.authenticated_data),
                codec.u8(self.content_type),
                encode_body(self.body),
            ]
        )

    @classmethod
    def read(cls, r: Reader) -> Self:
        start = r.position
        content = cls(r.vec(), r.u64(), Sender.read(r), r.vec(), read_body(r, r.u8()))
        object.__setattr__(content, "_raw", r.span(start))
        return content

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def content_tbs(wire_format: int, content: FramedContent, context: GroupContext | bytes | None) -> bytes:
    """FramedContentTBS: members and those who join by commit sign the group context too."""
    head = codec.u16(MLS10) + codec.u16(wire_format) + content.encode()
    if content.sender.type not in (SenderType.MEMBER, SenderType.NEW_MEMBER_COMMIT):
        return head
    if context is None:
        raise UsageError(f"content of a {content.sender.type.name} is signed with the group context")
    return head + (context if isinstance(context, bytes) else context.encode())


def read_auth(r: Reader, content_type: int) -> tuple[bytes, bytes | None]:
    """FramedContentAuthData: signature, and a confirmation tag for commits."""
    return r.vec(), r.vec() if content_type == COMMIT else None


def encode_auth(signature: bytes, confirmation_tag: bytes | None) -> bytes:
    return codec.vec(signature) + (b"" if confirmation_tag is None else codec.vec(confirmation_tag))


@dataclass(frozen=True, slots=True)
class AuthenticatedContent:
    """Content with its signature, however it travels. Decoded, so the signature is only claimed."""

    wire_format: int
    content: FramedContent
    signature: bytes
    confirmation_tag: bytes | None

    def encode(self) -> bytes:
        head = codec.u16(self.wire_format) + self.content.encode()
        return head + encode_auth(self.signature, self.confirmation_tag)

    def tbs(self, context: GroupContext | bytes | None) -> bytes:
        return content_tbs(self.wire_format, self.content, context)

    def tbm(self, context: GroupContext | bytes) -> bytes:
        """AuthenticatedContentTBM: what the membership tag covers (section 6.2)."""
        return self.tbs(context) + encode_auth(self.signature, self.confirmation_tag)

    def reference(self, suite: CipherSuite) -> bytes:
        """ProposalRef (section 5.2)."""
        return ref_hash(suite, PROPOSAL_REF_LABEL, self.encode())

    def with_confirmation_tag(self, tag: bytes) -> AuthenticatedContent:
        return AuthenticatedContent(self.wire_format, self.content, self.signature, tag)

    @classmethod
    def signed(
        cls,
        suite: CipherSuite,
        signature_private: bytes | SigningKey,
        content: FramedContent,
        context: GroupContext | bytes | None,
        wire_format: int = PUBLIC_MESSAGE,
    ) -> Self:
        """Content with a fresh signature; a commit gets its confirmation tag later."""
        signature = sign_with_label(suite, signature_private, LABEL, content_tbs(wire_format, content, context))
        return cls(wire_format, content, signature, None)

    @classmethod
    def read(cls, r: Reader) -> Self:
        wire_format = r.u16()
        if wire_format not in (PUBLIC_MESSAGE, PRIVATE_MESSAGE):
            raise BadEnum(f"authenticated content has wire format {wire_format}, expected 1 or 2")
        content = FramedContent.read(r)
        return cls(wire_format, content, *read_auth(r, content.content_type))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
