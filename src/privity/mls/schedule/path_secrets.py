# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""The secret side of TreeKEM (RFC 9420 sections 7.4 to 7.6): fresh secrets up a path, sealed to the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hmac import compare_digest

from privity.mls.crypto import Random
from privity.mls.errors import DecryptionFailed
from privity.mls.messages.commit import Ciphertexts, HPKECiphertext, UpdatePath, UpdatePathNode
from privity.mls.schedule import hpke
from privity.mls.schedule.errors import MissingPathSecret, PathSecretMismatch
from privity.mls.schedule.kdf import derive_secret
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite
from privity.mls.tree import math
from privity.mls.tree.path import path_receivers
from privity.mls.tree.ratchet_tree import RatchetTree

_LABEL = b"UpdatePathNode"


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class PathSecrets:
    """What somebody knows of a path, from `places[0]` up to the root: the secret and private key of each node."""

    places: tuple[int, ...]
    secrets: tuple[bytes, ...]
    private_keys: tuple[bytes, ...]
    public_keys: tuple[bytes, ...]
    commit_secret: bytes

    def __repr__(self) -> str:
        return f"<PathSecrets of {len(self.places)} nodes>"

    def keys(self) -> dict[int, bytes]:
        """Private keys by node index."""
        return dict(zip(self.places, self.private_keys, strict=True))

    def for_leaf(self, leaf_index: int) -> bytes | None:
        """The lowest secret that a leaf may know, for its Welcome."""
        for place, secret in zip(self.places, self.secrets, strict=True):
            if math.in_subtree(2 * leaf_index, place):
                return secret
        return None


def derive_path(suite: CipherSuite, places: Collection[int], first_secret: bytes) -> PathSecrets:
    """Everything above (and at) the first of `places`, which is what `first_secret` belongs to."""
    secrets: list[bytes] = []
    private_keys: list[bytes] = []
    public_keys: list[bytes] = []
    secret = first_secret
    for _ in places:
        private, public = hpke.derive_key_pair(suite, derive_secret(suite, secret, b"node"))
        secrets.append(secret)
        private_keys.append(private)
        public_keys.append(public)
        secret = derive_secret(suite, secret, b"path")
    return PathSecrets(tuple(places), tuple(secrets), tuple(private_keys), tuple(public_keys), secret)


def new_path(tree: RatchetTree, sender: int, random: Random) -> PathSecrets:
    """Fresh secrets for the filtered direct path of a leaf. `tree` has the proposals applied."""
    return derive_path(tree.suite, tree.filtered_direct_path(sender), random(tree.suite.nh))


def seal_path(
    tree: RatchetTree, sender: int, path: PathSecrets, new_leaves: Collection[int], context: bytes, random: Random
) -> tuple[UpdatePathNode, ...]:
    """Seal each secret to those below its node who do not learn it otherwise.

    `tree` has the proposals applied and the path not yet; `context` is the provisional GroupContext.
    """
    suite = tree.suite
    shared = hpke.schedule_context(suite, hpke.label_info(_LABEL, context))
    nodes: list[UpdatePathNode] = []
    receivers = path_receivers(tree, sender, new_leaves)
    for (_, targets), secret, public in zip(receivers, path.secrets, path.public_keys, strict=True):
        sealed: list[HPKECiphertext] = []
        for target in targets:
            node = tree.nodes[target]
            if node is not None:  # a resolution names filled nodes only
                sealed.append(
                    HPKECiphertext(*hpke.seal_in_context(suite, node.encryption_key, shared, b"", secret, random))
                )
        nodes.append(UpdatePathNode(public, Ciphertexts.of(sealed)))
    return tuple(nodes)


def open_path(
    tree: RatchetTree,
    sender: int,
    own_leaf: int,
    path: UpdatePath,
    new_leaves: Collection[int],
    keys: Mapping[int, bytes],
    context: bytes,
) -> PathSecrets:
    """Open our ciphertext of a received path and derive what lies above it.

    The public checks of the path are done already. Raises DecryptionFailed or PathSecretMismatch.
    """
    suite = tree.suite
    receivers = path_receivers(tree, sender, new_leaves)
    for at, (place, targets) in enumerate(receivers):
        if not math.in_subtree(2 * own_leaf, place):
            continue
        for which, target in enumerate(targets):
            private = keys.get(target)
            if private is None:
                continue
            sealed = path.nodes[at].ciphertexts[which]
            secret = hpke.decrypt_with_label(suite, private, _LABEL, context, sealed.kem_output, sealed.ciphertext)
            opened = derive_path(suite, [x for x, _ in receivers[at:]], secret)
            for public, node in zip(opened.public_keys, path.nodes[at:], strict=True):
                _check_same(public, node.encryption_key)
            return opened
        break
    raise DecryptionFailed("no ciphertext of the path is for a key that we hold")


def path_from_welcome(tree: RatchetTree, signer: int, own_leaf: int, secret: bytes) -> PathSecrets:
    """What a newcomer learns from the path secret in its Welcome. Raises PathSecretMismatch."""
    ancestor = math.common_ancestor(2 * own_leaf, 2 * signer)
    places = [x for x in tree.filtered_direct_path(signer) if math.in_subtree(ancestor, x)]
    if not places or places[0] != ancestor:
        raise PathSecretMismatch("the Welcome brings a path secret for a node that is not on the signer's path")
    known = derive_path(tree.suite, places, secret)
    for place, public in zip(places, known.public_keys, strict=True):
        node = tree.parent_node(place)
        if node is None:
            raise PathSecretMismatch(f"the Welcome brings a path secret for node {place}, which is blank")
        _check_same(public, node.encryption_key)
    return known


def check_held(tree: RatchetTree, own_leaf: int, keys: Collection[int]) -> None:
    """Raise MissingPathSecret unless a newcomer holds the key of each node above it at which it is not unmerged.

    Whoever commits next seals to such a node, and to nobody below it.
    """
    for x in math.direct_path(2 * own_leaf, tree.leaf_count):
        node = tree.parent_node(x)
        if node is not None and own_leaf not in node.unmerged_leaves and x not in keys:
            raise MissingPathSecret(
                f"the tree says that we hold the key of node {x}, and the Welcome does not bring it"
            )


def _check_same(derived: bytes, shown: bytes) -> None:
    if not compare_digest(derived, shown):
        raise PathSecretMismatch("a path secret leads to another public key than the one in the tree")
