# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Credentials (RFC 9420, section 5.3): whom a signature key claims to belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.errors import BadEnum
from privity.mls.messages.codepoints import BASIC, X509


@dataclass(frozen=True, slots=True)
class Credential:
    """A basic credential carries an identity; an X.509 one a chain of certificates that we pass on unread."""

    type: int
    identity: bytes = b""
    certificates: tuple[bytes, ...] = ()

    @classmethod
    def basic(cls, identity: bytes) -> Self:
        """A credential that is a name; its form is the application's."""
        return cls(BASIC, identity=identity)

    @classmethod
    def x509(cls, certificates: tuple[bytes, ...]) -> Self:
        """A chain of certificates in DER, the client's own first."""
        return cls(X509, certificates=certificates)

    def encode(self) -> bytes:
        if self.type == BASIC:
            return codec.u16(self.type) + codec.vec(self.identity)
        return codec.u16(self.type) + codec.vec(b"".join(codec.vec(certificate) for certificate in self.certificates))

    @classmethod
    def read(cls, r: Reader) -> Self:
        kind = r.u16()
        if kind == BASIC:
            return cls(kind, identity=r.vec())
        if kind == X509:
            return cls(kind, certificates=r.vector_of(Reader.vec))
        raise BadEnum(f"credential type {kind}, expected {BASIC} or {X509}")

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
