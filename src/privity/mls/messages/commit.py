# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits and update paths (RFC 9420, sections 7.6 and 12.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.errors import BadEnum
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Proposal, read_proposal

BY_VALUE = 1
BY_REFERENCE = 2


@dataclass(frozen=True, slots=True)
class HPKECiphertext:
    kem_output: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        return codec.vec(self.kem_output) + codec.vec(self.ciphertext)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vec(), r.vec())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class Ciphertexts:
    """HPKECiphertext ciphertexts<V>, kept as bytes: a reader needs one of possibly thousands.

    The frame of every item is checked when the vector is read; the struct is built when it is asked for.
    """

    raw: bytes
    _starts: tuple[int, ...] = field(repr=False, compare=False)

    @classmethod
    def of(cls, items: Iterable[HPKECiphertext]) -> Self:
        starts: list[int] = []
        parts: list[bytes] = []
        at = 0
        for item in items:
            starts.append(at)
            parts.append(item.encode())
            at += len(parts[-1])
        return cls(b"".join(parts), tuple(starts))

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> HPKECiphertext:
        start = self._starts[index]
        stop = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.raw)
        return HPKECiphertext.decode(self.raw[start:stop])

    def encode(self) -> bytes:
        return codec.vec(self.raw)

    @classmethod
    def read(cls, r: Reader) -> Self:
        raw = r.vec(MAX_MESSAGE)
        return cls(raw, _frame_starts(raw))


def _frame_starts(raw: bytes) -> tuple[int, ...]:
    """Where each pair of vectors begins. Pairs of short vectors, the usual case, are walked without a reader."""
    starts: list[int] = []
    at = 0
    stop = len(raw)
    while at < stop:
        middle = at + 1 + raw[at]
        if raw[at] >= 0x40 or middle >= stop or raw[middle] >= 0x40 or middle + 1 + raw[middle] > stop:
            break
        starts.append(at)
        at = middle + 1 + raw[middle]
    r = Reader(raw)
    r.fixed(at)
    while r.remaining:
        starts.append(r.position)
        r.vec()
        r.vec()
    return tuple(starts)


@dataclass(frozen=True, slots=True)
class UpdatePathNode:
    encryption_key: bytes
    ciphertexts: Ciphertexts

    def encode(self) -> bytes:
        return codec.vec(self.encryption_key) + self.ciphertexts.encode()

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vec(), Ciphertexts.read(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class UpdatePath:
    leaf_node: LeafNode
    nodes: tuple[UpdatePathNode, ...]

    def encode(self) -> bytes:
        return self.leaf_node.encode() + codec.vector_of(self.nodes)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(LeafNode.read(r), r.vector_of(UpdatePathNode.read, MAX_MESSAGE))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class ProposalRef:
    """A proposal that was sent before, named by its hash (section 5.2)."""

    value: bytes

    def encode(self) -> bytes:
        return codec.vec(self.value)


ProposalOrRef = Proposal | ProposalRef


def _read_proposal_or_ref(r: Reader) -> ProposalOrRef:
    kind = r.u8()
    if kind == BY_VALUE:
        return read_proposal(r)
    if kind == BY_REFERENCE:
        return ProposalRef(r.vec())
    raise BadEnum(f"proposal-or-reference type {kind}, expected {BY_VALUE} or {BY_REFERENCE}")


def _encode_proposal_or_ref(item: ProposalOrRef) -> bytes:
    kind = BY_REFERENCE if isinstance(item, ProposalRef) else BY_VALUE
    return codec.u8(kind) + item.encode()


@dataclass(frozen=True, slots=True)
class Commit:
    proposals: tuple[ProposalOrRef, ...]
    path: UpdatePath | None

    def encode(self) -> bytes:
        listed = codec.vec(b"".join([_encode_proposal_or_ref(item) for item in self.proposals]))
        return listed + codec.optional(self.path)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vector_of(_read_proposal_or_ref, MAX_MESSAGE), r.optional(UpdatePath.read))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
