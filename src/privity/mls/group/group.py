# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""One member's view of one group: what a client holds and calls. Each verb lives in its own module.

A call that raises has changed nothing. After every call that returns, `drain` gives the records that changed; write
them in one transaction before anything is sent or shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

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
from privity.mls.group import repair as repairing
from privity.mls.group import succession as succeeding
from privity.mls.group.commit import CommitRequest
from privity.mls.group.identity import Identity, KeyPackageBundle
from privity.mls.group.outcomes import PendingCommit, StagedCommit
from privity.mls.group.process import Outcome
from privity.mls.group.records import Records
from privity.mls.group.repair import Missing
from privity.mls.group.state import GroupState
from privity.mls.group.welcome import make_group_info
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
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
from privity.mls.messages.welcome import Welcome
from privity.mls.rules import Rules
from privity.mls.schedule import exporting
from privity.mls.schedule.psk import PskLookup
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.proposals import QueuedProposal

if TYPE_CHECKING:
    from privity.mls.group.pending_join import PendingJoin


@holds_secrets
class Group:
    """One member's view of one group, with its secrets. Use `create`, `join`, `join_external` or `load` to get one.

    `now` is in seconds since 1970 and `random` gives so many random bytes, wherever they are asked for. `psks` looks up
    pre-shared keys by their ids. `aad` is bytes that travel in the clear and are authenticated (in a group that uses
    safe_aad, an encoded SafeAAD). `private` sends a proposal or commit as a PrivateMessage, which no server can check.
    Write what `drain` gives after every call that returns; a call that raises has changed nothing.
    """

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
        grease: bool = True,
    ) -> Group:
        """A new group with us as its only member. `now` in seconds; `grease` as in `generate_key_package`."""
        state = creating.create(
            identity,
            group_id,
            extensions=extensions,
            capabilities=capabilities,
            leaf_extensions=leaf_extensions,
            lifetime_s=lifetime_s,
            now=now,
            rules=rules,
            random=random,
            grease=grease,
        )
        return cls(state)

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
        predecessor: Group | None = None,
        known_groups: Collection[bytes] = (),
    ) -> Group:
        """Enter with a Welcome; `ratchet_tree` when it comes out of band. Delete the bundle afterwards.

        `predecessor` is the group that the new one must follow, after a ReInit or as a branch (sections 11.2 and 11.3);
        without it such a Welcome is refused (PskUsage). `known_groups`: ids of the groups we are in (GroupKnown).
        """
        old = predecessor._state if predecessor is not None else None
        return cls(joining.join(welcome, bundle, identity, ratchet_tree, rules, psks, old, known_groups, now=now))

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
        psk_ids: Sequence[PreSharedKeyID] = (),
        psks: PskLookup | None = None,
        app_data_updates: Sequence[AppDataUpdate] = (),
        self_removes: Sequence[bytes] = (),
        known_groups: Collection[bytes] = (),
        aad: bytes = b"",
        grease: bool = True,
    ) -> PendingJoin:
        """Enter by a commit of our own; `replace` names our old leaf when this is a resync.

        `self_removes` are the pending SelfRemoves that the server holds, as they travelled; all of them must be taken.
        """
        from privity.mls.group.pending_join import PendingJoin  # it makes Groups and so needs this one

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
            psk_ids=psk_ids,
            psks=psks,
            app_data_updates=app_data_updates,
            self_removes=self_removes,
            known_groups=known_groups,
            aad=aad,
            grease=grease,
        )
        return PendingJoin(joined, identity, rules)

    @classmethod
    def load(cls, records: Mapping[bytes, bytes], identity: Identity, rules: Rules) -> Group:
        """The group that these records hold, its pending commit included. Raises DamagedRecords."""
        return cls(loading.load(records, identity, rules))

    # Looking

    @property
    def suite(self) -> CipherSuite:
        """The cipher suite, for as long as the group lasts."""
        return self._state.epoch.suite

    @property
    def group_id(self) -> bytes:
        """The bytes that name the group."""
        return self._state.epoch.group_id

    @property
    def epoch(self) -> int:
        """The number of the current epoch, from 0."""
        return self._state.epoch.number

    @property
    def epoch_authenticator(self) -> bytes:
        """Equal for all members of an epoch, and for nobody else (RFC 9420 section 8.7). Raises SelfRemoved."""
        self._state.check_member()
        return self._state.epoch.secrets.epoch_authenticator

    @property
    def context(self) -> GroupContext:
        """The group context of the current epoch (section 8.1)."""
        return self._state.epoch.public.context

    @property
    def context_bytes(self) -> bytes:
        """The same, encoded."""
        return self._state.epoch.context

    @property
    def tree(self) -> RatchetTree:
        """The ratchet tree of the current epoch."""
        return self._state.epoch.public.tree

    @property
    def own_leaf(self) -> int:
        """Our leaf index."""
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
        """Our own commit that was not accepted yet, if there is one."""
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
        """A secret of this epoch for another purpose (RFC 9420 section 8.5). Raises ExportTooLong or SelfRemoved."""
        self._state.check_member()
        return exporting.export(self.suite, self._state.epoch.secrets.exporter_secret, label, context, length)

    def safe_export(self, component_id: int) -> bytes:
        """The secret that a component gets once in each epoch (extensions draft); after that ExportConsumed."""
        return self._state.safe_export(component_id)

    def resumption_psk(self, name: PreSharedKeyID) -> bytes | None:
        """The key that stands for this epoch, or a past one still held, in the key schedule of another group
        (section 8.6): a lookup for the `psks` of its calls. None for every other name."""
        return self._state.psk_lookup(None)(name)

    # Proposing

    def propose_add(
        self, key_package: KeyPackage, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        """That this client comes in (section 12.1.1). Raises what makes the KeyPackage invalid, by its name.

        Each `propose_...` queues the proposal, for a commit of this epoch, and returns it as an encoded MLSMessage.
        """
        return self._propose(Add(key_package), random, now, aad, private)

    def propose_update(self, *, random: Random, now: int, aad: bytes = b"", private: bool = False) -> bytes:
        """A fresh leaf of our own, for others to commit."""
        return proposing.propose_update(self._state, aad=aad, private=private, random=random, now=now)

    def propose_remove(self, leaf: int, *, random: Random, now: int, aad: bytes = b"", private: bool = False) -> bytes:
        """That the member at this leaf index goes."""
        return self._propose(Remove(leaf), random, now, aad, private)

    def propose_group_context_extensions(
        self, extensions: Extensions, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        """These extensions in place of all that the group has."""
        return self._propose(GroupContextExtensions(extensions), random, now, aad, private)

    def propose_app_data_update(
        self, update: AppDataUpdate, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        """A change of one application component."""
        return self._propose(update, random, now, aad, private)

    def propose_psk(
        self, psk: PreSharedKeyID, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        """That a pre-shared key, which every member must have, goes into the next epoch."""
        return self._propose(PreSharedKey(psk), random, now, aad, private)

    def propose_reinit(
        self, reinit: ReInit, *, random: Random, now: int, aad: bytes = b"", private: bool = False
    ) -> bytes:
        """Propose to continue as a new group (section 12.1.5). Committed only by whoever names it."""
        return self._propose(reinit, random, now, aad, private)

    def propose_self_remove(self, *, random: Random, now: int, aad: bytes = b"") -> bytes:
        """Ask to be removed, by whoever commits next, a joiner included (extensions draft). Always a PublicMessage."""
        return proposing.propose_self_remove(self._state, aad=aad, random=random, now=now)

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
        reinit: ReInit | None = None,
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
        """Make a commit (section 12.4); it stays pending until `merge_pending` or `clear_pending`.

        `removes` are leaf indices. `force_path` renews our keys also where no proposal asks for that. `padding_to` pads
        a private commit. Raises CommitPending, the name of whatever makes a proposal invalid, and what `Rules` raise.

        `by_reference` None takes all queued proposals that fit together (no ReInit), an empty one none of them.
        A commit with a ReInit ends the group; `start_successor` continues it.
        """
        request = CommitRequest(
            adds=adds,
            removes=removes,
            group_context_extensions=group_context_extensions,
            app_data_updates=app_data_updates,
            psks=psk_ids,
            reinit=reinit,
            by_reference=by_reference,
            force_path=force_path,
            aad=aad,
            tree_in_welcome=tree_in_welcome,
            private=private,
            padding_to=padding_to,
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

    # Groups that follow this one

    def start_successor(
        self,
        key_packages: Sequence[KeyPackage],
        *,
        identity: Identity | None = None,
        capabilities: Capabilities | None = None,
        rules: Rules | None = None,
        lifetime_s: int,
        tree_in_welcome: bool = False,
        random: Random,
        now: int,
    ) -> tuple[Group, PendingCommit]:
        """After a ReInit: the group that continues this one, and its first commit, with the Welcome for all others.

        `identity` (and `capabilities`) when the suite changes; one KeyPackage for each other member. Others enter by
        `Group.join(..., predecessor=this)`. Raises a SuccessionError when somebody is missing or too many.
        """
        state, pending = succeeding.start_successor(
            self._state,
            key_packages,
            identity,
            capabilities,
            rules,
            lifetime_s,
            tree_in_welcome,
            now=now,
            random=random,
        )
        return Group(state), pending

    def branch(
        self,
        group_id: bytes,
        key_packages: Sequence[KeyPackage],
        *,
        extensions: Extensions | None = None,
        lifetime_s: int,
        tree_in_welcome: bool = False,
        random: Random,
        now: int,
    ) -> tuple[Group, PendingCommit]:
        """A group of some of our members, tied to this one, and its first commit. Raises StrangerInSuccessor."""
        state, pending = succeeding.branch(
            self._state, group_id, key_packages, extensions, lifetime_s, tree_in_welcome, now=now, random=random
        )
        return Group(state), pending

    # Repairing a fork

    def readd(
        self,
        own_partition: Iterable[int],
        key_packages: Sequence[KeyPackage],
        *,
        aad: bytes = b"",
        tree_in_welcome: bool = False,
        random: Random,
        now: int,
    ) -> PendingCommit:
        """Commit that everybody outside of `own_partition` (leaf indices that agree with us, ours among them) goes and
        comes back by these KeyPackages. Whoever has none is removed. Raises BadPartition, NotARepair."""
        return repairing.readd(
            self._state, own_partition, key_packages, aad=aad, tree_in_welcome=tree_in_welcome, random=random, now=now
        )

    def reboot(
        self,
        group_id: bytes,
        key_packages: Sequence[KeyPackage],
        *,
        extensions: Extensions | None = None,
        lifetime_s: int,
        tree_in_welcome: bool = False,
        random: Random,
        now: int,
    ) -> tuple[Group, PendingCommit | None, tuple[Missing, ...]]:
        """A new group with the suite, extensions and our leaf of this one, the commit in it that adds its members, and
        those for whom there was no KeyPackage. Nothing but our word ties it to the old one. Raises NotARepair."""
        state, pending, missing = repairing.reboot(
            self._state, group_id, key_packages, extensions, lifetime_s, tree_in_welcome, now=now, random=random
        )
        return Group(state), pending, missing

    # Messages

    def process(self, message: bytes, *, now: int, psks: PskLookup | None = None) -> Outcome:
        """Take in one encoded MLSMessage. A proposal is queued, a message key used up; a commit changes nothing yet.

        Returns an ApplicationMessage, QueuedProposal, StagedCommit, or OwnCommit for the echo of our pending commit.
        Raises a ProtocolError with the name of the rule that was broken, and what `Rules` raise.
        """
        return processing.process(self._state, message, now, psks)

    def merge(self, staged: StagedCommit) -> None:
        """Enter the epoch of somebody else's commit. A pending commit of ours is cleared with it."""
        self._state.advance(staged)

    def encrypt(self, plaintext: bytes, *, aad: bytes = b"", padding_to: int = 0, random: Random) -> bytes:
        """An application message, padded to a multiple of `padding_to` bytes, as an encoded MLSMessage (section 6.3).

        Raises UncommittedProposals while proposals of this epoch wait, SelfRemoved and GroupClosed where it is over.
        """
        if len(plaintext) > MAX_MESSAGE:
            raise UsageError(f"a message of {len(plaintext)} bytes, at most {MAX_MESSAGE} are possible")
        return encrypting.encrypt(self._state, plaintext, aad=aad, padding_to=padding_to, random=random)

    # Storing

    def drain(self) -> Records:
        """The records that changed since the last call."""
        return self._state.journal.drain()
