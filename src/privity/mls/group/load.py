# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Reading a group back from its records. They were verified on the way in and are not verified again."""

from __future__ import annotations

from collections.abc import Mapping

from privity.mls import codec
from privity.mls.errors import BadConfirmationTag, CodecError
from privity.mls.group.epoch import Epoch, PastEpoch, begin
from privity.mls.group.errors import DamagedRecords
from privity.mls.group.identity import Identity
from privity.mls.group.older_pending import OlderPending, is_older
from privity.mls.group.outcomes import PendingCommit, StagedCommit
from privity.mls.group.records import EpochHead, Sorted, StoredPending, StoredProposal, read_past, sort_records
from privity.mls.group.state import GroupState
from privity.mls.messages.commit import Commit
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.rules import Rules
from privity.mls.schedule.exporting import ExporterTree
from privity.mls.schedule.key_schedule import from_epoch_secret
from privity.mls.schedule.secret_tree import SecretTree
from privity.mls.state import PublicState
from privity.mls.suites import CipherSuite, suite
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.tree.math import node_width
from privity.mls.tree.node import Node, read_node
from privity.mls.tree.path import apply_update_path
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.apply import apply_proposals, next_context
from privity.mls.validation.commit import StagedChange
from privity.mls.validation.proposals import QueuedProposal, resolve


def load(stored: Mapping[bytes, bytes], identity: Identity, rules: Rules) -> GroupState:
    """The group as it was when these records were drained. Raises DamagedRecords when they do not fit together."""
    try:
        return _load(sort_records(stored), identity, rules)
    except CodecError as error:
        raise DamagedRecords("a stored record does not decode") from error


def _load(parts: Sorted, identity: Identity, rules: Rules) -> GroupState:
    head = EpochHead.decode(parts.head)
    chosen = suite(head.context.cipher_suite, rules.suites)
    tree = _tree(head, chosen, parts.nodes)
    public = PublicState.confirmed(head.context, tree, head.confirmation_tag)
    number = head.context.epoch
    epoch = Epoch(
        public,
        head.context.encode(),
        head.confirmation_tag,
        head.own_leaf,
        head.secrets,
        parts.keys,
        SecretTree.from_records(chosen, head.leaf_count, parts.messages.get(number, {})),
        ExporterTree.from_records(chosen, parts.exports),
        head.reinit,
    )
    state = GroupState(identity, rules, epoch, removed=head.removed)
    for past in sorted(parts.past):
        state.past[past] = _past(parts, past, chosen)
    for order in sorted(parts.proposals):
        stored = StoredProposal.decode(parts.proposals[order])
        reference = stored.auth.reference(chosen)
        state.queue[reference] = QueuedProposal(stored.auth, reference)
        if stored.leaf_private:
            state.own_updates[reference] = stored.leaf_private
        state.proposal_count = order + 1
    if parts.moved:
        state.record_moved(parts.moved)
    if parts.pending is not None:
        state.pending = _pending(state, parts.pending)
    return state


def _tree(head: EpochHead, chosen: CipherSuite, stored: Mapping[int, bytes]) -> RatchetTree:
    if head.leaf_count.bit_count() != 1 or max(stored, default=-1) < head.leaf_count - 1:
        raise DamagedRecords(f"the stored nodes are not those of a tree of {head.leaf_count} leaves")
    nodes: list[Node | None] = [None] * node_width(head.leaf_count)
    for x, value in stored.items():
        if x >= len(nodes):
            raise DamagedRecords(f"node {x} is outside of a tree of {head.leaf_count} leaves")
        nodes[x] = codec.decode(lambda r: r.optional(read_node), value)
    tree = RatchetTree(chosen, nodes)
    if tree.tree_hash != head.context.tree_hash:
        raise DamagedRecords("the stored tree is not the one of the stored epoch")
    if tree.get_leaf(head.own_leaf) is None:
        raise DamagedRecords(f"our own leaf {head.own_leaf} is blank in the stored tree, or outside of it")
    return tree


def _past(parts: Sorted, number: int, chosen: CipherSuite) -> PastEpoch:
    found = codec.decode(read_past, parts.past[number])
    context, sender_data_secret, resumption_psk, own_leaf, leaf_count, leaves = found
    leaves |= parts.past_leaves.get(number, {})
    return PastEpoch(
        number,
        context,
        sender_data_secret,
        resumption_psk,
        own_leaf,
        {index: LeafNode.decode(value) if value else None for index, value in leaves.items()},
        SecretTree.from_records(chosen, leaf_count, parts.messages.get(number, {})),
    )


def _pending(state: GroupState, data: bytes) -> PendingCommit:
    """The pending commit with what the record leaves out worked out again from the commit itself."""
    older = codec.decode(OlderPending.read, data) if is_older(data) else None
    stored = codec.decode(StoredPending.read, data) if older is None else older.pending
    public = state.epoch.public
    auth = stored.authenticated()
    commit = auth.content.body
    if not isinstance(commit, Commit):
        raise DamagedRecords("the pending commit is no commit")
    proposals = resolve(commit, auth.content.sender, state.queue)
    provisional = apply_proposals(public, proposals, state.rules, committer=state.epoch.own_leaf)
    tree = provisional.tree
    if commit.path is not None:
        tree = apply_update_path(tree, provisional.committer, commit.path, provisional.new_leaves)
    confirmed = confirmed_transcript_hash(public.suite, public.interim_transcript_hash, auth)
    context = next_context(public, provisional, tree, confirmed)
    change = StagedChange(auth, provisional, commit.path, tree, context)
    following = _following(state, change, stored) if older is None else older.following(change)
    staged = StagedCommit(state.epoch, change, following)
    return PendingCommit(stored.message, stored.welcome or None, staged, state.signer)


def _following(state: GroupState, change: StagedChange, stored: StoredPending) -> Epoch:
    """The epoch that a pending commit leads to, derived again."""
    new = from_epoch_secret(state.epoch.suite, stored.epoch_secret)
    own_leaf, reinit = state.epoch.own_leaf, change.provisional.reinit
    encoded, tag = change.context.encode(), change.confirmation_tag
    try:
        return begin(change.state(), encoded, tag, own_leaf, new, dict(stored.keys), reinit)
    except BadConfirmationTag:
        raise DamagedRecords("the pending commit does not lead to the stored epoch") from None
