# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Following a commit with our secrets (RFC 9420 section 12.4.2), after the public checks let it through."""

from __future__ import annotations

from privity.mls.errors import UsageError
from privity.mls.group.epoch import begin
from privity.mls.group.errors import UnknownOwnUpdate
from privity.mls.group.outcomes import StagedCommit
from privity.mls.group.state import GroupState
from privity.mls.messages.framing import SenderType
from privity.mls.messages.proposals import Update
from privity.mls.schedule import key_schedule
from privity.mls.schedule.path_secrets import open_path
from privity.mls.schedule.psk import PskLookup, look_up_all, psk_secret
from privity.mls.schedule.secret_tree import Step
from privity.mls.tree import math
from privity.mls.validation.apply import Provisional, next_context
from privity.mls.validation.commit import stage_commit
from privity.mls.validation.content import VerifiedContent


def stage(
    state: GroupState, verified: VerifiedContent, now: int, psks: PskLookup | None, step: Step | None
) -> StagedCommit:
    """Work out the epoch that somebody else's commit leads to. Changes nothing."""
    epoch = state.epoch
    public, suite = epoch.public, epoch.suite
    change = stage_commit(public, verified, state.queue, state.rules, now)
    provisional = change.provisional
    if any(member.leaf_index == epoch.own_leaf for member in provisional.removed):
        return StagedCommit(epoch, change, None, step)
    keys = kept_keys(state, provisional)
    commit_secret = bytes(suite.nh)
    if change.path is not None:
        context = next_context(public, provisional, change.tree, public.context.confirmed_transcript_hash)
        opened = open_path(
            provisional.tree,
            provisional.committer,
            epoch.own_leaf,
            change.path,
            provisional.new_leaves,
            keys,
            context.encode(),
        )
        commit_secret = opened.commit_secret
        keys = after_path(keys, change.tree.leaf_count, provisional.committer) | opened.keys()
    names = provisional.psks
    mixed = psk_secret(suite, look_up_all(names, state.psk_lookup(psks)))
    init_secret = epoch.secrets.init_secret
    if verified.content.sender.type == SenderType.NEW_MEMBER_COMMIT:
        if provisional.external_init is None:
            raise UsageError("an external commit without ExternalInit passed the public checks")
        init_secret = key_schedule.external_init_for_receiver(
            suite, epoch.secrets.external_secret, provisional.external_init
        )
    encoded = change.context.encode()
    joiner = key_schedule.joiner_secret(suite, init_secret, commit_secret, encoded)
    following = begin(
        change.state(),
        encoded,
        change.confirmation_tag,
        epoch.own_leaf,
        key_schedule.new_epoch(suite, joiner, mixed, encoded),
        keys,
        provisional.reinit,
    )
    return StagedCommit(epoch, change, following, step)


def kept_keys(state: GroupState, provisional: Provisional) -> dict[int, bytes]:
    """Our private keys for nodes that the proposals left standing, with the new one if our Update is among them."""
    nodes = provisional.tree.nodes
    own = state.epoch.own_leaf
    keys = {x: key for x, key in state.epoch.keys.items() if x < len(nodes) and nodes[x] is not None}
    for sent in provisional.proposals:
        if isinstance(sent.proposal, Update) and sent.sender.index == own:
            private = state.own_updates.get(sent.reference or b"")
            if private is None:
                raise UnknownOwnUpdate("the commit takes up an Update of ours whose private key is gone")
            keys[2 * own] = private
    return keys


def after_path(keys: dict[int, bytes], leaf_count: int, committer: int) -> dict[int, bytes]:
    """The keys that a path does not replace."""
    replaced = {2 * committer, *math.direct_path(2 * committer, leaf_count)}
    return {x: key for x, key in keys.items() if x not in replaced}
