# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Our own way to the root: a fresh leaf, fresh path secrets, and the UpdatePath that tells others (RFC 9420 7.5)."""

from __future__ import annotations

from dataclasses import dataclass

from privity.mls.crypto import Random, SigningKey
from privity.mls.group.identity import Identity
from privity.mls.messages.commit import UpdatePath
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.schedule.path_secrets import PathSecrets, new_path, seal_path
from privity.mls.secrecy import holds_secrets
from privity.mls.state import PublicState
from privity.mls.tree.path import merge_path, path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.apply import Provisional, next_context


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class OwnPath:
    """The path as sent, the tree with it, and the keys that only we know whole."""

    path: UpdatePath
    tree: RatchetTree
    secrets: PathSecrets
    keys: dict[int, bytes]

    def __repr__(self) -> str:
        return f"<OwnPath of {len(self.path.nodes)} nodes>"


def make_path(
    public: PublicState,
    provisional: Provisional,
    identity: Identity,
    signer: SigningKey,
    old_leaf: LeafNode,
    leaf_keys: tuple[bytes, bytes],
    random: Random,
) -> OwnPath:
    """A path from `provisional.committer`. `old_leaf` lends capabilities and extensions, `leaf_keys` are ours."""
    suite, index = public.suite, provisional.committer
    leaf_private, encryption_key = leaf_keys
    secrets = new_path(provisional.tree, index, random)
    parents, parent_hash = path_parents(provisional.tree, index, secrets.public_keys)
    leaf = LeafNode.signed(
        suite,
        signer,
        encryption_key=encryption_key,
        signature_key=identity.signature_public,
        credential=identity.credential,
        capabilities=old_leaf.capabilities,
        source=LeafSource.COMMIT,
        parent_hash=parent_hash,
        extensions=old_leaf.extensions,
        group_id=public.context.group_id,
        leaf_index=index,
    )
    tree = merge_path(provisional.tree, index, leaf, parents)
    context = next_context(public, provisional, tree, public.context.confirmed_transcript_hash)
    nodes = seal_path(provisional.tree, index, secrets, provisional.new_leaves, context.encode(), random)
    return OwnPath(UpdatePath(leaf, nodes), tree, secrets, secrets.keys() | {2 * index: leaf_private})
