# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""GroupInfo (RFC 9420, section 12.4.3): a member's signed description of an epoch, for those who join."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.crypto import SigningKey, sign_with_label, verify_with_label
from privity.mls.messages.extensions import Extensions, read_extensions
from privity.mls.messages.group_context import GroupContext
from privity.mls.suites import CipherSuite

LABEL = b"GroupInfoTBS"


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """An epoch as one member (`signer`, a leaf index) describes it to who would enter (section 12.4.3). Decoded only:
    nothing of it is verified."""

    group_context: GroupContext
    extensions: Extensions
    confirmation_tag: bytes
    signer: int
    signature: bytes
    _raw: bytes = field(init=False, default=b"", repr=False, compare=False)

    def encode(self) -> bytes:
        return self._raw or self.tbs() + codec.vec(self.signature)

    def tbs(self) -> bytes:
        """GroupInfoTBS: everything but the signature."""
        if self._raw:
            return self._raw[: -len(codec.vec(self.signature))]
        return b"".join(
            [
                self.group_context.encode(),
                codec.vector_of(self.extensions),
                codec.vec(self.confirmation_tag),
                codec.u32(self.signer),
            ]
        )

    def verify(self, suite: CipherSuite, signature_key: bytes) -> None:
        """Raise BadSignature unless the signer's key made the signature."""
        verify_with_label(suite, signature_key, LABEL, self.tbs(), self.signature)

    @classmethod
    def signed(
        cls,
        suite: CipherSuite,
        signature_private: bytes | SigningKey,
        *,
        group_context: GroupContext,
        extensions: Extensions,
        confirmation_tag: bytes,
        signer: int,
    ) -> Self:
        """A GroupInfo with the signature of a member."""
        draft = cls(group_context, extensions, confirmation_tag, signer, b"")
        signature = sign_with_label(suite, signature_private, LABEL, draft.tbs())
        return cls(group_context, extensions, confirmation_tag, signer, signature)

    @classmethod
    def read(cls, r: Reader) -> Self:
        start = r.position
        info = cls(GroupContext.read(r), read_extensions(r), r.vec(), r.u32(), r.vec())
        object.__setattr__(info, "_raw", r.span(start))
        return info

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
