# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Admins and moderators of a group: what their devices do, what the others are told, and what a cheat gets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privity.client.engine import evidence, safety_inputs
from privity.client.engine import inputs as i
from privity.client.engine.commits import Plan
from privity.client.engine.shown import Deleter, Item, State
from privity.client.errors import CommandRefused
from privity.message import compose
from privity.message.content import NullPart, Part, SinglePart
from privity.message.report import Reason
from privity.mls.errors import PolicyRefused
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import AppDataUpdate, Proposal
from privity.policy.roles import Role
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantListUpdate, RoleChange
from privity.wire.socket import EventKind
from tests.client.committed import taken_up
from tests.client.fake_hub import SUITE, Phone, World, plain
from tests.client.test_roster_lines import commit


@pytest.fixture
def world() -> World:
    return World()


def club(world: World) -> tuple[str, Phone, Phone, Phone]:
    """A group of an admin, a moderator and a member."""
    alice, mona, carl = (world.person() for _ in range(3))
    room = alice.create_group()
    alice.invite(room, mona)
    alice.invite(room, carl)
    give(alice, room, mona, Role.MODERATOR)
    return room, alice, mona, carl


def give(by: Phone, room: str, whom: Phone, role: Role) -> None:
    by.do(lambda n: i.GiveRole(n, room, whom.user, role))


def role(phone: Phone, room: str, whom: Phone) -> Role:
    return phone.engine.rooms[room].state.role(whom.user)


def entry(phone: Phone, room: str, message_id: bytes) -> Item:
    return next(item for item in phone.items(room) if item.message_id == message_id)


def last_line(phone: Phone, room: str) -> str:
    return phone.lines(room)[-1]


def test_somebody_is_made_an_admin_and_a_member_again(world: World) -> None:
    room, alice, mona, carl = club(world)
    give(alice, room, carl, Role.ADMIN)
    for phone in (alice, mona, carl):
        assert role(phone, room, carl) is Role.ADMIN
        assert last_line(phone, room) == f"{carl.user} is an admin now (by {alice.user})"
    give(carl, room, alice, Role.MEMBER)
    give(carl, room, mona, Role.MEMBER)
    assert last_line(alice, room) == f"{mona.user} is no moderator any more (by {carl.user})"
    with pytest.raises(PolicyRefused, match="change_user_role"):
        give(alice, room, mona, Role.ADMIN)
    give(carl, room, carl, Role.ADMIN)  # what somebody is already takes no commit
    assert role(mona, room, carl) is Role.ADMIN


def test_nobody_below_an_admin_gives_roles_whatever_their_device_commits(world: World) -> None:
    room, alice, mona, carl = club(world)
    for who, plan in (
        (carl, Plan(roles=((carl.user, 3),))),
        (mona, Plan(roles=((mona.user, 3),))),
        (mona, Plan(roles=((carl.user, 5),))),
        (mona, Plan(removes=(0,), roles=((alice.user, 0),))),
        (mona, Plan(removes=(0,), roles=((alice.user, 1),))),
        (carl, Plan(removes=(1,), roles=((mona.user, 0),))),
    ):
        before = len(world.hub.rooms[room].log)
        commit(who, room, plan)
        assert len(world.hub.rooms[room].log) == before, "the own device refuses to make it"
    assert [role(carl, room, each) for each in (alice, mona, carl)] == [Role.ADMIN, Role.MODERATOR, Role.MEMBER]


def test_the_last_admin_names_another_or_goes_and_the_eldest_moderator_follows(world: World) -> None:
    room, alice, mona, carl = club(world)
    with pytest.raises(PolicyRefused, match="last admin"):
        give(alice, room, alice, Role.MEMBER)
    world.hub.propose_departure(room, alice)
    world.settle()
    world.pass_time(world.jitter_ms + 1)
    for phone in (mona, carl):
        assert role(phone, room, mona) is Role.ADMIN
        assert last_line(phone, room) == f"{mona.user} is an admin now; {alice.user} left"
    give(mona, room, carl, Role.MODERATOR)
    mona.do(lambda n: i.Rename(n, room, "Carried on"))
    assert carl.engine.rooms[room].record.name == "Carried on"


def test_a_hub_that_gives_roles_and_lifts_bans_is_not_followed(world: World) -> None:
    """Signed with its own key and in the log, whatever it likes: nobody's device commits it, and nobody is held up."""
    room, alice, mona, carl = club(world)
    alice.do(lambda n: i.Ban(n, room, carl.user))
    listed = alice.engine.rooms[room].state.participants
    hers, his = listed.index(mona.user), listed.index(carl.user)
    assert hers is not None
    assert his is not None
    promotion, pardon = ParticipantListUpdate((RoleChange(hers, 3),)), ParticipantListUpdate(removed=(his,))
    for update, renewed in ((promotion, 0), (pardon, 1)):
        known = len(world.hub.rooms[room].log)
        forge_proposal(world, room, AppDataUpdate(PARTICIPANT_LIST, update.encode()))
        mona.command(lambda n: i.Send(n, room, plain("what waits is committed first")))
        world.pass_time(world.jitter_ms + 1)
        *before, said = world.hub.rooms[room].log[known:]
        assert said.kind is EventKind.APPLICATION
        assert [taken_up(event) for event in before if event.kind is EventKind.COMMIT] == [()] * renewed
        for phone in (alice, mona):
            assert role(phone, room, mona) is Role.MODERATOR
            assert role(phone, room, carl) is Role.BANNED


