# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What decisions take from accounts: at once, from every session, as long as they stand and no longer."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest

from privity.mls.group import PendingCommit
from privity.server.limits import LIMITS
from privity.server.rooms import commits
from privity.wire import rest, socket
from privity.wire.errors import Code, ErrorBody
from privity.wire.staff import Verb
from privity.wire.standing import StandingState
from tests.server.core.people import text
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.test_typing import passed_on, typing
from tests.server.rooms.world import Device, World
from tests.server.staff.deciding import DAY_MS, Desk, standing_of

SLOWER = LIMITS["message.send_limited"]


async def answer_to(device: Device, room: str, words: bytes = b"hello") -> socket.Accepted | socket.Refused:
    await device.send(socket.Submit(secrets.token_bytes(16), room, device.sealed(room, words)))
    answer = await device.until_answer()
    if isinstance(answer, socket.Accepted):
        device.cursors[room] = max(device.cursors[room], answer.seq)
    return answer


async def is_silenced(device: Device, room: str) -> bool:
    answer = await answer_to(device, room)
    return isinstance(answer, socket.Refused) and answer.code is Code.RESTRICTED


async def refused_commit(device: Device, room: str, pending: PendingCommit) -> ErrorBody:
    found = await device.refused("POST", device.path(room, "commit"), device.body(pending))
    device.groups[room].clear_pending()
    return found


