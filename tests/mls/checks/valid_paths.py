# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits of a member whose path is made by hand, so that it can be sealed wrongly and still be tagged rightly."""

from __future__ import annotations

from collections.abc import Callable

from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit, UpdatePath, UpdatePathNode
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.path_secrets import PathSecrets, new_path, seal_path
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.tree.path import merge_path, path_parents
from privity.mls.validation.apply import next_context
from privity.mls.validation.commit import provision
from tests.mls.checks.valid import content, signed, tagged
from tests.mls.group.builders import NOW, Member

Nodes = tuple[UpdatePathNode, ...]


def own_places(member: Member) -> list[int]:
    """The nodes of a member's filtered direct path."""
    return member.group.tree.filtered_direct_path(member.group.own_leaf)


def mixed(lower: PathSecrets, upper: PathSecrets) -> PathSecrets:
    """Secrets of which all above the first do not follow from it."""
    return PathSecrets(
        lower.places,
        (*lower.secrets[:1], *upper.secrets[1:]),
        (*lower.private_keys[:1], *upper.private_keys[1:]),
        (*lower.public_keys[:1], *upper.public_keys[1:]),
        upper.commit_secret,
    )


def crafted(
    sender: Member,
    secrets: PathSecrets | None = None,
    *,
    sealed: PathSecrets | None = None,
    context: Callable[[GroupContext], GroupContext] = lambda it: it,
    change: Callable[[Nodes], Nodes] = lambda it: it,
) -> bytes:
    """A commit of nothing but a path with these secrets, or fresh ones.

    `sealed` are sealed in their place, `context` changes what they are sealed in, `change` what was sealed.
    """
    epoch, identity = sender.group._state.epoch, sender.identity
    before, suite, own = epoch.public, epoch.suite, epoch.own_leaf
    provisional = provision(before, (), sender.rules, NOW, committer=own)
    chosen = secrets or new_path(provisional.tree, own, sender.random)
    parents, parent_hash = path_parents(provisional.tree, own, chosen.public_keys)
    old = before.tree.leaf(own)
    leaf = LeafNode.signed(
        suite,
        identity.signature_private,
        encryption_key=hpke.generate_key_pair(suite, sender.random)[1],
        signature_key=identity.signature_public,
        credential=identity.credential,
        capabilities=old.capabilities,
        source=LeafSource.COMMIT,
        parent_hash=parent_hash,
        group_id=epoch.group_id,
        leaf_index=own,
    )
    tree = merge_path(provisional.tree, own, leaf, parents)
    provisional_context = context(next_context(before, provisional, tree, before.context.confirmed_transcript_hash))
    nodes = seal_path(provisional.tree, own, sealed or chosen, (), provisional_context.encode(), sender.random)
    shown = [UpdatePathNode(key, node.ciphertexts) for key, node in zip(chosen.public_keys, change(nodes), strict=True)]
    framed = content(sender, Commit((), UpdatePath(leaf, tuple(shown))))
    auth = signed(sender, framed, wire_format=PUBLIC_MESSAGE)
    confirmed = confirmed_transcript_hash(suite, before.interim_transcript_hash, auth)
    encoded = next_context(before, provisional, tree, confirmed).encode()
    joiner = key_schedule.joiner_secret(suite, epoch.secrets.init_secret, chosen.commit_secret, encoded)
    new = key_schedule.new_epoch(suite, joiner, key_schedule.no_psk(suite), encoded)
    tag = key_schedule.confirmation_tag(suite, new.secrets.confirmation_key, confirmed)
    return tagged(sender, auth.with_confirmation_tag(tag))
