# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A group as somebody without its secrets can follow it (RFC 9420, chapter 12): the server's whole view of a room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.errors import BadEnum, CodecError, GroupClosed, TreeHashMismatch, UsageError
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.framing import AuthenticatedContent
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.rules import AddedMember, RemovedMember, Rules, SentProposal, UpdatedMember
from privity.mls.state import PublicState
from privity.mls.suites import CipherSuite, suite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.commit import StagedChange, replaces, stage_commit
from privity.mls.validation.content import verify_content
from privity.mls.validation.group_info import check_describes, verify_group_info
from privity.mls.validation.proposals import QueuedProposal, queue_proposal

STORED_VERSION = 1


@dataclass(frozen=True, slots=True)
class StagedPublicCommit:
    """A commit that passed every check an outsider can make. Look at it, then merge it or drop it."""

    base: PublicState
    change: StagedChange

    @property
    def epoch(self) -> int:
        """The epoch that the commit leads to."""
        return self.change.context.epoch

    @property
    def context(self) -> GroupContext:
        """The group context that it leads to (section 8.1)."""
        return self.change.context

    @property
    def tree(self) -> RatchetTree:
        """The ratchet tree that it leads to."""
        return self.change.tree

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
    def proposals(self) -> tuple[SentProposal, ...]:
        """All proposals that it covers, by value and by reference."""
        return self.change.provisional.proposals

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
    def authenticated_data(self) -> bytes:
        """What the committer authenticated beside the commit (section 6.1)."""
        return self.change.auth.content.authenticated_data

    @property
    def confirmation_tag(self) -> bytes:
        """The tag that the commit carries. Only members can check it."""
        return self.change.confirmation_tag

    def check_group_info(self, group_info: GroupInfo) -> None:
        """Raise unless a GroupInfo describes the epoch that this commit leads to."""
        check_describes(group_info, self.change.state(), self.confirmation_tag)


