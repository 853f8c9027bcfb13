# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Links into a group: who makes and revokes them, who is let in by one, and what a hub, a member or a stranger gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.client.engine import inputs as i
from privity.client.engine import knocking
from privity.client.engine.calls import Call
from privity.client.engine.known_links import DAY_MS, known, open_links
from privity.client.engine.records import Table
from privity.client.engine.room_links import LONGEST_MS, MAX_OPEN
from privity.client.errors import CommandRefused
from privity.identity.errors import LinkIsOver
from privity.identity.room_links import KNOCK_MS, MEDIA_TYPE, Knock, Mode, RoomLink, StatedLink, statement
from privity.message.content import SinglePart
from privity.mls.crypto import generate_signature_key
from privity.policy.roles import Role
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind
from tests.client.fake_hub import HOST, SUITE, Phone, World
from tests.client.hostile_hub import notices
from tests.client.test_offices import club, give


@pytest.fixture
def world() -> World:
    return World()


def make(phone: Phone, room: str, mode: Mode = Mode.ANYONE, lifetime_ms: int = DAY_MS, name: str = "") -> RoomLink:
    link = phone.do(lambda n: i.MakeLink(n, room, mode, lifetime_ms, name))
    assert isinstance(link, RoomLink)
    return link


def revoke(phone: Phone, room: str, link: RoomLink) -> None:
    phone.do(lambda n: i.RevokeLink(n, room, link.link_id))


def knock(phone: Phone, link: RoomLink) -> None:
    phone.world.hub.now_ms += 1_000  # a person needs longer to pass a link on
    phone.do(lambda n: i.KnockAt(n, RoomLink.parse(link.text())))


def answer(phone: Phone, room: str, who: Phone, *, yes: bool) -> None:
    phone.do(lambda n: i.AnswerKnock(n, room, who.user, yes))


def is_in(phone: Phone, room: str) -> bool:
    return room in phone.engine.rooms and phone.engine.rooms[room].record.member


def waiting(phone: Phone, room: str) -> list[str]:
    return [each.user_uri for each in knocking.waiting(phone.engine.rooms[room])]


def stated(phone: Phone, room: str) -> list[StatedLink]:
    return known(phone.engine.rooms[room].record)


def ring(world: World, room: str, knock: Knock) -> None:
    """What a hub passes on, whoever made it."""
    world.hub.ring(room, InboxKind.KNOCK, knock.encode())
    world.settle()


# Coming in


@pytest.mark.parametrize("by_moderator", [False, True])
def test_anyone_with_the_link_is_let_in(world: World, by_moderator: bool) -> None:
    room, alice, mona, carl = club(world)
    link = make(mona if by_moderator else alice, room)
    zoe = world.person()
    knock(zoe, link)
    assert is_in(zoe, room)
    assert alice.lines(room)[-1] == f"{zoe.user} joined"
    assert zoe.say(room, "thank you")
    assert alice.texts(room) == mona.texts(room) == carl.texts(room) == ["thank you"]
    assert zoe.view.scan(Table.OWN, knocking.KNOCKED) == []


def test_whoever_is_a_little_behind_the_clock_knocks_at_a_new_room_all_the_same(world: World) -> None:
    room, alice, _, _ = club(world)
    link = make(alice, room)
    zoe = world.person()
    world.hub.now_ms -= 2_000
    zoe.do(lambda n: i.KnockAt(n, RoomLink.parse(link.text())))
    assert is_in(zoe, room), "nobody has left a room before whoever made it was there"


def test_with_all_devices_and_with_what_the_group_has_agreed_on(world: World) -> None:
    room, alice, _, _ = club(world)
    alice.do(lambda n: i.Rename(n, room, "Boat builders"))
    link = make(alice, room)
    zoe = world.person()
    tablet = world.second_device(zoe)
    knock(zoe, link)
    for phone in (zoe, tablet):
        assert is_in(phone, room)
        assert phone.engine.rooms[room].record.name == "Boat builders"
        assert stated(phone, room) == [], "who is not in charge does not hear of links that were made before"


def test_an_admin_is_asked_first_and_says_yes(world: World) -> None:
    room, alice, mona, carl = club(world)
    link = make(alice, room, Mode.ASK)
    zoe = world.person()
    knock(zoe, link)
    world.pass_time(600_000)
    assert not is_in(zoe, room)
    assert world.hub.claims == 2, "nobody's KeyPackages are asked for before somebody has said yes"
    assert waiting(alice, room) == waiting(mona, room) == [zoe.user]
    assert waiting(carl, room) == []
    assert any(f"{zoe.user} asks to be let into" in text for text in notices(alice))
    answer(mona, room, zoe, yes=True)
    assert is_in(zoe, room)
    assert waiting(alice, room) == waiting(mona, room) == []


