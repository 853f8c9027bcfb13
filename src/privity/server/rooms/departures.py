# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who leaves without a commit of their own: the hub, as external sender, proposes it and stops sending at once.

(MIMI protocol, section 7.4; RFC 9420, section 12.1.8.) Members cover the proposals with their next commit; an external
commit cannot refer to proposals, so after one they are made again for the new epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from privity.mls.crypto import SigningKey
from privity.mls.errors import ProtocolError
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import AppDataUpdate, Proposal, Remove
from privity.mls.public_group import PublicGroup
from privity.mls.validation.proposals import QueuedProposal
from privity.policy.members import find_client, member_of
from privity.policy.room_components import FRANKING_AGENT, PARTICIPANT_LIST, ParticipantListUpdate
from privity.policy.room_state import RoomState
from privity.server.contacts import telling
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Effect, Head, Part
from privity.server.devices import service as devices
from privity.server.invitations import service as invitations
from privity.server.rooms import groups, store
from privity.server.rooms.groups import GroupCache
from privity.server.rooms.model import Room
from privity.server.web import log_bug
from privity.wire.socket import EventKind, InboxKind


@dataclass(frozen=True, slots=True)
class Proposer:
    """The hub's voice in rooms."""

    key: SigningKey
    cache: GroupCache
    fanout: Fanout
    now_ms: Callable[[], int]
    franking_key: bytes
    """The public key that the hub signs franks with now."""


def pending_leaves(group: PublicGroup) -> set[int]:
    """Leaves whose Remove the hub has proposed."""
    bodies = [queued.sent.proposal for queued in group.proposals.values()]
    return {proposal.removed for proposal in bodies if isinstance(proposal, Remove)}


def pending_clients(group: PublicGroup) -> set[str]:
    """Devices whose Remove the hub has proposed."""
    return {member_of(group.tree.leaf(index)).client_uri for index in pending_leaves(group)}


def pending_users(group: PublicGroup) -> set[str]:
    """People whose departure from the list the hub has proposed."""
    participants = RoomState.of(group.context).participants
    gone: set[str] = set()
    for queued in group.proposals.values():
        proposal = queued.sent.proposal
        if isinstance(proposal, AppDataUpdate) and proposal.component_id == PARTICIPANT_LIST and proposal.update:
            gone.update(ParticipantListUpdate.decode(proposal.update).changes(participants))
    return gone


def pending_messages(group: PublicGroup) -> list[bytes]:
    """The pending proposals as they travel."""
    return [as_message(queued) for queued in group.proposals.values()]


def to_repeat(group: PublicGroup) -> list[Proposal]:
    """What is proposed again after an external commit. The key for franks is owed to each epoch anew."""
    waiting = [queued.sent.proposal for queued in group.proposals.values()]
    return [each for each in waiting if not isinstance(each, AppDataUpdate) or each.component_id != FRANKING_AGENT]


def as_message(queued: QueuedProposal) -> bytes:
    return MLSMessage(PublicMessage.of(queued.auth, None)).encode()


def propose(key: SigningKey, group: PublicGroup, proposal: Proposal, now_ms: int) -> QueuedProposal:
    """Sign a proposal for the group's epoch and queue it, if the room's rules let the hub propose it."""
    content = FramedContent(group.group_id, group.epoch, Sender.external(0), SafeAAD().encode(), proposal)
    message = PublicMessage.of(AuthenticatedContent.signed(group.suite, key, content, None), None)
    checked = group.process(message, now_ms // 1000)
    if not isinstance(checked, QueuedProposal):
        raise TypeError("a proposal was processed as a commit")
    group.queue(checked)
    return checked


def append_proposals(
    tx: Tx,
    head: Head,
    key: SigningKey,
    group: PublicGroup,
    proposals: Sequence[Proposal],
    now_ms: int,
    effects: list[Effect],
) -> Head:
    """Propose each and append it to the log."""
    for proposal in proposals:
        queued = propose(key, group, proposal, now_ms)
        head = log.append(tx, head, now_ms, EventKind.PROPOSAL, as_message(queued), effects)
    return head


def depart(tx: Tx, proposer: Proposer, room: Room, client_uris: Sequence[str], user_uri: str | None) -> None:
    """These devices get nothing more of the room, and the hub proposes that they go, the user too if one is named.

    What is proposed already is not proposed again. The list of a direct room is fixed, so there only leaves go.
    """
    stored, group = groups.load(proposer.cache, tx, room)
    now_ms = proposer.now_ms()
    proposals: list[Proposal] = []
    pending = pending_leaves(group)
    effects: list[Effect] = []
    for client_uri in client_uris:
        leaf = find_client(group.tree, client_uri)
        if leaf is not None and leaf not in pending:
            proposals.append(Remove(leaf))
        if store.end_member(tx, room.id, client_uri, room.last_seq):
            effects.append(Part(client_uri, room.room_uri))
            log.tell_device(tx, client_uri, InboxKind.REMOVED, room.room_uri, room.last_seq + 1, b"", effects)
    state = RoomState.of(group.context)
    if user_uri is not None and not state.direct and user_uri not in pending_users(group):
        index = state.participants.index(user_uri)
        if index is not None:
            proposals.append(AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(removed=(index,)).encode()))
            store.end_participation(tx, room.id, user_uri, now_ms)
            invitations.forget_word(tx, room.id, user_uri)
    if proposals:
        append_proposals(tx, room.head, proposer.key, group, proposals, now_ms, effects)
        groups.save(proposer.cache, tx, room, stored.version + 1, group, stored.group_info)
    log.after_commit(tx, proposer.fanout, effects)


