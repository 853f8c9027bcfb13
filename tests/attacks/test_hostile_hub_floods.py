# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that says very much: no memory, no disk and no work without a bound, and afterwards everything still works."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine import keypackages, safety_inputs, trust
from privity.client.engine.calls import Call
from privity.client.engine.entering import MAX_PROPOSALS
from privity.client.engine.held import MAX_BYTES, MAX_FRAMES, Held, Space
from privity.client.engine.records import Table
from privity.client.engine.reports import MAX_RECEIPT
from privity.client.engine.trust import TooManyVersions
from privity.identity.device_list import DeviceList
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.report import Reason
from privity.mls.errors import CredentialRefused
from privity.wire import keylog, rest, socket
from privity.wire.socket import CaughtUp, Event, EventKind, Inbox, InboxKind
from tests.client.fake_hub import HOST, Phone, World
from tests.client.hostile_hub import Answers, notices, settle_within, tell


@pytest.fixture
def world() -> World:
    return World()


def talk(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    bob.say(room, "from Bob")
    return room, alice, bob


def held(phone: Phone) -> int:
    return MAX_BYTES - phone.engine.device.space.left


def flood(world: World, phone: Phone, room: str, what: str) -> None:
    """A hundred MiB of things that cannot be dealt with yet. The first of an inbox says where a connection begins."""
    big = bytes(1 << 19)
    start = len(world.hub.inboxes[phone.client])
    tell(world, phone, Inbox(start + 1, InboxKind.REPORT_OUTCOME, "", 0, b"in order"))
    for number in range(200):
        match what:
            case "the future of a room":
                tell(world, phone, Event(room, 1_000 + number, 1, EventKind.COMMIT, big))
            case "rooms nobody knows":
                unknown = new_room_uri(HOST, world.random.randbytes)
                tell(world, phone, Event(unknown, 1, 1, EventKind.APPLICATION, big))
            case "the future of the inbox":
                tell(world, phone, Inbox(10_000 + number, InboxKind.WELCOME, room, 1, big))


@pytest.mark.parametrize("what", ["the future of a room", "rooms nobody knows", "the future of the inbox"])
def test_what_cannot_be_dealt_with_yet_takes_no_more_than_its_space(world: World, what: str) -> None:
    room, alice, bob = talk(world)
    flood(world, alice, room, what)
    assert MAX_BYTES // 2 < held(alice) <= MAX_BYTES
    alice.disconnect()
    assert held(alice) == 0
    alice.connect()
    bob.say(room, "after the flood")
    assert alice.texts(room)[-1] == "after the flood"


def test_small_frames_without_end_take_no_more_than_their_number(world: World) -> None:
    space = Space()
    frames: Held[Event] = Held(space)
    for number in range(MAX_FRAMES + 50):
        frames.put(Event("room", number, 1, EventKind.COMMIT, b""))
    assert len(frames) == MAX_FRAMES
    assert [frame.seq for frame in frames.take()] == list(range(MAX_FRAMES))
    assert space.left == MAX_BYTES


def test_the_first_of_two_events_with_one_number_counts(world: World) -> None:
    space = Space()
    frames: Held[Event] = Held(space)
    first, other = (Event("room", 7, 1, EventKind.COMMIT, said) for said in (b"this", b"something longer"))
    frames.put(first)
    frames.put(other)
    frames.put(replace_seq(first, 9))
    frames.drop_until(8)
    assert frames.pop(7) is None
    assert frames.pop(9) == replace_seq(first, 9)
    assert space.left == MAX_BYTES


def replace_seq(event: Event, seq: int) -> Event:
    return Event(event.room_uri, seq, event.ts_ms, event.kind, event.message)


def test_caught_up_is_heard_once_for_each_connection(world: World) -> None:
    room, alice, bob = talk(world)
    counted = Answers(world)
    sent, saves = len(alice.sent), alice.saves
    tell(world, alice, *[CaughtUp()] * 300)
    assert counted.calls == []
    assert (len(alice.sent), alice.saves) == (sent, saves)
    bob.say(room, "still here")
    assert alice.texts(room)[-1] == "still here"


def test_without_caught_up_nothing_is_sealed_and_everything_is_read(world: World) -> None:
    room, alice, bob = talk(world)
    alice.disconnect()
    resume = world.hub.resume
    world.hub.resume = lambda phone, frame: None  # type: ignore[method-assign]  # a hub that never says so
    alice.connect()
    alice.say(room, "waits")
    bob.say(room, "read at once")
    assert alice.texts(room)[-1] == "read at once"
    world.hub.resume = resume  # type: ignore[method-assign]  # as above
    alice.disconnect()
    alice.connect()
    assert bob.texts(room)[-1] == "waits"


def test_a_hub_that_never_has_enough_key_packages_gets_no_more_than_a_store_holds(world: World) -> None:
    """Each has a private half on disk. When nobody can have used so many, the last resort has to do."""
    alice = world.person()

    class NeverEnough(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            return rest.KeyPackagesLeft(0, False) if isinstance(honest, rest.KeyPackagesLeft) else honest

    NeverEnough(world)
    for _ in range(keypackages.MAX_KEPT // keypackages.WANTED + 5):
        alice.disconnect()
        alice.connect()
    assert keypackages.WANTED < len(alice.view.scan(Table.KEY_PACKAGE, "")) <= keypackages.MAX_KEPT


def test_expired_key_packages_make_place_and_a_hub_cannot_hurry_it(world: World) -> None:
    alice = world.person()
    fresh = len(alice.view.scan(Table.KEY_PACKAGE, ""))
    honest = world.hub.now_ms
    world.hub.packages[alice.client] = []
    alice.disconnect()
    world.hub.now_ms = honest + 3 * keypackages.LIFETIME_S * 1000
    alice.skew_ms = honest - world.hub.now_ms  # only the hub says that months have passed
    alice.connect()
    kept = alice.view.scan(Table.KEY_PACKAGE, "")
    assert len(kept) == fresh + keypackages.WANTED
    alice.disconnect()
    alice.skew_ms = 0
    world.hub.packages[alice.client] = []
    alice.connect()
    assert len(alice.view.scan(Table.KEY_PACKAGE, "")) < len(kept) + keypackages.WANTED


def test_lists_of_strangers_are_not_collected(world: World) -> None:
    _, alice, _ = talk(world)
    mallory = world.person()
    counted = Answers(world)
    pins = alice.view.scan(Table.PIN, "")
    bodies = [
        mallory.user.encode(),
        b"\xff\xfe",
        b"",
        b"mimi://hub.example/u/../../x?y=z\r\n",
        b"a" * 100_000,
        new_user_uri(HOST, world.random.randbytes).encode(),
    ]
    for body in bodies * 20:
        box = world.hub.inboxes[alice.client]
        box.append(Inbox(len(box) + 1, InboxKind.DEVICE_LIST_CHANGED, "", 0, body))
        tell(world, alice, box[-1])
    assert counted.calls == []
    assert alice.view.scan(Table.PIN, "") == pins
    assert all(len(text) < 500 for text in notices(alice))


def test_a_chain_of_lists_without_end_is_refused(world: World) -> None:
    """An account that the hub owns can sign as many as it likes; nobody has that many devices in a life."""
    _, alice, bob = talk(world)
    current = DeviceList.decode(world.hub.lists[bob.user][-1])
    assert bob.own.account_private is not None
    for _ in range(trust.MAX_VERSIONS + 1):
        current = DeviceList.sign(bob.user, current.devices, bob.own.account_private, previous=current)
        world.hub.publish(bob.user, current.encode())
    pinned = alice.engine.device.pins.get(bob.user)
    with pytest.raises(TooManyVersions):
        alice.do(lambda n: i.FetchDevices(n, bob.user))
    assert alice.engine.device.pins.get(bob.user) == pinned


def test_a_list_that_changes_with_each_question_ends_somewhere(world: World) -> None:
    _, alice, bob = talk(world)
    assert bob.own.account_private is not None

    class Growing(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            if isinstance(honest, keylog.Looked):
                assert bob.own.account_private is not None
                last = DeviceList.decode(world.hub.lists[bob.user][-1])
                more = DeviceList.sign(bob.user, last.devices, bob.own.account_private, previous=last)
                world.hub.publish(bob.user, more.encode())
            return honest

    growing = Growing(world)
    for number in range(20):
        alice.inbox.append(i.FetchDevices(1_000 + number, bob.user))
    settle_within(world)
    assert all(1_000 + number in {**alice.done, **alice.failed} for number in range(20))
    assert growing.asked("lookup") <= 20 * (trust.MAX_ASKED + 1)


def test_a_device_is_handed_out_once(world: World) -> None:
    _, alice, bob = talk(world)
    group = alice.create_group()

    class Twice(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            return rest.Claimed([*honest.devices, *honest.devices]) if isinstance(honest, rest.Claimed) else honest

    Twice(world)
    with pytest.raises(CredentialRefused, match="two KeyPackages"):
        alice.invite(group, bob)
    assert len(list(alice.engine.rooms[group].require_group().members())) == 1


def test_an_inbox_with_repeats_and_gaps_is_read_once_and_in_order(world: World) -> None:
    _, alice, _ = talk(world)
    box = world.hub.inboxes[alice.client]
    start = len(box)
    frames = [Inbox(start + 1 + n, InboxKind.REPORT_OUTCOME, "", 0, f"outcome {n}".encode()) for n in range(20)]
    shuffled = frames * 3
    world.random.shuffle(shuffled)
    tell(world, alice, frames[0], *shuffled)  # where the first is missing, this connection leaves it out
    assert [text for text in notices(alice) if text.startswith("outcome")] == [f"outcome {n}" for n in range(20)]


def test_a_long_word_of_the_hub_is_cut(world: World) -> None:
    _, alice, _ = talk(world)
    box = world.hub.inboxes[alice.client]
    tell(world, alice, Inbox(len(box) + 1, InboxKind.REPORT_OUTCOME, "", 0, b"x" * 900_000))
    assert all(len(text) <= 1_000 for text in notices(alice))


def test_refusals_for_nothing_cost_nothing(world: World) -> None:
    _, alice, _ = talk(world)
    saves, sent = alice.saves, len(alice.sent)
    frank = socket.Frank(bytes(32), 1, bytes(64))
    for number in range(300):
        ref = number.to_bytes(16, "big")
        tell(world, alice, socket.Accepted(ref, number, number, frank))
    assert (alice.saves, len(alice.sent)) == (saves, sent)


def test_events_that_come_again_and_again_are_not_written_again(world: World) -> None:
    room, alice, _ = talk(world)
    saves = alice.saves
    for event in world.hub.rooms[room].log * 30:
        tell(world, alice, event)
    for _ in range(30):
        alice.inbox.append(i.Tick())
    settle_within(world)
    assert alice.saves == saves


def test_a_receipt_of_a_report_is_a_short_word(world: World) -> None:
    room, alice, bob = talk(world)
    message_id = bob.say(room, "an invented threat")

    class Long(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            return rest.ReportReceived("x" * 1_000_000) if isinstance(honest, rest.ReportReceived) else honest

    Long(world)
    receipt = alice.do(lambda n: safety_inputs.Report(n, room, (message_id,), Reason.OTHER, ""))
    assert isinstance(receipt, str)
    assert len(receipt) <= MAX_RECEIPT


def test_a_state_with_more_proposals_than_anybody_waits_for_is_not_entered(world: World) -> None:
    room, alice, _ = talk(world)

    class Many(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            if isinstance(honest, rest.GroupState):
                return msgspec.structs.replace(honest, proposals=[b""] * (MAX_PROPOSALS + 1))
            return honest

    Many(world)
    before = len(world.hub.rooms[room].log)
    tell(world, alice, socket.Forgotten(room, 1_000))
    assert "proposals wait" in alice.engine.rooms[room].record.stopped
    assert len(world.hub.rooms[room].log) == before


@pytest.mark.parametrize("way", ["by external commit", "by Welcome"])
def test_a_room_of_strangers_costs_a_look_at_each_not_at_all_for_each(
    world: World, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 30
    alice = world.person()
    room = alice.create_group()
    for _ in range(count):
        other = world.person()
        other.disconnect()
        alice.invite(room, other)
    looks: list[str] = []
    check = trust.Pins.check_device

    def counted(pins: trust.Pins, user_uri: str, client_uri: str, key: bytes) -> None:
        if pins is not alice.engine.device.pins:
            looks.append(client_uri)
        check(pins, user_uri, client_uri, key)

    monkeypatch.setattr(trust.Pins, "check_device", counted)
    if way == "by Welcome":
        newcomer = world.person()
        alice.invite(room, newcomer)
    else:
        newcomer = world.second_device(alice)
    assert newcomer.engine.rooms[room].group is not None
    assert count <= len(looks) <= 6 * count
