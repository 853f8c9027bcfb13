# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person decides about contact: signed by this device, kept where it matters, and told to the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

import msgspec

from privity.client.engine import calls, contact_codes, verbs
from privity.client.engine.admission import agree
from privity.client.engine.contact_codes import KeptCode
from privity.client.engine.contact_inputs import (
    AcceptHeld,
    AcceptInvitation,
    AskContact,
    ContactCommand,
    EndContact,
    GrantContact,
    InviteToRoom,
    LeaveHeld,
    MakeCode,
    RefreshContacts,
    UseCode,
    Vouch,
)
from privity.client.engine.contact_list import refresh, tell
from privity.client.engine.contact_signing import sign
from privity.client.engine.flow import Flow, ask
from privity.client.engine.shown import ContactsChanged, Notice
from privity.client.engine.working import ask_with_work
from privity.client.errors import CommandRefused
from privity.identity.consent import CODE_BYTES, Op, code_hash, code_proof
from privity.identity.handle import typed_handle
from privity.identity.uris import parse_user_uri
from privity.wire import rest
from privity.wire.contacts import CodeMade, ContactMade, Purpose
from privity.wire.errors import Code, Refusal

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.room import Room
    from privity.client.engine.state import Device

ENTERED_TEXT: Final = "you agreed to this conversation, and are in it now"
_OP: Final = {Purpose.CONTACT: Op.MEET, Purpose.GUARDIAN: Op.GUARD}


class Refresher:
    """Takes the hub's word about contacts over whenever it says that there is something new; one round at a time."""

    __slots__ = ("_again", "_busy", "_engine", "_tried")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._busy = self._again = False
        self._tried: set[tuple[str, str]] = set()

    def look(self) -> None:
        if self._busy:
            self._again = True
            return
        self._busy = True
        self._engine.device.runner.start(self.flow(), lambda _: self._done(), self._failed)

    def connected(self) -> None:
        """What was tried before the connection was lost may be tried again."""
        self._tried.clear()
        self.look()

    def flow(self) -> Flow[None]:
        agreed = yield from refresh(self._engine.device)
        for room_uri, user_uri in agreed:
            room = self._engine.rooms.get(room_uri)
            if room is not None and room.group is not None and (room_uri, user_uri) not in self._tried:
                self._tried.add((room_uri, user_uri))
                verbs.invite(room, None, user_uri)

    def _done(self) -> None:
        self._busy, again = False, self._again
        self._again = False
        if again:
            self.look()

    def _failed(self, err: Exception) -> None:
        known = isinstance(err, Refusal) and err.code in (Code.TOO_MANY, Code.UNAVAILABLE, Code.NOT_FOUND)
        if not known:  # the next connection, or the next word of the hub, tries again
            self._engine.device.show(Notice(f"contacts could not be looked at: {err}"))
        self._done()


def decided(engine: Engine, command: ContactCommand) -> Flow[object]:
    """What a command comes to."""
    match command:
        case RefreshContacts():
            return engine.refresher.flow()
        case AskContact(_, target):
            return ask_contact(engine, target)
        case GrantContact(_, user_uri):
            return grant_contact(engine, user_uri)
        case EndContact(_, user_uri):
            return end_contact(engine, user_uri)
        case MakeCode(_, purpose):
            return make_code(engine.device, purpose)
        case UseCode():
            return use_code(engine, command)
        case InviteToRoom(_, room_uri, user_uri):
            return invite_to_room(engine, engine.room(room_uri), user_uri)
        case AcceptInvitation(_, room_uri):
            return accept_invitation(engine, room_uri)
        case Vouch(_, ward_uri, asker_uri):
            return vouch(engine, ward_uri, asker_uri)
        case AcceptHeld(_, room_uri):
            return accept_held(engine, room_uri)
        case LeaveHeld(_, room_uri):
            return leave_held(engine, room_uri)
        case _:
            assert_never(command)


def ask_contact(engine: Engine, target: str) -> Flow[bool]:
    """Whether both are contacts now. A handle that nobody has is answered for like any other."""
    device = engine.device
    other = parse_user_uri(target) if "/" in target else typed_handle(target)
    if other in (device.own.user_uri, device.own.handle):
        raise CommandRefused("this is the account's own handle")
    entry = sign(device, Op.REQUEST, other)
    return (yield from _told(engine, ask_with_work(lambda work: calls.ask_contact(entry, work), ContactMade)))


def grant_contact(engine: Engine, user_uri: str) -> Flow[bool]:
    other = parse_user_uri(user_uri)
    call = calls.grant(other, sign(engine.device, Op.GRANT, other))
    return (yield from _told(engine, ask(call, ContactMade)))


