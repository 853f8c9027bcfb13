# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The engine of one device: `step` takes what happened and gives back what is to be done.

It has no socket, file or clock. Everything it must not forget is in the Save that comes first among the effects of a
step; an engine made anew from the saved records continues as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from privity.client.engine import (
    calls,
    checked,
    ciphertexts,
    consent,
    contacting,
    continued,
    continuing,
    damaged,
    declaring,
    desk_restored,
    evidence,
    keypackages,
    knocking,
    offices,
    older_store,
    own_devices,
    receipting,
    restored,
    room_links,
    safety,
    verbs,
)
from privity.client.engine.account_keys import AccountKeys
from privity.client.engine.admission import may_look_again
from privity.client.engine.contact_inputs import ContactCommand
from privity.client.engine.effects import Effect, Failed, Finished, Save
from privity.client.engine.flow import EXPECTED, Flow, T, ask
from privity.client.engine.held import Held
from privity.client.engine.hub_record import look_at_hub
from privity.client.engine.inbox import InboxReader
from privity.client.engine.inputs import (
    AcceptPolicy,
    AcceptReset,
    Answered,
    AnswerKnock,
    Ban,
    BeginAgain,
    Block,
    BringAlong,
    CancelReset,
    CloseAccount,
    ConfirmDevice,
    Connected,
    CreateDirect,
    CreateGroup,
    DeclareArchive,
    Declined,
    DisappearAfter,
    Disconnected,
    FetchDevices,
    Forget,
    GiveRole,
    HeedPerson,
    Input,
    Invite,
    KeepCiphertext,
    KeyHistory,
    KnockAt,
    Leave,
    ListHistory,
    MakeLink,
    ProveHub,
    ProveLists,
    Received,
    RecoverAccount,
    RememberSeen,
    RemoveDevice,
    RemoveUser,
    Rename,
    RevokeLink,
    SayTyping,
    Send,
    SendReceipts,
    SetChecked,
    StopWork,
    TakeBack,
    TakeFromDesk,
    TakeKnockBack,
    Tick,
    TrustLog,
    Unanswered,
    Unban,
    WithdrawArchive,
)
from privity.client.engine.key_history import all_dated, dated_proof, key_history
from privity.client.engine.moderation import Moderation
from privity.client.engine.records import Batch, Table, View
from privity.client.engine.report_keys import ReportKeys
from privity.client.engine.room import Room
from privity.client.engine.safety_inputs import SafetyCommand
from privity.client.engine.shown import REJOINED_TEXT, CaughtUp, Notice
from privity.client.engine.state import BELIEVED_MS, CLOCK_LIMIT_MS, OWN_KEY, Device, Own, RoomRecord
from privity.client.engine.telling import Teller
from privity.client.engine.watch import Watch
from privity.client.errors import CommandRefused
from privity.identity.errors import IdentityError
from privity.identity.uris import host_of, parse_room_uri
from privity.mls.group import Group
from privity.wire import rest, socket
from privity.wire.socket import Accepted, Ack, Event, Inbox, Refused, Resume

MAX_EARLY = 1_000
"""Events of one room that are held while its Welcome is checked, which takes a request or two."""
MAX_UNENTERED = 1_000
"""Rooms that the hub lists and this device has not been in: a hub that invents rooms fills no list without end."""
ENTERED_TEXT = "this device joined; earlier messages stay on your other devices"


