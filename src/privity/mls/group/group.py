# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""One member's view of one group: what a client holds and calls. Each verb lives in its own module.

A call that raises has changed nothing. After every call that returns, `drain` gives the records that changed; write
them in one transaction before anything is sent or shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from privity.mls.codec import MAX_MESSAGE
from privity.mls.crypto import Random
from privity.mls.errors import UsageError
from privity.mls.group import commit as commits
from privity.mls.group import create as creating
from privity.mls.group import encrypt as encrypting
from privity.mls.group import join as joining
from privity.mls.group import join_external as entering
from privity.mls.group import load as loading
from privity.mls.group import process as processing
from privity.mls.group import propose as proposing
from privity.mls.group.commit import CommitRequest
from privity.mls.group.identity import Identity, KeyPackageBundle
from privity.mls.group.outcomes import PendingCommit, StagedCommit
from privity.mls.group.process import Outcome
from privity.mls.group.records import Records
from privity.mls.group.state import GroupState
from privity.mls.group.welcome import make_group_info
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Add, AppDataUpdate, GroupContextExtensions, PreSharedKey, Proposal, Remove
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.messages.welcome import Welcome
from privity.mls.rules import Rules
from privity.mls.schedule import key_schedule
from privity.mls.schedule.psk import PskLookup
from privity.mls.suites import CipherSuite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.proposals import QueuedProposal


