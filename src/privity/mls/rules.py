# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What RFC 9420 leaves to the application: whom to believe, what to allow, how long to remember."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from privity.mls.messages.extensions import ExternalSender
from privity.mls.messages.framing import Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Proposal
from privity.mls.suites import Suites
from privity.mls.tree.ratchet_tree import RatchetTree


class LeafUse(Enum):
    """Why a leaf is being looked at."""

    ADD = "add"  # in a KeyPackage, to be added
    SELF_ADD = "self add"  # in a KeyPackage whose owner, from outside, proposes to be added
    UPDATE = "update"  # in an Update proposal
    COMMIT = "commit"  # in the path of a member's commit
    EXTERNAL_JOIN = "external join"  # in the path of an external commit
    TREE = "tree"  # a member of a group that we are about to enter or to follow


@dataclass(frozen=True, slots=True)
class SentProposal:
    """A proposal and who made it; `reference` is None when it stands in the commit itself."""

    proposal: Proposal
    sender: Sender
    reference: bytes | None = None


@dataclass(frozen=True, slots=True)
class AddedMember:
    """Somebody who came in with a commit: where in the new tree, and by which KeyPackage."""

    leaf_index: int
    key_package: KeyPackage


@dataclass(frozen=True, slots=True)
class RemovedMember:
    """Somebody who went with a commit: the leaf index and leaf in the old tree."""

    leaf_index: int
    leaf_node: LeafNode


@dataclass(frozen=True, slots=True)
class UpdatedMember:
    """A member whose Update proposal a commit takes up, at the same leaf index."""

    leaf_index: int
    old: LeafNode
    new: LeafNode


@dataclass(frozen=True, slots=True)
class CommitView:
    """One valid commit as room policy sees it. `committer` is the leaf index in the new tree (and, unless `external`,
    in the old one); `new_context` is the context that the commit leads to."""

    old_context: GroupContext
    old_tree: RatchetTree
    new_context: GroupContext
    new_tree: RatchetTree
    committer: int
    external: bool
    proposals: tuple[SentProposal, ...]
    added: tuple[AddedMember, ...]
    removed: tuple[RemovedMember, ...]
    updated: tuple[UpdatedMember, ...]
    authenticated_data: bytes


class Rules(Protocol):
    """Each check raises (CredentialRefused, SuccessorRefused, PolicyRefused or another ProtocolError) or returns."""

    @property
    def suites(self) -> Suites:
        """The suites that groups may have, by their numbers: `suites.RFC_9420`, or a `suites.table` of your own."""

    @property
    def max_lifetime_s(self) -> int:
        """The longest lifetime a KeyPackage may claim (section 7.2)."""

    @property
    def past_epochs(self) -> int:
        """How many past epochs members keep keys for."""

    @property
    def out_of_order(self) -> int:
        """How many unused message keys of one sender members keep."""

    @property
    def max_forward(self) -> int:
        """How far ahead one message may move a sender's ratchet."""

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        """Whether the credential belongs to the signature key (section 5.3.1)."""

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        """Whether two leaves stand for the same client (section 5.3.1)."""

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        """Whether this external sender may propose this (section 12.1.8)."""

    def check_listed_sender(self, sender: ExternalSender) -> None:
        """Whether the credential of one who would be listed as external sender belongs to its key (section 5.3.1)."""

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        """The new state of a component after its updates, or a refusal of the whole list."""

    def check_commit(self, change: CommitView) -> None:
        """Whether room policy allows the change."""
