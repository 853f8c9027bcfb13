# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ratchet tree as a flat array that nobody changes, its hashes remembered (RFC 9420, sections 4 and 7.8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.crypto import hash
from privity.mls.errors import BlankLeaf, EmptyTree, TrailingBlank, WrongNodeType
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.suites import CipherSuite
from privity.mls.tree import math
from privity.mls.tree.keys import KeyCounts
from privity.mls.tree.node import Node, ParentNode, encode_optional_node, read_node

History = tuple[tuple[object, frozenset[int]], ...]
"""For a tree and those that it was made of, latest first: a mark of each, and the nodes that changed since."""

_REMEMBERED = 2
"""A commit makes two trees out of one: the proposals' and the path's."""


class RatchetTree:
    """A full tree: the array has 2n - 1 places for n = a power of two leaves. Change it through a TreeEditor.

    The arrays belong to the tree: whoever makes one hands them over.
    """

    __slots__ = ("_copath", "_history", "_keys", "hashes", "nodes", "suite")

    def __init__(
        self,
        suite: CipherSuite,
        nodes: list[Node | None],
        hashes: list[bytes | None] | None = None,
        keys: KeyCounts | None = None,
        history: History = (),
    ) -> None:
        self.suite = suite
        self.nodes = nodes
        self.hashes: list[bytes | None] = [None] * len(nodes) if hashes is None else hashes
        self._keys = keys
        self._copath: tuple[int, tuple[tuple[int, int], ...]] | None = None
        self._history: History = ((object(), frozenset()), *history)

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
        """The node index of the root."""
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
        """The parent node at a node index; None if it is blank."""
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

    def copath(self, leaf_index: int) -> tuple[tuple[int, int], ...]:
        """The filtered direct path of a leaf, bottom up: each ancestor, and its child that is not above the leaf.

        Without those whose other child has nobody to encrypt to (section 4.1.2).
        """
        if self._copath is None or self._copath[0] != leaf_index:
            self._copath = leaf_index, self._find_copath(leaf_index)
        return self._copath[1]

    def _find_copath(self, leaf_index: int) -> tuple[tuple[int, int], ...]:
        found: list[tuple[int, int]] = []
        nodes, top = self.nodes, self.root
        x, level = 2 * leaf_index, 0
        while x != top:
            reach = (1 << level) - 1
            sibling = x ^ (2 << level)
            x = (x | (1 << level)) & ~(2 << level)
            if nodes[sibling] is not None or any(nodes[sibling - reach : sibling + reach + 1]):
                found.append((x, sibling))
            level += 1
        return tuple(found)

    def filtered_direct_path(self, leaf_index: int) -> list[int]:
        """The ancestors in the `copath` of a leaf."""
        return [x for x, _ in self.copath(leaf_index)]

    @property
    def keys(self) -> KeyCounts:
        """How often each key occurs; counted once, then handed on from tree to tree."""
        if self._keys is None:
            self._keys = KeyCounts.of(self.nodes)
        return self._keys

    # Hashes (section 7.8)

    @property
    def tree_hash(self) -> bytes:
        """The hash of the whole tree, as in the group context (section 7.8)."""
        return self.node_hash(self.root)

    def node_hash(self, x: int) -> bytes:
        """The tree hash of the subtree at `x`."""
        known = self.hashes[x]
        if known is not None:
            return known
        node = self.nodes[x]
        if x & 1:
            half = 1 << (math.level(x) - 1)
            value = parent_input(node, self.node_hash(x - half), self.node_hash(x + half))
        else:
            value = leaf_input(x // 2, node)
        digest = hash(self.suite, value)
        self.hashes[x] = digest
        return digest

    # What changed

    def history(self, touched: Collection[int]) -> History:
        """What a tree made of this one by changing these nodes knows of those before it."""
        return tuple((mark, nodes.union(touched)) for mark, nodes in self._history[:_REMEMBERED])

    def changed_since(self, old: RatchetTree) -> Iterable[int]:
        """The nodes in which this tree can differ from `old`, in rising order: few if it was made of it, else all."""
        for mark, nodes in self._history:
            if mark is old._history[0][0]:
                return sorted(nodes)
        return range(max(len(self.nodes), len(old.nodes)))

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
