# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every change of who can read or who may do what is a line of the conversation, taken from the commit itself.

A hub that keeps every notice and every inbox frame to itself can hold the commit back too; then nothing after it can be
shown or sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.commits import Job, Plan
from privity.client.engine.flow import Flow
from privity.client.engine.shown import Kind
from privity.client.engine.who_changed import NAMED, Doer, Roster, on_entry, what_changed
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.roles import Role
from privity.policy.room_components import Participant, ParticipantList
from privity.wire.socket import Event, EventKind
from tests.client.archives import declare, office, withdraw
from tests.client.fake_hub import Phone, World, plain
from tests.policy.views import context, device, tree, user, with_component


@pytest.fixture
def world() -> World:
    return World()


def commit(phone: Phone, room: str, plan: Plan) -> None:
    """Any commit that this device's person may make."""

    def planned() -> Flow[Plan | None]:
        yield from ()
        return plan

    phone.engine.rooms[room].commits.add(Job(planned, None))
    phone.inbox.append(i.Tick())
    phone.world.settle()


def suppress(world: World, victim: Phone) -> None:
    """From now on the hub sends this device nothing of its inbox, and no notice of any kind."""
    push = world.hub.push
    world.hub.push = lambda client, frame: (  # type: ignore[method-assign]  # the hub keeps quiet
        push(client, frame) if client != victim.client or isinstance(frame, Event) else None
    )
    post = world.hub.post
    world.hub.post = lambda client, *what: None if client == victim.client else post(client, *what)  # type: ignore[method-assign]  # as above


