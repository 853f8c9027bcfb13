# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Commits on their way: staged by somebody, or pending as our own (RFC 9420 section 12.4)."""

from __future__ import annotations

from dataclasses import dataclass

from privity.mls.crypto import SigningKey
from privity.mls.group.epoch import Epoch
from privity.mls.group.errors import NoPendingCommit
from privity.mls.group.welcome import make_group_info
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.extensions import Extension
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.rules import AddedMember, RemovedMember, SentProposal, UpdatedMember
from privity.mls.schedule.secret_tree import Step
from privity.mls.secrecy import holds_secrets
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.commit import StagedChange, replaces


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class StagedCommit:
    """A commit that passed every check, and the epoch it leads to. Look at it, then merge it or drop it."""

    base: Epoch
    change: StagedChange
    next: Epoch | None
    step: Step | None = None

    def __repr__(self) -> str:
        return f"<StagedCommit to epoch {self.epoch} by leaf {self.committer}>"

    @property
    def epoch(self) -> int:
        """The epoch that the commit leads to."""
        return self.change.context.epoch

    @property
    def committer(self) -> int:
        """The committer's leaf index in the new tree."""
        return self.change.provisional.committer

    @property
    def external(self) -> bool:
        """Whether the committer joins with this commit."""
        return self.change.provisional.external

    @property
    def replaced(self) -> int | None:
        """The leaf that an external commit takes over, if it does."""
        return replaces(self.change.provisional)

    @property
    def added(self) -> tuple[AddedMember, ...]:
        """Who came in with it, in the order of the proposals."""
        return self.change.provisional.added

    @property
    def removed(self) -> tuple[RemovedMember, ...]:
        """Who went, with the leaves that they had."""
        return self.change.provisional.removed

    @property
    def updated(self) -> tuple[UpdatedMember, ...]:
        """Members whose Update it takes up. The committer's own new leaf stands in `tree`."""
        return self.change.provisional.updated

    @property
    def proposals(self) -> tuple[SentProposal, ...]:
        """All proposals that it covers, by value and by reference."""
        return self.change.provisional.proposals

    @property
    def self_removed(self) -> bool:
        """Whether we are no longer in the group once this is merged."""
        return self.next is None

    @property
    def old_context(self) -> GroupContext:
        """The group context before it."""
        return self.base.public.context

    @property
    def context(self) -> GroupContext:
        """The group context that it leads to (section 8.1)."""
        return self.change.context

    @property
    def tree(self) -> RatchetTree:
        """The ratchet tree that it leads to."""
        return self.change.tree

    @property
    def changed_extensions(self) -> tuple[Extension, ...]:
        """Extensions of the group that are new or have new bytes."""
        old = set(self.old_context.extensions)
        return tuple(extension for extension in self.context.extensions if extension not in old)

    @property
    def authenticated_data(self) -> bytes:
        """What the committer authenticated beside the commit (section 6.1)."""
        return self.change.auth.content.authenticated_data


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class PendingCommit:
    """A commit of ours that nobody accepted yet.

    `message`, `welcome` and `group_info` are encoded MLSMessages. `group_info` carries no tree, and is made when it is
    asked for.
    """

    message: bytes
    welcome: bytes | None
    staged: StagedCommit
    signer: SigningKey

    def __repr__(self) -> str:
        return f"<PendingCommit to epoch {self.staged.epoch}>"

    @property
    def group_info(self) -> bytes:
        """The GroupInfo of the new epoch as an encoded MLSMessage, without its tree."""
        following = self.staged.next
        if following is None:
            raise NoPendingCommit("a commit that removes its own sender leads to no epoch")
        return MLSMessage(make_group_info(following, self.signer, with_tree=False)).encode()

    @property
    def ratchet_tree(self) -> bytes:
        """The tree of the new epoch, encoded, for whoever gets it beside the Welcome or the GroupInfo."""
        return self.staged.tree.encode()

    @property
    def epoch(self) -> int:
        """The epoch that the commit leads to."""
        return self.staged.epoch


@holds_secrets
@dataclass(frozen=True, slots=True)
class OwnCommit:
    """The echo of our pending commit: it was accepted, so merge it."""

    pending: PendingCommit


@holds_secrets
@dataclass(frozen=True, slots=True)
class ApplicationMessage:
    """A message that a member of `epoch` signed. All parts a report needs are here."""

    epoch: int
    sender_leaf: int
    leaf_node: LeafNode
    plaintext: bytes
    aad: bytes
    signature: bytes
    generation: int
    group_context: bytes
