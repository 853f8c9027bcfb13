# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Beginning a room again that cannot go on: a new one with the same name, which says in whose place it stands.

A room cannot go on where the hub's database was put back from an older copy, so that devices refuse what it shows
(`going_back`), or where no device can follow it any more. Whoever is an admin by the newest state that this device was
in makes another, and asks the same people along. Old keys are used for nothing: it is a fresh group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine import profile, verbs
from privity.client.engine.commits import Job, Plan
from privity.client.engine.continued import is_continued, link, roles_known
from privity.client.engine.flow import EXPECTED, Flow
from privity.client.engine.inputs import BeginAgain, BringAlong
from privity.client.engine.inviting import claim, nobody_to_add
from privity.client.errors import CommandRefused
from privity.identity.continuation import Continuation, Person
from privity.message import compose
from privity.mls.messages.key_package import KeyPackage
from privity.policy.members import member_of
from privity.policy.roles import Role
from privity.policy.room_state import RoomState
from privity.policy.room_suites import is_post_quantum

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.room import Room

Begun = tuple[str, tuple[tuple[str, Role], ...]]
"""The new room, and everybody in the list of the old one with the role that counted."""


def begin_again(engine: Engine, command: BeginAgain) -> None:
    """Raises CommandRefused."""
    old = engine.room(command.room_uri)
    said = statement(engine, old)
    post_quantum = is_post_quantum(old.record.suite)

    def flow() -> Flow[Begun]:
        new = engine.room((yield from verbs.create_group(engine, own_devices=False, post_quantum=post_quantum)))
        device = engine.device
        author = compose.Author(device.own.user_uri, new.uri)
        parts = [said.part()]
        if old.record.name:
            parts.append(profile.name_part(old.record.name))
        if old.record.expires_s:
            parts.append(profile.expiry_part(old.record.expires_s))
        for part in parts:
            new.outbox.add(compose.message(author, part, random=device.random))
        link(old, new.record, device.own.user_uri)
        new.advance()
        return new.uri, tuple(roles_known(old).items())

    engine.run(command.command, flow())


def bring_along(room: Room, command: BringAlong) -> None:
    """One commit with everybody who can be added now, so that nobody has to follow one for each. Raises CommandRefused.

    KeyPackages are claimed once, however often the commit has to be made.
    """
    room.require_group()
    claimed: dict[str, tuple[KeyPackage, ...]] = {}
    left_out: dict[str, str] = {}

    def plan() -> Flow[Plan | None]:
        suite = room.require_group().suite
        for user_uri in command.people:
            if user_uri not in claimed and user_uri not in left_out:
                try:
                    claimed[user_uri] = yield from claim(room.device, user_uri, suite, room.uri)
                except EXPECTED as err:
                    left_out[user_uri] = str(err)
        return _additions(room, claimed, left_out)

    room.add_job(Job(plan, command.command, left_out))


def _additions(room: Room, claimed: dict[str, tuple[KeyPackage, ...]], left_out: dict[str, str]) -> Plan | None:
    """Whoever is not here yet and has a device that can be added; of the others it is noted why they are not."""
    group = room.require_group()
    present = {member_of(leaf).client_uri for _, leaf in group.members()}
    adds: list[KeyPackage] = []
    roles: list[tuple[str, int]] = []
    for user_uri, packages in claimed.items():
        if room.state.participants.role(user_uri) != Role.NONE:
            continue
        fresh = [each for each in packages if member_of(each.leaf_node).client_uri not in present]
        if not fresh:
            left_out[user_uri] = str(nobody_to_add(user_uri, group.suite))
            continue
        adds += fresh
        roles.append((user_uri, int(Role.MEMBER)))
    return Plan(adds=tuple(adds), roles=tuple(roles)) if adds else None


def statement(engine: Engine, old: Room) -> Continuation:
    """What is said about the old room. Raises CommandRefused for who may not begin it again."""
    if old.group is None and not (old.damaged and old.record.direct):
        raise CommandRefused("this device holds no state of this conversation, so it cannot say who belongs to it")
    roles, own = roles_known(old), engine.device.own.user_uri
    if not old.record.direct and roles.get(own) is not Role.ADMIN:
        raise CommandRefused("only an admin of a group begins it again")
    if is_continued(engine, old):
        raise CommandRefused(
            f"this conversation was begun again already: it goes on in {old.record.continued_in}; bring people in there"
        )
    return Continuation(old.uri, old.record.epoch, old.record.context_hash, _people(old))


def _people(old: Room) -> tuple[Person, ...]:
    """Everybody in the list of the old room; of a direct one that is damaged, its two, who do not change."""
    if old.group is None:
        return tuple(Person(user_uri, int(Role.MEMBER)) for user_uri in old.record.people)
    listed = RoomState.of(old.group.context).participants.participants
    return tuple(Person(each.user_uri, each.role) for each in listed)
