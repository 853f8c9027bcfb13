# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person asks for, as flows and jobs: rooms, people, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine import calls, checked, consent, profile, tokens
from privity.client.engine.commits import Job, Plan
from privity.client.engine.contact_list import refresh
from privity.client.engine.effects import Failed, Finished
from privity.client.engine.flow import Flow, ask
from privity.client.engine.gossip import own_checkpoint
from privity.client.engine.inputs import DisappearAfter, Forget, Rename, Send
from privity.client.engine.inviting import claim, invitation, nobody_to_add
from privity.client.engine.keypackages import LIFETIME_S
from privity.client.engine.room import Room
from privity.client.engine.shown import State
from privity.client.engine.state import CAPABILITIES, Device
from privity.client.engine.timeline import is_reaction
from privity.client.errors import CommandRefused, NotAContact
from privity.identity.uris import new_room_uri
from privity.message import compose
from privity.message.content import PLAINTEXT_HASHES, Expiry, MimiContent, NullPart
from privity.message.forwarding import FORWARDED
from privity.message.gossip import GOSSIP
from privity.mls.group import Group
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.key_package import KeyPackage
from privity.mls.suites import CipherSuite
from privity.policy.members import member_of
from privity.policy.roles import Capability, Role
from privity.policy.room_state import room_extensions
from privity.policy.room_suites import ORDINARY, chosen
from privity.wire import rest
from privity.wire.errors import Code, Refusal

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine


def check_contact(device: Device, user_uri: str) -> Flow[None]:
    """Raise NotAContact unless this person is a contact, by what is known or else by what the hub says now."""
    if device.contacts.is_contact(user_uri):
        return
    yield from refresh(device)
    if not device.contacts.is_contact(user_uri):
        handle = device.contacts.handle(user_uri) or user_uri
        raise NotAContact(f"{user_uri} is no contact of this account: ask first, `privity contacts ask {handle}`")


def create_group(engine: Engine, *, own_devices: bool, post_quantum: bool = False) -> Flow[str]:
    """A room with this account alone; its other devices are added at once."""
    own, suite = engine.device.own, chosen(post_quantum=post_quantum)
    others = yield from claim(engine.device, own.user_uri, suite)
    room = yield from _create(engine, None, own_devices=own_devices, suite=suite)
    if others:
        room.add_job(Job(lambda: _just(Plan(adds=others)), None))
    return room.uri


def create_direct(engine: Engine, command: int, user_uri: str) -> None:
    """The direct room of two. Its people are claimed first, so that a refusal leaves no empty room behind.

    With somebody who is no contact there may be one from when they were.
    """
    device = engine.device
    pair = tuple(sorted((device.own.user_uri, user_uri)))

    def flow() -> Flow[tuple[Room, tuple[KeyPackage, ...]]]:
        yield from check_contact(device, user_uri)
        theirs = yield from claim(device, user_uri, ORDINARY)
        if not theirs:
            raise nobody_to_add(user_uri, ORDINARY)
        others = yield from claim(device, device.own.user_uri, ORDINARY)
        room = yield from _create(engine, user_uri)
        return room, (*theirs, *others)

    def made(value: object) -> None:
        assert isinstance(value, tuple)  # what `flow` returns
        room, packages = value
        room.add_job(Job(lambda: _just(Plan(adds=packages)), command, room.uri))

    def failed(err: Exception) -> None:
        if isinstance(err, Refusal) and err.code is Code.DIRECT_ROOM_EXISTS and err.body.room_uri is not None:
            try:
                device.effects.append(Finished(command, _known_direct(engine, err.body.room_uri, user_uri)))
                return
            except CommandRefused as other:
                err = other
        if isinstance(err, NotAContact):
            for uri, room in engine.rooms.items():
                if room.record.member and room.record.people == pair:
                    device.effects.append(Finished(command, uri))
                    return
        device.effects.append(Failed(command, err))

    device.runner.start(flow(), made, failed)


def _known_direct(engine: Engine, room_uri: str, user_uri: str) -> str:
    """The direct room that the hub names, if this device knows it as the one of these two. Raises CommandRefused.

    On the hub's word alone, what is meant for one person would go to another.
    """
    room = engine.rooms.get(room_uri)
    if room is None or room.record.people != tuple(sorted((engine.device.own.user_uri, user_uri))):
        raise CommandRefused(
            f"the hub names a direct conversation with {user_uri} that this device does not have as such; try again"
            " when it has come"
        )
    return room_uri


def _create(
    engine: Engine, direct_with: str | None, *, own_devices: bool = False, suite: CipherSuite = ORDINARY
) -> Flow[Room]:
    device, own = engine.device, engine.device.own
    room_uri = new_room_uri(own.hub_host, device.random)
    extensions = room_extensions(
        hub_uri=f"mimi://{own.hub_host}",
        hub_key=own.hub_key,
        franking_key=own.franking_key,
        creator=own.user_uri,
        direct_with=direct_with,
    )
    group = yield from device.with_lists(
        lambda: Group.create(
            device.identity(suite.id),
            room_uri.encode(),
            extensions=extensions,
            capabilities=CAPABILITIES,
            lifetime_s=LIFETIME_S,
            now=device.now_s,
            rules=device.rules,
            random=device.random,
        )
    )
    group_info = decode_group_info(group.group_info(with_tree=False)).encode()
    answer = yield from ask(calls.create_room(group_info, group.tree.encode(), own_devices), rest.RoomCreated)
    room = engine.new_room(room_uri, seq=answer.seq, direct=direct_with is not None, group=group)
    room.record.spoke = True
    room.save()
    return room


def _just(plan: Plan) -> Flow[Plan | None]:
    yield from ()
    return plan


