# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a whole tree is valid (RFC 9420, sections 7.9.2 and 12.4.3.1); `validation.leaf_node` checks leaves."""

from __future__ import annotations

from collections.abc import Mapping

from privity.mls.crypto import check_hpke_key
from privity.mls.errors import BadUnmergedLeaves, ParentHashMismatch
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree import math
from privity.mls.tree.hashes import original_tree_hash, parent_hash
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree


def check_tree(tree: RatchetTree) -> None:
    """Unmerged leaves, parent hashes and unique keys; raises the error of the first that fails."""
    tree.keys.check_unique()
    parents = {x: node for x in range(1, len(tree.nodes), 2) if (node := tree.parent_node(x)) is not None}
    unmerged = {x: frozenset(node.unmerged_leaves) for x, node in parents.items()}
    for x, node in parents.items():
        check_hpke_key(tree.suite, node.encryption_key)
        check_unmerged(tree, x, node, unmerged)
    check_parent_hashes(tree)


def check_unmerged(tree: RatchetTree, x: int, node: ParentNode, unmerged: Mapping[int, frozenset[int]]) -> None:
    """Raise BadUnmergedLeaves unless they are sorted, filled, below `x`, and unmerged in all filled nodes between."""
    before = -1
    for index in node.unmerged_leaves:
        if index <= before:
            raise BadUnmergedLeaves(f"the unmerged leaves of node {x} are not in rising order")
        before = index
        if not math.in_subtree(2 * index, x):
            raise BadUnmergedLeaves(f"unmerged leaf {index} is not below node {x}")
        if tree.get_leaf(index) is None:
            raise BadUnmergedLeaves(f"unmerged leaf {index} of node {x} is blank")
        between = math.parent(2 * index)
        while between != x:
            inner = unmerged.get(between)
            if inner is not None and index not in inner:
                raise BadUnmergedLeaves(f"leaf {index} is unmerged at node {x} but not at node {between} below it")
            between = math.parent(between)


def check_parent_hashes(tree: RatchetTree) -> None:
    """Raise ParentHashMismatch unless each filled parent is tied to exactly one node below it."""
    for x in range(1, len(tree.nodes), 2):
        node = tree.parent_node(x)
        if node is not None and not (
            _tied(tree, x, node, math.left(x), math.right(x)) or _tied(tree, x, node, math.right(x), math.left(x))
        ):
            raise ParentHashMismatch(f"parent node {x} is tied to no node below it")


def _tied(tree: RatchetTree, x: int, node: ParentNode, child: int, sibling: int) -> bool:
    """Whether the last change of `node` came through a node in the resolution of `child` (section 7.9.2)."""
    resolution = tree.resolution(child)
    unmerged = {2 * leaf for leaf in node.unmerged_leaves if math.in_subtree(2 * leaf, child)}
    candidates = [y for y in resolution if y not in unmerged]
    if len(candidates) != 1 or len(resolution) != len(unmerged) + 1:
        return False
    carrier = tree.nodes[candidates[0]]
    claimed = carrier.parent_hash if isinstance(carrier, LeafNode | ParentNode) else None
    if not claimed:
        return False
    return claimed == parent_hash(tree.suite, node, original_tree_hash(tree, sibling, node.unmerged_leaves))
