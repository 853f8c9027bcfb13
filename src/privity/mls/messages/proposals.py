# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposals (RFC 9420, section 12.1; app_data_update and self_remove of the extensions draft)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.errors import BadEnum
from privity.mls.messages import codepoints
from privity.mls.messages.app_data import AppDataOp
from privity.mls.messages.codepoints import read_version
from privity.mls.messages.extensions import Extensions, read_extensions
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.psk import PreSharedKeyID, read_psk_id


@dataclass(frozen=True, slots=True)
class Add:
    """Bring in the client that this KeyPackage belongs to (section 12.1.1)."""

    key_package: KeyPackage
    type: ClassVar[int] = codepoints.ADD

    def body(self) -> bytes:
        """The bytes behind the proposal type."""
        return self.key_package.encode()

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class Update:
    leaf_node: LeafNode
    type: ClassVar[int] = codepoints.UPDATE

    def body(self) -> bytes:
        return self.leaf_node.encode()

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class Remove:
    """Take out the member at this leaf index (section 12.1.3)."""

    removed: int
    type: ClassVar[int] = codepoints.REMOVE

    def body(self) -> bytes:
        """The bytes behind the proposal type."""
        return codec.u32(self.removed)

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class PreSharedKey:
    psk: PreSharedKeyID
    type: ClassVar[int] = codepoints.PSK

    def body(self) -> bytes:
        return self.psk.encode()

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class ReInit:
    """End the group, and go on as another with this id, version, suite and extensions (section 12.1.5)."""

    group_id: bytes
    version: int
    cipher_suite: int
    extensions: Extensions
    type: ClassVar[int] = codepoints.REINIT

    def body(self) -> bytes:
        """The bytes behind the proposal type."""
        head = codec.vec(self.group_id) + codec.u16(self.version) + codec.u16(self.cipher_suite)
        return head + codec.vector_of(self.extensions)

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class ExternalInit:
    kem_output: bytes
    type: ClassVar[int] = codepoints.EXTERNAL_INIT

    def body(self) -> bytes:
        return codec.vec(self.kem_output)

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class GroupContextExtensions:
    extensions: Extensions
    type: ClassVar[int] = codepoints.GROUP_CONTEXT_EXTENSIONS

    def body(self) -> bytes:
        return codec.vector_of(self.extensions)

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class AppDataUpdate:
    """`update` is the component's own bytes for an update and None for a removal."""

    component_id: int
    update: bytes | None
    type: ClassVar[int] = codepoints.APP_DATA_UPDATE

    @property
    def op(self) -> AppDataOp:
        """The number of the operation: 1 update, 2 remove."""
        return AppDataOp.REMOVE if self.update is None else AppDataOp.UPDATE

    def body(self) -> bytes:
        """The bytes behind the proposal type."""
        tail = b"" if self.update is None else codec.vec(self.update)
        return codec.u16(self.component_id) + codec.u8(self.op) + tail

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class SelfRemove:
    """A member asks to be removed in a way that who joins by commit can take up too. Its sender is the leaf to go."""

    type: ClassVar[int] = codepoints.SELF_REMOVE

    def body(self) -> bytes:
        return b""

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


@dataclass(frozen=True, slots=True)
class UnknownProposal:
    """A type that we do not know. MLS gives it no framing; like other implementations we take it as one opaque vector,
    so that it can be refused by name instead of breaking the decoder."""

    type: int
    data: bytes

    def body(self) -> bytes:
        return codec.vec(self.data)

    def encode(self) -> bytes:
        return codec.u16(self.type) + self.body()


Proposal = (
    Add
    | Update
    | Remove
    | PreSharedKey
    | ReInit
    | ExternalInit
    | GroupContextExtensions
    | AppDataUpdate
    | SelfRemove
    | UnknownProposal
)


def _app_data_update(r: Reader) -> AppDataUpdate:
    component_id = r.u16()
    op = r.u8()
    if op == AppDataOp.UPDATE:
        return AppDataUpdate(component_id, r.vec())
    if op == AppDataOp.REMOVE:
        return AppDataUpdate(component_id, None)
    raise BadEnum(f"app data operation {op}, expected 1 or 2")


def read_proposal_body(r: Reader, kind: int) -> Proposal:
    """The part of a Proposal after its type."""
    match kind:
        case codepoints.ADD:
            return Add(KeyPackage.read(r))
        case codepoints.UPDATE:
            return Update(LeafNode.read(r))
        case codepoints.REMOVE:
            return Remove(r.u32())
        case codepoints.PSK:
            return PreSharedKey(read_psk_id(r))
        case codepoints.REINIT:
            return ReInit(r.vec(), read_version(r), r.u16(), read_extensions(r))
        case codepoints.EXTERNAL_INIT:
            return ExternalInit(r.vec())
        case codepoints.GROUP_CONTEXT_EXTENSIONS:
            return GroupContextExtensions(read_extensions(r))
        case codepoints.APP_DATA_UPDATE:
            return _app_data_update(r)
        case codepoints.SELF_REMOVE:
            return SelfRemove()
        case 0:
            raise BadEnum("proposal type 0 is reserved")
        case _:
            return UnknownProposal(kind, r.vec())


def read_proposal(r: Reader) -> Proposal:
    return read_proposal_body(r, r.u16())


def decode_proposal(data: bytes) -> Proposal:
    return codec.decode(read_proposal, data)
