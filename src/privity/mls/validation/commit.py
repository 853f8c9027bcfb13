# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits (RFC 9420, section 12.4.2): everything that can be checked without a secret."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from privity.mls.errors import MissingPath, SenderNotAllowed, UnchangedEncryptionKey
from privity.mls.messages.commit import Commit, UpdatePath
from privity.mls.messages.framing import AuthenticatedContent, SenderType
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Remove
from privity.mls.rules import CommitView, LeafUse, Rules, SentProposal
from privity.mls.state import PublicState
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.tree.path import apply_update_path, check_fresh
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.apply import Provisional, apply_proposals, check_result, next_context
from privity.mls.validation.content import VerifiedContent
from privity.mls.validation.leaf_node import check_leaf
from privity.mls.validation.lists import check_external_list, check_member_list
from privity.mls.validation.proposals import ProposalQueue, check_inline, resolve


@dataclass(frozen=True, slots=True)
class StagedChange:
    """A commit that passed every public check, and what it leads to. Nothing was changed yet."""

    auth: AuthenticatedContent
    provisional: Provisional
    path: UpdatePath | None
    tree: RatchetTree
    context: GroupContext

    @property
    def confirmation_tag(self) -> bytes:
        return self.auth.confirmation_tag or b""

    def state(self) -> PublicState:
        """The public state of the next epoch."""
        return PublicState.confirmed(self.context, self.tree, self.confirmation_tag)


def provision(
    state: PublicState,
    proposals: tuple[SentProposal, ...],
    rules: Rules,
    now: int,
    *,
    committer: int | None,
    joiner: LeafNode | None = None,
) -> Provisional:
    """Check a proposal list and apply it. Who makes a commit calls this too, and then adds a path. `now` in seconds."""
    if joiner is None and committer is not None:
        state.tree.leaf(committer)
        check_member_list(proposals, committer)
    else:
        check_external_list(proposals)
    check_inline(state, proposals, rules, now)
    return apply_proposals(state, proposals, rules, committer=committer, joiner=joiner)


def stage_commit(
    state: PublicState, verified: VerifiedContent, queue: ProposalQueue, rules: Rules, now: int
) -> StagedChange:
    """Check a commit whose signature is good, and work out the next epoch. `now` is in seconds."""
    auth = verified.auth
    commit, sender = auth.content.body, auth.content.sender
    if not isinstance(commit, Commit):
        raise SenderNotAllowed("the content is no commit")
    proposals = resolve(commit, sender, queue)
    path = commit.path
    if sender.type == SenderType.MEMBER and sender.index is not None:
        provisional = provision(state, proposals, rules, now, committer=sender.index)
    elif path is not None:
        provisional = provision(state, proposals, rules, now, committer=None, joiner=path.leaf_node)
    else:
        raise MissingPath("an external commit has no path")
    if path is None:
        if provisional.path_required:
            raise MissingPath("these proposals need an update path")
        tree = provisional.tree
    else:
        check_path_leaf(state, provisional, path.leaf_node, rules, now)
        check_fresh(state.tree, path)
        tree = apply_update_path(provisional.tree, provisional.committer, path, provisional.new_leaves)
    check_result(provisional, tree)
    confirmed = confirmed_transcript_hash(state.suite, state.interim_transcript_hash, auth)
    context = next_context(state, provisional, tree, confirmed)
    rules.check_commit(commit_view(state, provisional, tree, context, auth.content.authenticated_data))
    return StagedChange(auth, provisional, path, tree, context)


def check_path_leaf(state: PublicState, provisional: Provisional, leaf: LeafNode, rules: Rules, now: int) -> None:
    """The leaf that a committer brings: valid, newer than its old one, and the same client."""
    index = provisional.committer
    check_leaf(
        leaf,
        LeafUse.EXTERNAL_JOIN if provisional.external else LeafUse.COMMIT,
        suite=state.suite,
        rules=rules,
        now=now,
        group_id=state.context.group_id,
        leaf_index=index,
    )
    before = replaces(provisional) if provisional.external else index
    if before is not None:
        old = state.tree.leaf(before)
        if compare_digest(old.encryption_key, leaf.encryption_key):
            raise UnchangedEncryptionKey(f"the committer's leaf {index} keeps its encryption key")
        rules.check_successor(old, leaf)


def commit_view(
    state: PublicState,
    provisional: Provisional,
    tree: RatchetTree,
    context: GroupContext,
    authenticated_data: bytes,
) -> CommitView:
    """What room policy is shown of a commit."""
    return CommitView(
        old_context=state.context,
        old_tree=state.tree,
        new_context=context,
        new_tree=tree,
        committer=provisional.committer,
        external=provisional.external,
        proposals=provisional.proposals,
        added=provisional.added,
        removed=provisional.removed,
        updated=provisional.updated,
        authenticated_data=authenticated_data,
    )


def replaces(provisional: Provisional) -> int | None:
    """The leaf that an external commit replaces (resync), if it does."""
    for sent in provisional.proposals:
        if provisional.external and isinstance(sent.proposal, Remove):
            return sent.proposal.removed
    return None
