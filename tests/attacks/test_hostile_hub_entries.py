# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lies about who is in a room since when: no circle of entries, no way back, no other people."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.engine import MAX_UNENTERED
from privity.client.engine.entry_pace import FREE, WINDOW_MS, EntryPace, TooSoon
from privity.client.engine.going_back import RoomReplaced, check_state
from privity.client.engine.state import CAPABILITIES, NO_AAD
from privity.client.errors import CommandRefused
from privity.identity.uris import new_room_uri
from privity.mls.group import Group
from privity.mls.messages.envelope import decode_group_info, decode_welcome
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import AppDataUpdate
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantListUpdate
from privity.policy.room_state import RoomState, room_extensions
from privity.policy.room_suites import ORDINARY
from privity.wire import rest, socket
from privity.wire.errors import Code, Refusal
from privity.wire.socket import EventKind, Inbox, InboxKind
from tests.client.fake_hub import HOST, Phone, World, plain
from tests.client.hostile_hub import Answers, notices, pass_within, settle_within, tell


@pytest.fixture
def world() -> World:
    return World()


def group_of(world: World, count: int) -> tuple[str, list[Phone]]:
    people = [world.person() for _ in range(count)]
    room = people[0].create_group()
    for other in people[1:]:
        people[0].invite(room, other)
    people[0].say(room, "all here")
    return room, people


def inbox(world: World, phone: Phone, kind: InboxKind, room: str, room_seq: int, body: bytes = b"") -> Inbox:
    """The next frame of a device's inbox, counted as the hub counts."""
    box = world.hub.inboxes[phone.client]
    box.append(Inbox(len(box) + 1, kind, room, room_seq, body))
    return box[-1]


class Entries(Answers):
    """Counts the entries that the hub takes, and poisons the room after each as long as `poisons`."""

    def __init__(self, world: World, room: str) -> None:
        super().__init__(world)
        self.world, self.room = world, room
        self.poisons = True
        self.entries = 0

    def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
        if isinstance(honest, rest.Committed):
            self.entries += 1
            if self.poisons:
                self.world.hub.append(self.room, EventKind.COMMIT, b"no commit at all")
        return honest


def test_a_hub_that_poisons_a_room_after_each_entry_does_not_keep_its_devices_entering(world: World) -> None:
    room, (alice, bob) = group_of(world, 2)
    counted = Entries(world, room)
    world.hub.append(room, EventKind.COMMIT, b"no commit at all")
    settle_within(world)
    for _ in range(60):
        pass_within(world, 10_000)
    people = 2
    assert people * FREE <= counted.entries <= people * 2 * FREE, "ten minutes and a bit"
    counted.poisons = False
    pass_within(world, WINDOW_MS)
    pass_within(world, WINDOW_MS)
    alice.say(room, "it is over")
    assert alice.texts(room)[-1] == bob.texts(room)[-1] == "it is over"


def test_the_pace_of_entries_says_how_long_to_wait() -> None:
    pace = EntryPace()
    for now in range(FREE):
        pace.check(now)
        pace.note(now)
    with pytest.raises(TooSoon, match="waits 600 seconds") as caught:
        pace.check(FREE)
    pace.check(FREE + caught.value.wait_ms)
    pace.check(-1)  # the device's clock was set back: nobody waits for years


def test_a_hub_that_claims_gaps_does_not_keep_a_device_entering(world: World) -> None:
    room, (alice, _) = group_of(world, 2)
    counted = Entries(world, room)
    counted.poisons = False
    for _ in range(100):
        tell(world, alice, socket.Forgotten(room, (1 << 53) - 1))
        pass_within(world, 100)
    assert 1 <= counted.entries <= FREE + 2


def test_a_reconnection_gives_no_more_entries(world: World) -> None:
    room, (alice, _) = group_of(world, 2)
    counted = Entries(world, room)
    world.hub.append(room, EventKind.COMMIT, b"no commit at all")
    for _ in range(30):
        alice.disconnect()
        alice.inbox.append(i.Connected(world.hub.now_ms))
        world.hub.online[alice.client] = alice
        settle_within(world)
        pass_within(world, 500)
    assert counted.entries <= 2 * FREE


