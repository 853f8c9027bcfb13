# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Leaf nodes (RFC 9420, section 7.2): a client's place in the tree, signed by the client."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.crypto import SigningKey, sign_with_label, verify_with_label
from privity.mls.errors import BadEnum
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import Extensions, read_extensions
from privity.mls.suites import CipherSuite

LABEL = b"LeafNodeTBS"


class LeafSource(IntEnum):
    """What made the leaf."""

    KEY_PACKAGE = 1
    UPDATE = 2
    COMMIT = 3


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Seconds since 1970 between which a KeyPackage may be used."""

    not_before: int
    not_after: int

    def encode(self) -> bytes:
        return codec.u64(self.not_before) + codec.u64(self.not_after)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.u64(), r.u64())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class LeafNode:
    """`lifetime` is there exactly when the source is a KeyPackage, `parent_hash` when it is a commit."""

    encryption_key: bytes
    signature_key: bytes
    credential: Credential
    capabilities: Capabilities
    source: LeafSource
    lifetime: Lifetime | None
    parent_hash: bytes | None
    extensions: Extensions
    signature: bytes
    _raw: bytes = field(init=False, default=b"", repr=False, compare=False)

    def encode(self) -> bytes:
        return self._raw or self._unsigned() + codec.vec(self.signature)

    def _unsigned(self) -> bytes:
        if self._raw:
            return self._raw[: -len(codec.vec(self.signature))]
        parts = [
            codec.vec(self.encryption_key),
            codec.vec(self.signature_key),
            self.credential.encode(),
            self.capabilities.encode(),
            codec.u8(self.source),
        ]
        if self.lifetime is not None:
            parts.append(self.lifetime.encode())
        if self.parent_hash is not None:
            parts.append(codec.vec(self.parent_hash))
        parts.append(codec.vector_of(self.extensions))
        return b"".join(parts)

    def tbs(self, group_id: bytes | None, leaf_index: int | None) -> bytes:
        """LeafNodeTBS: leaves from updates and commits are bound to their group and place."""
        if self.source == LeafSource.KEY_PACKAGE:
            return self._unsigned()
        return self._unsigned() + codec.vec(group_id or b"") + codec.u32(leaf_index or 0)

    def verify(self, suite: CipherSuite, group_id: bytes | None = None, leaf_index: int | None = None) -> None:
        """Raise BadSignature unless the leaf is signed by its own key, for this place if it has one."""
        verify_with_label(suite, self.signature_key, LABEL, self.tbs(group_id, leaf_index), self.signature)

    @classmethod
    def signed(
        cls,
        suite: CipherSuite,
        signature_private: bytes | SigningKey,
        *,
        encryption_key: bytes,
        signature_key: bytes,
        credential: Credential,
        capabilities: Capabilities,
        source: LeafSource,
        lifetime: Lifetime | None = None,
        parent_hash: bytes | None = None,
        extensions: Extensions = (),
        group_id: bytes | None = None,
        leaf_index: int | None = None,
    ) -> Self:
        """A leaf with a fresh signature; group and index are needed for updates and commits."""
        args = (encryption_key, signature_key, credential, capabilities, source, lifetime, parent_hash, extensions)
        draft = cls(*args, b"")
        leaf = cls(*args, sign_with_label(suite, signature_private, LABEL, draft.tbs(group_id, leaf_index)))
        object.__setattr__(leaf, "_raw", leaf.encode())
        return leaf

    @classmethod
    def read(cls, r: Reader) -> Self:
        start = r.position
        encryption_key = r.vec()
        signature_key = r.vec()
        credential = Credential.read(r)
        capabilities = Capabilities.read(r)
        number = r.u8()
        lifetime: Lifetime | None = None
        parent_hash: bytes | None = None
        if number == LeafSource.KEY_PACKAGE:
            source = LeafSource.KEY_PACKAGE
            lifetime = Lifetime.read(r)
        elif number == LeafSource.UPDATE:
            source = LeafSource.UPDATE
        elif number == LeafSource.COMMIT:
            source = LeafSource.COMMIT
            parent_hash = r.vec()
        else:
            raise BadEnum(f"leaf node source {number}, expected 1, 2 or 3")
        extensions = read_extensions(r)
        leaf = cls(
            encryption_key,
            signature_key,
            credential,
            capabilities,
            source,
            lifetime,
            parent_hash,
            extensions,
            r.vec(),
        )
        object.__setattr__(leaf, "_raw", r.span(start))
        return leaf

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