def end(tx: Tx, proposer: Proposer, room: Room) -> None:
    """Nobody is in this room any more. What was sent before can still be fetched; its group is forgotten."""
    effects: list[Effect] = []
    for client_uri in store.members(tx, room.id):
        store.end_member(tx, room.id, client_uri, room.last_seq)
        effects.append(Part(client_uri, room.room_uri))
        log.tell_device(tx, client_uri, InboxKind.REMOVED, room.room_uri, room.last_seq + 1, b"", effects)
    store.end_room(tx, room.id, proposer.now_ms())
    log.after_commit(tx, proposer.fanout, effects)


@dataclass(frozen=True, slots=True)
class RoomHooks:
    """`server.context.DeviceHooks`: what a changed device list means for rooms."""

    proposer: Proposer

    def devices_removed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        """Dropped devices leave every room; the person stays, whose list always names a device that may enter."""
        rooms: dict[int, tuple[Room, list[str]]] = {}
        for client_uri in client_uris:
            for room in store.rooms_of_device(tx, client_uri):
                rooms.setdefault(room.id, (room, []))[1].append(client_uri)
        for room, gone in rooms.values():
            depart(tx, self.proposer, room, gone, None)
        for client_uri in client_uris:
            log.forget_device(tx, client_uri)

    def account_reset(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        """The person leaves every room, entered or not: whoever holds the account now has to be invited."""
        for room in store.rooms_of_user(tx, user_uri):
            depart(tx, self.proposer, room, store.devices_in_room(tx, room.id, user_uri), user_uri)
        for client_uri in client_uris:
            log.forget_device(tx, client_uri)

    def account_closed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        """The person leaves every group, and direct rooms end for both: nobody can ever come back into one.

        A room that cannot be changed keeps no other from being left.
        """
        self.device_list_changed(tx, user_uri)
        for room in store.rooms_of_user(tx, user_uri):
            err = tx.attempt(partial(self._leave, tx, room, user_uri), ProtocolError, LookupError)
            if err is not None:
                tx.after_commit(partial(log_bug, err))
        for client_uri in client_uris:
            log.forget_device(tx, client_uri)

    def _leave(self, tx: Tx, room: Room, user_uri: str) -> None:
        if room.direct_pair is None:
            depart(tx, self.proposer, room, store.devices_in_room(tx, room.id, user_uri), user_uri)
        else:
            end(tx, self.proposer, room)

    def device_list_changed(self, tx: Tx, user_uri: str) -> None:
        """Everyone who shares a room with the user looks at the new list, the user's own devices first."""
        own = [device.client_uri for device in devices.of_user(tx, user_uri)]
        effects: list[Effect] = []
        for client_uri in dict.fromkeys([*own, *store.devices_beside(tx, user_uri)]):
            log.tell_device(tx, client_uri, InboxKind.DEVICE_LIST_CHANGED, "", 0, user_uri.encode(), effects)
        log.after_commit(tx, self.proposer.fanout, effects)

    def contacts_changed(self, tx: Tx, user_uris: Sequence[str]) -> None:
        """Their devices are told, each once."""
        telling.tell(tx, self.proposer.fanout, user_uris)
