# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rooms end to end: create, invite, talk, remove, race, leave, break."""

from __future__ import annotations

import secrets

import msgspec
import pytest

from privity.mls.group import Group
from privity.mls.messages.envelope import decode_public_message
from privity.mls.messages.proposals import AppDataUpdate, Remove
from privity.policy.members import find_client
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantListUpdate
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState
from privity.policy.room_suites import ROOM_SUITES
from privity.wire import rest, socket
from privity.wire.errors import Code
from tests.server.rooms.world import Device, World, together


async def room_of(world: World, *names: str) -> tuple[str, list[Device]]:
    """A group with these people; the first is its admin."""
    people = [await world.join(name) for name in names]
    room = await people[0].create()
    if len(people) > 1:
        await people[0].invite(room, *people[1:])
    return room, people


async def test_invited_device_reads_what_comes_after(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    accepted = await anna.say(room, b"hello")
    assert await ben.hear(1) == [b"hello"]
    await ben.say(room, b"hi")
    assert await anna.hear(1) == [b"hi"]
    assert accepted.ts_ms < [event for event in anna.seen if isinstance(event, socket.Event)][-1].ts_ms
    listed = await ben.call("GET", "/v1/rooms", None, rest.Rooms)
    assert listed.rooms == [rest.RoomSummary(room, 1, 3, True)]


async def test_removed_device_gets_its_removal_and_nothing_more(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    done = await anna.commit(room, anna.removal(room, ben))
    await anna.say(room, b"after")
    await carl.hear(1)
    while ben.cursors[room] < done.seq:
        await ben.until(socket.Event)
    assert ben.groups[room].epoch == 1
    last = await ben.until_inbox(socket.InboxKind.REMOVED)
    assert last.room_seq == done.seq
    await ben.silent()
    await ben.disconnect()
    ben.cursors, ben.inbox = {room: done.seq - 1}, 0
    ben.groups.clear()
    ben.bundles.clear()
    await ben.connect()
    assert ben.cursors[room] == done.seq
    await ben.send(socket.Submit(secrets.token_bytes(16), room, carl.sealed(room, b"stolen")))
    answer = await ben.until_answer()
    assert isinstance(answer, socket.Refused)
    assert answer.code == Code.NOT_ALLOWED
    assert (await ben.refused("GET", ben.path(room, "group"), None)).code == Code.NOT_FOUND


async def test_of_two_commits_of_one_epoch_one_wins(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    one, two = anna.pending(room, force_path=True), ben.pending(room, force_path=True)
    answers = await together(
        anna.line.request("POST", anna.path(room, "commit"), data=msgspec.json.encode(anna.body(one))),
        ben.line.request("POST", ben.path(room, "commit"), data=msgspec.json.encode(ben.body(two))),
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    lost = next(answer for status, answer in answers if status == 409)
    assert (lost["code"], lost["current_epoch"]) == (Code.WRONG_EPOCH, 2)
    for device in (anna, ben, carl):
        while device.groups[room].epoch < 2:
            await device.until(socket.Event)
    assert len({device.groups[room].epoch_authenticator for device in (anna, ben, carl)}) == 1


async def test_commit_is_idempotent_by_its_ref(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    body = anna.body(anna.pending(room, force_path=True))
    first = await anna.call("POST", anna.path(room, "commit"), body, rest.Committed)
    assert await anna.call("POST", anna.path(room, "commit"), body, rest.Committed) == first
    other = rest.Commit(body.ref, body.commit, body.group_info, b"x")
    assert (await anna.refused("POST", anna.path(room, "commit"), other)).code == Code.MALFORMED


async def test_direct_room_of_two_is_created_once(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    groups = [anna.new_group(ben.user_uri), ben.new_group(anna.user_uri)]
    answers = await together(
        anna.line.request("POST", "/v1/rooms", data=msgspec.json.encode(anna.creation(groups[0]))),
        ben.line.request("POST", "/v1/rooms", data=msgspec.json.encode(ben.creation(groups[1]))),
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    won = next(answer for status, answer in answers if status == 200)
    lost = next(answer for status, answer in answers if status == 409)
    assert lost["code"] == Code.DIRECT_ROOM_EXISTS
    assert lost["room_uri"] == won["room_uri"]
    winner, loser = (anna, ben) if answers[0][0] == 200 else (ben, anna)
    room = won["room_uri"]
    winner.groups[room] = groups[0 if winner is anna else 1]
    winner.cursors[room] = 0
    done = await loser.join_external(room)
    await winner.until_seq(room, done.seq)
    await loser.say(room, b"found")
    assert await winner.hear(1) == [b"found"]


async def test_nobody_else_enters_a_direct_room(world: World) -> None:
    anna, ben, carl = [await world.join(name) for name in ("anna", "ben", "carl")]
    room = await anna.create(ben.user_uri)
    await anna.invite(room, ben)
    await ben.say(room, b"two of us")
    assert await anna.hear(1) == [b"two of us"]
    assert (await carl.refused("GET", carl.path(room, "group"), None)).code == Code.NOT_FOUND


async def test_blocked_person_cannot_open_a_direct_room(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    status, _ = await ben.line.request("PUT", f"/v1/blocks/{anna.person.id}")
    assert status == 200
    error = await anna.refused("POST", "/v1/rooms", anna.creation(anna.new_group(ben.user_uri)))
    assert error.code == Code.NOT_FOUND


async def test_creating_again_is_harmless_and_another_room_of_that_name_is_refused(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create()
    again = anna.creation(anna.groups[room])
    assert (await anna.call("POST", "/v1/rooms", again, rest.RoomCreated)).room_uri == room
    theft = ben.creation(ben.new_group(room=room))
    assert (await ben.refused("POST", "/v1/rooms", theft)).code == Code.CONFLICT
    body = anna.creation(anna.new_group())
    first = await anna.call("POST", "/v1/rooms", body, rest.RoomCreated)
    assert await anna.call("POST", "/v1/rooms", body, rest.RoomCreated) == first


async def test_leaving_stops_delivery_at_once_and_the_next_commit_must_cover_it(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    stale = anna.pending(room, force_path=True)
    await ben.call("POST", ben.path(room, "leave"), None, rest.Done)
    await ben.until_inbox(socket.InboxKind.REMOVED)
    error = await anna.refused("POST", anna.path(room, "commit"), anna.body(stale))
    assert error.code == Code.PENDING_REMOVE_OMITTED
    assert len((await anna.state(room)).proposals) == 2
    await anna.say(room, b"without ben")
    await carl.hear(1)
    await ben.silent()
    anna.groups[room].clear_pending()
    done = await anna.commit(room, anna.pending(room))
    await carl.until_seq(room, done.seq)
    assert find_client(anna.groups[room].tree, ben.keys.client_uri) is None
    assert ben.user_uri not in RoomState.of(carl.groups[room].context).participants.roles()
    await ben.silent()
    assert (await ben.call("GET", "/v1/rooms", None, rest.Rooms)).rooms == []


async def test_who_left_is_out_at_once(world: World) -> None:
    room, (_, ben) = await room_of(world, "anna", "ben")
    pending = ben.pending(room, force_path=True)
    await ben.call("POST", ben.path(room, "leave"), None, rest.Done)
    await ben.call("POST", ben.path(room, "leave"), None, rest.Done)
    assert (await ben.refused("POST", ben.path(room, "commit"), ben.body(pending))).code == Code.NOT_FOUND
    assert (await ben.refused("GET", ben.path(room, "group"), None)).code == Code.NOT_FOUND


async def test_who_left_a_direct_room_comes_back_once_the_other_has_seen_it(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(ben.user_uri)
    await anna.invite(room, ben)
    await ben.call("POST", ben.path(room, "leave"), None, rest.Done)
    early = await ben.joining(room, replace=True)
    assert (await ben.refused("POST", ben.path(room, "commit"), ben.body(early))).code == Code.NOT_ALLOWED
    await anna.until_seq(room, 2)
    await anna.commit(room, anna.pending(room))
    done = await ben.join_external(room)
    await anna.until_seq(room, done.seq)
    await ben.say(room, b"back")
    assert await anna.hear(1) == [b"back"]


async def test_after_a_block_nobody_is_heard_in_a_direct_room(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(ben.user_uri)
    await anna.invite(room, ben)
    await ben.line.request("PUT", f"/v1/blocks/{anna.person.id}")
    for one in (anna, ben):
        await one.send(socket.Submit(secrets.token_bytes(16), room, one.sealed(room, b"x")))
        answer = await one.until_answer()
        assert isinstance(answer, socket.Refused)
        assert answer.code == Code.NO_CONSENT


async def test_external_commit_does_not_lose_a_pending_removal(world: World) -> None:
    room, (anna, ben, _) = await room_of(world, "anna", "ben", "carl")
    await ben.call("POST", ben.path(room, "leave"), None, rest.Done)
    second = await world.second_device(anna)
    done = await second.join_external(room)
    await anna.until_seq(room, done.seq + 2)
    await second.until_seq(room, done.seq + 2)
    assert len((await anna.state(room)).proposals) == 2
    await second.commit(room, second.pending(room))
    assert find_client(second.groups[room].tree, ben.keys.client_uri) is None


async def test_dropped_device_leaves_every_room_and_its_person_stays(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    second = await world.second_device(ben)
    done = await second.join_external(room)
    await anna.until_seq(room, done.seq)
    await second.put_list([second.keys])
    assert isinstance(await ben.until(socket.Closed), socket.Closed)
    state = await anna.state(room)
    bodies = [decode_public_message(proposal).content.body for proposal in state.proposals]
    assert [type(body) for body in bodies] == [Remove]
    await anna.until_seq(room, done.seq + 1)
    done = await anna.commit(room, anna.pending(room))
    await second.until_seq(room, done.seq)
    await second.say(room, b"only this one")
    assert await anna.hear(1) == [b"only this one"]
    told = [frame for frame in anna.seen if isinstance(frame, socket.Inbox)]
    assert socket.InboxKind.DEVICE_LIST_CHANGED in [frame.kind for frame in told]


async def test_resync_replaces_the_own_leaf(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    done = await ben.join_external(room, replace=True)
    await anna.until_seq(room, done.seq)
    assert len(list(anna.groups[room].members())) == 2
    await ben.say(room, b"back")
    assert await anna.hear(1) == [b"back"]


async def test_majority_of_notices_makes_the_committing_device_go(world: World) -> None:
    room, (anna, ben, carl, dora) = await room_of(world, "anna", "ben", "carl", "dora")
    poison = ben.pending(room, force_path=True)
    await ben.commit(room, poison)
    path = anna.path(room, "broken")
    one = await anna.call("POST", path, anna.notice(room, 1, poison.message), rest.BrokenCounted)
    again = await anna.call("POST", path, anna.notice(room, 1, poison.message), rest.BrokenCounted)
    assert one == again == rest.BrokenCounted(1, 2)
    assert (await anna.state(room)).proposals == []
    own = await ben.refused("POST", path, ben.notice(room, 1, poison.message))
    assert own.code == Code.NOT_ALLOWED
    forged = rest.Broken(1, carl.notice(room, 1, poison.message).commit_hash, b"s" * 64)
    assert (await carl.refused("POST", path, forged)).code == Code.MALFORMED
    unknown = await carl.refused("POST", path, carl.notice(room, 1, b"another commit"))
    assert unknown.code == Code.NOT_FOUND
    two = await carl.call("POST", path, carl.notice(room, 1, poison.message), rest.BrokenCounted)
    assert two == rest.BrokenCounted(2, 2)
    assert len((await anna.state(room)).proposals) == 1
    await ben.until_inbox(socket.InboxKind.REMOVED)
    await anna.until_seq(room, 3)
    await anna.commit(room, anna.pending(room))
    await dora.until_seq(room, 4)
    assert find_client(dora.groups[room].tree, ben.keys.client_uri) is None
    await ben.join_external(room)
    assert await ben.say(room, b"with another build") is not None


async def test_member_cannot_do_what_the_rules_refuse(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    leaf = find_client(ben.groups[room].tree, carl.keys.client_uri)
    ben.groups[room]._state.rules = Anything()  # a cheating client
    with_rules = ben.pending(room, removes=[leaf], app_data_updates=ben.update(room, {carl.user_uri: 0}))
    error = await ben.refused("POST", ben.path(room, "commit"), ben.body(with_rules))
    assert error.code == Code.INVALID_COMMIT
    assert "PolicyRefused" in error.message
    assert (await anna.state(room)).seq == 1


class Anything:
    """Rules of a client that has none."""

    suites = ROOM_SUITES
    max_lifetime_s = past_epochs = out_of_order = max_forward = 1 << 30

    def check_credential(self, leaf: object, use: object) -> None: ...
    def check_successor(self, old: object, new: object) -> None: ...
    def check_external_sender(self, proposals: object, sender_index: int) -> None: ...
    def check_listed_sender(self, sender: object) -> None: ...
    def check_commit(self, change: object) -> None: ...

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        return RoomRules(lambda *_: None).apply_component(component_id, old, updates)


@pytest.mark.parametrize("broken", ["welcome", "group_info", "other_device", "no_welcome"])
async def test_commit_welcome_and_group_info_are_taken_together_or_not_at_all(world: World, broken: str) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    carl = await world.join("carl")
    before = await anna.state(room)
    body = anna.body(anna.invitation(room, carl))
    sender = anna
    if broken == "welcome":
        other = anna.new_group()
        made = other.commit(
            adds=[carl.package().key_package],
            aad=b"\0",
            random=secrets.token_bytes,
            now=1_800_000_000,
            app_data_updates=_invite_update(other, carl),
        )
        body = rest.Commit(body.ref, body.commit, body.group_info, anna.body(made).welcome)
    elif broken == "group_info":
        body = rest.Commit(body.ref, body.commit, before.group_info, body.welcome)
    elif broken == "no_welcome":
        body = rest.Commit(body.ref, body.commit, body.group_info, None)
    else:
        sender = ben
    error = await sender.refused("POST", anna.path(room, "commit"), body)
    assert error.code in (Code.INVALID_COMMIT, Code.NOT_ALLOWED)
    assert await anna.state(room) == before
    await carl.silent()


def _invite_update(group: Group, carl: Device) -> list[AppDataUpdate]:
    old = RoomState.of(group.context).participants
    return [AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate.between(old, {carl.user_uri: 2}).encode())]
