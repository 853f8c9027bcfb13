# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Knocking at a room with a link, and letting in who knocked (spec/room-links.md).

Of the devices of those in charge one acts: each leaves it for a while to those before it in the tree, and stands by
once it sees the person come in. Two that act at once meet in the race for the epoch, as all commits do. No KeyPackage
is asked for before link, time, ban and both proofs of the knock were checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine import calls
from privity.client.engine.commits import Job, Plan
from privity.client.engine.effects import Finished
from privity.client.engine.flow import Flow, ask
from privity.client.engine.inputs import AnswerKnock, KnockAt, TakeKnockBack
from privity.client.engine.inviting import invitation
from privity.client.engine.known_links import LETS_IN, known, open_links
from privity.client.engine.records import Table
from privity.client.engine.shown import Notice, RoomChanged
from privity.client.engine.state import Device, KnockRecord
from privity.client.engine.working import ask_with_work
from privity.client.errors import CommandRefused, PuzzleRefused, WorkStopped
from privity.identity.errors import KnockIsOld, KnockNotByDevice, LinkIsOver
from privity.identity.room_links import KNOCK_MS, Knock, Mode, StatedLink
from privity.identity.uris import host_of, user_of
from privity.mls.group import StagedCommit
from privity.policy.members import members
from privity.policy.roles import Role
from privity.policy.room_state import RoomState
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Inbox

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.room import Room

KNOCKED: Final = "knocked"
"""The scope of `Table.OWN` with the rooms that this account knocked at."""
OPENS_NOTHING: Final = "this link opens no conversation: it is unknown, revoked or expired"
STEP_MS: Final = 10_000
"""How long a device leaves it to each one before it in the tree: time for a claim and a commit."""
MAX_STEPS: Final = 6
AGAIN_MS: Final = 60_000
MAX_TRIES: Final = 5
MAX_WAITING: Final = 100
"""People who wait before one room; the hub passes on no more."""


class Knocked(msgspec.Struct, frozen=True):
    """A room that this account waits before. The name is what the link said."""

    name: str
    at_ms: int


# At the door


def knock(device: Device, command: KnockAt) -> Flow[None]:
    """Ask to be let in. Raises CommandRefused, and LinkIsOver for whatever opens nothing."""
    link = command.link
    if host_of(link.room_uri) != device.own.hub_host:
        raise CommandRefused(
            f"this link leads to {host_of(link.room_uri)}, and this account is at {device.own.hub_host}"
        )
    at_ms = device.hub_now_ms
    if link.expires_ms <= at_ms:
        raise LinkIsOver(OPENS_NOTHING)
    made = Knock.make(link, device.own.client_uri, at_ms, device.own.signature_private)
    waiting = msgspec.msgpack.encode(Knocked(link.name, at_ms))
    device.batch.put(Table.OWN, KNOCKED, link.room_uri.encode(), waiting)
    try:
        yield from ask_with_work(lambda work: calls.knock(link.room_uri, made, work), rest.Done)
    except (Refusal, PuzzleRefused, WorkStopped) as err:
        forget(device, link.room_uri)
        if isinstance(err, Refusal) and err.code is Code.BAD_INVITE:
            raise LinkIsOver(OPENS_NOTHING) from None
        raise


def take_back(device: Device, command: TakeKnockBack) -> Flow[None]:
    """Wait no longer."""
    forget(device, command.room_uri)
    yield from ask(calls.end_knock(command.room_uri, device.own.user_uri), rest.Done)


def waits_at(device: Device, room_uri: str) -> bool:
    """Whether this account asked to be let into the room."""
    return device.batch.get(Table.OWN, KNOCKED, room_uri.encode()) is not None


def forget(device: Device, room_uri: str) -> None:
    """Nobody waits before this room any more."""
    device.batch.delete(Table.OWN, KNOCKED, room_uri.encode())


# Inside


def heard(engine: Engine, frame: Inbox) -> Flow[None]:
    """A knock that the hub passed on. Raises an error for what no device made; what came too late is passed over."""
    room = engine.rooms.get(frame.room_uri)
    if room is None or room.group is None or not room.record.member or room.record.stopped:
        return
    came = Knock.decode(frame.body)
    user_uri = user_of(came.client_uri)
    if not _can_let_in(room, user_uri):
        return
    try:
        stated = _link_of(room, came.link_id)
        came.check_link(stated.link(room.uri))
        came.check_timely(room.device.hub_now_ms, _after_ms(room, user_uri))
    except (LinkIsOver, KnockIsOld):
        return
    listed = (yield from room.device.pins.refresh(user_uri)).device(came.client_uri)
    if listed is None:
        raise KnockNotByDevice(f"{came.client_uri} is no device of {user_uri}")
    came.check_device(stated.link(room.uri), listed.mls_signature_key)
    others = tuple(each for each in room.record.knocks if each.user_uri != user_uri)
    if len(others) >= MAX_WAITING or not _can_let_in(room, user_uri):  # the key log was asked meanwhile
        return
    asks = stated.mode is Mode.ASK
    due_ms = 0 if asks else room.device.now_ms + _steps(room) * STEP_MS
    room.record.knocks = (*others, KnockRecord(user_uri, came.link_id, came.at_ms, asks, due_ms))
    if asks:
        room.device.show(Notice(f"{user_uri} asks to be let into {room.record.name or 'a group of yours'}"))
    room.device.show(RoomChanged(room.uri))
    room.device.wake_at(due_ms or came.at_ms + KNOCK_MS)
    tick(room)
    room.save()