def invite(room: Room, command: int | None, user_uri: str) -> None:
    """Bring a person in."""
    room.require_group()
    room.add_job(Job(invitation(room, user_uri), command))


def remove_user(room: Room, command: int, user_uri: str) -> None:
    """One commit: all devices of the person, and the person."""
    room.require_group()
    if user_uri == room.device.own.user_uri:
        raise CommandRefused("to go yourself, leave the conversation")

    def plan() -> Flow[Plan | None]:
        yield from ()
        group = room.require_group()
        leaves = tuple(index for index, leaf in group.members() if member_of(leaf).user_uri == user_uri)
        if room.state.participants.role(user_uri) == Role.NONE:
            return None
        if user_uri in room.state.logging.archives:
            raise CommandRefused(f"{user_uri} is an archive here; withdraw it")
        return Plan(removes=leaves, roles=((user_uri, int(Role.NONE)),))

    room.add_job(Job(plan, command))


def leave(room: Room) -> Flow[rest.Done]:
    """Ask the hub to propose the removal; another member commits it. For that no key is needed."""
    if not room.damaged:
        room.require_group()
    return (yield from ask(calls.leave(room.uri), rest.Done))


def check_may_send(room: Room) -> None:
    """Raise CommandRefused for an archive, ConsentNeeded under a policy that this device's person did not agree to,
    AccountKeyChanged beside somebody whose reset they did not agree to, CheckedKeysChanged where a compared number is
    another one."""
    group = room.require_group()
    if room.state.participants.role(room.device.own.user_uri) == Role.ARCHIVE:
        raise CommandRefused("this account is an archive here: it receives, and says nothing")
    consent.check_agreed(room.record, group.context)
    room.leaves.check_accepted()
    checked.check_unchanged(room)


def send(room: Room, command: Send) -> None:
    """Put content into the outbox. Raises CommandRefused for what others would hide."""
    if command.token and _asked_before(room, command):
        return
    check_may_send(room)
    if room.outbox.is_full():
        raise CommandRefused("too many messages wait to be sent in this conversation")
    content = _content(room, command)
    message_id = room.outbox.add(content, command.token)
    room.sending[message_id] = command.command
    room.advance()


def _asked_before(room: Room, command: Send) -> bool:
    """Whether this very message was asked for before. What came of it is then the answer to this command too."""
    if len(command.token) > tokens.MAX_TOKEN:
        raise CommandRefused(f"a message is known by at most {tokens.MAX_TOKEN} characters")
    message_id = tokens.find(room.device, room.uri, command.token)
    if message_id is None:
        return False
    if message_id in room.sending:
        raise CommandRefused("this message is on its way already")
    if any(entry.message_id == message_id for _, entry in room.outbox.entries()):
        room.sending[message_id] = command.command
    else:
        room.device.effects.append(Finished(command.command, message_id))
    return True


def _content(room: Room, command: Send) -> MimiContent:
    device = room.device
    author = compose.Author(device.own.user_uri, room.uri)
    if command.replaces is not None:
        reaction = room.timeline.reaction(command.replaces)
        if reaction is not None and reaction.sender != device.own.user_uri:
            raise CommandRefused("only your own reactions can be taken back")
        item = room.timeline.item(command.replaces)
        if item is not None:
            deletes = isinstance(command.part, NullPart) and room.state.may(
                device.own.user_uri, Capability.DELETE_OTHER
            )
            if not (item.mine or deletes) or item.message_id != command.replaces:
                raise CommandRefused("only your own messages can be edited or deleted, by their first id")
            if item.state in (State.DELETED, State.EXPIRED):
                raise CommandRefused("this message is gone already")
            if not isinstance(command.part, NullPart):
                original = MimiContent.decode(item.content)
                return compose.edit(author, command.replaces, original, command.part, random=device.random)
    return compose.message(
        author,
        command.part,
        random=device.random,
        replaces=command.replaces,
        in_reply_to=command.in_reply_to,
        expires=_expiry(room, command),
        extensions=_extensions(device, command),
    )


def _expiry(room: Room, command: Send) -> Expiry | None:
    """What was asked for, or else what the room has agreed on. What changes another message has no end of its own."""
    if command.expires is not None:
        return Expiry(*command.expires)
    if command.replaces is not None or is_reaction(command.part):
        return None
    return profile.expiry_of(room.record, command.part)


def rename(room: Room, command: Rename) -> None:
    """Raises CommandRefused, BadProfile, and what sending raises."""
    if _own_role(room) is not Role.ADMIN:
        raise CommandRefused("only an admin names a conversation")
    send(room, Send(command.command, room.uri, profile.name_part(command.name)))


def disappear_after(room: Room, command: DisappearAfter) -> None:
    """Raises CommandRefused, BadProfile, and what sending raises."""
    if not profile.may_decide(room.record, _own_role(room)):
        raise CommandRefused("only an admin says after how long the messages of a group disappear")
    send(room, Send(command.command, room.uri, profile.expiry_part(command.seconds)))


def forget(room: Room, command: Forget) -> None:
    """Raises CommandRefused for a message that is not here."""
    item = room.timeline.item(command.message_id)
    if item is None:
        raise CommandRefused("no message of this conversation has this id")
    room.timeline.forget(item)
    room.device.effects.append(Finished(command.command))


def _own_role(room: Room) -> Role:
    return room.state.role(room.device.own.user_uri)


def _extensions(device: Device, command: Send) -> dict[int | str, object]:
    found: dict[int | str, object] = {}
    if command.plaintext_hashes:
        found[PLAINTEXT_HASHES] = dict(command.plaintext_hashes)
    if command.forwarded:
        found[FORWARDED] = command.forwarded
    seen = own_checkpoint(device.log)
    if seen is not None:
        found[GOSSIP] = seen.to_extension()
    return found
