# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""The mutable heart of a group. Every change of a group's state happens in this file, and each is journaled here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from privity.mls.crypto import SigningKey
from privity.mls.errors import GroupClosed, SelfRemoved
from privity.mls.group import records
from privity.mls.group.epoch import Epoch, PastEpoch
from privity.mls.group.errors import NoPendingCommit, StaleStage
from privity.mls.group.identity import Identity
from privity.mls.group.outcomes import PendingCommit, StagedCommit
from privity.mls.group.records import EpochHead, Journal, StoredPending, StoredProposal
from privity.mls.messages.app_data import SAFE_AAD, AppDataDictionary
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.psk import PreSharedKeyID, ResumptionPsk
from privity.mls.rules import Rules
from privity.mls.schedule.exporting import ExporterTree, ExportStep
from privity.mls.schedule.psk import PskLookup
from privity.mls.schedule.secret_tree import Step, Window
from privity.mls.secrecy import holds_secrets
from privity.mls.tree.node import encode_optional_node
from privity.mls.validation.proposals import QueuedProposal


@holds_secrets
@dataclass(slots=True, repr=False)
class GroupState:
    """One member's view: the current epoch, the past ones, queued proposals, a pending commit."""

    identity: Identity
    rules: Rules
    epoch: Epoch
    past: dict[int, PastEpoch] = field(default_factory=dict)
    queue: dict[bytes, QueuedProposal] = field(default_factory=dict)
    own_updates: dict[bytes, bytes] = field(default_factory=dict)
    pending: PendingCommit | None = None
    removed: bool = False
    journal: Journal = field(default_factory=Journal)
    proposal_count: int = 0
    safe_aad: bool = False
    added_by: int | None = None
    signer: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.signer = SigningKey(self.identity.suite, self.identity.signature_private)
        self.safe_aad = _uses_safe_aad(self.epoch)

    def __repr__(self) -> str:
        return f"<GroupState {self.epoch!r}>"

    @property
    def window(self) -> Window:
        return Window(self.rules.out_of_order, self.rules.max_forward)

    def check_open(self) -> None:
        """Raise SelfRemoved or GroupClosed when this epoch takes nothing more."""
        self.check_member()
        if self.epoch.closed:
            raise GroupClosed("the group was re-initialised and takes no more messages")

    def check_member(self) -> None:
        """Raise SelfRemoved when we were removed, and the secrets of the epoch are gone."""
        if self.removed:
            raise SelfRemoved("we were removed from this group")

    def past_leaf(self, epoch: int, leaf: int) -> LeafNode | None:
        """The leaf as it was in a past epoch that we still hold."""
        for number in range(epoch, self.epoch.number):
            known = self.past[number].leaves
            if leaf in known:
                return known[leaf]
        return self.epoch.public.tree.get_leaf(leaf)

    def psk_lookup(self, outer: PskLookup | None) -> PskLookup:
        """Resumption keys of this group, then whatever the caller knows."""

        def look_up(name: PreSharedKeyID) -> bytes | None:
            if isinstance(name, ResumptionPsk) and name.group_id == self.epoch.group_id and not self.removed:
                if name.epoch == self.epoch.number:
                    return self.epoch.secrets.resumption_psk
                if name.epoch in self.past:
                    return self.past[name.epoch].resumption_psk
            return outer(name) if outer is not None else None

        return look_up

    # Changes

    def record_all(self) -> None:
        """Journal the whole of a new group."""
        epoch = self.epoch
        self.journal.put(records.GROUP, EpochHead.of(epoch).encode())
        for x, node in enumerate(epoch.public.tree.nodes):
            if node is not None:
                self.journal.put(records.node_name(x), encode_optional_node(node))
        for x, key in epoch.keys.items():
            self.journal.put(records.key_name(x), key)
        for name, value in epoch.messages.records.items():
            self.journal.put(records.message_name(epoch.number, name), value)
        for name, value in epoch.exports.records.items():
            self.journal.put(records.export_name(name), value)

    def record_moved(self, moved: Collection[bytes]) -> None:
        """Journal anew what an older program wrote under these names."""
        for name in moved:
            self.journal.delete(name)
        for x, node in enumerate(self.epoch.public.tree.nodes):
            if x & 1 and node is not None:
                self.journal.put(records.node_name(x), encode_optional_node(node))
        for past in self.past.values():
            self.journal.put(records.past_name(past.number), records.encode_past(past))

    def take_export(self, step: ExportStep) -> None:
        """Use up the exported secret of a component."""
        self.epoch.exports.apply(step)
        for name, value in step.put.items():
            self.journal.put(records.export_name(name), value)
        for name in step.delete:
            self.journal.delete(records.export_name(name))

    def safe_export(self, component_id: int) -> bytes:
        """The secret of a component, which is gone afterwards. Raises SelfRemoved or ExportConsumed."""
        self.check_member()
        step = self.epoch.exports.look_up(component_id)
        self.take_export(step)
        return step.secret

    def take(self, epoch: Epoch | PastEpoch, step: Step) -> None:
        """Use up a message key."""
        epoch.messages.apply(step)
        for name, value in step.put.items():
            self.journal.put(records.message_name(epoch.number, name), value)
        for name in step.delete:
            self.journal.delete(records.message_name(epoch.number, name))

    def enqueue(self, proposal: QueuedProposal, leaf_private: bytes = b"") -> None:
        """Remember a proposal for the commits of this epoch."""
        if proposal.reference in self.queue:
            return
        self.queue[proposal.reference] = proposal
        if leaf_private:
            self.own_updates[proposal.reference] = leaf_private
        stored = StoredProposal(proposal.auth, leaf_private)
        self.journal.put(records.proposal_name(self.proposal_count), stored.encode())
        self.proposal_count += 1

    def set_pending(self, pending: PendingCommit, epoch_secret: bytes) -> None:
        """Remember our own commit until it is accepted or given up."""
        self.pending = pending
        self.journal.put(records.PENDING, store_pending(pending, epoch_secret).encode())

    def clear_pending(self) -> None:
        if self.pending is not None:
            self.pending = None
            self.journal.delete(records.PENDING)

    def require_pending(self) -> PendingCommit:
        if self.pending is None:
            raise NoPendingCommit("there is no pending commit")
        return self.pending

    def advance(self, staged: StagedCommit) -> None:
        """Enter the epoch that a staged commit leads to. Raises StaleStage when it was staged on another one."""
        if staged.base is not self.epoch:
            raise StaleStage(
                f"the commit to epoch {staged.epoch} was staged on another epoch {staged.base.number} than this one"
            )
        if staged.step is not None:
            self.take(self.epoch, staged.step)
        self.clear_pending()
        for number in range(self.proposal_count):
            self.journal.delete(records.proposal_name(number))
        self.proposal_count = 0
        self.queue, self.own_updates = {}, {}
        if staged.next is None:
            self._let_go()
            return
        old, self.epoch = self.epoch, staged.next
        changed = self.epoch.public.tree.changed_since(old.public.tree)
        self._keep_past(old, changed)
        self._record_difference(old, changed)
        self.safe_aad = _uses_safe_aad(self.epoch)

    def _let_go(self) -> None:
        """We were removed: of all secrets only those stay that open messages which are under way (section 12.4.2)."""
        self.removed = True
        old = self.epoch
        for x in old.keys:
            self.journal.delete(records.key_name(x))
        for name in old.exports.records:
            self.journal.delete(records.export_name(name))
        secrets = old.secrets.for_late_messages()
        self.epoch = replace(old, secrets=secrets, keys={}, exports=ExporterTree(old.suite))
        for number, past in self.past.items():
            self.past[number] = replace(past, resumption_psk=b"")
            self.journal.put(records.past_name(number), records.encode_past(self.past[number]))
        self.journal.put(records.GROUP, EpochHead.of(self.epoch, removed=True).encode())

    def _keep_past(self, old: Epoch, changed: Iterable[int]) -> None:
        before, after = old.public.tree, self.epoch.public.tree
        leaves: dict[int, LeafNode | None] = {}
        for x in changed:
            if not x & 1 and (leaf := before.get_leaf(x // 2)) is not after.get_leaf(x // 2):
                leaves[x // 2] = leaf
        past = PastEpoch(
            old.number,
            old.context,
            old.secrets.sender_data_secret,
            old.secrets.resumption_psk,
            old.own_leaf,
            leaves,
            old.messages,
        )
        self.past[old.number] = past
        self.journal.put(records.past_name(past.number), records.encode_past(past))
        for number in sorted(self.past)[: max(0, len(self.past) - self.rules.past_epochs)]:
            self._forget_past(self.past.pop(number))

    def _forget_past(self, past: PastEpoch) -> None:
        self.journal.delete(records.past_name(past.number))
        for name in past.messages.records:
            self.journal.delete(records.message_name(past.number, name))

    def _record_difference(self, old: Epoch, changed: Iterable[int]) -> None:
        new = self.epoch
        self.journal.put(records.GROUP, EpochHead.of(new).encode())
        before, after = old.public.tree.nodes, new.public.tree.nodes
        for x in changed:
            was = before[x] if x < len(before) else None
            node = after[x] if x < len(after) else None
            if node is was:
                continue
            if node is None:
                self.journal.delete(records.node_name(x))
            else:
                self.journal.put(records.node_name(x), encode_optional_node(node))
        for x in old.keys.keys() - new.keys.keys():
            self.journal.delete(records.key_name(x))
        for x, key in new.keys.items():
            if old.keys.get(x) != key:
                self.journal.put(records.key_name(x), key)
        for name, value in new.messages.records.items():
            self.journal.put(records.message_name(new.number, name), value)
        for name in old.exports.records:
            self.journal.delete(records.export_name(name))
        for name, value in new.exports.records.items():
            self.journal.put(records.export_name(name), value)


def store_pending(pending: PendingCommit, epoch_secret: bytes) -> StoredPending:
    """A pending commit as its record, with the secret of the epoch that it leads to."""
    following = pending.staged.next
    if following is None:
        raise NoPendingCommit("a commit that removes its own sender cannot be pending")
    auth = pending.staged.change.auth
    content = b"" if auth.wire_format == PUBLIC_MESSAGE else auth.encode()
    return StoredPending(pending.message, content, pending.welcome or b"", epoch_secret, following.keys)


def _uses_safe_aad(epoch: Epoch) -> bool:
    return AppDataDictionary.of(epoch.public.context.extensions).get(SAFE_AAD) is not None