def test_an_entry_at_a_number_that_was_dealt_with_is_refused(world: World) -> None:
    """With the cursor back, the hub could put other events in the place of what is shown."""
    room, (alice, bob) = group_of(world, 2)
    bob.say(room, "keep me")
    before = alice.items(room)
    cursor = alice.engine.rooms[room].record.cursor

    class Early(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            return msgspec.structs.replace(honest, seq=1) if isinstance(honest, rest.Committed) else honest

    Early(world)
    tell(world, alice, socket.Forgotten(room, cursor + 9))
    record = alice.engine.rooms[room].record
    assert record.cursor >= cursor
    assert "is not after event" in record.stopped
    for event in world.hub.rooms[room].log:
        tell(world, alice, event)
    assert [item for item in alice.items(room) if item.seq <= cursor] == before


@pytest.mark.parametrize("far", [False, True])
def test_a_removal_in_the_past_erases_nothing(world: World, far: bool) -> None:
    room, (alice, bob) = group_of(world, 2)
    bob.say(room, "keep me")
    shown = {item.seq: item for item in bob.items(room)}
    at = (1 << 53) - 1 if far else next(item.seq for item in bob.items(room) if item.text == "all here")
    tell(world, bob, inbox(world, bob, InboxKind.REMOVED, room, at))
    assert {item.seq: item for item in bob.items(room) if item.seq in shown} == shown
    assert bob.engine.rooms[room].record.member == far
    bob.disconnect()
    bob.connect()
    alice.say(room, "still with us")
    assert bob.texts(room) == ["all here", "keep me", "still with us"]


def test_a_welcome_at_a_number_that_was_dealt_with_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room, (alice, bob) = group_of(world, 2)
    alice.do(lambda n: i.RemoveUser(n, room, bob.user))
    before = bob.items(room)
    post = world.hub.post
    world.hub.post = lambda client, kind, room_uri, room_seq, body: post(  # type: ignore[method-assign]  # a lie
        client, kind, room_uri, 1 if kind is InboxKind.WELCOME else room_seq, body
    )
    trees = world.hub.rooms[room].trees
    monkeypatch.setattr(world.hub, "tree", lambda *asked: rest.RoomTree(trees[max(trees)]))
    alice.invite(room, bob)
    assert bob.items(room) == before
    assert any("is not after event" in text for text in notices(bob))


def forged(world: World, room: str, victim: Phone, mallory: Phone, *, direct: bool, epoch: int) -> tuple[Group, bytes]:
    """A group of the hub's own making with this room's name, in a late epoch, and a Welcome for the victim."""
    extensions = room_extensions(
        hub_uri=f"mimi://{HOST}",
        hub_key=world.hub.hub_key,
        franking_key=world.hub.frank_key,
        creator=mallory.user,
        direct_with=victim.user if direct else None,
    )
    rules = mallory.engine.device.rules
    now, random = world.hub.now_ms // 1000, world.random.randbytes
    mallory.do(lambda n: i.FetchDevices(n, victim.user))
    mallory.do(lambda n: i.FetchDevices(n, mallory.user))
    group = Group.create(
        mallory.own.identity(ORDINARY),
        room.encode(),
        extensions=extensions,
        capabilities=CAPABILITIES,
        lifetime_s=86_400,
        now=now,
        rules=rules,
        random=random,
    )

    while group.epoch < epoch:
        group.merge_pending(group.commit(aad=NO_AAD, random=random, now=now))
    package = KeyPackage.decode(world.hub.packages[victim.client].pop())

    updates: tuple[AppDataUpdate, ...] = ()
    if not direct:
        change = ParticipantListUpdate.between(RoomState.of(group.context).participants, {victim.user: 2})
        updates = (AppDataUpdate(PARTICIPANT_LIST, change.encode()),)
    pending = group.commit(
        adds=(package,), app_data_updates=updates, tree_in_welcome=True, aad=NO_AAD, random=random, now=now
    )
    assert pending.welcome is not None
    group.merge_pending(pending)
    return group, decode_welcome(pending.welcome).encode()


def test_a_direct_room_is_never_replaced_by_one_with_somebody_else(world: World) -> None:
    """The hub has accounts of its own. Nobody's next word to Bob goes to one of them."""
    alice, bob, mallory = world.person(), world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "only for Bob")
    group, welcome = forged(world, room, alice, mallory, direct=True, epoch=20)
    with pytest.raises(RoomReplaced):
        check_state(alice.engine.rooms[room].record, group.context)
    tell(world, alice, inbox(world, alice, InboxKind.WELCOME, room, 50, welcome))
    record = alice.engine.rooms[room].record
    assert record.member
    assert set(alice.engine.rooms[room].state.participants.roles()) == {alice.user, bob.user}
    assert any("is the conversation with" in text for text in notices(alice))
    alice.say(room, "and this too")
    assert bob.texts(room) == ["only for Bob", "and this too"]


def test_a_group_that_is_replaced_by_another_says_who_is_gone_and_who_is_there(world: World) -> None:
    room, (alice, bob) = group_of(world, 2)
    mallory = world.person()
    _, welcome = forged(world, room, alice, mallory, direct=False, epoch=20)
    tell(world, alice, inbox(world, alice, InboxKind.WELCOME, room, 50, welcome))
    (line,) = [line for line in alice.lines(room) if "you joined this conversation" in line]
    assert f"{mallory.user} joined" in line
    assert f"{bob.user} left" in line


