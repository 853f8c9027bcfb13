# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Making a commit (RFC 9420 section 12.4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.mls.crypto import Random
from privity.mls.errors import UsageError
from privity.mls.group.choosing import choose
from privity.mls.group.epoch import begin
from privity.mls.group.errors import CommitPending
from privity.mls.group.outcomes import PendingCommit, StagedCommit
from privity.mls.group.own_path import OwnPath, make_path
from privity.mls.group.stage import after_path, kept_keys
from privity.mls.group.state import GroupState
from privity.mls.group.welcome import make_group_info, make_welcome
from privity.mls.messages.app_data import check_own_aad
from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit, ProposalRef
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.grease import check_no_grease
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
)
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.rules import SentProposal
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.protect import seal_private, seal_public
from privity.mls.schedule.psk import PskLookup, look_up_all, psk_secret
from privity.mls.schedule.secret_tree import Kind, Step
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.validation.apply import check_result, next_context
from privity.mls.validation.commit import StagedChange, commit_view, provision
from privity.mls.validation.proposals import QueuedProposal


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """What a commit shall do. `by_reference` None means: whatever was proposed and can be committed."""

    adds: Sequence[KeyPackage] = ()
    removes: Sequence[int] = ()
    group_context_extensions: Extensions | None = None
    app_data_updates: Sequence[AppDataUpdate] = ()
    psks: Sequence[PreSharedKeyID] = ()
    reinit: ReInit | None = None
    by_reference: Sequence[bytes] | None = None
    force_path: bool = False
    aad: bytes = b""
    tree_in_welcome: bool = False
    private: bool = False
    padding_to: int = 0


def commit(
    state: GroupState, request: CommitRequest, *, random: Random, now: int, psks: PskLookup | None
) -> PendingCommit:
    """Make a commit and remember it as pending. Merge it when the server took it, clear it when another was first."""
    state.check_open()
    if state.pending is not None:
        raise CommitPending("a commit is pending: merge it or clear it first")
    check_own_aad(state.epoch.public.context.extensions, request.aad)
    epoch, identity = state.epoch, state.identity
    public, suite, own = epoch.public, epoch.suite, epoch.own_leaf
    values = _by_value(request)
    lookup = state.psk_lookup(psks)
    queued = _by_reference(state, request, values, lookup)
    sender = Sender.member(own)
    sent = tuple(SentProposal(value, sender) for value in values) + tuple(each.sent for each in queued)
    provisional = provision(public, sent, state.rules, now, committer=own)
    path: OwnPath | None = None
    keys = kept_keys(state, provisional)
    tree, commit_secret = provisional.tree, bytes(suite.nh)
    if provisional.path_required or request.force_path:
        leaf_keys = hpke.generate_key_pair(suite, random)
        path = make_path(public, provisional, identity, state.signer, public.tree.leaf(own), leaf_keys, random)
        tree, commit_secret = path.tree, path.secrets.commit_secret
        keys = after_path(keys, tree.leaf_count, own) | path.keys
    check_result(provisional, tree)
    body = Commit((*values, *(ProposalRef(each.reference) for each in queued)), path.path if path else None)
    content = FramedContent(epoch.group_id, epoch.number, sender, request.aad, body)
    wire_format = PRIVATE_MESSAGE if request.private else PUBLIC_MESSAGE
    auth = AuthenticatedContent.signed(suite, state.signer, content, epoch.context, wire_format)
    confirmed = confirmed_transcript_hash(suite, public.interim_transcript_hash, auth)
    context = next_context(public, provisional, tree, confirmed)
    state.rules.check_commit(commit_view(public, provisional, tree, context, request.aad))
    encoded = context.encode()
    mixed = psk_secret(suite, look_up_all(provisional.psks, lookup))
    joiner = key_schedule.joiner_secret(suite, epoch.secrets.init_secret, commit_secret, encoded)
    new = key_schedule.new_epoch(suite, joiner, mixed, encoded)
    tag = key_schedule.confirmation_tag(suite, new.secrets.confirmation_key, confirmed)
    auth = auth.with_confirmation_tag(tag)
    change = StagedChange(auth, provisional, path.path if path else None, tree, context)
    following = begin(change.state(), encoded, tag, own, new, keys, provisional.reinit)
    welcome: bytes | None = None
    if provisional.added:
        inside = make_group_info(following, state.signer, with_tree=request.tree_in_welcome)
        secrets = path.secrets if path else None
        made = make_welcome(suite, inside, new, provisional.added, secrets, provisional.psks, random)
        welcome = MLSMessage(made).encode()
    message, step = seal_handshake(state, auth, request.padding_to, random)
    pending = PendingCommit(message, welcome, StagedCommit(epoch, change, following), state.signer)
    if step is not None:
        state.take(epoch, step)
    state.set_pending(pending, new.epoch_secret)
    return pending


def seal_handshake(
    state: GroupState, auth: AuthenticatedContent, padding_to: int, random: Random
) -> tuple[bytes, Step | None]:
    """The encoded message, and the message key that it used if it is a PrivateMessage."""
    epoch = state.epoch
    if auth.wire_format == PUBLIC_MESSAGE:
        public = seal_public(epoch.suite, epoch.secrets.membership_key, auth, epoch.context)
        return MLSMessage(public).encode(), None
    step = epoch.messages.next_to_send(epoch.own_leaf, Kind.HANDSHAKE)
    secret = epoch.secrets.sender_data_secret
    private = seal_private(epoch.suite, secret, step, auth, padding_to=padding_to, random=random)
    return MLSMessage(private).encode(), step


def _by_value(request: CommitRequest) -> tuple[Proposal, ...]:
    values: list[Proposal] = []
    if request.group_context_extensions is not None:
        check_no_grease(request.group_context_extensions)
        values.append(GroupContextExtensions(request.group_context_extensions))
    values.extend(Remove(leaf) for leaf in request.removes)
    values.extend(Add(package) for package in request.adds)
    values.extend(PreSharedKey(name) for name in request.psks)
    values.extend(request.app_data_updates)
    if request.reinit is not None:
        values.append(request.reinit)
    return tuple(values)


def _by_reference(
    state: GroupState, request: CommitRequest, values: Sequence[Proposal], lookup: PskLookup
) -> list[QueuedProposal]:
    """The proposals named, or all queued ones that fit together."""
    epoch, queue = state.epoch, state.queue
    if request.by_reference is None:
        return choose(epoch.public, queue, values, epoch.own_leaf, rules=state.rules, psks=lookup, aad=request.aad)
    unknown = [reference for reference in request.by_reference if reference not in queue]
    if unknown:
        raise UsageError(f"proposal {unknown[0].hex()} is not queued in this epoch")
    return [queue[reference] for reference in request.by_reference]
