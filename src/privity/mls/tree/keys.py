# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What occurs in a tree and how often, so that what must hold for all members costs only what changed.

Public keys must be unique (RFC 9420, section 7.3), and members must support what the group uses; many of them say the
same of what they support.
"""

from __future__ import annotations

from collections.abc import Iterable

from privity.mls.errors import DuplicateEncryptionKey, DuplicateSignatureKey
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree.counts import Counts
from privity.mls.tree.node import Node


class KeyCounts:
    """Counts of encryption keys (all nodes), signature keys, capabilities and credential types (leaves)."""

    __slots__ = ("_capabilities", "_credentials", "_encryption", "_signature")

    def __init__(self) -> None:
        self._encryption: Counts[bytes] = Counts()
        self._signature: Counts[bytes] = Counts()
        self._capabilities: Counts[Capabilities] = Counts()
        self._credentials: Counts[int] = Counts()

    @classmethod
    def of(cls, nodes: Iterable[Node | None]) -> KeyCounts:
        counts = cls()
        for node in nodes:
            if node is not None:
                counts.add(node)
        return counts

    def copy(self) -> KeyCounts:
        twin = KeyCounts()
        twin._encryption = self._encryption.copy()
        twin._signature = self._signature.copy()
        twin._capabilities = self._capabilities.copy()
        twin._credentials = self._credentials.copy()
        return twin

    def add(self, node: Node) -> None:
        self._encryption.add(node.encryption_key)
        if isinstance(node, LeafNode):
            self._signature.add(node.signature_key)
            self._capabilities.add(node.capabilities)
            self._credentials.add(node.credential.type)

    def drop(self, node: Node) -> None:
        self._encryption.drop(node.encryption_key)
        if isinstance(node, LeafNode):
            self._signature.drop(node.signature_key)
            self._capabilities.drop(node.capabilities)
            self._credentials.drop(node.credential.type)

    def has_signature_key(self, key: bytes) -> bool:
        return self._signature.of(key) > 0

    def has_encryption_key(self, key: bytes) -> bool:
        return self._encryption.of(key) > 0

    def capabilities(self) -> Iterable[Capabilities]:
        """Each set of capabilities that a member has, once."""
        return self._capabilities

    def credential_types(self) -> Iterable[int]:
        """Each type of credential that a member has, once."""
        return self._credentials

    def check_unique(self) -> None:
        """Raise DuplicateEncryptionKey or DuplicateSignatureKey if a key occurs twice."""
        for key in self._encryption.repeated:
            raise DuplicateEncryptionKey(f"encryption key {key[:8].hex()}.. occurs {self._encryption.of(key)} times")
        for key in self._signature.repeated:
            raise DuplicateSignatureKey(f"signature key {key[:8].hex()}.. occurs {self._signature.of(key)} times")