class PublicGroup:
    """Follows a group by its PublicMessages and holds no secret of it.

    It verifies every signature, sender, proposal, leaf, KeyPackage, update path (length, keys, number of ciphertexts),
    parent hash, tree hash, and asks `rules` about credentials and room policy.

    It cannot check what only members can: the membership tag of a message, the confirmation tag of a commit or of a
    GroupInfo, and whether the ciphertexts of a path or a Welcome open to the right secrets. A commit that is accepted
    here may therefore still be refused by members; a commit that is refused here is refused by all of them.
    """

    __slots__ = ("_closed", "_confirmation_tag", "_context_bytes", "_proposals", "_rules", "_state")

    def __init__(
        self,
        state: PublicState,
        confirmation_tag: bytes,
        rules: Rules,
        proposals: Mapping[bytes, QueuedProposal] | None = None,
        closed: bool = False,
    ) -> None:
        self._state = state
        self._confirmation_tag = confirmation_tag
        self._rules = rules
        self._proposals: dict[bytes, QueuedProposal] = dict(proposals or {})
        self._closed = closed
        self._context_bytes = state.context.encode()

    def __repr__(self) -> str:
        return f"PublicGroup({self.group_id.hex()}, epoch {self.epoch})"

    @classmethod
    def from_group_info(cls, group_info: GroupInfo, ratchet_tree: bytes | None, rules: Rules, now: int) -> PublicGroup:
        """Start following a group at the epoch that a member's GroupInfo describes. `now` is in seconds."""
        verified = verify_group_info(group_info, ratchet_tree, rules, now)
        return cls(verified.state, group_info.confirmation_tag, rules)

    # Looking

    @property
    def state(self) -> PublicState:
        """Context, tree and transcript of the current epoch."""
        return self._state

    @property
    def suite(self) -> CipherSuite:
        """The cipher suite, for as long as the group lasts."""
        return self._state.suite

    @property
    def context(self) -> GroupContext:
        """The group context of the current epoch (section 8.1)."""
        return self._state.context

    @property
    def tree(self) -> RatchetTree:
        """The ratchet tree of the current epoch."""
        return self._state.tree

    @property
    def group_id(self) -> bytes:
        """The bytes that name the group."""
        return self._state.context.group_id

    @property
    def epoch(self) -> int:
        """The number of the current epoch, from 0."""
        return self._state.context.epoch

    @property
    def confirmation_tag(self) -> bytes:
        """That of the commit (or GroupInfo) that led here. Only members can check it."""
        return self._confirmation_tag

    @property
    def closed(self) -> bool:
        """Whether a ReInit ended this group."""
        return self._closed

    @property
    def proposals(self) -> Mapping[bytes, QueuedProposal]:
        """The proposals of this epoch by reference."""
        return MappingProxyType(self._proposals)

    def members(self) -> Iterator[tuple[int, LeafNode]]:
        """Leaf index and leaf of every member."""
        return self._state.tree.leaves()

    # Following

    def process(self, message: PublicMessage, now: int) -> StagedPublicCommit | QueuedProposal:
        """Verify a handshake message of this epoch and change nothing: merge or queue what comes back."""
        if self._closed:
            raise GroupClosed("the group was re-initialised and takes no more messages")
        auth = message.authenticated
        verified = verify_content(self._state, auth, self._context_bytes)
        if isinstance(auth.content.body, Commit):
            change = stage_commit(self._state, verified, self._proposals, self._rules, now)
            return StagedPublicCommit(self._state, change)
        return queue_proposal(self._state, verified, self._rules, now)

    def queue(self, proposal: QueuedProposal) -> None:
        """Remember a proposal, so that a commit of this epoch can name it."""
        if proposal.epoch != self.epoch or proposal.auth.content.group_id != self.group_id:
            raise UsageError(f"a proposal of epoch {proposal.epoch} cannot be queued in epoch {self.epoch}")
        self._proposals[proposal.reference] = proposal

    def merge(self, staged: StagedPublicCommit) -> None:
        """Enter the epoch that a staged commit leads to; the proposals of the old one are forgotten."""
        if staged.base is not self._state:
            raise UsageError(f"the commit was staged on another state than epoch {self.epoch}")
        self._state = staged.change.state()
        self._context_bytes = self._state.context.encode()
        self._confirmation_tag = staged.confirmation_tag
        self._proposals = {}
        self._closed = staged.change.provisional.reinit is not None

    def check_group_info(self, group_info: GroupInfo) -> None:
        """Raise unless a GroupInfo describes the current epoch and a member signed it."""
        check_describes(group_info, self._state, self._confirmation_tag)

    # Storing

    def encode(self) -> bytes:
        """All that must be stored. It was verified on the way in and is not verified again by `decode`."""
        queued = [proposal.auth for proposal in self._proposals.values()]
        return b"".join(
            [
                codec.u16(STORED_VERSION),
                codec.u8(self._closed),
                codec.vec(self._context_bytes),
                codec.vec(self._confirmation_tag),
                codec.vector_of(queued),
                codec.vec(self.tree.encode()),
            ]
        )

    @classmethod
    def decode(cls, data: bytes, rules: Rules) -> PublicGroup:
        """Read back what `encode` wrote."""
        r = Reader(data)
        version = r.u16()
        if version != STORED_VERSION:
            raise CodecError(f"a stored group of version {version}, expected {STORED_VERSION}")
        closed = r.u8()
        if closed > 1:
            raise BadEnum(f"the closed mark is {closed}, expected 0 or 1")
        context = GroupContext.decode(r.vec(MAX_MESSAGE))
        confirmation_tag = r.vec()
        queued = r.vector_of(AuthenticatedContent.read, MAX_MESSAGE)
        tree = RatchetTree.decode(suite(context.cipher_suite, rules.suites), r.vec(MAX_MESSAGE))
        r.end()
        if tree.tree_hash != context.tree_hash:
            raise TreeHashMismatch("the stored tree is not the one that the stored context names")
        state = PublicState.confirmed(context, tree, confirmation_tag)
        proposals = {auth.reference(state.suite): auth for auth in queued}
        return cls(
            state,
            confirmation_tag,
            rules,
            {reference: QueuedProposal(auth, reference) for reference, auth in proposals.items()},
            closed == 1,
        )