CHANGES: dict[str, tuple[Callable[[World, str, Phone, Phone], None], str]] = {
    "somebody joins": (lambda w, room, a, b: a.invite(room, w.person()), "joined"),
    "somebody is made an admin": (
        lambda w, room, a, b: commit(a, room, Plan(roles=((b.user, int(Role.ADMIN)),))),
        "is an admin now",
    ),
    "an archive is declared": (
        lambda w, room, a, b: declare(a, room, w.person()),
        "keeps a copy of everything sent here from now on",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_LP_25_a_hub_that_says_nothing_hides_no_change(world: World, name: str) -> None:
    """Before the next message is shown, and before this device says anything, the line stands there."""
    room, alice, bob, _ = office(world)
    suppress(world, bob)
    change, words = CHANGES[name]
    change(world, room, alice, bob)
    alice.say(room, "after the change")
    entries = [item for item in bob.items(room) if item.kind in (Kind.LINE, Kind.MESSAGE)]
    assert entries[-1].text == "after the change"
    assert words in entries[-2].text


@pytest.mark.parametrize("name", CHANGES)
def test_LP_25_a_hub_that_holds_the_commit_back_gets_nothing_shown_or_sent(world: World, name: str) -> None:
    room, alice, bob, _ = office(world)
    suppress(world, bob)
    world.hub.tamper = lambda client, event: (
        Event(event.room_uri, 1 << 40, event.ts_ms, event.kind, event.message, event.frank)
        if client == bob.client and event.kind is EventKind.COMMIT
        else event
    )
    before = world.hub.rooms[room].log[-1].seq
    CHANGES[name][0](world, room, alice, bob)
    alice.say(room, "after the change")
    number = bob.command(lambda n: i.Send(n, room, plain("who is here?")))
    world.settle()
    assert bob.texts(room) == []
    assert number not in bob.done
    assert sum(event.kind is EventKind.APPLICATION for event in world.hub.rooms[room].log[before:]) == 1, "bob spoke"


def test_LP_25_messages_renumbered_over_the_commit_are_not_shown(world: World) -> None:
    """The hub gives what comes after the commit the number of the commit: another epoch does not open."""
    room, alice, bob, _ = office(world)
    suppress(world, bob)
    carol = world.person()
    dropped: list[int] = []

    def tamper(client: str, event: Event) -> Event:
        if client != bob.client:
            return event
        if event.kind is EventKind.COMMIT:
            dropped.append(event.seq)
            return Event(event.room_uri, 1, event.ts_ms, event.kind, event.message, event.frank)
        return Event(event.room_uri, event.seq - len(dropped), event.ts_ms, event.kind, event.message, event.frank)

    world.hub.tamper = tamper
    alice.invite(room, carol)
    alice.say(room, "carol listens")
    assert dropped
    assert bob.texts(room) == []
    assert bob.hidden(room) == 1


def test_every_kind_of_change_has_its_words() -> None:
    a, b, c, x = (user(name) for name in "abcx")

    def room(people: dict[str, int], clients: list[str], archive: str = "", key: bytes = b"f" * 32) -> Roster:
        listed = ParticipantList(tuple(Participant(user_uri, role) for user_uri, role in people.items()))
        made = context(a, participants=listed)
        if archive:
            made = with_component(made, LOGGING_POLICY, LoggingPolicy((archive,), "words").encode())
        roster = Roster.of(tree(*clients), made)
        return replace(roster, state=replace(roster.state, franking_key=key))

    two, three = {a: 3, b: 2}, {a: 3, b: 2, c: 2}
    start = room(two, [device("a"), device("b")])
    for after, words in (
        (start, ""),
        (room(three, [device("a"), device("b"), device("c")]), f"{c} joined"),
        (room({a: 3}, [device("a")]), f"{b} left"),
        (room({a: 3, b: 1}, [device("a")]), f"{b} was banned"),
        (room({a: 3, b: 3}, [device("a"), device("b")]), f"{b} is an admin now"),
        (room({a: 2, b: 3}, [device("a"), device("b")]), f"{a} is no admin any more; {b} is an admin now"),
        (room({b: 2}, [device("b")]), f"{b} is an admin now; {a} left"),
        (room({a: 3, b: 5}, [device("a"), device("b")]), f"{b} is a moderator now"),
        (room(two, [device("a"), device("b"), device("b", "b")]), f"{b} has a new device here"),
        (room(two, [device("a"), device("b", "b")]), f"{b} has a new device here; {b} has a device less here"),
        (
            room({**two, x: 4}, [device("a"), device("b"), device("x")], archive=x),
            f"{x} keeps a copy of everything sent here from now on; {x} joined",
        ),
        (room(two, [device("a"), device("b")], key=b"g" * 32), "the hub's key for reports changed"),
        (
            room(three, [device("a"), device("a", "b"), device("b"), device("c")]),
            f"{c} joined; {a} has a new device here",
        ),
    ):
        assert what_changed(start, after) == words
    barred = room({a: 3, b: 1}, [device("a")])
    for before, after, took_out, words in (
        (start, room({a: 3, b: 3}, [device("a"), device("b")]), (), f"{b} is an admin now (by {a})"),
        (start, room({a: 3}, [device("a")]), (b,), f"{b} was removed (by {a})"),
        (start, room({a: 3}, [device("a")]), (), f"{b} left"),
        (start, barred, (b,), f"{b} was banned (by {a})"),
        (barred, room({a: 3}, [device("a")]), (), f"{b} is not banned any more (by {a})"),
    ):
        assert what_changed(before, after, Doer(a, frozenset(took_out))) == words
    watched = room({**two, x: 4}, [device("a"), device("b"), device("x")], archive=x)
    assert what_changed(watched, start) == f"{x} is to keep no copy of what is sent from now on; {x} left"
    assert on_entry("in", None, watched, b) == f"in; {x} keeps a copy of everything sent here; with you here: {a}, {x}"


def test_a_crowd_pushes_no_archive_out_of_the_line() -> None:
    """One commit with an archive and more people than a line holds."""
    a, x = user("a"), user("x")
    crowd = [f"mimi://hub.example/u/{'b' * 23}{one}{two}a" for one in "abcdefghij" for two in "abcdefghij"]
    clients = [uri.replace("/u/", "/d/") + "/" + "a" * 26 for uri in crowd]
    before = Roster.of(tree(device("a")), context(a))
    people = ParticipantList((Participant(a, 3), *(Participant(uri, 2) for uri in crowd), Participant(x, Role.ARCHIVE)))
    made = with_component(context(a, participants=people), LOGGING_POLICY, LoggingPolicy((x,), "words").encode())
    line = what_changed(before, Roster.of(tree(device("a"), *clients, device("x")), made))
    assert line.startswith(f"{x} keeps a copy of everything sent here from now on")
    assert f"{len(crowd) + 1 - NAMED} more: joined" in line
    assert len(line) < 4_000


def test_a_new_device_of_somebody_present_is_a_line(world: World) -> None:
    room, alice, bob, _ = office(world)
    suppress(world, alice)
    second = world.second_device(bob)
    alice.say(room, "who is here?")
    assert any(f"{bob.user} has a new device here" in line for line in alice.lines(room))
    assert second.texts(room) == ["who is here?"]


def test_entry_says_who_is_here_and_who_keeps_a_copy(world: World) -> None:
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    carol = world.person()
    alice.invite(room, carol)
    (line,) = carol.lines(room)
    assert f"{acme.user} keeps a copy of everything sent here" in line
    assert all(each.user in line for each in (alice, bob, acme))
    withdraw(alice, room, acme)
    assert any(f"{acme.user} is to keep no copy" in line for line in carol.lines(room))
