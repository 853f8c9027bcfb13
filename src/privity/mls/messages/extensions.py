# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Extensions and the ones that RFC 9420 defines itself (sections 11.1, 12.1.8.1, 12.4.3.2, 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.errors import DuplicateExtension, VectorMisaligned
from privity.mls.messages.codepoints import EXTERNAL_PUB, EXTERNAL_SENDERS, REQUIRED_CAPABILITIES
from privity.mls.messages.credential import Credential


@dataclass(frozen=True, slots=True)
class Extension:
    """A type and bytes; unknown types are kept as they are."""

    type: int
    data: bytes

    def encode(self) -> bytes:
        return codec.u16(self.type) + codec.vec(self.data)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.u16(), r.vec(MAX_MESSAGE))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


Extensions = tuple[Extension, ...]


def check_distinct(extensions: Extensions) -> None:
    """Raise DuplicateExtension if a type occurs twice (section 13.4)."""
    if len(extensions) > 1:
        seen: set[int] = set()
        for extension in extensions:
            if extension.type in seen:
                raise DuplicateExtension(f"extension type {extension.type:#06x} occurs twice")
            seen.add(extension.type)


def read_extensions(r: Reader) -> Extensions:
    """Extension extensions<V>, each type at most once."""
    extensions = r.vector_of(Extension.read, MAX_MESSAGE)
    check_distinct(extensions)
    return extensions


def find(extensions: Extensions, kind: int) -> bytes | None:
    """The data of the extension of this type, if there is one."""
    for extension in extensions:
        if extension.type == kind:
            return extension.data
    return None


def replaced(extensions: Extensions, kind: int, data: bytes) -> Extensions:
    """The list with this type set to `data`, in place or at the end."""
    if find(extensions, kind) is None:
        return (*extensions, Extension(kind, data))
    return tuple(Extension(kind, data) if extension.type == kind else extension for extension in extensions)


@dataclass(frozen=True, slots=True)
class RequiredCapabilities:
    """What every member must support (section 11.1)."""

    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = ()

    def encode(self) -> bytes:
        return b"".join(codec.numbers(part, 2) for part in (self.extensions, self.proposals, self.credentials))

    def extension(self) -> Extension:
        return Extension(REQUIRED_CAPABILITIES, self.encode())

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(read_u16s(r), read_u16s(r), read_u16s(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class ExternalSender:
    """Somebody outside of the group who may propose (section 12.1.8.1)."""

    signature_key: bytes
    credential: Credential

    def encode(self) -> bytes:
        return codec.vec(self.signature_key) + self.credential.encode()

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vec(), Credential.read(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def read_u16s(r: Reader) -> tuple[int, ...]:
    """uint16 values<V>"""
    raw = r.vec()
    if len(raw) % 2:
        raise VectorMisaligned(f"a vector of 2-byte numbers has {len(raw)} bytes")
    return tuple(int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))


def required_capabilities(extensions: Extensions) -> RequiredCapabilities | None:
    """The required_capabilities extension of a group, if it has one."""
    data = find(extensions, REQUIRED_CAPABILITIES)
    return None if data is None else RequiredCapabilities.decode(data)


def external_senders(extensions: Extensions) -> tuple[ExternalSender, ...]:
    """The external senders of a group, in the order that sender indices count."""
    data = find(extensions, EXTERNAL_SENDERS)
    if data is None:
        return ()
    return codec.decode(lambda r: r.vector_of(ExternalSender.read), data)


def external_senders_extension(senders: Iterable[ExternalSender]) -> Extension:
    """The external_senders extension that lists these."""
    return Extension(EXTERNAL_SENDERS, codec.vector_of(senders))


def external_pub(extensions: Extensions) -> bytes | None:
    """The HPKE key that external commits are made to (section 12.4.3.2)."""
    data = find(extensions, EXTERNAL_PUB)
    return None if data is None else codec.decode(Reader.vec, data)


def external_pub_extension(public_key: bytes) -> Extension:
    """The external_pub extension with this key."""
    return Extension(EXTERNAL_PUB, codec.vec(public_key))