async def test_a_session_that_stands_obeys_at_once_and_so_does_every_device(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    second = await world.second_device(anna)
    await second.join_external(room)
    await anna.until_seq(room, second.cursors[room])
    await ben.until_seq(room, second.cursors[room])
    await anna.say(room, b"before")
    await Desk(world).suspend(anna.user_uri)
    for device in (anna, second):
        assert await is_silenced(device, room)
    await anna.disconnect()
    await anna.connect()
    assert await is_silenced(anna, room)
    await ben.say(room, b"still here")
    while b"still here" not in anna.texts:
        await anna.until(socket.Event)
    assert ben.texts == [b"before"]


async def test_a_device_linked_later_reads_and_says_nothing(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await Desk(world).ban(anna.user_uri)
    second = await world.second_device(anna)
    await second.join_external(room)
    await ben.until_seq(room, second.cursors[room])
    await ben.say(room, b"to all")
    assert await second.hear(1) == [b"to all"]
    assert await is_silenced(second, room)


async def test_a_suspension_ends_by_itself_and_a_ban_does_not(world: World) -> None:
    room, (_, ben, carl) = await room_of(world, "anna", "ben", "carl")
    desk = Desk(world)
    await desk.suspend(ben.user_uri, "D-1", days=2)
    await desk.ban(carl.user_uri, "D-2")
    found = await standing_of(ben)
    assert (found.standing, found.reference, found.until_ms) == (
        StandingState.SUSPENDED,
        "D-1",
        world.clock.now + 2 * DAY_MS,
    )
    world.clock.now += 2 * DAY_MS - 1
    assert await is_silenced(ben, room)
    world.clock.now += 1
    assert isinstance(await answer_to(ben, room), socket.Accepted)
    assert (await standing_of(ben)).standing is StandingState.GOOD
    world.clock.now += 1000 * DAY_MS
    assert (await standing_of(carl)).standing is StandingState.BANNED
    assert await is_silenced(carl, room)


async def test_undoing_one_of_two_decisions_leaves_the_other(world: World) -> None:
    room, (_, ben) = await room_of(world, "anna", "ben")
    desk = Desk(world)
    await desk.suspend(ben.user_uri, "D-1", days=1)
    await desk.suspend(ben.user_uri, "D-2", days=9)
    await desk.limit(ben.user_uri, "D-3", days=30)
    assert (await standing_of(ben)).reference == "D-2"
    await desk.done(Verb.REINSTATE, ben.user_uri, decision="D-2")
    assert (await standing_of(ben)).reference == "D-1"
    assert await is_silenced(ben, room)
    await desk.done(Verb.REINSTATE, ben.user_uri, decision="D-1")
    assert (await standing_of(ben)).standing is StandingState.LIMITED
    assert isinstance(await answer_to(ben, room), socket.Accepted)
    await desk.done(Verb.LIFT, ben.user_uri, decision="D-3")
    assert (await standing_of(ben)).standing is StandingState.GOOD


async def test_a_limited_account_sends_more_slowly_and_others_do_not(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await Desk(world).limit(ben.user_uri)
    for _ in range(SLOWER.burst):
        assert isinstance(await answer_to(ben, room), socket.Accepted)
    over = await answer_to(ben, room)
    assert isinstance(over, socket.Refused)
    assert (over.code, over.retry_after_ms) == (Code.TOO_MANY, SLOWER.refill_ms)
    for _ in range(SLOWER.burst + 1):
        await anna.say(room, b"as ever")
    world.clock.now += SLOWER.refill_ms
    assert isinstance(await answer_to(ben, room), socket.Accepted)


async def test_what_was_accepted_before_is_answered_again(world: World) -> None:
    """The answer got lost, then came the decision: the device learns that its message is in the log."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    sent = socket.Submit(secrets.token_bytes(16), room, ben.sealed(room, b"hello"))
    await ben.send(sent)
    first = await ben.until_answer()
    await Desk(world).ban(ben.user_uri)
    await ben.send(sent)
    assert await ben.until_answer() == first
    assert await anna.hear(1) == [b"hello"]


@pytest.mark.parametrize("banned", [False, True])
async def test_a_silenced_person_shows_no_typing(world: World, banned: bool) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    assert await passed_on(ben, typing(ben, room), anna) == [True]
    desk = Desk(world)
    await (desk.ban(ben.user_uri) if banned else desk.suspend(ben.user_uri))
    world.clock.now += LIMITS["typing.send_room"].refill_ms
    assert await passed_on(ben, typing(ben, room), anna) == [False]


async def test_a_suspended_admin_decides_for_nobody_and_keeps_their_own(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    dora = await world.join("dora")
    await Desk(world).suspend(anna.user_uri)
    assert (await refused_commit(anna, room, anna.invitation(room, dora))).code is Code.RESTRICTED
    assert (await refused_commit(anna, room, anna.removal(room, ben))).code is Code.RESTRICTED
    promotion = anna.pending(room, app_data_updates=anna.update(room, {ben.user_uri: 5}))
    assert (await refused_commit(anna, room, promotion)).code is Code.RESTRICTED
    await anna.commit(room, anna.pending(room, force_path=True))
    second = await world.second_device(anna)
    await second.join_external(room)
    await anna.put_list([second.keys])
    left = await second.state(room)
    assert left.proposals, "the hub proposes that the dropped device goes"
    await second.call("POST", second.path(room, "leave"), None, rest.Done)
    for other in (ben, carl):
        await other.until_seq(room, left.seq)


async def test_a_limited_admin_removes_and_does_not_invite(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    dora = await world.join("dora")
    desk = Desk(world)
    await desk.limit(anna.user_uri)
    error = await refused_commit(anna, room, anna.invitation(room, dora))
    assert (error.code, error.reference) == (Code.RESTRICTED, "D-1")
    await anna.commit(room, anna.removal(room, ben))


async def test_a_decision_between_check_and_commit_still_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The costly check of a commit runs on a snapshot; who was suspended meanwhile brings nobody in."""
    room, (anna, _) = await room_of(world, "anna", "ben")
    dora = await world.join("dora")
    desk = Desk(world)
    checked, loop = commits.check, asyncio.get_running_loop()
    done: list[bool] = []

    def slow(*args: Any) -> commits.Checked:
        asyncio.run_coroutine_threadsafe(desk.suspend(anna.user_uri), loop).result()
        done.append(True)
        return checked(*args)

    monkeypatch.setattr(commits, "check", slow)
    assert (await refused_commit(anna, room, anna.invitation(room, dora))).code is Code.RESTRICTED
    assert done == [True]


async def test_who_is_banned_can_say_nothing_and_hears_in_a_direct_room(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(direct_with=ben.user_uri)
    await anna.invite(room, ben)
    await Desk(world).ban(ben.user_uri)
    assert await is_silenced(ben, room)
    await anna.say(room, b"why?")
    assert await ben.hear(1) == [b"why?"]


async def test_reports_appeals_and_the_way_out_stay_open(world: World) -> None:
    _, (anna, ben) = await room_of(world, "anna", "ben")
    await Desk(world).ban(ben.user_uri)
    sealed = {"sealed": text(b"sealed to the desk")}
    await ben.call("POST", "/v1/reports", sealed, rest.ReportReceived)
    await ben.call("PUT", f"/v1/blocks/{anna.person.id}", None, rest.Done)
    await ben.put_list([*ben.person.devices, ben.person.new_device()])
