# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What one event of a room's log does to the room: a message, a proposal, a commit of ours or of somebody else.

Lifetimes in it are counted at the hub's time of the event, as everybody else in the room counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine import consent, evidence, knocking, newcomers, older_store
from privity.client.engine.effects import Finished
from privity.client.engine.entering import MAX_PROPOSALS
from privity.client.engine.flow import Flow
from privity.client.engine.reentry import enter_again, poisoned
from privity.client.engine.shown import REJOINED_TEXT, RoomChanged
from privity.client.engine.state import OutboxRecord
from privity.client.engine.trust import UnknownDevice
from privity.client.engine.who_changed import Doer, Roster, what_changed
from privity.identity.errors import IdentityError
from privity.message.content import MimiContent
from privity.message.errors import MessageError
from privity.message.forwarding import hops_in
from privity.message.franking import Frank, accept, make_tag
from privity.message.gossip import heard_in
from privity.message.safe_aad import tag_of
from privity.mls.errors import MlsError, ProtocolError
from privity.mls.group import ApplicationMessage, Group, OwnCommit, OwnMessage, StagedCommit, UnknownOwnCommit
from privity.mls.messages.framing import SenderType
from privity.mls.messages.proposals import Remove
from privity.mls.validation.proposals import QueuedProposal
from privity.policy.members import member_of, members
from privity.policy.roles import Capability, check_capability
from privity.policy.room_state import RoomState
from privity.wire import socket
from privity.wire.socket import Event, EventKind

if TYPE_CHECKING:
    from privity.client.engine.room import Room


class OutOfOrder(MessageError):
    """The hub's time does not rise within the room."""


def deal_with(room: Room, event: Event) -> Flow[None]:
    """The event that stands next in the log."""
    if room.group is None or room.record.stopped:
        room.passed(event.seq)
    elif event.kind is EventKind.APPLICATION:
        _on_message(room, event, room.group)
    else:
        yield from _on_handshake(room, event, room.group)


