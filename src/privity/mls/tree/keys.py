# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How often each public key occurs in a tree, so that uniqueness (RFC 9420, section 7.3) costs only what changed."""

from __future__ import annotations

from collections.abc import Iterable

from privity.mls.errors import DuplicateEncryptionKey, DuplicateSignatureKey
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree.node import Node


class KeyCounts:
    """Counts of encryption keys (all nodes) and signature keys (leaves), and which of them occur more than once."""

    __slots__ = ("_encryption", "_repeated_encryption", "_repeated_signature", "_signature")

    def __init__(self, encryption: dict[bytes, int], signature: dict[bytes, int]) -> None:
        self._encryption = encryption
        self._signature = signature
        self._repeated_encryption = {key for key, count in encryption.items() if count > 1}
        self._repeated_signature = {key for key, count in signature.items() if count > 1}

    @classmethod
    def of(cls, nodes: Iterable[Node | None]) -> KeyCounts:
        counts = cls({}, {})
        for node in nodes:
            if node is not None:
                counts.add(node)
        return counts

    def copy(self) -> KeyCounts:
        twin = KeyCounts({}, {})
        twin._encryption = dict(self._encryption)
        twin._signature = dict(self._signature)
        twin._repeated_encryption = set(self._repeated_encryption)
        twin._repeated_signature = set(self._repeated_signature)
        return twin

    def add(self, node: Node) -> None:
        _increase(self._encryption, self._repeated_encryption, node.encryption_key)
        if isinstance(node, LeafNode):
            _increase(self._signature, self._repeated_signature, node.signature_key)

    def drop(self, node: Node) -> None:
        _decrease(self._encryption, self._repeated_encryption, node.encryption_key)
        if isinstance(node, LeafNode):
            _decrease(self._signature, self._repeated_signature, node.signature_key)

    def has_signature_key(self, key: bytes) -> bool:
        return key in self._signature

    def has_encryption_key(self, key: bytes) -> bool:
        return key in self._encryption

    def check_unique(self) -> None:
        """Raise DuplicateEncryptionKey or DuplicateSignatureKey if a key occurs twice."""
        for key in self._repeated_encryption:
            raise DuplicateEncryptionKey(f"encryption key {key[:8].hex()}.. occurs {self._encryption[key]} times")
        for key in self._repeated_signature:
            raise DuplicateSignatureKey(f"signature key {key[:8].hex()}.. occurs {self._signature[key]} times")


def _increase(counts: dict[bytes, int], repeated: set[bytes], key: bytes) -> None:
    count = counts.get(key, 0) + 1
    counts[key] = count
    if count > 1:
        repeated.add(key)


def _decrease(counts: dict[bytes, int], repeated: set[bytes], key: bytes) -> None:
    count = counts[key] - 1
    if count:
        counts[key] = count
    else:
        del counts[key]
    if count <= 1:
        repeated.discard(key)
