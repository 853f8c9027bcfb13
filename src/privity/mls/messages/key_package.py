# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""KeyPackages (RFC 9420, section 10): how a client is added while it is away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.crypto import SigningKey, ref_hash, sign_with_label, verify_with_label
from privity.mls.messages.app_data import LAST_RESORT_KEY_PACKAGE, AppDataDictionary
from privity.mls.messages.codepoints import LAST_RESORT, MLS10, read_version
from privity.mls.messages.extensions import Extensions, find, read_extensions
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.suites import CipherSuite, suite

LABEL = b"KeyPackageTBS"
REF_LABEL = b"MLS 1.0 KeyPackage Reference"


@dataclass(frozen=True, slots=True)
class KeyPackage:
    """What others need to add a client while it is away (section 10). Decoded only: nothing of it is verified."""

    version: int
    cipher_suite: int
    init_key: bytes
    leaf_node: LeafNode
    extensions: Extensions
    signature: bytes
    _raw: bytes = field(init=False, default=b"", repr=False, compare=False)

    def encode(self) -> bytes:
        return self._raw or self.tbs() + codec.vec(self.signature)

    def tbs(self) -> bytes:
        """KeyPackageTBS: everything but the signature."""
        if self._raw:
            return self._raw[: -len(codec.vec(self.signature))]
        return b"".join(
            [
                codec.u16(self.version),
                codec.u16(self.cipher_suite),
                codec.vec(self.init_key),
                self.leaf_node.encode(),
                codec.vector_of(self.extensions),
            ]
        )

    def reference(self, of: CipherSuite | None = None) -> bytes:
        """KeyPackageRef (section 5.2). `of` is its suite where an application has given that a number of its own."""
        return ref_hash(of or suite(self.cipher_suite), REF_LABEL, self.encode())

    @property
    def last_resort(self) -> bool:
        """Whether the client allows this KeyPackage to be used more than once.

        It says so by the extension of the drafts up to 07, or by the component that the newer ones have.
        """
        if find(self.extensions, LAST_RESORT) is not None:
            return True
        return AppDataDictionary.of(self.extensions).get(LAST_RESORT_KEY_PACKAGE) is not None

    def verify(self, suite: CipherSuite) -> None:
        """Raise BadSignature unless the KeyPackage is signed by its leaf's key."""
        verify_with_label(suite, self.leaf_node.signature_key, LABEL, self.tbs(), self.signature)

    @classmethod
    def signed(
        cls,
        suite: CipherSuite,
        signature_private: bytes | SigningKey,
        *,
        init_key: bytes,
        leaf_node: LeafNode,
        extensions: Extensions = (),
    ) -> Self:
        """A KeyPackage with its client's signature."""
        draft = cls(MLS10, suite.id, init_key, leaf_node, extensions, b"")
        signature = sign_with_label(suite, signature_private, LABEL, draft.tbs())
        return cls(MLS10, suite.id, init_key, leaf_node, extensions, signature)

    @classmethod
    def read(cls, r: Reader) -> Self:
        start = r.position
        package = cls(read_version(r), r.u16(), r.vec(), LeafNode.read(r), read_extensions(r), r.vec())
        object.__setattr__(package, "_raw", r.span(start))
        return package

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
