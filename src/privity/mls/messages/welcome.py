# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Welcome and the structs inside it (RFC 9420, section 12.4.3.1). Encoding only: nothing here opens a Welcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.messages.commit import HPKECiphertext
from privity.mls.messages.psk import PreSharedKeyID, read_psk_id
from privity.mls.secrecy import holds_secrets


@dataclass(frozen=True, slots=True)
class EncryptedGroupSecrets:
    new_member: bytes
    encrypted_group_secrets: HPKECiphertext

    def encode(self) -> bytes:
        return codec.vec(self.new_member) + self.encrypted_group_secrets.encode()

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vec(), HPKECiphertext.read(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What lets newcomers in: the sealed GroupInfo, and for each KeyPackage its sealed secrets (section 12.4.3.1)."""

    cipher_suite: int
    secrets: tuple[EncryptedGroupSecrets, ...]
    encrypted_group_info: bytes

    def encode(self) -> bytes:
        head = codec.u16(self.cipher_suite) + codec.vector_of(self.secrets)
        return head + codec.vec(self.encrypted_group_info)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.u16(), r.vector_of(EncryptedGroupSecrets.read, MAX_MESSAGE), r.vec(MAX_MESSAGE))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@holds_secrets
@dataclass(frozen=True, slots=True)
class PathSecret:
    """The wrapper that makes a path secret optional in GroupSecrets."""

    path_secret: bytes = field(repr=False)

    def encode(self) -> bytes:
        return codec.vec(self.path_secret)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vec())


@holds_secrets
@dataclass(frozen=True, slots=True)
class GroupSecrets:
    """What each new member finds in its part of the Welcome."""

    joiner_secret: bytes = field(repr=False)
    path_secret: PathSecret | None = field(repr=False)
    psks: tuple[PreSharedKeyID, ...]

    def encode(self) -> bytes:
        return codec.vec(self.joiner_secret) + codec.optional(self.path_secret) + codec.vector_of(self.psks)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vec(), r.optional(PathSecret.read), r.vector_of(read_psk_id))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