def test_or_no_which_others_see_and_the_one_at_the_door_does_not(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room, Mode.ASK)
    zoe = world.person()
    knock(zoe, link)
    shown = len(zoe.shown)
    answer(alice, room, zoe, yes=False)
    assert waiting(alice, room) == waiting(mona, room) == []
    assert len(zoe.shown) == shown
    with pytest.raises(CommandRefused, match="does not wait"):
        answer(mona, room, zoe, yes=True)
    assert not is_in(zoe, room)
    world.pass_time(1_000)
    knock(zoe, link)
    assert waiting(alice, room) == [zoe.user], "whoever was sent away may ask again"
    answer(alice, room, zoe, yes=False)
    alice.restart()
    assert waiting(alice, room) == []


def test_who_knocked_waits_no_longer(world: World) -> None:
    room, alice, _, _ = club(world)
    link = make(alice, room, Mode.ASK)
    zoe = world.person()
    knock(zoe, link)
    assert len(zoe.view.scan(Table.OWN, knocking.KNOCKED)) == 1
    zoe.do(lambda n: i.TakeKnockBack(n, room))
    assert zoe.view.scan(Table.OWN, knocking.KNOCKED) == []
    assert waiting(alice, room) == []


def test_a_member_answers_no_knock(world: World) -> None:
    room, alice, _, carl = club(world)
    link = make(alice, room, Mode.ASK)
    zoe = world.person()
    knock(zoe, link)
    with pytest.raises(CommandRefused, match="does not wait"):
        answer(carl, room, zoe, yes=True)


def test_one_device_lets_in_and_the_others_stand_by(world: World) -> None:
    room, alice, mona, _ = club(world)
    tablet = world.second_device(alice)
    link = make(alice, room)
    before = world.hub.claims
    zoe = world.person()
    knock(zoe, link)
    world.pass_time(600_000)
    assert is_in(zoe, room)
    assert world.hub.claims == before + 1
    for phone in (alice, mona, tablet):
        assert phone.engine.rooms[room].record.knocks == ()


