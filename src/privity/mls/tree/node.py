# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of a ratchet tree and their encoding (RFC 9420, sections 7.1 and 12.4.3.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.errors import BadEnum, VectorMisaligned
from privity.mls.messages.leaf_node import LeafNode

LEAF = 1
PARENT = 2


@dataclass(frozen=True, slots=True)
class ParentNode:
    """`unmerged_leaves` are leaf indices below this node whose members do not know its private key."""

    encryption_key: bytes
    parent_hash: bytes
    unmerged_leaves: tuple[int, ...] = ()
    _raw: bytes = field(init=False, default=b"", repr=False, compare=False)

    def encode(self) -> bytes:
        if not self._raw:
            head = codec.vec(self.encryption_key) + codec.vec(self.parent_hash)
            object.__setattr__(self, "_raw", head + codec.numbers(self.unmerged_leaves, 4))
        return self._raw

    @classmethod
    def read(cls, r: Reader) -> Self:
        encryption_key, parent_hash, raw = r.vec(), r.vec(), r.vec(MAX_MESSAGE)
        if len(raw) % 4:
            raise VectorMisaligned(f"a vector of leaf indices has {len(raw)} bytes")
        unmerged = tuple(int.from_bytes(raw[at : at + 4], "big") for at in range(0, len(raw), 4))
        return cls(encryption_key, parent_hash, unmerged)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


Node = LeafNode | ParentNode


def encode_optional_node(node: Node | None) -> bytes:
    """optional<Node>"""
    if node is None:
        return b"\x00"
    return (b"\x01\x01" if isinstance(node, LeafNode) else b"\x01\x02") + node.encode()


def read_node(r: Reader) -> Node:
    kind = r.u8()
    if kind == LEAF:
        return LeafNode.read(r)
    if kind == PARENT:
        return ParentNode.read(r)
    raise BadEnum(f"node type {kind}, expected {LEAF} or {PARENT}")
