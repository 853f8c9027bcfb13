# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Devices that were away, lost something or crashed while entering: they come back by themselves, and say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.joining import MAX_TRIES
from privity.client.engine.records import Table
from privity.client.engine.shown import REJOINED_TEXT
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Event, EventKind, Forgotten, FromHub, Inbox
from tests.client.fake_hub import Phone, World, plain
from tests.client.test_engine import assert_agree, flip_last, msg, three

DAY_MS = 86_400_000


@pytest.fixture
def world() -> World:
    return World()


def rejoined(phone: Phone, room: str) -> int:
    return sum(line.count(REJOINED_TEXT) for line in phone.lines(room))


def test_events_that_the_hub_has_forgotten_are_said_to_be_missing(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    alice.say(room, "read by all")
    carol.disconnect()
    carol.command(lambda n: i.Send(n, room, plain("written offline")))
    alice.say(room, "forgotten")
    world.hub.forget(room)
    bob.say(room, "kept, but of an epoch that carol is not shown")
    carol.connect()
    assert rejoined(carol, room) == 1
    assert carol.texts(room) == ["read by all", "written offline"]
    alice.say(room, "read again")
    assert carol.texts(room)[-1] == "read again"
    assert carol.hidden(room) == 0
    assert alice.texts(room)[-2:] == bob.texts(room)[-2:] == ["written offline", "read again"]
    assert_agree(room, [alice, bob, carol])


def test_a_device_that_missed_nothing_is_not_told_so(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    alice.say(room, "read by all")
    carol.disconnect()
    world.hub.forget(room)
    bob.say(room, "the first that is kept")
    carol.connect()
    assert rejoined(carol, room) == 0
    assert carol.texts(room) == ["read by all", "the first that is kept"]


def test_a_hub_that_speaks_of_gaps_that_are_none_gets_one_entry_for_each(world: World) -> None:
    """However far the number: a device enters once and is then content with its place in the log."""
    room, (alice, bob, carol) = three(world)
    epoch = world.hub.rooms[room].group.epoch
    for number, seq in enumerate((10**9, 2**64 - 1)):
        carol.inbox.append(i.Received(Forgotten(room, seq)))
        world.settle()
        assert world.hub.rooms[room].group.epoch == epoch + number + 1
    for harmless in (Forgotten(room, 0), Forgotten(room, -5), Forgotten("mimi://hub.example/r/nowhere", 9)):
        carol.inbox.append(i.Received(harmless))
    world.settle()
    assert world.hub.rooms[room].group.epoch == epoch + 2
    alice.say(room, "still here")
    assert carol.texts(room) == bob.texts(room) == ["still here"]


def lose_state(world: World, room: str, phone: Phone) -> None:
    phone.crash()
    for change in [change for change in phone.view.rows if change[0] is Table.MLS]:
        del phone.view.rows[change]
    phone.crashed = False
    phone.engine = phone.make_engine()
    phone.crash_after_commit = True
    phone.connect()


def meet_poison(world: World, room: str, phone: Phone) -> None:
    phone.crash_after_commit = True

    def poison(client: str, event: Event) -> Event:
        spoiled = event.kind is EventKind.COMMIT and client == phone.client and not world.hub.notices
        return msg(event, message=flip_last(event.message)) if spoiled else event

    world.hub.tamper = poison
    other = next(each for each in world.phones if each is not phone)
    other.invite(room, world.person())
    world.hub.tamper = lambda client, event: event


def be_forgotten(world: World, room: str, phone: Phone) -> None:
    phone.disconnect()
    next(each for each in world.phones if each is not phone).say(room, "forgotten")
    world.hub.forget(room)
    phone.crash_after_commit = True
    phone.connect()


@pytest.mark.parametrize("trouble", [lose_state, meet_poison, be_forgotten])
@pytest.mark.parametrize("busy", [True, False], ids=["others talk meanwhile", "nothing happens meanwhile"])
def test_a_crash_after_the_hub_took_the_entry_leads_to_another_entry(
    world: World, trouble: Callable[[World, str, Phone], None], busy: bool
) -> None:
    """Nothing is kept of an entry before its answer: the entry in the log is then one of a device that forgot it."""
    room, (alice, bob, carol) = three(world)
    alice.say(room, "before")
    trouble(world, room, carol)
    assert carol.crashed, "the crash did not happen where it should"
    entered = world.hub.rooms[room].group.epoch
    if busy:
        alice.say(room, "while carol is away")
    carol.restart()
    assert world.hub.rooms[room].group.epoch == entered + 1
    assert rejoined(carol, room) == 1
    alice.say(room, "after")
    carol.say(room, "carol is back")
    for phone in (alice, bob, carol):
        assert phone.texts(room)[-2:] == ["after", "carol is back"]
        assert phone.hidden(room) == 0
    assert_agree(room, [alice, bob, carol])
    carol.restart()
    assert world.hub.rooms[room].group.epoch == entered + 1, "a device that is in enters no more"


def test_a_crash_between_the_notice_and_the_entry_does_not_pass_the_poison_by(world: World) -> None:
    """The cursor stays before a commit that could not be processed until the device has entered again."""
    room, (alice, bob, carol) = three(world)

    def crash(caller: Phone, call: Call) -> None:
        if caller is carol and call.path.endswith("/group"):
            carol.crash()
            raise Refusal(Code.UNAVAILABLE, "nobody is there to read this")

    world.hub.refuse = crash
    meet_poison(world, room, carol)
    assert carol.crashed
    assert [client for client, _ in world.hub.notices] == [carol.client]
    world.hub.refuse = lambda caller, call: None
    carol.restart()
    carol.say(room, "carol is back")
    assert alice.texts(room) == bob.texts(room) == ["carol is back"]
    assert rejoined(carol, room) == 0, "what came the second time was no poison"
    assert_agree(room, [alice, bob, carol])


def test_a_new_device_that_crashes_while_entering_enters_again(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    tablet = world.second_device(bob)
    assert tablet.engine.rooms[room].record.member
    tablet.disconnect()
    for change in [change for change in tablet.view.rows if change[0] in (Table.MLS, Table.ROOM, Table.TIMELINE)]:
        del tablet.view.rows[change]
    tablet.engine = tablet.make_engine()
    tablet.crash_after_commit = True
    tablet.connect()
    assert tablet.crashed
    alice.say(room, "while the tablet is away")
    tablet.restart()
    alice.say(room, "after")
    assert tablet.texts(room) == ["after"]
    assert_agree(room, [alice, bob, carol, tablet])


def test_who_is_removed_while_away_reads_what_came_before(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    carol.disconnect()
    alice.say(room, "carol is still in")
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    bob.say(room, "carol is out")
    carol.connect()
    assert carol.texts(room) == ["carol is still in"]
    assert not carol.engine.rooms[room].record.member
    assert carol.engine.rooms[room].group is None
    carol.restart()
    assert carol.texts(room) == ["carol is still in"]


def test_the_word_of_a_removal_may_overtake_what_came_before_it(world: World) -> None:
    """To a device that fell behind the hub writes the inbox first: the events before the removal are still for it."""
    room, (alice, _, carol) = three(world)
    held: list[FromHub] = []
    push = world.hub.push

    def hold(client: str, frame: FromHub) -> None:
        if client == carol.client:
            held.append(frame)
        else:
            push(client, frame)

    world.hub.push = hold  # type: ignore[method-assign]  # a slow reader
    alice.say(room, "carol is still in")
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    world.hub.push = push  # type: ignore[method-assign]  # as above
    for frame in sorted(held, key=lambda frame: not isinstance(frame, Inbox)):
        push(carol.client, frame)
    world.settle()
    assert carol.texts(room) == ["carol is still in"]
    assert not carol.engine.rooms[room].record.member


def test_who_is_removed_while_away_for_too_long_is_out(world: World) -> None:
    """The events before the removal are gone: nothing is left to wait for, and nothing to enter."""
    room, (alice, _, carol) = three(world)
    carol.disconnect()
    alice.say(room, "forgotten")
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    world.hub.forget(room)
    carol.connect()
    assert not carol.engine.rooms[room].record.member
    assert carol.engine.rooms[room].record.stopped == ""
    assert carol.lines(room)[-1] == "this device is no longer in the conversation"


def test_who_is_removed_and_invited_again_while_away_reads_both_parts(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    carol.disconnect()
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    alice.say(room, "carol is out")
    alice.invite(room, carol)
    alice.say(room, "carol is in again")
    carol.connect()
    assert carol.texts(room) == ["carol is in again"]
    carol.say(room, "here")
    assert alice.texts(room)[-1] == bob.texts(room)[-1] == "here"
    assert_agree(room, [alice, bob, carol])


def refuse_for(phone: Phone, part: str, code: Code, times: list[int]) -> Callable[[Phone, Call], None]:
    """The hub refuses this device's requests to a path as often as `times` says."""

    def refuse(caller: Phone, call: Call) -> None:
        if caller is phone and part in call.path and times[0] > 0:
            times[0] -= 1
            raise Refusal(code, "not now")

    return refuse


def test_an_entry_that_the_hub_cannot_take_now_is_tried_again(world: World) -> None:
    room, (alice, _, carol) = three(world)
    carol.disconnect()
    alice.say(room, "forgotten")
    world.hub.forget(room)
    world.hub.refuse = refuse_for(carol, "/group", Code.UNAVAILABLE, [2])
    carol.connect()
    assert rejoined(carol, room) == 0
    assert carol.engine.rooms[room].record.stopped == ""
    world.pass_time(11_000)
    assert rejoined(carol, room) == 0
    world.pass_time(11_000)
    assert rejoined(carol, room) == 1
    alice.say(room, "after")
    assert carol.texts(room) == ["after"]


def test_an_entry_that_others_overtake_is_tried_again(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    carol.disconnect()
    alice.say(room, "forgotten")
    world.hub.forget(room)
    times = [MAX_TRIES]
    world.hub.refuse = refuse_for(carol, "/commit", Code.WRONG_EPOCH, times)
    carol.connect()
    assert times == [0]
    assert rejoined(carol, room) == 0
    world.pass_time(11_000)
    assert rejoined(carol, room) == 1
    assert_agree(room, [alice, bob, carol])


def test_a_commit_that_the_hub_cannot_take_now_is_made_later(world: World) -> None:
    """Nobody else is there to commit what waits, and no event comes that would move things on."""
    room, (alice, bob, carol) = three(world)
    bob.do(lambda n: i.Leave(n, room))
    alice.disconnect()
    world.hub.refuse = refuse_for(carol, "/commit", Code.UNAVAILABLE, [1])
    assert carol.say(room, "waits for the commit") == b""
    world.pass_time(6_000)
    alice.connect()
    assert alice.texts(room) == carol.texts(room) == ["waits for the commit"]
    assert bob.texts(room) == []


def test_a_commit_that_cannot_be_checked_now_is_checked_later(world: World) -> None:
    """The list of a new member cannot be fetched: the room waits, and does not stop for good."""
    room, (alice, _, carol) = three(world)
    dave = world.person()
    world.hub.refuse = refuse_for(carol, "keylog/lookup", Code.TOO_MANY, [1])
    alice.invite(room, dave)
    alice.say(room, "welcome")
    assert carol.texts(room) == []
    world.pass_time(11_000)
    assert carol.texts(room) == ["welcome"]
    assert carol.lines(room)[-1] == f"{dave.user} joined"


def test_a_stopped_room_says_so_once_and_is_entered_with_the_next_connection(world: World) -> None:
    room, (alice, _, carol) = three(world)
    alice.say(room, "before")
    carol.disconnect()
    alice.say(room, "forgotten")
    world.hub.forget(room)
    world.hub.refuse = refuse_for(carol, "/group", Code.NOT_ALLOWED, [2])
    carol.connect()
    assert carol.engine.rooms[room].record.stopped == "not_allowed: not now"
    assert sum("this conversation is stopped" in line for line in carol.lines(room)) == 1
    assert carol.texts(room) == ["before"], "the line stands beside what was shown before"
    carol.restart()
    assert sum("this conversation is stopped" in line for line in carol.lines(room)) == 1
    carol.restart()
    assert rejoined(carol, room) == 1
    alice.say(room, "after")
    assert carol.texts(room) == ["before", "after"]