def test_where_the_first_is_away_the_next_one_does_it(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    alice.disconnect()
    zoe = world.person()
    knock(zoe, link)
    assert not is_in(zoe, room)
    world.pass_time(knocking.STEP_MS)
    assert is_in(zoe, room)
    alice.connect()
    world.pass_time(600_000)
    assert alice.engine.rooms[room].record.knocks == ()
    assert [line for line in mona.lines(room) if f"{zoe.user} joined" in line] == [f"{zoe.user} joined"]


def test_two_that_let_in_at_once_meet_in_the_race(world: World) -> None:
    room, alice, mona, carl = club(world)
    link = make(alice, room)
    alice.asleep = mona.asleep = True
    zoe = world.person()
    knock(zoe, link)
    world.hub.now_ms += 600_000
    for phone in (alice, mona):
        phone.inbox.append(i.Tick())
    while alice.inbox or mona.inbox:  # step by step, each in turn, as two machines do
        for phone in (alice, mona):
            if phone.inbox:
                phone.step(phone.inbox.popleft())
    alice.asleep = mona.asleep = False
    world.settle()
    world.pass_time(600_000)
    assert is_in(zoe, room)
    assert zoe.say(room, "once") and alice.texts(room) == mona.texts(room) == carl.texts(room) == ["once"]
    assert sum(f"{zoe.user} joined" in line for line in carl.lines(room)) == 1


def test_a_device_that_ends_between_knock_and_commit_goes_on(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    mona.disconnect()
    alice.disconnect()
    zoe = world.person()
    knock(zoe, link)
    alice.crash_after_commit = True
    alice.connect()
    assert alice.crashed
    alice.restart()
    assert is_in(zoe, room)
    assert alice.say(room, "welcome") and zoe.texts(room) == ["welcome"]


def test_a_device_that_ends_while_it_leaves_it_to_others_takes_its_turn_afterwards(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    alice.disconnect()
    zoe = world.person()
    knock(zoe, link)
    mona.crash()
    world.pass_time(600_000)
    mona.restart()
    assert is_in(zoe, room)


def test_a_knock_waits_over_a_restart(world: World) -> None:
    room, alice, _, _ = club(world)
    link = make(alice, room, Mode.ASK)
    zoe = world.person()
    knock(zoe, link)
    alice.restart()
    zoe.restart()
    assert waiting(alice, room) == [zoe.user]
    answer(alice, room, zoe, yes=True)
    assert is_in(zoe, room)


# What opens nothing


def test_a_revoked_link_opens_nothing_and_neither_does_the_hub_that_forgets_that(world: World) -> None:
    room, alice, mona, carl = club(world)
    link = make(alice, room)
    revoke(mona, room, link)
    assert alice.lines(room)[-1] == f"{mona.user} revoked a link"
    for phone in (alice, mona, carl):
        assert open_links(phone.engine.rooms[room].record, world.hub.now_ms) == []
    zoe = world.person()
    with pytest.raises(LinkIsOver, match="unknown, revoked or expired"):
        knock(zoe, link)
    assert zoe.view.scan(Table.OWN, knocking.KNOCKED) == []
    world.hub.links[room].add(link.hub_hash)
    knock(zoe, link)
    world.pass_time(600_000)
    assert not is_in(zoe, room)


def test_a_link_that_is_revoked_while_somebody_waits_lets_nobody_in_any_more(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room, Mode.ASK)
    other = make(alice, room)
    zoe, eve = world.person(), world.person()
    knock(zoe, link)
    alice.disconnect()
    knock(eve, other)
    revoke(mona, room, link)
    revoke(mona, room, other)
    world.pass_time(600_000)
    alice.connect()
    world.pass_time(600_000)
    assert waiting(mona, room) == waiting(alice, room) == []
    assert not is_in(zoe, room)
    assert not is_in(eve, room)


def test_a_link_ends_with_its_time(world: World) -> None:
    room, alice, _, _ = club(world)
    link = make(alice, room, lifetime_ms=DAY_MS)
    waits = make(alice, room, Mode.ASK, lifetime_ms=DAY_MS)
    zoe, eve = world.person(), world.person()
    knock(eve, waits)
    world.pass_time(DAY_MS)
    with pytest.raises(LinkIsOver, match="unknown, revoked or expired"):
        knock(zoe, link)
    late = Knock.make(link, zoe.client, world.hub.now_ms, zoe.own.signature_private)
    ring(world, room, late)
    world.pass_time(600_000)
    assert waiting(alice, room) == []
    assert not is_in(zoe, room)
    assert not any("refused" in text for text in notices(alice)), "what came too late is no lie of the hub"


def test_a_banned_person_knocks_in_vain_even_where_the_hub_lets_them(world: World) -> None:
    room, alice, _, carl = club(world)
    for mode in Mode:
        link = make(alice, room, mode)
        if mode is Mode.ANYONE:
            alice.do(lambda n: i.Ban(n, room, carl.user))
        knock(carl, link)
        world.pass_time(600_000)
        assert not is_in(carl, room)
        assert waiting(alice, room) == []


def test_who_waits_and_is_banned_then_waits_no_more(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room, Mode.ASK)
    zoe = world.person()
    knock(zoe, link)
    mona.do(lambda n: i.Ban(n, room, zoe.user))
    assert waiting(alice, room) == []
    with pytest.raises(CommandRefused):
        answer(alice, room, zoe, yes=True)


def test_whom_a_person_has_blocked_their_device_does_not_let_in(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    zoe = world.person()
    for phone in (alice, mona):
        phone.view.rows[(Table.PIN, "blocked", zoe.user.encode())] = b""
    knock(zoe, link)
    world.pass_time(600_000)
    assert not is_in(zoe, room)


def test_the_hub_repeats_a_knock_of_somebody_who_left_or_was_removed(world: World) -> None:
    """It kept the frame. Whoever went comes back by a new knock only."""
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    zoe = world.person()
    world.pass_time(1_000)
    old = Knock.make(link, zoe.client, world.hub.now_ms, zoe.own.signature_private)
    ring(world, room, old)
    assert is_in(zoe, room)
    world.pass_time(1_000)
    alice.do(lambda n: i.RemoveUser(n, room, zoe.user))
    ring(world, room, old)
    world.pass_time(600_000)
    assert not is_in(zoe, room)
    newcomer = world.second_device(alice)
    alice.disconnect()
    mona.disconnect()
    ring(world, room, old)
    world.pass_time(600_000)
    assert not is_in(zoe, room), "a device that has not seen her go does not let her in either"
    assert stated(newcomer, room), "though it knows the link"
    knock(zoe, link)
    world.pass_time(600_000)
    assert is_in(zoe, room)


def test_a_knock_that_was_refused_is_not_shown_again(world: World) -> None:
    room, alice, _, _ = club(world)
    link = make(alice, room, Mode.ASK)
    zoe = world.person()
    world.pass_time(1_000)
    made = Knock.make(link, zoe.client, world.hub.now_ms, zoe.own.signature_private)
    ring(world, room, made)
    assert waiting(alice, room) == [zoe.user]
    answer(alice, room, zoe, yes=False)
    ring(world, room, made)
    assert waiting(alice, room) == []


FORGED: dict[str, Callable[[World, RoomLink, Phone, Phone], Knock]] = {
    "with another secret": lambda world, link, zoe, eve: Knock.make(
        replace(link, secret=bytes(16)), zoe.client, world.hub.now_ms, zoe.own.signature_private
    ),
    "with the right public half and an invented MAC": lambda world, link, zoe, eve: replace(
        Knock.make(replace(link, secret=bytes(16)), zoe.client, world.hub.now_ms, zoe.own.signature_private),
        link_id=link.link_id,
    ),
    "in the name of another, by who has the link": lambda world, link, zoe, eve: Knock.make(
        link, zoe.client, world.hub.now_ms, eve.own.signature_private
    ),
    "by a device that no list names": lambda world, link, zoe, eve: Knock.make(
        link,
        f"{zoe.client[:-26]}{'a' * 26}",
        world.hub.now_ms,
        generate_signature_key(SUITE, world.random.randbytes)[0],
    ),
    "from another hub": lambda world, link, zoe, eve: Knock.make(
        link, zoe.client.replace(HOST, "other.example"), world.hub.now_ms, zoe.own.signature_private
    ),
    "long ago": lambda world, link, zoe, eve: Knock.make(
        link, zoe.client, world.hub.now_ms - KNOCK_MS, zoe.own.signature_private
    ),
    "ahead of time": lambda world, link, zoe, eve: Knock.make(
        link, zoe.client, world.hub.now_ms + DAY_MS, zoe.own.signature_private
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_knock_that_nobody_made_lets_nobody_in_and_costs_no_key_package(world: World, name: str) -> None:
    room, alice, _, carl = club(world)
    links = [make(alice, room, mode) for mode in Mode]
    zoe, eve = world.person(), world.person()
    before = world.hub.claims
    for link in links:
        ring(world, room, FORGED[name](world, link, zoe, eve))
    world.pass_time(600_000)
    assert waiting(alice, room) == []
    assert world.hub.claims == before
    assert not is_in(zoe, room)
    assert alice.say(room, "we go on")
    assert carl.texts(room) == ["we go on"]


def test_any_bytes_in_place_of_a_knock_change_nothing(world: World) -> None:
    room, alice, _, carl = club(world)
    for _ in range(50):
        world.hub.ring(room, InboxKind.KNOCK, world.random.randbytes(world.random.randrange(300)))
        world.hub.ring(room, InboxKind.KNOCK_ENDED, world.random.randbytes(20))
    world.settle()
    assert alice.say(room, "still here") and carl.texts(room) == ["still here"]


def test_a_knock_for_another_room_or_none_is_passed_over(world: World) -> None:
    room, alice, _, _ = club(world)
    other = alice.create_group()
    link = make(alice, room)
    zoe = world.person()
    made = Knock.make(link, zoe.client, world.hub.now_ms, zoe.own.signature_private)
    for elsewhere in (other, room[:-26] + "a" * 26):
        world.hub.post(alice.client, InboxKind.KNOCK, elsewhere, 0, made.encode())
    world.settle()
    world.pass_time(600_000)
    assert not is_in(zoe, other)
    assert not is_in(zoe, room)


# Who speaks of links


def test_only_who_may_let_people_in_makes_and_revokes_links(world: World) -> None:
    room, alice, _, carl = club(world)
    link = make(alice, room)
    with pytest.raises(CommandRefused, match="only admins and moderators"):
        make(carl, room)
    with pytest.raises(CommandRefused, match="only admins and moderators"):
        revoke(carl, room, link)
    forged = StatedLink(bytes(16), Mode.ANYONE, False, world.hub.now_ms + DAY_MS, carl.user)
    ended = replace(stated(carl, room)[0], revoked=True)
    before = stated(alice, room)
    for link_said in (forged, ended):
        part = statement((link_said,))
        carl.command(lambda n, part=part: i.Send(n, room, part))  # type: ignore[misc]  # a default in a lambda
        world.settle()
    assert stated(alice, room) == before
    assert alice.hidden(room) == 2


def test_what_is_no_statement_is_hidden(world: World) -> None:
    room, alice, mona, _ = club(world)
    for content in (b"", b"\x01\x00", b"\xff" * 40):
        alice.command(lambda n, content=content: i.Send(n, room, SinglePart(MEDIA_TYPE, content)))  # type: ignore[misc]  # a default in a lambda
        world.settle()
    assert mona.hidden(room) == 3


def test_nobody_brings_a_revoked_link_back(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    again = statement(tuple(stated(alice, room)))
    revoke(alice, room, link)
    mona.do(lambda n: i.Send(n, room, again))
    for phone in (alice, mona):
        assert [each.revoked for each in stated(phone, room)] == [True]


def test_whoever_comes_into_charge_hears_of_the_links(world: World) -> None:
    room, alice, mona, _ = club(world)
    kept, gone = make(alice, room, name="for the club"), make(alice, room)
    revoke(alice, room, gone)
    zoe = world.person()
    alice.invite(room, zoe)
    assert stated(zoe, room) == []
    give(alice, room, zoe, Role.MODERATOR)
    expected = sorted(stated(alice, room), key=lambda each: each.secret)
    second = world.second_device(mona)
    for phone in (zoe, second):
        assert sorted(stated(phone, room), key=lambda each: each.secret) == expected
        assert [each.link(room) for each in open_links(phone.engine.rooms[room].record, world.hub.now_ms)] == [kept]
        assert phone.hidden(room) == 0
    for phone in (alice, mona):
        phone.disconnect()
    eve = world.person()
    knock(eve, kept)
    world.pass_time(600_000)
    assert is_in(eve, room), "the new ones let in as well"


def test_the_hub_never_has_the_link(world: World) -> None:
    """Not in what is posted, not in the log: the secret, and the text that people pass on."""
    room, alice, mona, _ = club(world)
    posted: list[bytes] = []

    def note(phone: Phone, call: Call) -> None:
        posted.append(repr((call.path, call.body)).encode() + b"".join(_bytes_of(call.body)))

    world.hub.refuse = note
    link = make(alice, room, Mode.ASK, name="a name of its own")
    zoe = world.person()
    knock(zoe, link)
    answer(mona, room, zoe, yes=True)
    revoke(mona, room, link)
    seen = b"".join(posted) + b"".join(event.message for event in world.hub.rooms[room].log)
    seen += b"".join(frame.body for box in world.hub.inboxes.values() for frame in box)
    assert link.link_id in seen, "this does look at what the hub gets"
    for secret in (link.secret, link.secret.hex().encode(), link.text().encode(), b"a name of its own"):
        assert secret not in seen


def _bytes_of(body: object) -> list[bytes]:
    fields = getattr(body, "__struct_fields__", ())
    return [value for value in (getattr(body, name) for name in fields) if isinstance(value, bytes)]


def test_links_are_few_and_end(world: World) -> None:
    room, alice, _, _ = club(world)
    for lifetime_ms in (0, -1, LONGEST_MS + 1):
        with pytest.raises(CommandRefused, match="at most 90 days"):
            make(alice, room, lifetime_ms=lifetime_ms)
    for _ in range(MAX_OPEN):
        make(alice, room)
    with pytest.raises(CommandRefused, match="revoke one first"):
        make(alice, room)
    world.pass_time(DAY_MS)
    make(alice, room)
    assert len(stated(alice, room)) == 1, "what is over is forgotten"


def test_a_link_to_another_hub_or_into_ones_own_room_is_not_knocked_at(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    with pytest.raises(CommandRefused, match="in that conversation already"):
        knock(mona, link)
    foreign = replace(link, room_uri=room.replace(HOST, "other.example"))
    zoe = world.person()
    with pytest.raises(CommandRefused, match=r"leads to other\.example"):
        knock(zoe, foreign)


def test_a_conversation_of_two_has_no_links(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    with pytest.raises(CommandRefused, match="no roles"):
        make(alice, room)


def test_a_hub_that_takes_no_link_leaves_none_behind(world: World) -> None:
    room, alice, _, _ = club(world)

    def refuse(phone: Phone, call: Call) -> None:
        if call.path.endswith("/links"):
            raise Refusal(Code.TOO_MANY, "enough")

    world.hub.refuse = refuse
    with pytest.raises(Refusal):
        make(alice, room)
    assert stated(alice, room) == []


def test_no_repr_and_no_notice_shows_a_secret(world: World) -> None:
    room, alice, mona, _ = club(world)
    link = make(alice, room)
    record = mona.engine.rooms[room].record
    shown = repr(record) + repr(record.links) + repr(stated(mona, room)) + repr(link) + repr(mona.shown)
    assert record.links
    assert repr(link.secret)[2:-1] not in shown
    assert link.text() not in shown
