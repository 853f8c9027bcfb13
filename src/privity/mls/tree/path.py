# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The public half of update paths (RFC 9420, sections 7.5, 7.9.1 and 12.4.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hmac import compare_digest

from privity.mls.crypto import check_hpke_key
from privity.mls.errors import (
    DuplicateEncryptionKey,
    ParentHashMismatch,
    PathCiphertextCount,
    PathLengthMismatch,
    UsageError,
)
from privity.mls.messages.commit import UpdatePath
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.hashes import parent_hash
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree


def path_parents(
    tree: RatchetTree, sender: int, encryption_keys: Sequence[bytes]
) -> tuple[list[tuple[int, ParentNode]], bytes]:
    """The new parents (node index, node; bottom up) for keys along the filtered direct path of a leaf,
    and the parent hash that the leaf must carry."""
    places = tree.copath(sender)
    if len(places) != len(encryption_keys):
        raise UsageError(f"{len(encryption_keys)} keys for a path of {len(places)} nodes")
    parents: list[tuple[int, ParentNode]] = []
    above = b""
    for (x, sibling), key in zip(reversed(places), reversed(encryption_keys), strict=True):
        node = ParentNode(key, above)
        parents.append((x, node))
        above = parent_hash(tree.suite, node, tree.node_hash(sibling))
    parents.reverse()
    return parents, above


def merge_path(tree: RatchetTree, sender: int, leaf: LeafNode, parents: list[tuple[int, ParentNode]]) -> RatchetTree:
    """The tree with a new path. Raises DuplicateEncryptionKey or DuplicateSignatureKey if a key was there already."""
    editor = TreeEditor(tree)
    editor.replace_path(sender, leaf, parents)
    return editor.done()


def path_receivers(tree: RatchetTree, sender: int, new_leaves: Collection[int]) -> list[tuple[int, list[int]]]:
    """For each node of the filtered direct path, bottom up: the nodes to whose keys its secret is encrypted.

    Members who come with the same commit get the secret from their Welcome and are left out (section 7.5).
    """
    new_nodes = {2 * leaf for leaf in new_leaves}
    out: list[tuple[int, list[int]]] = []
    for x, sibling in tree.copath(sender):
        resolution = tree.resolution(sibling)
        out.append((x, [y for y in resolution if y not in new_nodes] if new_nodes else resolution))
    return out


def check_fresh(old: RatchetTree, path: UpdatePath) -> None:
    """Raise DuplicateEncryptionKey if a path brings back a key of the tree as it was before the commit (12.4.2).

    Whoever the commit shall lock out may know such a key, and merging would hide that it was there. Keys that the
    commit's own proposals bring stay in the tree, so merging finds those.
    """
    for key in (path.leaf_node.encryption_key, *(node.encryption_key for node in path.nodes)):
        if old.keys.has_encryption_key(key):
            raise DuplicateEncryptionKey(f"the update path brings back encryption key {key[:8].hex()}.. of the tree")


def apply_update_path(tree: RatchetTree, sender: int, path: UpdatePath, new_leaves: Collection[int]) -> RatchetTree:
    """Check everything about a received path that needs no secret, and merge it. `tree` has the proposals applied."""
    receivers = path_receivers(tree, sender, new_leaves)
    if len(receivers) != len(path.nodes):
        raise PathLengthMismatch(f"the update path has {len(path.nodes)} nodes, expected {len(receivers)}")
    for (x, targets), node in zip(receivers, path.nodes, strict=True):
        check_hpke_key(tree.suite, node.encryption_key)
        if len(targets) != len(node.ciphertexts):
            raise PathCiphertextCount(
                f"node {x} comes with {len(node.ciphertexts)} ciphertexts, expected {len(targets)}"
            )
    parents, expected = path_parents(tree, sender, [node.encryption_key for node in path.nodes])
    if path.leaf_node.parent_hash is None or not compare_digest(path.leaf_node.parent_hash, expected):
        raise ParentHashMismatch(f"the committer's leaf {sender} does not carry the parent hash of its path")
    return merge_path(tree, sender, path.leaf_node, parents)
