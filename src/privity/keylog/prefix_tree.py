# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The prefix tree: each leaf at the first depth where its key's bits are unique, so a root says what is missing too.

A node is stored under its path, and its content is exactly what its hash is made over: 0x02 || out || stamped for a
leaf, 0x03 || left || right for a parent, where a missing child counts as 32 zero bytes. Leaves are only ever added; a
leaf that another one meets moves down. Only the newest tree is stored: the stamps in it say when each leaf appeared.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from privity.keylog.encoding import HASH_BYTES
from privity.keylog.errors import BrokenTree, UsageError
from privity.mls.codec import u16

KEY_BITS: Final = 256
MISSING: Final = bytes(HASH_BYTES)
"""In the place of a child that is not there; also the root of an empty tree."""
LEAF: Final = b"\x02"
PARENT: Final = b"\x03"


class Nodes(Protocol):
    """The stored tree. A path is u16 depth || its bits, first bit highest, in as few bytes as hold them."""

    def get(self, path: bytes, /) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Leaf:
    """`key` is `out` as a number: its bits from the highest down are the way to the leaf."""

    key: int
    out: bytes
    stamped: bytes

    @classmethod
    def of(cls, out: bytes, stamped: bytes) -> Leaf:
        if len(out) != HASH_BYTES or len(stamped) != HASH_BYTES:
            raise UsageError(f"a leaf has twice {HASH_BYTES} bytes, got {len(out)} and {len(stamped)}")
        return cls(int.from_bytes(out, "big"), out, stamped)

    def content(self) -> bytes:
        return LEAF + self.out + self.stamped


@dataclass(frozen=True, slots=True)
class Inserted:
    """The new root, and the contents by path that the caller stores; all others stay."""

    root: bytes
    changes: dict[bytes, bytes]


def path(prefix: int, depth: int) -> bytes:
    """Where the node is stored whose way from the root are the `depth` bits of `prefix`."""
    size = (depth + 7) >> 3
    return u16(depth) + (prefix << (size * 8 - depth)).to_bytes(size, "big")


def node_hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def parent(left: bytes, right: bytes) -> bytes:
    """The content of a node with these children's hashes."""
    return PARENT + left + right


def split(keys: Sequence[int], prefix: int, depth: int, low: int, high: int) -> int:
    """The first of the sorted keys from `low` to `high`, all below the node of `prefix`, that goes to its right."""
    return bisect_left(keys, (prefix << 1 | 1) << (KEY_BITS - depth - 1), low, high)


def root_of(nodes: Nodes) -> bytes:
    """The root of the stored tree."""
    content = nodes.get(path(0, 0))
    return MISSING if content is None else node_hash(content)


def read_node(nodes: Nodes, prefix: int, depth: int, expected: bytes) -> bytes | None:
    """The content of a node whose parent says its hash; None for a missing child. Raises BrokenTree."""
    if expected == MISSING:
        return None
    content = nodes.get(path(prefix, depth))
    if content is None or node_hash(content) != expected:
        raise BrokenTree(f"the node at depth {depth} is not stored as its parent names it")
    return content


def insert(nodes: Nodes, leaves: Sequence[tuple[bytes, bytes]]) -> Inserted:
    """Add leaves (out, stamped), sorted and none of them there yet. Reads only the nodes that change."""
    added = [Leaf.of(out, stamped) for out, stamped in leaves]
    keys = [leaf.key for leaf in added]
    if any(one >= other for one, other in pairwise(keys)):
        raise UsageError("the leaves to insert are not sorted, or one occurs twice")
    growth = _Growth(nodes, added, keys)
    if not added:
        return Inserted(root_of(nodes), {})
    return Inserted(growth.grow(nodes.get(path(0, 0)), 0, 0, 0, len(added)), growth.changes)


class _Growth:
    """One insertion: the leaves from `low` to `high` go below the node of `prefix`."""

    __slots__ = ("_keys", "_leaves", "_nodes", "changes")

    def __init__(self, nodes: Nodes, leaves: list[Leaf], keys: list[int]) -> None:
        self._nodes = nodes
        self._leaves = leaves
        self._keys = keys
        self.changes: dict[bytes, bytes] = {}

    def grow(self, content: bytes | None, prefix: int, depth: int, low: int, high: int) -> bytes:
        """The new hash of a node with this content."""
        if content is None:
            return plant(self._leaves[low:high], prefix, depth, self.changes)
        if content[:1] == LEAF:
            return plant(beside(leaf_in(content), self._leaves[low:high]), prefix, depth, self.changes)
        middle = split(self._keys, prefix, depth, low, high)
        left, right = children(content)
        if low < middle:
            child = read_node(self._nodes, prefix << 1, depth + 1, left)
            left = self.grow(child, prefix << 1, depth + 1, low, middle)
        if middle < high:
            child = read_node(self._nodes, prefix << 1 | 1, depth + 1, right)
            right = self.grow(child, prefix << 1 | 1, depth + 1, middle, high)
        return _keep(parent(left, right), prefix, depth, self.changes)


def children(content: bytes) -> tuple[bytes, bytes]:
    """The hashes in a parent's content."""
    return content[1 : 1 + HASH_BYTES], content[1 + HASH_BYTES :]


def leaf_in(content: bytes) -> Leaf:
    """The leaf that is a node's content."""
    return Leaf.of(content[1 : 1 + HASH_BYTES], content[1 + HASH_BYTES :])


def beside(leaf: Leaf, added: Sequence[Leaf]) -> list[Leaf]:
    """The leaf in its place among the added ones."""
    at = bisect_left(added, leaf.key, key=lambda other: other.key)
    if at < len(added) and added[at].key == leaf.key:
        raise UsageError("a leaf to insert is in the tree")
    return [*added[:at], leaf, *added[at:]]


def plant(leaves: Sequence[Leaf], prefix: int, depth: int, changes: dict[bytes, bytes]) -> bytes:
    """The hash of a subtree of just these sorted leaves, whose contents go into `changes`."""
    if not leaves:
        return MISSING
    if len(leaves) == 1:
        return _keep(leaves[0].content(), prefix, depth, changes)
    middle = bisect_left(leaves, (prefix << 1 | 1) << (KEY_BITS - depth - 1), key=lambda leaf: leaf.key)
    left = plant(leaves[:middle], prefix << 1, depth + 1, changes)
    right = plant(leaves[middle:], prefix << 1 | 1, depth + 1, changes)
    return _keep(parent(left, right), prefix, depth, changes)


def _keep(content: bytes, prefix: int, depth: int, changes: dict[bytes, bytes]) -> bytes:
    changes[path(prefix, depth)] = content
    return node_hash(content)
