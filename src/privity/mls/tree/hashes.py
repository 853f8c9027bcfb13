# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Parent hashes (RFC 9420, section 7.9): how a parent node is tied to the nodes below it."""

from __future__ import annotations

from collections.abc import Collection

from privity.mls import codec
from privity.mls.crypto import hash
from privity.mls.suites import CipherSuite
from privity.mls.tree import math
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree, leaf_input, parent_input


def parent_hash(suite: CipherSuite, node: ParentNode, original_sibling_tree_hash: bytes) -> bytes:
    """Hash(ParentHashInput)"""
    value = codec.vec(node.encryption_key) + codec.vec(node.parent_hash) + codec.vec(original_sibling_tree_hash)
    return hash(suite, value)


def original_tree_hash(tree: RatchetTree, x: int, without: Collection[int]) -> bytes:
    """The tree hash of `x` as it was before the leaves `without` came: they are blank and nowhere unmerged."""
    below = {leaf for leaf in without if math.in_subtree(2 * leaf, x)}
    if not below:
        return tree.node_hash(x)
    if not x & 1:
        return hash(tree.suite, leaf_input(x // 2, None))
    node = tree.parent_node(x)
    if node is not None:
        kept = tuple(leaf for leaf in node.unmerged_leaves if leaf not in below)
        node = ParentNode(node.encryption_key, node.parent_hash, kept)
    left = original_tree_hash(tree, math.left(x), below)
    right = original_tree_hash(tree, math.right(x), below)
    return hash(tree.suite, parent_input(node, left, right))
