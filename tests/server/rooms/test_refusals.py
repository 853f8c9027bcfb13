# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What does not enter a room, whatever overtakes whatever, and what a restart does not change."""

from __future__ import annotations

import random
from functools import partial

import pytest

from privity.mls.errors import PolicyRefused
from privity.mls.public_group import PublicGroup
from privity.policy.members import find_client
from privity.server.db.database import Reader
from privity.server.rooms import commits, departures, groups, store
from privity.server.rooms.groups import MAX_CACHED, GroupCache
from privity.server.sessions.model import Session
from privity.wire import rest, socket
from privity.wire.errors import Code
from privity.wire.rest import Committed
from tests.server.rooms.test_rooms import Anything, room_of
from tests.server.rooms.world import Device, World


def session_of(world: World, device: Device) -> Session:
    session = world.context.sessions.of_device(device.keys.client_uri)
    assert session is not None
    return session


async def checked_commit(world: World, device: Device, room: str, body: rest.Commit) -> commits.Checked:
    """A commit that was checked on a snapshot and not applied yet."""
    asked = commits.read(session_of(world, device), room, body)
    found = await world.context.db.read(lambda reader: commits.look(reader, world.parts.proposer, asked))
    assert isinstance(found, commits.Snapshot)
    return commits.check(asked, found, world.clock.now)


async def test_removal_that_overtakes_a_checked_commit_sends_it_back(world: World) -> None:
    room, (anna, ben, _) = await room_of(world, "anna", "ben", "carl")
    checked = await checked_commit(world, anna, room, anna.body(anna.pending(room, force_path=True)))
    await ben.call("POST", ben.path(room, "leave"), None, rest.Done)
    proposer = world.parts.proposer
    assert await world.context.db.write(lambda tx: commits.apply(tx, proposer, checked)) is None
    assert len((await anna.state(room)).proposals) == 2