def _told(engine: Engine, asked: Flow[ContactMade]) -> Flow[bool]:
    """Whether the two are contacts by the hub's answer, and by what this device then finds proven."""
    try:
        made = yield from asked
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND:
            raise
        made = ContactMade(False)
    yield from engine.refresher.flow()
    return made.connected


def forget_contact(device: Device, user_uri: str) -> None:
    """The contact with a person is over for this device: what was signed until now counts no more."""
    known = device.contacts.known(user_uri)
    if known is not None:
        device.contacts.put(user_uri, known.over(device.hub_ms))
        device.show(ContactsChanged())


def end_contact(engine: Engine, user_uri: str) -> Flow[None]:
    """Kept before the hub hears of it: whatever it does, here they are no contacts any more."""
    other = parse_user_uri(user_uri)
    forget_contact(engine.device, other)
    yield from tell(calls.end_contact(other))
    yield from engine.refresher.flow()


def make_code(device: Device, purpose: Purpose) -> Flow[KeptCode]:
    """Kept before anybody sees it, so that whoever uses it can be told from whoever did not."""
    kept = contact_codes.keep_made(device, device.random(CODE_BYTES), purpose)
    yield from ask(calls.make_code(code_hash(kept.code), purpose), CodeMade)
    return kept


def use_code(engine: Engine, command: UseCode) -> Flow[bool]:
    """The person saw whose code it is, and means them."""
    device, maker, op = engine.device, parse_user_uri(command.maker_uri), _OP[command.purpose]
    if op is Op.MEET:
        contact_codes.keep_used(device, command.code, maker)
    proof = code_proof(command.code, op, device.own.user_uri, maker)
    entry = sign(device, op, maker, proof=proof)
    made = yield from ask(calls.use_code(code_hash(command.code), entry), ContactMade)
    yield from engine.refresher.flow()
    return made.connected


def invite_to_room(engine: Engine, room: Room, user_uri: str) -> Flow[None]:
    """Raises Refusal with NOT_FOUND where the person is shown no invitation of this account."""
    room.require_group()
    other = parse_user_uri(user_uri)
    entry = sign(engine.device, Op.REQUEST, other, room_uri=room.uri)
    engine.device.contacts.note_room(room.uri, [entry])
    yield from ask_with_work(lambda work: calls.invite_to_room(room.uri, entry, work), rest.Done)


def accept_invitation(engine: Engine, room_uri: str) -> Flow[None]:
    """Say yes to everybody who invites this account to a group: whoever of them is there adds it."""
    device = engine.device
    inviters = [each.profile.user_uri for each in device.contacts.waiting.invitations if each.room_uri == room_uri]
    if not inviters:
        raise CommandRefused("nobody invites this account to such a conversation (any more)")
    for inviter in inviters:
        entry = sign(device, Op.GRANT, inviter, room_uri=room_uri)
        device.contacts.note_room(room_uri, [entry])
        yield from ask(calls.grant_room(room_uri, entry), rest.Done)
    yield from engine.refresher.flow()


def vouch(engine: Engine, ward_uri: str, asker_uri: str) -> Flow[None]:
    """For what somebody asked of a ward, or for a further guardian of the ward."""
    ward, asker = parse_user_uri(ward_uri), parse_user_uri(asker_uri)
    wards = {each.user_uri: each for each in engine.device.contacts.waiting.wards}
    if ward not in wards or all(each.profile.user_uri != asker for each in wards[ward].asks):
        raise CommandRefused(f"{asker_uri} asks for nothing at {ward_uri}")
    yield from ask(calls.vouch(ward, asker, sign(engine.device, Op.VOUCH, asker, ward_uri=ward)), rest.Done)
    yield from engine.refresher.flow()


def accept_held(engine: Engine, room_uri: str) -> Flow[None]:
    """The person agrees to a conversation that this device was said to be in: it enters from outside."""
    room = _held(engine, room_uri)
    held = room.record.held
    assert held is not None  # what `_held` checked
    people = [held.added_by] if held.added_by else list(held.people[:1])
    room.save()
    yield from agree(engine.device, room_uri, people)
    room.record.held = None
    room.enter(ENTERED_TEXT)


def leave_held(engine: Engine, room_uri: str) -> Flow[None]:
    """Nothing of it is shown again unless somebody who may adds this account anew."""
    room = _held(engine, room_uri)
    held = room.record.held
    assert held is not None  # what `_held` checked
    room.hold(msgspec.structs.replace(held, declined=True))
    yield from tell(calls.leave(room_uri))


def _held(engine: Engine, room_uri: str) -> Room:
    room = engine.room(room_uri)
    if room.record.held is None or room.record.held.declined:
        raise CommandRefused("this conversation does not wait for a word")
    return room
