# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ratchet tree as a flat array that nobody changes, its hashes remembered (RFC 9420, sections 4 and 7.8)."""

from __future__ import annotations

from collections.abc import Iterator

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.crypto import hash
from privity.mls.errors import BlankLeaf, EmptyTree, TrailingBlank, WrongNodeType
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.suites import CipherSuite
from privity.mls.tree import math
from privity.mls.tree.keys import KeyCounts
from privity.mls.tree.node import Node, ParentNode, encode_optional_node, read_node


class RatchetTree:
    """A full tree: the array has 2n - 1 places for n = a power of two leaves. Change it through a TreeEditor.

    The arrays belong to the tree: whoever makes one hands them over.
    """

    __slots__ = ("_hashes", "_keys", "nodes", "suite")

    def __init__(
        self,
        suite: CipherSuite,
        nodes: list[Node | None],
        hashes: list[bytes | None] | None = None,
        keys: KeyCounts | None = None,
    ) -> None:
        self.suite = suite
        self.nodes = nodes
        self._hashes: list[bytes | None] = [None] * len(nodes) if hashes is None else hashes
        self._keys = keys

    def __repr__(self) -> str:
        return f"RatchetTree({self.leaf_count} leaves)"

    @classmethod
    def of_leaf(cls, suite: CipherSuite, leaf: LeafNode) -> RatchetTree:
        """The tree of a new group with one member."""
        return cls(suite, [leaf])

    # Reading

    @property
    def leaf_count(self) -> int:
        """Places for leaves, blank ones too."""
        return (len(self.nodes) + 1) // 2

    @property
    def root(self) -> int:
        return math.root(self.leaf_count)

    def get_leaf(self, index: int) -> LeafNode | None:
        """The leaf at this leaf index; None when it is blank or outside of the tree."""
        at = 2 * index
        if not 0 <= at < len(self.nodes):
            return None
        node = self.nodes[at]
        return node if isinstance(node, LeafNode) else None

    def leaf(self, index: int) -> LeafNode:
        """The leaf at this leaf index, or BlankLeaf."""
        leaf = self.get_leaf(index)
        if leaf is None:
            raise BlankLeaf(f"leaf {index} is blank or outside of the tree of {self.leaf_count} leaves")
        return leaf

    def parent_node(self, x: int) -> ParentNode | None:
        node = self.nodes[x]
        return node if isinstance(node, ParentNode) else None

    def leaves(self) -> Iterator[tuple[int, LeafNode]]:
        """The members: leaf index and leaf."""
        for index, node in enumerate(self.nodes[::2]):
            if isinstance(node, LeafNode):
                yield index, node

    def find_signature_key(self, signature_key: bytes) -> int | None:
        """The leaf index of the member with this signature key."""
        for index, leaf in self.leaves():
            if leaf.signature_key == signature_key:
                return index
        return None

    def first_blank_leaf(self) -> int:
        """Where the next member goes (section 7.7): the leftmost blank leaf, else just past the right edge."""
        for index, node in enumerate(self.nodes[::2]):
            if node is None:
                return index
        return self.leaf_count

    def resolution(self, x: int) -> list[int]:
        """The nodes that together cover all members below `x` (section 4.1.1)."""
        out: list[int] = []
        stack = [x]
        nodes = self.nodes
        while stack:
            y = stack.pop()
            node = nodes[y]
            if node is not None:
                out.append(y)
                if y & 1 and isinstance(node, ParentNode):
                    out.extend(2 * leaf for leaf in node.unmerged_leaves)
            elif y & 1:
                half = 1 << (math.level(y) - 1)
                stack.append(y + half)
                stack.append(y - half)
        return out

    def is_empty(self, x: int) -> bool:
        """Whether the resolution of `x` is empty: no node below it, itself included, is filled."""
        reach = (1 << math.level(x)) - 1
        return not any(self.nodes[x - reach : x + reach + 1])

    def filtered_direct_path(self, leaf_index: int) -> list[int]:
        """Ancestors of a leaf, bottom up, without those whose other child has nobody to encrypt to (section 4.1.2)."""
        path: list[int] = []
        x = 2 * leaf_index
        top = self.root
        while x != top:
            if not self.is_empty(math.sibling(x)):
                path.append(math.parent(x))
            x = math.parent(x)
        return path

    def copath_child(self, ancestor: int, leaf_index: int) -> int:
        """The child of `ancestor` that is not above the leaf."""
        return math.sibling(math.child_towards(ancestor, 2 * leaf_index))

    @property
    def keys(self) -> KeyCounts:
        """How often each key occurs; counted once, then handed on from tree to tree."""
        if self._keys is None:
            self._keys = KeyCounts.of(self.nodes)
        return self._keys

    # Hashes (section 7.8)

    @property
    def tree_hash(self) -> bytes:
        return self.node_hash(self.root)

    def node_hash(self, x: int) -> bytes:
        """The tree hash of the subtree at `x`."""
        known = self._hashes[x]
        if known is not None:
            return known
        node = self.nodes[x]
        if x & 1:
            half = 1 << (math.level(x) - 1)
            value = parent_input(node, self.node_hash(x - half), self.node_hash(x + half))
        else:
            value = leaf_input(x // 2, node)
        digest = hash(self.suite, value)
        self._hashes[x] = digest
        return digest

    def copy_arrays(self) -> tuple[list[Node | None], list[bytes | None]]:
        return list(self.nodes), list(self._hashes)

    # Encoding (section 12.4.3.3)

    def encode(self) -> bytes:
        """optional<Node> ratchet_tree<V>, without the blanks at the right end."""
        stop = len(self.nodes)
        while stop and self.nodes[stop - 1] is None:
            stop -= 1
        return codec.vec(b"".join([encode_optional_node(node) for node in self.nodes[:stop]]))

    @classmethod
    def decode(cls, suite: CipherSuite, data: bytes) -> RatchetTree:
        """A tree of the right shape; whether it is a valid one is for `validate.check_tree` to say."""
        nodes = list(codec.decode(lambda r: r.vector_of(_read_optional_node, MAX_MESSAGE), data))
        if not nodes:
            raise EmptyTree("the ratchet tree has no nodes")
        if nodes[-1] is None:
            raise TrailingBlank("the ratchet tree ends with a blank node")
        for x, node in enumerate(nodes):
            if node is not None and isinstance(node, ParentNode) != bool(x & 1):
                raise WrongNodeType(f"node {x} is a {type(node).__name__}")
        width = math.node_width(1 << ((len(nodes) + 2) // 2 - 1).bit_length())
        nodes.extend([None] * (width - len(nodes)))
        return cls(suite, nodes)


def leaf_input(index: int, node: Node | None) -> bytes:
    """TreeHashInput of a leaf."""
    return b"\x01" + codec.u32(index) + (b"\x00" if node is None else b"\x01" + node.encode())


def parent_input(node: Node | None, left_hash: bytes, right_hash: bytes) -> bytes:
    """TreeHashInput of a parent."""
    head = b"\x02\x00" if node is None else b"\x02\x01" + node.encode()
    return head + codec.vec(left_hash) + codec.vec(right_hash)


def _read_optional_node(r: Reader) -> Node | None:
    return r.optional(read_node)