async def test_device_that_is_dropped_while_its_invitation_is_checked_does_not_enter(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    carl = await world.join("carl")
    second = await world.second_device(carl)
    body = anna.body(anna.invitation(room, carl, second))
    checked = await checked_commit(world, anna, room, body)
    await carl.put_list([carl.keys])
    proposer = world.parts.proposer
    assert await world.context.db.write(lambda tx: commits.apply(tx, proposer, checked)) is None
    error = await anna.refused("POST", anna.path(room, "commit"), body)
    assert error.code == Code.INVALID_COMMIT
    assert "CredentialRefused" in error.message
    assert await world.context.db.read(lambda reader: store.devices_in_room(reader, 1, carl.user_uri)) == []


async def test_second_checked_commit_of_an_epoch_is_not_applied(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    one = await checked_commit(world, anna, room, anna.body(anna.pending(room, force_path=True)))
    two = await checked_commit(world, ben, room, ben.body(ben.pending(room, force_path=True)))
    proposer = world.parts.proposer
    first = await world.context.db.write(lambda tx: commits.apply(tx, proposer, one))
    assert isinstance(first, Committed)
    assert await world.context.db.write(lambda tx: commits.apply(tx, proposer, two)) is None
    assert await world.context.db.write(lambda tx: commits.apply(tx, proposer, one)) is None


async def test_who_blocked_the_inviter_is_not_invited(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    carl = await world.join("carl")
    await carl.line.request("PUT", f"/v1/blocks/{anna.person.id}")
    error = await anna.refused("POST", anna.path(room, "commit"), anna.body(anna.invitation(room, carl)))
    assert error.code == Code.NOT_FOUND


async def test_room_of_other_keys_or_of_another_creator_is_refused(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    theirs = ben.creation(ben.new_group())
    assert (await anna.refused("POST", "/v1/rooms", theirs)).code == Code.INVALID_COMMIT
    direct = anna.creation(anna.new_group(f"mimi://hub.example/u/{'a' * 26}"))
    assert (await anna.refused("POST", "/v1/rooms", direct)).code == Code.NOT_FOUND
    elsewhere = anna.creation(anna.new_group(room=f"mimi://other.example/r/{'a' * 26}"))
    assert (await anna.refused("POST", "/v1/rooms", elsewhere)).code == Code.MALFORMED
    assert (await anna.call("GET", "/v1/rooms", None, rest.Rooms)).rooms == []


async def test_restart_of_the_hub_changes_nothing(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    await carl.call("POST", carl.path(room, "leave"), None, rest.Done)
    before = await anna.state(room)
    world.parts.proposer.cache._entries.clear()
    assert await anna.state(room) == before
    await anna.until_seq(room, 3)
    await ben.until_seq(room, 3)
    done = await ben.commit(room, ben.pending(room))
    await anna.until_seq(room, done.seq)
    assert anna.groups[room].epoch_authenticator == ben.groups[room].epoch_authenticator


async def test_groups_in_memory_are_bounded(world: World) -> None:
    room, (_, _) = await room_of(world, "anna", "ben")
    cache = GroupCache(bytes(32))

    def load(reader: Reader) -> PublicGroup:
        found = store.find(reader, room)
        assert found is not None
        return groups.load(cache, reader, found)[1]

    group = await world.context.db.read(load)
    for number in range(MAX_CACHED + 10):
        cache.put(f"room {number}", 1, group)
    assert len(cache) == MAX_CACHED
    assert cache.get("room 0", 1) is None
    assert cache.get(f"room {MAX_CACHED + 9}", 1) is group
    assert cache.get(f"room {MAX_CACHED + 9}", 2) is None


@pytest.mark.parametrize("seed", range(20))
async def test_damaged_commit_is_refused_by_name_and_changes_nothing(world: World, seed: int) -> None:
    chosen = random.Random(seed)
    room, (anna, ben) = await room_of(world, "anna", "ben")
    before = await anna.state(room)
    good = anna.body(anna.pending(room, force_path=True))
    fields = {name: getattr(good, name) for name in good.__struct_fields__}
    for _ in range(4):
        name = chosen.choice(["commit", "group_info"])
        raw = bytearray(fields[name])
        at = chosen.randrange(len(raw))
        if name == "commit" and at >= len(raw) - 33:
            at = 10  # the membership tag at the end is for members to check
        raw[at] ^= 1 << chosen.randrange(8)
        changed = rest.Commit(**{**fields, name: bytes(raw)})
        error = await anna.refused("POST", anna.path(room, "commit"), changed)
        assert error.code in (Code.MALFORMED, Code.INVALID_COMMIT, Code.WRONG_EPOCH, Code.NOT_ALLOWED), error
    assert await anna.state(room) == before
    await ben.silent()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"ref": 1}', b"\xff", b"[" * 100_000])
async def test_bodies_that_are_not_the_type_are_malformed(world: World, data: bytes) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    for path in ("/v1/rooms", anna.path(room, "commit"), anna.path(room, "broken"), "/v1/reports"):
        status, answer = await anna.line.request("POST", path, data=data)
        assert (status, answer["code"]) == (400, Code.MALFORMED)


async def test_stranger_learns_nothing_of_a_room(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    carl = await world.join("carl")
    digest = carl.notice(room, 0, b"x")
    for method, verb, body in (
        ("GET", "group", None),
        ("POST", "leave", None),
        ("POST", "broken", digest),
        ("POST", "commit", anna.body(anna.pending(room, force_path=True))),
    ):
        assert (await carl.refused(method, carl.path(room, verb), body)).code == Code.NOT_FOUND
    nowhere = f"mimi://hub.example/r/{'a' * 26}"
    assert (await carl.refused("GET", carl.path(nowhere, "group"), None)).code == Code.NOT_FOUND


async def test_stranger_with_the_group_state_cannot_enter(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    carl = await world.join("carl")
    state = await anna.state(room)
    with pytest.raises(PolicyRefused, match="role none"):
        carl.enter_with(state)
    carl.rules = Anything()  # a cheating client
    body = carl.body(carl.enter_with(state))
    assert (await carl.refused("POST", carl.path(room, "commit"), body)).code == Code.NOT_FOUND


async def test_hub_proposes_each_departure_once(world: World) -> None:
    room, (anna, ben, _) = await room_of(world, "anna", "ben", "carl")
    proposer = world.parts.proposer
    for _ in range(3):
        found = await world.context.db.read(lambda reader: store.find(reader, room))
        assert found is not None
        again = partial(
            departures.depart, proposer=proposer, room=found, client_uris=[ben.keys.client_uri], user_uri=ben.user_uri
        )
        await world.context.db.write(again)
    assert len((await anna.state(room)).proposals) == 2
    await ben.until_inbox(socket.InboxKind.REMOVED)
    await ben.silent()
    assert find_client(anna.groups[room].tree, ben.keys.client_uri) is not None