def forge_proposal(world: World, room: str, proposal: Proposal) -> None:
    """The hub proposes, and asks no rules."""
    group = world.hub.rooms[room].group
    content = FramedContent(room.encode(), group.epoch, Sender.external(0), SafeAAD().encode(), proposal)
    auth = AuthenticatedContent.signed(SUITE, world.hub.hub_private, content, None, PUBLIC_MESSAGE)
    world.hub.append(room, EventKind.PROPOSAL, MLSMessage(PublicMessage.of(auth, None)).encode())
    world.settle()


# Out, and not back


@pytest.mark.parametrize("by_moderator", [False, True])
def test_who_is_banned_is_out_with_all_devices_and_stays_out(world: World, by_moderator: bool) -> None:
    room, alice, mona, carl = club(world)
    tablet = world.second_device(carl)
    by = mona if by_moderator else alice
    by.do(lambda n: i.Ban(n, room, carl.user))
    assert last_line(alice, room) == f"{carl.user} was banned (by {by.user})"
    for phone in (carl, tablet):
        assert f"{carl.user} was banned (by {by.user})" in last_line(phone, room)
        assert not phone.engine.rooms[room].record.member
    alice.say(room, "without him")
    assert carl.texts(room) == tablet.texts(room) == []
    with pytest.raises(CommandRefused, match="is banned here"):
        alice.invite(room, carl)
    claims = world.hub.claims
    with pytest.raises(CommandRefused, match="is banned here"):
        mona.invite(room, carl)
    assert world.hub.claims == claims, "nobody's KeyPackages are spent for it"
    carl.disconnect()
    carl.connect()
    assert not carl.engine.rooms[room].record.member
    by.do(lambda n: i.Unban(n, room, carl.user))
    assert last_line(alice, room) == f"{carl.user} is not banned any more (by {by.user})"
    assert not carl.engine.rooms[room].record.member
    alice.invite(room, carl)
    assert carl.say(room, "thank you")
    assert alice.texts(room) == ["without him", "thank you"]


@pytest.mark.parametrize("ban", [False, True])
def test_somebody_is_banned_or_removed_while_they_leave(world: World, ban: bool) -> None:
    """The hub's proposal and the commit would touch them twice: what waits is committed first."""
    room, alice, mona, carl = club(world)
    world.hub.propose_departure(room, carl)
    world.settle()
    alice.do(lambda n: i.Ban(n, room, carl.user) if ban else i.RemoveUser(n, room, carl.user))
    for phone in (alice, mona):
        assert role(phone, room, carl) is (Role.BANNED if ban else Role.NONE)
        assert not phone.engine.rooms[room].require_group().proposals
    assert mona.say(room, "we go on")
    assert alice.texts(room) == ["we go on"]


def test_a_role_is_given_while_somebody_else_leaves(world: World) -> None:
    room, alice, mona, carl = club(world)
    eve = world.person()
    alice.invite(room, eve)
    world.hub.propose_departure(room, eve)
    world.settle()
    give(alice, room, carl, Role.MODERATOR)
    assert role(mona, room, carl) is Role.MODERATOR
    assert role(mona, room, eve) is Role.NONE


def test_somebody_who_is_not_here_is_barred_before_they_come(world: World) -> None:
    room, alice, _, _ = club(world)
    eve = world.person()
    alice.do(lambda n: i.Ban(n, room, eve.user))
    with pytest.raises(CommandRefused, match="banned"):
        alice.invite(room, eve)


def test_commands_that_make_no_sense_are_refused_by_name(world: World) -> None:
    room, alice, _, carl = club(world)
    eve = world.person()
    direct = alice.direct(carl)
    commands: list[tuple[Callable[[int], i.Command], str]] = [
        (lambda n: i.Ban(n, room, alice.user), "nobody bans themselves"),
        (lambda n: i.GiveRole(n, room, eve.user, Role.ADMIN), "is not one of the people"),
        (lambda n: i.GiveRole(n, room, carl.user, Role.BANNED), "banned is not given"),
        (lambda n: i.GiveRole(n, room, carl.user, Role.ARCHIVE), "archive is not given"),
        (lambda n: i.GiveRole(n, direct, carl.user, Role.ADMIN), "no roles"),
        (lambda n: i.Ban(n, direct, carl.user), "no roles"),
        (lambda n: i.Unban(n, direct, carl.user), "no roles"),
    ]
    for make, words in commands:
        with pytest.raises(CommandRefused, match=words):
            alice.do(make)