class Engine:
    """One device. Give it every input in order, and perform the Save of a step before the next step."""

    def __init__(self, view: View, *, random: Callable[[int], bytes], jitter: Callable[[], int]) -> None:
        """`jitter` says how many milliseconds to wait before committing what the hub proposed."""
        own = view.get(Table.OWN, "", OWN_KEY)
        if own is None:
            raise CommandRefused("the store holds no device; register or link it first")
        self.device = Device(Own.decode(own), Batch(view), random, jitter)
        self.device.distrust_rooms = self._distrust_rooms
        self.device.heard_continuation = partial(continued.hear, self)
        self.rooms: dict[str, Room] = {}
        self.inbox = InboxReader(self)
        self._sought = False
        self._early: dict[str, Held[Event]] = {}
        self._watch = Watch(self.device)
        self.account_keys = AccountKeys(self.device)
        self.teller = Teller(self.device, self.account_keys)
        self.report_keys = ReportKeys(self)
        self.moderation = Moderation(self)
        for _, value in view.scan(Table.ROOM, ""):
            record = RoomRecord.decode(value)
            self.rooms[record.room_uri] = damaged.stored(self.device, view, record)
            self.device.hub_said_ms = max(self.device.hub_said_ms, record.last_ts)
        self.refresher = contacting.Refresher(self)
        self.device.contacts.begin((room.record.people for room in self.rooms.values()), self.device.own.user_uri)

    def step(self, event: Input, now_ms: int) -> list[Effect]:
        """What is to be done about an input, in order. A bug raises; then drop this engine, nothing was saved."""
        device = self.device
        device.now_ms = now_ms
        try:
            self._dispatch(event)
        except EXPECTED as err:
            command = getattr(event, "command", None)
            if command is None:
                raise
            device.effects.append(Failed(command, err))
        self.account_keys.look()
        self.teller.look()
        self.moderation.look()
        self.report_keys.look()
        effects, device.effects = device.effects, []
        changes = device.batch.take()
        return [Save(changes), *effects] if changes else effects

    def _distrust_rooms(self) -> None:
        for room in self.rooms.values():
            room.distrust_keys()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way that waits for an answer of the hub."""
        return self.device.runner.idle and self.inbox.is_empty

    def room(self, room_uri: str) -> Room:
        """A room this device knows. Raises CommandRefused."""
        room = self.rooms.get(room_uri)
        if room is None:
            raise CommandRefused(f"this device knows no conversation {room_uri}")
        return room

    def is_in(self, room_uri: str) -> bool:
        """Whether this device is in a conversation."""
        room = self.rooms.get(room_uri)
        return room is not None and room.record.member

    def run(self, command: int | None, flow: Flow[T]) -> None:
        """Start a flow that belongs to no room."""

        def done(result: object) -> None:
            if command is not None:
                self.device.effects.append(Finished(command, result))

        def failed(err: Exception) -> None:
            if command is not None:
                self.device.effects.append(Failed(command, err))
            else:
                self.device.show(Notice(f"not done: {err}"))

        self.device.runner.start(flow, done, failed)

    def new_room(self, room_uri: str, *, seq: int, direct: bool, group: Group | None) -> Room:
        """Begin to follow a room at this event."""
        room = Room(self.device, RoomRecord(room_uri, cursor=seq, joined_seq=seq, direct=direct), group)
        if group is not None:
            made_here = group.epoch == 0  # nobody left before, and devices differ by moments in what the hub's time is
            room.record.knocks_after_ms = 0 if made_here else self.device.hub_now_ms
            consent.come_in(room.record, group.context)
        knocking.forget(self.device, room_uri)
        self.rooms[room_uri] = room
        room.save()
        early = self._early.pop(room_uri, None)
        for event in [] if early is None else early.take():
            room.event(event)
        return room

    def _dispatch(self, event: Input) -> None:
        if isinstance(event, ContactCommand):
            self.run(event.command, contacting.decided(self, event))
            return
        if isinstance(event, SafetyCommand):
            self.run(event.command, safety.decided(self, event))
            return
        match event:
            case Received(frame):
                self._frame(frame)
            case Answered(number, answer):
                self.device.runner.answer(number, answer)
            case Declined(number, refusal):
                self.device.runner.decline(number, refusal)
            case Unanswered():
                pass  # asked again with the next Connected
            case Connected(hub_now_ms):
                self._connected(hub_now_ms)
            case Disconnected():
                self.device.online = self.device.caught_up = False
                for room in self.rooms.values():
                    room.connection_lost()
                self.inbox.connection_lost()
                for early in self._early.values():
                    early.take()
                self._early.clear()
            case Tick():
                self._tick()
            case CreateGroup(command, for_own, post_quantum):
                self.run(command, verbs.create_group(self, own_devices=for_own, post_quantum=post_quantum))
            case CreateDirect(command, user_uri):
                verbs.create_direct(self, command, user_uri)
            case Invite(command, room_uri, user_uri):
                verbs.invite(self.room(room_uri), command, user_uri)
            case RemoveUser(command, room_uri, user_uri):
                verbs.remove_user(self.room(room_uri), command, user_uri)
            case GiveRole():
                offices.give_role(self.room(event.room_uri), event)
            case Ban():
                offices.ban(self.room(event.room_uri), event)
            case Unban():
                offices.unban(self.room(event.room_uri), event)
            case MakeLink():
                room_links.make_link(self.room(event.room_uri), event)
            case RevokeLink():
                room_links.revoke_link(self.room(event.room_uri), event)
            case AnswerKnock():
                knocking.answer_knock(self.room(event.room_uri), event)
            case KnockAt():
                if self.is_in(event.link.room_uri):
                    raise CommandRefused("this device is in that conversation already")
                self.run(event.command, knocking.knock(self.device, event))
            case TakeKnockBack():
                self.run(event.command, knocking.take_back(self.device, event))
            case StopWork(command):
                self.device.stop_work()
                self.device.effects.append(Finished(command))
            case DeclareArchive():
                declaring.declare_archive(self.room(event.room_uri), event)
            case WithdrawArchive(command, room_uri, user_uri):
                declaring.withdraw_archive(self.room(room_uri), command, user_uri)
            case AcceptPolicy():
                declaring.accept_policy(self.room(event.room_uri), event)
            case Leave(command, room_uri):
                self.run(command, verbs.leave(self.room(room_uri)))
            case Send():
                verbs.send(self.room(event.room_uri), event)
            case SendReceipts():
                receipting.send_receipts(self.room(event.room_uri), event)
            case SayTyping(command, room_uri):
                self.room(room_uri).typing.say(command)
            case BeginAgain():
                continuing.begin_again(self, event)
            case BringAlong():
                continuing.bring_along(self.room(event.room_uri), event)
            case Rename():
                verbs.rename(self.room(event.room_uri), event)
            case DisappearAfter():
                verbs.disappear_after(self.room(event.room_uri), event)
            case Forget():
                verbs.forget(self.room(event.room_uri), event)
            case SetChecked():
                checked.set_checked(self.device, event)
                for room in list(self.rooms.values()):
                    room.advance()
            case KeepCiphertext():
                ciphertexts.keep(self.device, event.room_uri, event.message_id, event.part_index, event.ciphertext)
                self.device.effects.append(Finished(event.command))
            case Block(command, user_uri, blocked):
                if blocked:
                    contacting.forget_contact(self.device, user_uri)
                self.run(command, ask(calls.block(user_uri, blocked), rest.Done))
            case FetchDevices(command, user_uri):
                self.run(command, self.device.pins.refresh(user_uri))
            case KeyHistory(command, user_uri):
                self.run(command, key_history(self.device, user_uri))
            case ListHistory(command, user_uri):
                self.run(command, all_dated(self.device, user_uri))
            case ProveLists(command, user_uri):
                self.run(command, dated_proof(self.device, user_uri))
            case ProveHub(command):
                self.run(command, look_at_hub(self.device))
            case RememberSeen():
                restored.remember_seen(self, event)
            case TakeBack():
                restored.take_back(self, event)
            case TakeFromDesk(command, records):
                self.device.effects.append(Finished(command, desk_restored.take(self.device, records)))
            case HeedPerson():
                restored.heed_person(self.device, event)
            case TrustLog(command, keys, forget):
                if forget:
                    self.device.log.start_over(keys)
                else:
                    self.device.log.trust(keys)
                self.device.effects.append(Finished(command))
            case AcceptReset(command, user_uri):
                self.device.pins.accept_reset(user_uri)
                self.device.effects.append(Finished(command))
                for room in list(self.rooms.values()):
                    room.advance()
            case ConfirmDevice():
                self.run(event.command, own_devices.confirm_device(self.device, event))
            case RemoveDevice():
                self.run(event.command, own_devices.remove_device(self.device, event))
            case CancelReset(command):
                self.run(command, own_devices.cancel_reset(self.device))
            case CloseAccount(command):
                self.run(command, own_devices.close_account(self.device))
            case RecoverAccount():
                self.run(event.command, own_devices.recover_account(self.device, event))
            case _:
                assert_never(event)

    # The hub

    def _connected(self, hub_now_ms: int) -> None:
        device = self.device
        device.online = True
        device.caught_up = self._sought = False
        ahead = hub_now_ms - device.now_ms
        device.hub_ahead_ms = ahead if abs(ahead) < BELIEVED_MS else 0
        device.clock_differs = abs(ahead) > CLOCK_LIMIT_MS
        if device.clock_differs:
            device.show(Notice("this device's clock differs from the hub's by more than five minutes"))
        older_store.say_if_view_is_lost(device, in_rooms=bool(self.rooms))
        cursors = {uri: room.record.cursor for uri, room in self.rooms.items() if room.record.member}
        device.transmit(Resume(cursors, self.inbox.resume()))
        device.runner.ask_again()
        for room in list(self.rooms.values()):
            room.advance()
        self._tick()

    def _tick(self) -> None:
        self._watch.tick()
        self.device.gossip.tick()
        self.inbox.tick()
        for ending in evidence.due(self.device):
            room = self.rooms.get(ending.room_uri)
            if room is not None and ending.seq is not None:
                room.timeline.expire(ending.seq, ending.message_id)
        for room in list(self.rooms.values()):
            room.tick()

    def _frame(self, frame: socket.FromHub) -> None:
        match frame:
            case Event():
                room = self.rooms.get(frame.room_uri)
                if room is not None and (room.record.member or room.busy):
                    room.event(frame)
                elif room is None or room.record.held is None:
                    self.keep_early(frame)
            case Inbox():
                self.inbox.put(frame)
            case socket.Forgotten():
                if frame.room_uri in self.rooms:
                    self.rooms[frame.room_uri].gone_before(frame.seq)
            case Accepted():
                for room in self.rooms.values():
                    room.accepted(frame)
            case Refused():
                for room in self.rooms.values():
                    room.refused(frame)
            case socket.Typing():
                if frame.room_uri in self.rooms:
                    self.rooms[frame.room_uri].typing.hear(frame)
            case socket.CaughtUp():
                self._caught_up()
            case _:
                pass  # the handshake's frames are the connection's business

    def keep_early(self, frame: Event) -> None:
        """An event of a room whose Welcome is still being checked."""
        early = self._early.get(frame.room_uri) or Held(self.device.space, MAX_EARLY)
        early.put(frame)
        if len(early):
            self._early[frame.room_uri] = early

    def _caught_up(self) -> None:
        if self.device.caught_up:
            return  # it is said once for each connection
        self.device.caught_up = True
        self.device.show(CaughtUp())
        cursors = {uri: room.record.cursor for uri, room in self.rooms.items() if room.record.member}
        self.device.transmit(Ack(cursors, self.inbox.cursor()))
        for room in list(self.rooms.values()):
            room.tick()
        self._watch.connected()
        self.account_keys.connected()
        self.teller.connected()
        self.report_keys.connected()
        self.run(None, keypackages.top_up(self.device))
        self.refresher.connected()
        self.seek_rooms()

    def seek_rooms(self) -> None:
        """Once for each connection, when the inbox is read: a Welcome that is still being checked brings its room, and
        the messages since, which entering by itself would lose."""
        if self.device.caught_up and self.device.inbox_read and not self._sought:
            self._sought = True
            self.run(None, self._find_rooms())

    def _find_rooms(self) -> Flow[None]:
        """Enter the rooms of this user that this device is not in: it is new, or lost its state."""
        answer = yield from ask(calls.rooms(), rest.Rooms)
        unentered = self._unentered()
        for summary in answer.rooms:
            room = self.rooms.get(summary.room_uri)
            if room is None:
                if unentered >= MAX_UNENTERED or not self._is_here(summary.room_uri):
                    continue
                unentered += 1
                room = self.new_room(summary.room_uri, seq=0, direct=False, group=None)
                room.enter(ENTERED_TEXT)
            elif room.may_enter and may_look_again(room.record.held):
                room.enter(REJOINED_TEXT)

    def is_full(self) -> bool:
        """Whether this device follows as many rooms as it may without having been in them."""
        return self._unentered() >= MAX_UNENTERED

    def _unentered(self) -> int:
        return sum(room.record.epoch < 0 for room in self.rooms.values())

    def forget_early(self, room_uri: str) -> None:
        """This room's Welcome was not followed."""
        self._early.pop(room_uri, None)

    def seek_again(self) -> None:
        """What might have brought a room was not dealt with: once more, when the inbox is read."""
        self._sought = False

    def _is_here(self, room_uri: str) -> bool:
        """Whether this can be the name of a room at this hub."""
        try:
            return host_of(parse_room_uri(room_uri)) == self.device.own.hub_host
        except IdentityError:
            return False
