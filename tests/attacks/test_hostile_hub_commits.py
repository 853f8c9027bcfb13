# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lies about commits and proposals: devices end in one state again, and none goes round in circles."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.entering import MAX_PROPOSALS
from privity.client.engine.entry_pace import FREE
from privity.mls.messages.app_data import ComponentData, SafeAAD
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_public_message
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender, SenderType
from privity.mls.messages.proposals import Remove
from privity.policy.members import find_client
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.numbers import MAX_COUNT
from privity.wire.socket import Event, EventKind
from tests.client.fake_hub import SUITE, Phone, World
from tests.client.hostile_hub import Answers, pass_within, settle_within, tell
from tests.client.test_engine import assert_agree


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


class Committed(Answers):
    """The hub takes a commit and says something else about it."""

    def __init__(self, world: World, **said: int) -> None:
        super().__init__(world)
        self.said: dict[str, int] | None = dict(said)

    def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
        if isinstance(honest, rest.Committed) and self.said is not None:
            return msgspec.structs.replace(honest, **self.said)
        return honest


@pytest.mark.parametrize(
    "said",
    [
        {"seq": 0},
        {"seq": 1},
        {"seq": 5},
        {"seq": 500},
        {"seq": MAX_COUNT},
        {"epoch": 0},
        {"epoch": MAX_COUNT},
        {"ts_ms": 0},
    ],
)
def test_a_commit_whose_place_is_a_lie_still_ends_in_one_state(world: World, said: dict[str, int]) -> None:
    room, (alice, bob) = group_of(world, 2)
    carol = world.person()
    lie = Committed(world, **said)
    alice.command(lambda n: i.Invite(n, room, carol.user))
    settle_within(world)
    lie.said = None
    alice.restart()
    settle_within(world)
    pass_within(world, 60_000)
    for number, phone in enumerate((alice, bob, carol)):
        phone.say(room, f"number {number}")
    assert_agree(room, [alice, bob, carol])
    for phone in (alice, bob, carol):
        assert phone.texts(room)[-3:] == ["number 0", "number 1", "number 2"]


@pytest.mark.parametrize("code", list(Code))
def test_a_commit_that_is_always_refused_is_not_tried_without_end(world: World, code: Code) -> None:
    room, (alice, bob, carol) = group_of(world, 3)
    asked: list[Call] = []

    def refuse(phone: Phone, call: Call) -> None:
        if call.path.endswith("/commit"):
            asked.append(call)
            raise Refusal(code, "no", retry_after_ms=1, current_epoch=0)

    world.hub.refuse = refuse
    bob.command(lambda n: i.Leave(n, room))
    settle_within(world)
    alice.command(lambda n: i.RemoveUser(n, room, carol.user))
    for _ in range(100):
        pass_within(world, 100)
    assert len(asked) <= 40, "ten seconds, two devices"
    world.hub.refuse = lambda phone, call: None
    for phone in (alice, carol):
        phone.restart()
    pass_within(world, 20_000)
    alice.say(room, "done at last")
    assert "done at last" not in bob.texts(room)


def test_a_commit_that_was_refused_and_taken_all_the_same_heals(world: World) -> None:
    room, (alice, bob) = group_of(world, 2)
    carol = world.person()
    answer = world.hub.answer

    def taken(phone: Phone, call: Call) -> rest.Answer:
        found = answer(phone, call)
        if isinstance(found, rest.Committed) and phone is alice and call.body is not None:
            world.hub.answer = answer  # type: ignore[method-assign]  # one lie
            raise Refusal(Code.INVALID_COMMIT, "no")
        return found

    world.hub.answer = taken  # type: ignore[method-assign]  # the hub lies
    alice.command(lambda n: i.Invite(n, room, carol.user))
    settle_within(world)
    for number, phone in enumerate((alice, bob, carol)):
        phone.say(room, f"number {number}")
    assert_agree(room, [alice, bob, carol])


def test_entries_that_reach_nobody_else_whole_do_not_go_round(world: World) -> None:
    """Whoever enters spoils it for the others, who enter and spoil it for the first: for minutes, at full speed."""
    room, people = group_of(world, 4)

    def garbled(client: str, event: Event) -> Event:
        if event.kind is not EventKind.COMMIT or event.message == b"no commit at all":
            return event
        message = decode_public_message(event.message)
        mine = message.content.sender.type is SenderType.NEW_MEMBER_COMMIT and client in entering
        return event if mine else msgspec.structs.replace(event, message=b"no commit at all")

    entering: set[str] = set()
    entries: list[str] = []

    class Watch(Answers):
        def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
            if isinstance(honest, rest.Committed):
                entries.append(phone.client)
            return honest

    Watch(world)
    world.hub.tamper = garbled
    world.hub.append(room, EventKind.COMMIT, b"no commit at all")
    settle_within(world, 5_000)
    for _ in range(30):
        pass_within(world, 10_000, 5_000)
    assert len(people) <= len(entries) <= len(people) * FREE
    world.hub.tamper = lambda client, event: event
    for _ in range(4):
        pass_within(world, 600_000, 5_000)
    for phone in people:
        phone.disconnect()
        phone.connect()
    people[0].say(room, "the hub came to its senses")
    assert all(phone.texts(room)[-1] == "the hub came to its senses" for phone in people)
    assert_agree(room, people)


def signed_removes(world: World, room: str, phone: Phone, count: int) -> list[bytes]:
    """Different proposals of the same removal, each with the hub's good signature."""
    group = world.hub.rooms[room].group
    leaf = find_client(group.tree, phone.client)
    assert leaf is not None
    made = []
    for number in range(count):
        aad = SafeAAD((ComponentData(0xF000, number.to_bytes(4, "big")),)).encode()
        content = FramedContent(room.encode(), group.epoch, Sender.external(0), aad, Remove(leaf))
        auth = AuthenticatedContent.signed(SUITE, world.hub.hub_private, content, None, PUBLIC_MESSAGE)
        made.append(MLSMessage(PublicMessage.of(auth, None)).encode())
    return made


def test_proposals_without_end_take_no_memory_without_end(world: World) -> None:
    room, (alice, _, carol) = group_of(world, 3)
    seq = len(world.hub.rooms[room].log)
    for number, message in enumerate(signed_removes(world, room, carol, MAX_PROPOSALS + 50)):
        tell(world, alice, Event(room, seq + 1 + number, world.hub.now_ms + number, EventKind.PROPOSAL, message))
    group = alice.engine.rooms[room].require_group()
    assert 1 <= len(group.proposals) <= MAX_PROPOSALS
    assert alice.engine.rooms[room].record.cursor == seq + MAX_PROPOSALS + 50


@pytest.mark.parametrize("kind", list(EventKind))
def test_a_kind_that_lies_about_the_message_shows_nothing(world: World, kind: EventKind) -> None:
    room, (alice, bob) = group_of(world, 2)
    before = alice.texts(room)
    bob.disconnect()
    bob.say(room, "a word of Bob's")
    world.hub.tamper = lambda client, event: (
        msgspec.structs.replace(event, kind=kind, frank=None) if client == alice.client else event
    )
    bob.connect()
    settle_within(world)
    assert alice.texts(room) == before
    world.hub.tamper = lambda client, event: event
    bob.say(room, "and another")
    alice.say(room, "heard")
    assert alice.texts(room)[-2:] == bob.texts(room)[-2:] == ["and another", "heard"]