def ended(engine: Engine, frame: Inbox) -> None:
    """The hub says that somebody does not wait any more. At worst that is a lie, and they knock again."""
    room = engine.rooms.get(frame.room_uri)
    if room is not None:
        drop(room, frame.body.decode("utf-8", "replace"))
        room.save()


def waiting(room: Room) -> list[KnockRecord]:
    """Who waits for a yes or no of the person: by links that are still open, and to those who may answer."""
    if room.group is None or not room.record.member or room.record.stopped:
        return []
    return [each for each in room.record.knocks if each.asks and _still_waits(room, each)]


def answer_knock(room: Room, command: AnswerKnock) -> None:
    """Let somebody in who waits, or send them away; the one who knocked is not told. Raises CommandRefused."""
    room.require_group()
    user_uri = command.user_uri
    if all(each.user_uri != user_uri for each in waiting(room)):
        raise CommandRefused(f"{user_uri} does not wait before this conversation, or not any more")
    if command.yes:
        room.add_job(Job(invitation(room, user_uri), command.command))
        return
    room.record.left_ms[user_uri] = room.device.hub_now_ms  # the same knock is not shown again
    drop(room, user_uri)
    room.save()
    call = calls.end_knock(room.uri, user_uri)
    room.device.runner.start(ask(call, rest.Done), lambda _: None, lambda _: None)  # others may go on showing it
    room.device.effects.append(Finished(command.command))


def tick(room: Room) -> None:
    """Let in whose time has come, and forget whose is over."""
    record, now_ms = room.record, room.device.now_ms
    if not record.knocks or not room.device.caught_up or room.group is None or record.stopped:
        return
    kept: list[KnockRecord] = []
    for each in record.knocks:
        if not _still_waits(room, each) or each.tries >= MAX_TRIES:
            continue
        if not each.asks and each.due_ms <= now_ms:
            each = msgspec.structs.replace(each, due_ms=now_ms + AGAIN_MS, tries=each.tries + 1)
            room.add_job(Job(_letting_in(room, each), None))
        if not each.asks:
            room.device.wake_at(each.due_ms)
        kept.append(each)
    if tuple(kept) != record.knocks:
        record.knocks = tuple(kept)
        room.device.show(RoomChanged(room.uri))


def follow(room: Room, staged: StagedCommit, ts_ms: int) -> None:
    """A commit was merged: who came in waits no more, and who left must knock anew."""
    before, after = RoomState.of(staged.base.public.context), RoomState.of(staged.context)
    earlier = room.device.hub_now_ms - KNOCK_MS
    left = {user: at for user, at in room.record.left_ms.items() if at > earlier}
    if not after.direct:
        was, now = before.participants.roles(), after.participants.roles()
        left.update({user: ts_ms for user in was if now.get(user, Role.NONE) < Role.MEMBER})
    room.record.left_ms = left
    here = after.participants.roles()
    room.record.knocks = tuple(each for each in room.record.knocks if each.user_uri not in here)


def drop(room: Room, user_uri: str) -> None:
    kept = tuple(each for each in room.record.knocks if each.user_uri != user_uri)
    if kept != room.record.knocks:
        room.record.knocks = kept
        room.device.show(RoomChanged(room.uri))


def _letting_in(room: Room, knocked: KnockRecord) -> Callable[[], Flow[Plan | None]]:
    bring = invitation(room, knocked.user_uri)

    def plan() -> Flow[Plan | None]:
        if not _still_waits(room, knocked):
            return None
        return (yield from bring())

    return plan


def _still_waits(room: Room, knocked: KnockRecord) -> bool:
    """Whether a knock that was checked still counts: the link may be revoked since, the person be banned or here."""
    open_ids = [link.link(room.uri).link_id for link in open_links(room.record, room.device.hub_now_ms)]
    recent = _after_ms(room, knocked.user_uri) < knocked.at_ms > room.device.hub_now_ms - KNOCK_MS
    return knocked.link_id in open_ids and recent and _can_let_in(room, knocked.user_uri)


def _can_let_in(room: Room, user_uri: str) -> bool:
    """Whether this device may bring somebody in who is neither here nor banned, nor blocked by its person."""
    state = room.state
    blocked = room.device.batch.get(Table.PIN, "blocked", user_uri.encode()) is not None
    outside = state.participants.role(user_uri) == Role.NONE
    return outside and not blocked and state.may(room.device.own.user_uri, LETS_IN)


def _link_of(room: Room, link_id: bytes) -> StatedLink:
    """Raises LinkIsOver, also for one that the room does not know."""
    for link in known(room.record):
        if link.link(room.uri).link_id == link_id:
            link.check_open(room.device.hub_now_ms)
            return link
    raise LinkIsOver("nobody in charge has said anything of this link here")


def _after_ms(room: Room, user_uri: str) -> int:
    return max(room.record.knocks_after_ms, room.record.left_ms.get(user_uri, 0))


def _steps(room: Room) -> int:
    """How many devices of those in charge come before this one."""
    group, state = room.require_group(), room.state
    in_charge = state.who_may(LETS_IN)
    before = (member for leaf, member in members(group.tree).items() if leaf < group.own_leaf)
    return min(MAX_STEPS, sum(each.user_uri in in_charge for each in before))