class Group:
    """Use `create`, `join`, `join_external` or `load` to get one."""

    __slots__ = ("_state",)

    def __init__(self, state: GroupState) -> None:
        self._state = state

    def __repr__(self) -> str:
        return f"<Group {self.group_id.hex()[:16]} epoch {self.epoch}>"

    # Entering

    @classmethod
    def create(
        cls,
        identity: Identity,
        group_id: bytes,
        *,
        extensions: Extensions = (),
        capabilities: Capabilities,
        leaf_extensions: Extensions = (),
        lifetime_s: int,
        now: int,
        rules: Rules,
        random: Random,
    ) -> Group:
        """A new group with us as its only member. `now` in seconds."""
        return cls(
            creating.create(
                identity,
                group_id,
                extensions=extensions,
                capabilities=capabilities,
                leaf_extensions=leaf_extensions,
                lifetime_s=lifetime_s,
                now=now,
                rules=rules,
                random=random,
            )
        )

    @classmethod
    def join(
        cls,
        welcome: Welcome,
        bundle: KeyPackageBundle,
        identity: Identity,
        *,
        ratchet_tree: bytes | None,
        rules: Rules,
        now: int,
        psks: PskLookup | None = None,
    ) -> Group:
        """Enter with a Welcome; `ratchet_tree` when it comes out of band. Delete the bundle afterwards."""
        return cls(joining.join(welcome, bundle, identity, ratchet_tree=ratchet_tree, rules=rules, now=now, psks=psks))

    @classmethod
    def join_external(
        cls,
        group_info: GroupInfo,
        *,
        ratchet_tree: bytes | None,
        identity: Identity,
        capabilities: Capabilities,
        leaf_extensions: Extensions = (),
        rules: Rules,
        now: int,
        random: Random,
        replace: int | None = None,
        aad: bytes = b"",
    ) -> PendingJoin:
        """Enter by a commit of our own; `replace` names our old leaf when this is a resync."""
        joined = entering.join_external(
            group_info,
            ratchet_tree=ratchet_tree,
            identity=identity,
            capabilities=capabilities,
            leaf_extensions=leaf_extensions,
            rules=rules,
            now=now,
            random=random,
            replace=replace,
            aad=aad,
        )
        return PendingJoin(joined, identity, rules)

    @classmethod
    def load(cls, records: Mapping[bytes, bytes], identity: Identity, rules: Rules) -> Group:
        """The group that these records hold, its pending commit included. Raises DamagedRecords."""
        return cls(loading.load(records, identity, rules))

    # Looking

    @property
    def suite(self) -> CipherSuite:
        return self._state.epoch.suite

    @property
    def group_id(self) -> bytes:
        return self._state.epoch.group_id

    @property
    def epoch(self) -> int:
        return self._state.epoch.number

    @property
    def epoch_authenticator(self) -> bytes:
        """Equal for all members of an epoch, and for nobody else (RFC 9420 section 8.7)."""
        return self._state.epoch.secrets.epoch_authenticator

    @property
    def context(self) -> GroupContext:
        return self._state.epoch.public.context

    @property
    def context_bytes(self) -> bytes:
        return self._state.epoch.context

    @property
    def tree(self) -> RatchetTree:
        return self._state.epoch.public.tree

    @property
    def own_leaf(self) -> int:
        return self._state.epoch.own_leaf

    @property
    def added_by(self) -> int | None:
        """The leaf whose Welcome this group was joined by; None where it was entered otherwise, or loaded since."""
        return self._state.added_by

    @property
    def removed(self) -> bool:
        """Whether we were removed; nothing can be sent any more."""
        return self._state.removed

    @property
    def closed(self) -> bool:
        """Whether a ReInit ended this group."""
        return self._state.epoch.closed

    @property
    def pending(self) -> PendingCommit | None:
        return self._state.pending

    @property
    def proposals(self) -> Mapping[bytes, QueuedProposal]:
        """The queued proposals of this epoch by reference."""
        return dict(self._state.queue)

    def members(self) -> Iterator[tuple[int, LeafNode]]:
        """Leaf index and leaf of every member."""
        return self.tree.leaves()

    def group_info(self, with_tree: bool = False) -> bytes:
        """A signed GroupInfo of this epoch as an encoded MLSMessage."""
        self._state.check_open()
        return MLSMessage(make_group_info(self._state.epoch, self._state.signer, with_tree=with_tree)).encode()

    def export(self, label: bytes, context: bytes, length: int) -> bytes:
        """A secret of this epoch for another purpose (RFC 9420 section 8.5)."""
        return key_schedule.export(self.suite, self._state.epoch.secrets.exporter_secret, label, context, length)

    # Proposing

    def propose_add(
        self, key_package: KeyPackage, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        """Each `propose_...` queues the proposal and returns it as an encoded MLSMessage."""
        return self._propose(Add(key_package), random, now, aad, private)

    def propose_update(self, *, random: Random, now: int, aad: bytes = b"", private: bool = False) -> bytes:
        return proposing.propose_update(self._state, aad=aad, private=private, random=random, now=now)

    def propose_remove(self, leaf: int, *, random: Random, now: int, aad: bytes = b"", private: bool = False) -> bytes:
        return self._propose(Remove(leaf), random, now, aad, private)

    def propose_group_context_extensions(
        self, extensions: Extensions, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        return self._propose(GroupContextExtensions(extensions), random, now, aad, private)

    def propose_app_data_update(
        self, update: AppDataUpdate, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        return self._propose(update, random, now, aad, private)

    def propose_psk(
        self, psk: PreSharedKeyID, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        return self._propose(PreSharedKey(psk), random, now, aad, private)

    def _propose(self, proposal: Proposal, random: Random, now: int, aad: bytes, private: bool) -> bytes:
        return proposing.propose(self._state, proposal, aad=aad, private=private, random=random, now=now)

    # Committing

    def commit(
        self,
        *,
        adds: Sequence[KeyPackage] = (),
        removes: Sequence[int] = (),
        group_context_extensions: Extensions | None = None,
        app_data_updates: Sequence[AppDataUpdate] = (),
        psk_ids: Sequence[PreSharedKeyID] = (),
        by_reference: Sequence[bytes] | None = None,
        force_path: bool = False,
        aad: bytes = b"",
        tree_in_welcome: bool = False,
        private: bool = False,
        padding_to: int = 0,
        random: Random,
        now: int,
        psks: PskLookup | None = None,
    ) -> PendingCommit:
        """Make a commit; it stays pending until `merge_pending` or `clear_pending`.

        `by_reference` None takes all queued proposals that fit together, an empty one none of them.
        """
        request = CommitRequest(
            adds,
            removes,
            group_context_extensions,
            app_data_updates,
            psk_ids,
            by_reference,
            force_path,
            aad,
            tree_in_welcome,
            private,
            padding_to,
        )
        return commits.commit(self._state, request, random=random, now=now, psks=psks)

    def merge_pending(self, pending: PendingCommit | None = None) -> None:
        """Enter the epoch of our own commit, because it was accepted."""
        held = self._state.require_pending()
        if pending is not None and pending is not held:
            raise UsageError("this is not the pending commit")
        self._state.advance(held.staged)

    def clear_pending(self) -> None:
        """Give our own commit up, because another was accepted first. Queued proposals stay."""
        self._state.clear_pending()

    # Messages

    def process(self, message: bytes, *, now: int, psks: PskLookup | None = None) -> Outcome:
        """Take in one encoded MLSMessage. A proposal is queued, a message key used up; a commit changes nothing yet."""
        return processing.process(self._state, message, now, psks)

    def merge(self, staged: StagedCommit) -> None:
        """Enter the epoch of somebody else's commit. A pending commit of ours is cleared with it."""
        self._state.advance(staged)

    def encrypt(self, plaintext: bytes, *, aad: bytes = b"", padding_to: int = 0, random: Random) -> bytes:
        """An application message, padded to a multiple of `padding_to` bytes, as an encoded MLSMessage."""
        if len(plaintext) > MAX_MESSAGE:
            raise UsageError(f"a message of {len(plaintext)} bytes, at most {MAX_MESSAGE} are possible")
        return encrypting.encrypt(self._state, plaintext, aad=aad, padding_to=padding_to, random=random)

    # Storing

    def drain(self) -> Records:
        """The records that changed since the last call."""
        return self._state.journal.drain()


class PendingJoin:
    """An external commit of ours that nobody accepted yet; `encode` it into the store before it is sent."""

    __slots__ = ("_group", "_identity", "_joined", "_rules")

    def __init__(self, joined: entering.JoinedEpoch, identity: Identity, rules: Rules) -> None:
        self._joined = joined
        self._identity = identity
        self._rules = rules
        self._group: Group | None = None

    def __repr__(self) -> str:
        return f"<PendingJoin to epoch {self.epoch}>"

    @property
    def message(self) -> bytes:
        """The commit as an encoded MLSMessage."""
        return self._joined.message

    @property
    def welcome(self) -> bytes | None:
        """An external commit adds nobody else."""
        return None

    @property
    def group_info(self) -> bytes:
        """The GroupInfo of the new epoch, without its tree, as an encoded MLSMessage."""
        return self._joined.group_info

    @property
    def ratchet_tree(self) -> bytes:
        return self._joined.epoch.public.tree.encode()

    @property
    def epoch(self) -> int:
        return self._joined.epoch.number

    @property
    def group_id(self) -> bytes:
        return self._joined.epoch.group_id

    @property
    def own_leaf(self) -> int:
        return self._joined.epoch.own_leaf

    def merge(self) -> Group:
        """The group, once the commit was accepted."""
        if self._group is None:
            state = GroupState(self._identity, self._rules, self._joined.epoch)
            state.record_all()
            self._group = Group(state)
        return self._group

    @property
    def group(self) -> Group:
        """The group after `merge`."""
        if self._group is None:
            raise UsageError("the external commit was not merged yet")
        return self._group

    def encode(self) -> bytes:
        """All of it, secrets included, for the device's own store."""
        return self._joined.encode()

    @classmethod
    def decode(cls, data: bytes, identity: Identity, rules: Rules) -> PendingJoin:
        return cls(entering.JoinedEpoch.decode(data), identity, rules)