def _on_message(room: Room, event: Event, group: Group) -> None:
    own = room.outbox.by_message(event.message)
    if own is not None and event.frank is not None:
        room.passed(event.seq, own_message(room, *own, event.seq, event.ts_ms, event.frank))
        return
    try:
        opened = group.process(event.message, now=event.ts_ms // 1000)
        if not isinstance(opened, ApplicationMessage):
            raise OutOfOrder("a handshake message came as an application message")
        _receive(room, event, group, opened)
    except (MessageError, ProtocolError, IdentityError) as err:
        if isinstance(err, OwnMessage):
            older_store.say_put_back(room.device)
            room.distrust_keys()
        room.timeline.hide(event.seq, event.ts_ms)
        room.passed(event.seq)
        return
    room.passed(event.seq, event.ts_ms)


def _receive(room: Room, event: Event, group: Group, opened: ApplicationMessage) -> None:
    """All checks of the franking note, section 5; then the content takes effect."""
    sender = member_of(opened.leaf_node)
    if sender.client_uri in room.record.leaving:
        raise UnknownDevice(sender.user_uri, sender.client_uri)
    state = RoomState.of(group.context)
    check_capability(state.participants, sender.user_uri, Capability.SEND_MESSAGE)
    tag = tag_of(opened.aad)
    frank = to_frank(event.frank) if event.frank is not None else None
    args = (sender.user_uri, room.uri, event.ts_ms, tag, frank, state.franking_key, group.suite.id)
    franked = accept(opened.plaintext, *args)
    if event.ts_ms <= room.record.last_ts:
        raise OutOfOrder("the hub's time does not rise within the room")
    room.timeline.check_place(event.seq)
    room.timeline.check_new(franked.message_id)
    heard = heard_in(franked.content)
    hops_in(franked.content)  # refuses one that counts nothing
    room.timeline.apply(franked, event.seq, sender.client_uri, state)
    if heard is not None:
        room.device.gossip.hear(heard, sender.user_uri)
    evidence.keep(room.device, franked, opened, sender.client_uri)


def own_message(room: Room, key: bytes, entry: OutboxRecord, seq: int, ts_ms: int, frank: socket.Frank) -> int:
    """An own message is in the log: it passes the same checks, and leaves the outbox. Its time, 0 when unproven."""
    room.outbox.remove(key)
    group = room.group
    try:
        if group is None:
            raise OutOfOrder("an own message was accepted after this device left")
        state = RoomState.of(group.context)
        tag = make_tag(entry.content, MimiContent.decode(entry.content).salt)
        args = (room.device.own.user_uri, room.uri, ts_ms, tag, to_frank(frank), state.franking_key, group.suite.id)
        franked = accept(entry.content, *args)
        room.timeline.check_place(seq)
        room.timeline.check_new(franked.message_id)
        room.timeline.apply(franked, seq, room.device.own.client_uri, state)
        evidence.keep_own(room.device, franked, group.epoch, group.own_leaf)
    except (MessageError, ProtocolError, IdentityError) as err:
        room.timeline.hide(seq, ts_ms)
        room.tell_sender(entry, err)
        return 0
    command = room.sending.pop(entry.message_id, None)
    if command is not None:
        room.device.effects.append(Finished(command, entry.message_id))
    return ts_ms


def _on_handshake(room: Room, event: Event, group: Group) -> Flow[None]:
    if event.kind is EventKind.PROPOSAL and len(group.proposals) >= MAX_PROPOSALS:
        room.passed(event.seq)  # a commit of it cannot be followed, and leads to a new entry
        return
    try:
        outcome = yield from room.device.with_lists(lambda: group.process(event.message, now=event.ts_ms // 1000))
        if isinstance(outcome, ApplicationMessage):
            raise OutOfOrder("an application message came as a handshake message")
        if isinstance(outcome, StagedCommit):
            _check_committer(room, outcome)
    except (MlsError, MessageError, IdentityError) as err:
        if isinstance(err, UnknownOwnCommit):
            older_store.say_put_back(room.device)
        if event.kind is EventKind.PROPOSAL:
            room.passed(event.seq)  # whoever commits it will meet the same check
            return
        yield from poisoned(room, event, group)
        return
    match outcome:
        case OwnCommit():
            merge_own(room, event.seq, event.ts_ms)
        case StagedCommit():
            yield from _merge(room, event, group, outcome)
        case QueuedProposal():
            room.passed(event.seq)
            if outcome.auth.content.sender.type is SenderType.EXTERNAL:
                room.commits.proposed()


def _check_committer(room: Room, staged: StagedCommit) -> None:
    """A commit without a path shows no leaf, so that nobody has looked at its committer yet."""
    leaf = staged.tree.get_leaf(staged.committer)
    committer = None if leaf is None else member_of(leaf)
    if committer is not None and committer.client_uri in room.record.leaving:
        raise UnknownDevice(committer.user_uri, committer.client_uri)
    if committer is not None and staged.external:
        room.leaves.check_reentry(committer.user_uri)


def _merge(room: Room, event: Event, group: Group, staged: StagedCommit) -> Flow[None]:
    """Somebody else's commit: say who came and went, and enter the next epoch."""
    room.record.pending = None  # the race is lost; its job is tried again when the hub's refusal comes
    if staged.self_removed and staged.external and _is_own_leaf(room, staged):
        yield from enter_again(room, REJOINED_TEXT)  # this device entered anew and lost that state
        return
    if staged.self_removed:
        room.passed(event.seq)
        room.timeline.line(event.seq, event.ts_ms, _what_changed(staged))
        room.left(event.seq, event.ts_ms)
        return
    text = _what_changed(staged)
    committer = staged.tree.leaf(staged.committer)
    group.merge(staged)
    _follow_policy(room, staged, event.ts_ms, own=member_of(committer).user_uri == room.device.own.user_uri)
    knocking.follow(room, staged, event.ts_ms)
    _merged(room, group)
    room.passed(event.seq)
    newcomers.tell(room, staged, own=False)
    _say(room, event.seq, event.ts_ms, text)


def merge_own(room: Room, seq: int, ts_ms: int) -> None:
    """The log has reached the number of an own commit."""
    group = room.require_group()
    pending = group.pending
    if pending is not None:
        text = _what_changed(pending.staged)
        group.merge_pending(pending)
        _follow_policy(room, pending.staged, ts_ms, own=True)
        knocking.follow(room, pending.staged, ts_ms)
        _say(room, seq, ts_ms, text)
    room.record.pending = None
    _merged(room, group)
    room.passed(seq)
    if pending is not None and not pending.staged.external:
        newcomers.tell(room, pending.staged, own=True)


def _what_changed(staged: StagedCommit) -> str:
    base = staged.base.public
    return what_changed(Roster.of(base.tree, base.context), Roster.of(staged.tree, staged.context), _doer(staged))


def _doer(staged: StagedCommit) -> Doer:
    """Who made a commit, as far as it was not the hub that proposed what is in it."""
    base = staged.base.public
    took_out = {
        member_of(base.tree.leaf(sent.proposal.removed)).user_uri
        for sent in staged.proposals
        if isinstance(sent.proposal, Remove) and sent.sender.type is SenderType.MEMBER
    }
    return Doer(member_of(staged.tree.leaf(staged.committer)).user_uri, frozenset(took_out))


def _follow_policy(room: Room, staged: StagedCommit, ts_ms: int, *, own: bool) -> None:
    """Who changes the policy agrees by doing so, on all their devices: it stands in nobody's commit but their own."""
    consent.note_archives(room.record, staged.context, ts_ms)
    if own and consent.policy_hash(staged.base.public.context) != consent.policy_hash(staged.context):
        consent.agree(room.record, staged.context)


def _merged(room: Room, group: Group) -> None:
    """A commit took along whatever waited, and perhaps a device that was on its way out."""
    room.leaves.note()
    room.commits.settled()
    if room.record.leaving:
        present = {member.client_uri for member in members(group.tree).values()}
        room.record.leaving = tuple(uri for uri in room.record.leaving if uri in present)


def _say(room: Room, seq: int, ts_ms: int, text: str) -> None:
    if text:
        room.timeline.line(seq, ts_ms, text)
        room.device.show(RoomChanged(room.uri))


def _is_own_leaf(room: Room, staged: StagedCommit) -> bool:
    leaf = staged.tree.get_leaf(staged.committer)
    return leaf is not None and member_of(leaf).client_uri == room.device.own.client_uri


def to_frank(frank: socket.Frank) -> Frank:
    return Frank(frank.server_frank, frank.ciphersuite, frank.signature)
