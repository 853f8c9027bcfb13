# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A room is said to continue another: whether this device takes that for true, and how the two differ.

Anybody can make a room and say anything in it. So the word counts only from who was an admin of the older room in the
newest state that this device was in (or is one of the two of a direct one), in a room that is as well encrypted. Even
then it proves nothing about who is here: whom the speaker left out, brought in or gave another role is said, by what
this device knows itself. Nothing is taken over from the older room, no consent and no trust.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from privity.client.engine.shown import RoomChanged
from privity.client.engine.state import ContinuesRecord, RoomRecord
from privity.client.engine.timeline import RuleBroken
from privity.identity.continuation import Continuation
from privity.policy.roles import Role
from privity.policy.room_state import RoomState
from privity.policy.room_suites import is_post_quantum

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.room import Room

NAMED: Final = 10
"""People of one kind of difference who are named; the rest are counted."""


def hear(engine: Engine, record: RoomRecord, said: Continuation, sender: str, state: RoomState) -> str:
    """Note what an admin says about the older room of this one; the line about it, empty where nothing is new.

    Raises RuleBroken for what can never be true. What this device believed once no later word changes.
    """
    if said.room_uri == record.room_uri:
        raise RuleBroken("a conversation is said to continue itself")
    before = record.continues
    if before is not None and not before.doubt:
        if before.room_uri != said.room_uri:
            raise RuleBroken("a conversation is said to continue another one than before")
        return ""
    old = engine.rooms.get(said.room_uri)
    doubt = _doubt(old, record, sender)
    if before is not None and before.room_uri == said.room_uri and before.doubt == doubt:
        return ""
    record.continues = ContinuesRecord(said.room_uri, sender, said.part().content, doubt)
    if old is None or doubt:
        return f"{sender} says that this conversation continues {said.room_uri}; {doubt}"
    differences = list(_differences(old, said, sender, state))
    if old.record.continued_in == record.room_uri or not is_continued(engine, old):
        link(old, record, sender)
    else:
        differences.append(f"it was begun again as {old.record.continued_in} before, and goes on there for this device")
    found = "; ".join(differences) or "the people and their roles are those that this device knows"
    return f"{sender} began {_called(old)} again here: {found}"


def is_continued(engine: Engine, room: Room) -> bool:
    """Whether a room was begun again, and this device is in what it became."""
    following = engine.rooms.get(room.record.continued_in)
    return following is not None and following.record.member


def roles_known(room: Room) -> dict[str, Role]:
    """Everybody in the list of a room by the newest state that this device holds, the banned among them. Who stands in
    for admins that have gone counts as one. Empty where this device holds no state."""
    if room.group is not None:
        return RoomState.of(room.group.context).roles()
    return dict.fromkeys(room.record.people, Role.MEMBER)


def link(old: Room, record: RoomRecord, sender: str) -> None:
    """The old room goes on in the one of this record: said there, once."""
    if old.record.continued_in != record.room_uri:
        old.record.continued_in = record.room_uri
        line = f"{sender} began this conversation again: it goes on in {record.room_uri}"
        old.timeline.line(old.record.cursor + 1, old.latest_ms, line)
    old.save()
    old.device.show(RoomChanged(old.uri))


def _doubt(old: Room | None, record: RoomRecord, sender: str) -> str:
    """Why this device does not take the word for it."""
    if old is None:
        return "this device was never in that one and cannot compare"
    roles = roles_known(old)
    if not roles and old.damaged:
        return "this device cannot read its keys of that one and cannot compare"
    if not roles:
        return "this device had left that one and cannot compare"
    if not old.record.direct and roles.get(sender, Role.NONE) is not Role.ADMIN:
        return "they were no admin there as this device knows it: nothing is taken for its continuation"
    if sender not in roles:
        return "they were not in it: nothing is taken for its continuation"
    if is_post_quantum(old.record.suite) and not is_post_quantum(record.suite):
        return "that one was kept from quantum computers, this one is not: nothing is taken for its continuation"
    return ""


def _differences(old: Room, said: Continuation, sender: str, state: RoomState) -> Iterator[str]:
    """How what is said, and who is here, differ from the older room as this device knows it."""
    record = old.record
    known, here = _listed(old), state.participants.roles()
    claimed = {person.user_uri: person.role for person in said.people}
    present = {who for who, role in here.items() if role >= Role.MEMBER}
    yield from _each(present - known.keys(), "is here and was not in it")
    yield from _each({who for who in present if known.get(who) == Role.BANNED}, "was banned there and is here")
    if said.epoch < record.epoch:
        yield f"{sender} had not seen its last changes (epoch {said.epoch}, this device {record.epoch})"
    elif said.epoch > record.epoch:
        yield f"this device had not seen its last changes (epoch {record.epoch}, {sender} {said.epoch})"
    elif not hmac.compare_digest(said.context_hash, record.context_hash):
        yield f"{sender} saw another epoch {said.epoch} of it than this device: the hub showed it in two ways"
    listed = {who for who, role in known.items() if role != Role.BANNED}
    yield from _each(listed - claimed.keys(), "is left out")
    yield from _each(claimed.keys() - known.keys(), "is said to have been in it, and was not")
    for role in sorted(set(known.values())):
        others = {who for who in claimed.keys() & known.keys() if known[who] == role != claimed[who]}
        yield from _each(others, f"was {_role(role)} there, and is said to have been something else")


def _listed(old: Room) -> dict[str, int]:
    if old.group is not None:
        return RoomState.of(old.group.context).participants.roles()
    return dict.fromkeys(old.record.people, int(Role.MEMBER))


def _role(number: int) -> str:
    return Role(number).name.lower() if number in Role.__members__.values() else f"of role {number}"


def _called(old: Room) -> str:
    return f'"{old.record.name}"' if old.record.name else f"the conversation {old.uri}"


def _each(users: set[str], words: str) -> list[str]:
    found = sorted(users)
    more = [f"{len(found) - NAMED} more: {words}"] if len(found) > NAMED else []
    return [f"{user} {words}" for user in found[:NAMED]] + more