@pytest.mark.parametrize("sealed", [False, True])
def test_what_waits_is_not_sent_to_who_came_while_a_device_was_out(world: World, sealed: bool) -> None:
    """It was written for others. The hub drives the device out, and shows it a group of its own making to enter."""
    room, (alice, bob) = group_of(world, 2)
    mallory = world.person()
    group, _ = forged(world, room, alice, mallory, direct=False, epoch=20)
    info = decode_group_info(group.group_info(with_tree=False)).encode()
    submitted: list[socket.Submit] = []
    world.hub.submit = lambda phone, frame: submitted.append(frame)  # type: ignore[method-assign]  # the hub is silent
    if not sealed:
        world.hub.propose_removal(room, bob.client)
        world.hub.refuse = refuse_commits
    command = alice.command(lambda n: i.Send(n, room, plain("for Bob alone")))
    settle_within(world)
    assert len(submitted) == sealed
    world.hub.refuse = lambda phone, call: None
    answer = world.hub.answer

    def answered(phone: Phone, call: Call) -> rest.Answer:
        if call.path.endswith("/group"):
            return rest.GroupState(info, group.tree.encode(), 1, [])
        if call.path.endswith("/commit"):
            return rest.Committed(99, alice.engine.rooms[room].record.cursor + 1, world.hub.now_ms)
        return answer(phone, call)

    world.hub.answer = answered  # type: ignore[method-assign]  # the hub lies
    bob.disconnect()
    tell(world, alice, socket.Forgotten(room, 1_000))
    assert mallory.user in alice.engine.rooms[room].state.participants.roles()
    if sealed:
        tell(world, alice, socket.Refused(submitted[0].ref, Code.WRONG_EPOCH, "", 0))
    pass_within(world, 60_000)
    assert len(submitted) == sealed
    assert isinstance(alice.failed[command], CommandRefused)
    assert any("what waited was not sent" in line and f"{mallory.user} joined" in line for line in alice.lines(room))


def refuse_commits(phone: Phone, call: Call) -> None:
    if call.path.endswith("/commit"):
        raise Refusal(Code.NOT_ALLOWED, "no")


def test_the_hub_cannot_pass_off_another_room_as_the_direct_one(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    with_carol = alice.direct(carol)
    group = alice.create_group()
    alice.invite(group, bob)

    for named in (with_carol, group, f"mimi://{HOST}/r/{'a' * 26}", "no room"):

        def refuse(phone: Phone, call: Call, named: str = named) -> None:
            if call.method == "POST" and call.path == "/v1/rooms":
                raise Refusal(Code.DIRECT_ROOM_EXISTS, "exists", room_uri=named)

        world.hub.refuse = refuse
        with pytest.raises(CommandRefused, match="the hub names"):
            alice.direct(bob)


def test_a_state_of_another_room_or_hub_is_not_entered(world: World) -> None:
    room, (alice, _) = group_of(world, 2)
    other = alice.create_group()
    states: list[rest.GroupState] = []

    class Other(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            return states[-1] if isinstance(honest, rest.GroupState) else honest

    hub = world.hub
    here, there = hub.rooms[room], hub.rooms[other]
    states = [
        rest.GroupState(hub.infos[other], there.group.tree.encode(), 1, []),
        rest.GroupState(hub.infos[room], there.group.tree.encode(), 1, []),
        rest.GroupState(hub.infos[room], b"", 1, []),
        rest.GroupState(b"", here.group.tree.encode(), 1, []),
        rest.GroupState(hub.infos[room], here.group.tree.encode(), 1, [b"garbage"]),
        rest.GroupState(hub.infos[room], here.group.tree.encode(), 1, [b"", b"\x00" * 4_000] * 500),
    ]
    Other(world)
    while states:
        before = len(here.log)
        tell(world, alice, socket.Forgotten(room, 1_000))
        pass_within(world, WINDOW_MS)
        record = alice.engine.rooms[room].record
        assert record.stopped
        assert len(here.log) == before
        with pytest.raises(CommandRefused, match="this conversation is stopped"):
            alice.say(room, "to nobody")
        states.pop()
        alice.disconnect()
        if states:
            alice.connect()


def test_rooms_that_do_not_exist_are_not_shown_nor_asked_for_without_end(world: World) -> None:
    alice = world.person()

    class Many(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            if not isinstance(honest, rest.Rooms):
                return honest
            names = [new_room_uri(HOST, world.random.randbytes) for _ in range(MAX_UNENTERED // 2 + 1)]
            strange = ["", "no room", "mimi://elsewhere.example/r/" + "a" * 26, "mimi://hub.example/r/../x?y#z\r\n"]
            return rest.Rooms([rest.RoomSummary(name, 1, 1, False) for name in (*strange, *names)])

    many = Many(world)
    honest = world.hub.answer

    def answer(phone: Phone, call: Call) -> rest.Answer:
        if call.path.endswith("/group"):
            many.calls.append((phone, call))
            raise Refusal(Code.NOT_FOUND, "no such room")
        return honest(phone, call)

    world.hub.answer = answer  # type: ignore[method-assign]  # the hub lies
    for _ in range(3):
        alice.disconnect()
        alice.connect()
    assert len(alice.engine.rooms) == MAX_UNENTERED
    assert all(uri.startswith(f"mimi://{HOST}/r/") and len(uri) < 60 for uri in alice.engine.rooms)
    assert many.asked("/group") <= 3 * MAX_UNENTERED
    assert not any(room.record.epoch >= 0 or room.group for room in alice.engine.rooms.values())