@pytest.mark.parametrize("away", [False, True])
def test_who_is_removed_hears_by_whom(world: World, away: bool) -> None:
    room, alice, mona, carl = club(world)
    if away:
        carl.disconnect()
    mona.do(lambda n: i.RemoveUser(n, room, carl.user))
    assert last_line(alice, room) == f"{carl.user} was removed (by {mona.user})"
    if away:
        carl.connect()
    assert last_line(carl, room).startswith(f"{carl.user} was removed (by {mona.user})")
    assert not carl.engine.rooms[room].record.member


# Deleting what others said


def delete(phone: Phone, room: str, message_id: bytes) -> None:
    phone.do(lambda n: i.Send(n, room, NullPart(), replaces=message_id))


@pytest.mark.parametrize("by_moderator", [False, True])
def test_a_message_of_somebody_else_is_deleted_with_its_place_kept_and_stays_reportable(
    world: World, by_moderator: bool
) -> None:
    room, alice, mona, carl = club(world)
    by, name = (mona, "moderator") if by_moderator else (alice, "admin")
    insult = carl.say(room, "an insult")
    carl.do(lambda n: i.Send(n, room, plain("a worse one"), replaces=insult))
    delete(by, room, insult)
    for phone in (alice, mona, carl):
        item = entry(phone, room, insult)
        assert (item.state, item.text, item.content) == (State.DELETED, "", b"")
        assert item.sender == carl.user
        assert item.deleted_by == Deleter(by.user, name)
        assert phone.hidden(room) == 0
        assert [item.version_id, *[old.message_id for old in item.versions]] == list(item.version_ids())
    alice.do(lambda n: safety_inputs.Report(n, room, (insult,), Reason.HARASSMENT, "before it was deleted"))
    report = world.open_report(world.hub.reports[-1])
    assert report.alleged_uri == carl.user
    assert len(report.messages) == 2
    world.pass_time(evidence.GRACE_MS + 1)
    with pytest.raises(CommandRefused):
        alice.do(lambda n: safety_inputs.Report(n, room, (insult,), Reason.HARASSMENT, "too late"))


def test_who_wrote_it_deletes_as_before_and_says_no_role(world: World) -> None:
    room, alice, mona, _ = club(world)
    slip = mona.say(room, "a slip")
    delete(mona, room, slip)
    assert entry(alice, room, slip).deleted_by is None


def test_a_member_deletes_and_edits_nothing_of_others(world: World) -> None:
    room, alice, mona, carl = club(world)
    theirs = alice.say(room, "stays")
    with pytest.raises(CommandRefused, match="only your own"):
        delete(carl, room, theirs)
    for phone in (mona, alice):
        other = carl if phone is alice else alice
        written = other.say(room, "its words are its writer's")
        with pytest.raises(CommandRefused, match="only your own"):
            phone.do(lambda n, written=written: i.Send(n, room, plain("other words"), replaces=written))  # type: ignore[misc]  # a default in a lambda
    cheat(carl, room, NullPart(), theirs)
    cheat(mona, room, plain("words put into her mouth"), theirs)
    assert entry(alice, room, theirs).state is State.SHOWN
    assert alice.hidden(room) == 2


def cheat(phone: Phone, room: str, part: Part, replaces: bytes) -> None:
    """Send what an honest device refuses to send."""
    held = phone.engine.rooms[room]
    author = compose.Author(phone.user, room)
    held.outbox.add(compose.message(author, part, random=phone.engine.device.random, replaces=replaces))
    phone.inbox.append(i.Tick())
    phone.world.settle()


def test_a_moderator_who_is_one_no_more_deletes_no_more(world: World) -> None:
    room, alice, mona, carl = club(world)
    words = carl.say(room, "stays")
    give(alice, room, mona, Role.MEMBER)
    with pytest.raises(CommandRefused, match="only your own"):
        delete(mona, room, words)
    cheat(mona, room, NullPart(), words)
    assert entry(carl, room, words).state is State.SHOWN


def test_in_a_direct_conversation_nobody_deletes_what_the_other_said(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    for one, other in ((alice, bob), (bob, alice)):
        words = one.say(room, "mine")
        with pytest.raises(CommandRefused, match="only your own"):
            delete(other, room, words)
        cheat(other, room, NullPart(), words)
        assert entry(one, room, words).state is State.SHOWN


def test_a_reaction_is_not_taken_back_by_a_moderator(world: World) -> None:
    room, alice, mona, carl = club(world)
    words = alice.say(room, "good news")
    like = carl.do(lambda n: i.Send(n, room, SinglePart("text/plain", "🎉".encode(), 2), words))
    assert isinstance(like, bytes)
    with pytest.raises(CommandRefused, match="own reactions"):
        delete(mona, room, like)


def test_what_came_before_a_device_is_deleted_without_a_trace_of_it(world: World) -> None:
    room, alice, mona, carl = club(world)
    words = carl.say(room, "before the tablet")
    tablet = world.second_device(alice)
    delete(mona, room, words)
    assert tablet.texts(room) == []
    assert tablet.hidden(room) == 0
