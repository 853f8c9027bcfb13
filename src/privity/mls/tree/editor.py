# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Changes to a ratchet tree (RFC 9420, section 7.7), made on a copy that becomes the next tree."""

from __future__ import annotations

from privity.mls.errors import UsageError
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree import math
from privity.mls.tree.node import Node, ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree


class TreeEditor:
    """Add, update, remove and fill nodes, then `done()`. The tree it started from stays as it was."""

    __slots__ = ("_base", "_blank_hint", "_hashes", "_keys", "_nodes", "_touched")

    def __init__(self, tree: RatchetTree) -> None:
        self._base = tree
        self._nodes, self._hashes = tree.nodes, tree.hashes
        self._keys = tree.keys
        self._touched: set[int] = set()
        self._blank_hint = 0

    def done(self, *, unique: bool = True) -> RatchetTree:
        """The new tree; unless told otherwise all keys in it must be different. The editor is spent afterwards."""
        if unique:
            self._keys.check_unique()
        nodes, self._nodes = self._nodes, []
        if not self._touched:
            return self._base
        return RatchetTree(self._base.suite, nodes, self._hashes, self._keys, self._base.history(self._touched))

    def _leaf_count(self) -> int:
        if not self._nodes:
            raise UsageError("this editor is done")
        return (len(self._nodes) + 1) // 2

    def _touch(self, x: int) -> None:
        """A node is about to change. The arrays are copied before the first does."""
        if not self._touched:
            self._nodes, self._hashes = list(self._nodes), list(self._hashes)
            self._keys = self._keys.copy()
        self._touched.add(x)

    def _put(self, x: int, node: Node | None) -> None:
        self._touch(x)
        old = self._nodes[x]
        if old is not None:
            self._keys.drop(old)
        if node is not None:
            self._keys.add(node)
        self._nodes[x] = node
        self._hashes[x] = None

    def has_signature_key(self, key: bytes) -> bool:
        """Whether a leaf of the tree as it stands has this signature key."""
        return self._keys.has_signature_key(key)

    def _forget_path(self, x: int) -> list[int]:
        self._touch(x)
        path = math.direct_path(x, self._leaf_count())
        for ancestor in path:
            self._hashes[ancestor] = None
        return path

    def add(self, leaf: LeafNode) -> int:
        """Put a new member at the leftmost blank leaf; the tree doubles when there is none. Returns the leaf index."""
        index = self._blank_hint
        count = self._leaf_count()
        while index < count and self._nodes[2 * index] is not None:
            index += 1
        self._touch(2 * index)
        nodes = self._nodes
        if index == count:
            grown = math.node_width(2 * count) - len(nodes)
            nodes.extend([None] * grown)
            self._hashes.extend([None] * grown)
        self._blank_hint = index + 1
        self._put(2 * index, leaf)
        for ancestor in self._forget_path(2 * index):
            node = nodes[ancestor]
            if isinstance(node, ParentNode):
                merged = tuple(sorted({*node.unmerged_leaves, index}))
                nodes[ancestor] = ParentNode(node.encryption_key, node.parent_hash, merged)
                self._touched.add(ancestor)
        return index

    def _blank_path(self, index: int) -> None:
        for ancestor in self._forget_path(2 * index):
            if self._nodes[ancestor] is not None:
                self._put(ancestor, None)

    def update(self, index: int, leaf: LeafNode) -> None:
        """Replace a member's leaf and blank what its old keys could reach."""
        self._put(2 * index, leaf)
        self._blank_path(index)

    def remove(self, index: int) -> None:
        """Blank a member's leaf and its ancestors, and halve the tree while its right half is empty."""
        if not 0 <= index < self._leaf_count() or self._nodes[2 * index] is None:
            raise UsageError(f"leaf {index} is blank or outside of the tree")
        self._put(2 * index, None)
        self._blank_path(index)
        self._blank_hint = min(self._blank_hint, index)
        count = self._leaf_count()
        while count > 1 and not any(self._nodes[count::2]):
            for x in range(count - 1, len(self._nodes)):
                if self._nodes[x] is not None:
                    self._put(x, None)
            del self._nodes[count - 1 :]
            del self._hashes[count - 1 :]
            count //= 2

    def replace_path(self, index: int, leaf: LeafNode, parents: list[tuple[int, ParentNode]]) -> None:
        """Merge the public half of an update path (section 7.5): every other ancestor of the leaf becomes blank."""
        placed = dict(parents)
        for x in self._forget_path(2 * index):
            if x in placed or self._nodes[x] is not None:
                self._put(x, placed.get(x))
        self._put(2 * index, leaf)
