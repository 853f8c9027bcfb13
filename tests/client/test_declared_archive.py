# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-25, LP-26 and LP-28: who keeps a copy is declared, seen, and agreed to by each person before they say anything."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import consent
from privity.client.engine import inputs as i
from privity.client.engine.state import NO_AAD
from privity.client.engine.verbs import _content
from privity.client.errors import CommandRefused, ConsentNeeded
from privity.message.content import MimiContent
from privity.mls.errors import PolicyRefused
from privity.mls.group.propose import propose
from privity.mls.messages.proposals import AppDataUpdate
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.roles import Role
from privity.server.config import HubSection
from privity.wire import keylog, rest, socket, staff
from privity.wire.socket import EventKind
from tests.client.archives import POLICY, accept, declare, office, record, withdraw
from tests.client.committed import taken_up
from tests.client.fake_hub import Phone, World, plain
from tests.client.hostile_hub import notices, waiting


@pytest.fixture
def world() -> World:
    return World()


# LP-25: nothing is sent under a policy that one has not agreed to


def test_LP_25_a_declared_archive_stops_everybody_who_has_not_agreed(world: World) -> None:
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    alice.say(room, "I declared it, and thereby agreed")
    with pytest.raises(ConsentNeeded, match=rf"{acme.user} keeps a copy.*six years.*privity room accept") as refused:
        bob.say(room, "unseen by the archive")
    assert room.rsplit("/", 1)[-1][:8] in str(refused.value)
    accept(bob, room)
    bob.say(room, "now I know who listens")
    assert acme.texts(room) == ["I declared it, and thereby agreed", "now I know who listens"]


def test_LP_25_what_waited_waits_on_and_is_sent_once_agreed(world: World) -> None:
    room, alice, bob, acme = office(world)
    bob.disconnect()
    number = bob.command(lambda n: i.Send(n, room, plain("written before there was an archive")))
    bob.step(bob.inbox.popleft())
    declare(alice, room, acme)
    bob.connect()
    assert number not in bob.done
    assert number not in bob.failed
    assert len(waiting(bob, room)) == 1
    assert not any(isinstance(frame, socket.Submit) for frame in bob.sent)
    assert any("messages wait" in text and acme.user in text for text in notices(bob))
    world.pass_time(3_600_000)
    assert acme.texts(room) == []
    accept(bob, room)
    assert bob.done[number]
    assert acme.texts(room) == ["written before there was an archive"]


def test_LP_25_what_was_sealed_before_is_not_sent_again_under_the_new_policy(world: World) -> None:
    room, alice, bob, acme = office(world)
    bob.crash_before_speaking = True
    bob.inbox.append(i.Send(70, room, plain("sealed in the old epoch")))
    world.settle()
    assert waiting(bob, room)[0].ref
    declare(alice, room, acme)
    bob.sent.clear()
    bob.restart()
    assert not any(isinstance(frame, socket.Submit) for frame in bob.sent)
    accept(bob, room)
    assert alice.texts(room) == acme.texts(room) == ["sealed in the old epoch"]


def test_LP_25_agreement_holds_for_one_policy_and_no_other(world: World) -> None:
    room, alice, bob, acme = office(world)
    other = world.person()
    declare(alice, room, acme)
    shown = consent.policy_hash(bob.engine.rooms[room].require_group().context)
    declare(alice, room, other, "Another text")
    with pytest.raises(CommandRefused, match="changed again"):
        bob.do(lambda n: i.AcceptPolicy(n, room, shown))
    with pytest.raises(ConsentNeeded, match=other.user):
        bob.say(room, "no")
    accept(bob, room)
    withdraw(alice, room, other)
    with pytest.raises(ConsentNeeded, match=f"{other.user} keeps no copy any more"):
        bob.say(room, "no")
    accept(bob, room)
    bob.say(room, "yes")


def test_LP_25_a_policy_that_returns_to_what_was_agreed_needs_no_new_word(world: World) -> None:
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    withdraw(alice, room, acme)
    bob.say(room, "as it was")
    assert alice.texts(room) == ["as it was"]
    assert acme.texts(room) == []


def test_LP_25_people_who_come_and_go_and_keys_for_reports_need_no_word(world: World) -> None:
    room, alice, bob, _ = office(world)
    carol = world.person()
    alice.invite(room, carol)
    bob.say(room, "hello")
    carol.say(room, "hello")
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    bob.say(room, "bye")
    assert alice.texts(room) == ["hello", "hello", "bye"]


def test_LP_25_a_newcomer_agrees_before_the_first_word(world: World) -> None:
    room, alice, _, acme = office(world)
    declare(alice, room, acme)
    carol = world.person()
    alice.invite(room, carol)
    assert any(f"{acme.user} keeps a copy of everything sent here" in line for line in carol.lines(room))
    with pytest.raises(ConsentNeeded, match=acme.user):
        carol.say(room, "hello")
    accept(carol, room)
    carol.say(room, "hello")
    assert acme.texts(room) == ["hello"]


def test_LP_25_who_was_out_when_it_changed_agrees_before_the_next_word(world: World) -> None:
    room, alice, bob, acme = office(world)
    bob.disconnect()
    declare(alice, room, acme)
    world.hub.forget(room)
    bob.connect()
    assert any("re-joined" in line and f"{acme.user} keeps a copy" in line for line in bob.lines(room))
    with pytest.raises(ConsentNeeded, match=acme.user):
        bob.say(room, "back again")


def test_LP_25_who_was_out_when_it_was_withdrawn_is_asked_as_those_inside_are(world: World) -> None:
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    accept(bob, room)
    bob.disconnect()
    withdraw(alice, room, acme)
    world.hub.forget(room)
    bob.connect()
    with pytest.raises(ConsentNeeded, match="keeps no copy any more"):
        bob.say(room, "back again")


def test_LP_25_agreement_survives_a_restart_and_its_absence_too(world: World) -> None:
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    bob.restart()
    with pytest.raises(ConsentNeeded):
        bob.say(room, "no")
    accept(bob, room)
    bob.restart()
    bob.say(room, "yes")
    alice.restart()
    alice.say(room, "yes")


# LP-26: nobody agrees for somebody else


def test_LP_26_another_admins_proposal_is_not_ones_own_word(world: World) -> None:
    """A hub that passes on a loose proposal of an admin, so that bob's device commits the archive in its own name: the
    device leaves it out, and says what bob wanted to say."""
    room, alice, bob, acme = office(world)
    update = AppDataUpdate(LOGGING_POLICY, LoggingPolicy((acme.user,), POLICY).encode())
    state = alice.engine.rooms[room].require_group()._state
    random, now = world.random.randbytes, world.hub.now_ms // 1000
    loose = propose(state, update, aad=NO_AAD, private=False, random=random, now=now)
    before = record(bob, room).agreed_hash
    event = world.hub.append(room, EventKind.PROPOSAL, loose)
    world.settle()
    assert record(bob, room).cursor == event.seq
    assert len(bob.engine.rooms[room].require_group().proposals) == 1, "bob's device has to commit before it sends"
    bob.command(lambda n: i.Send(n, room, plain("what I want to say")))
    world.pass_time(60_000)
    assert record(bob, room).agreed_hash == before
    assert bob.engine.rooms[room].state.logging.archives == ()
    committed, said = world.hub.rooms[room].log[event.seq :]
    assert (committed.kind, said.kind) == (EventKind.COMMIT, EventKind.APPLICATION)
    assert taken_up(committed) == ()
    assert alice.engine.rooms[room].state.logging.archives == ()


def test_LP_26_no_setting_request_or_answer_of_hub_or_staff_carries_consent() -> None:
    """The whole vocabulary between hub, staff and device, and the hub's configuration."""
    fields = {
        f"{kind.__name__}.{field.name}"
        for module in (rest, socket, staff, keylog)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        for field in msgspec.structs.fields(kind)
    }
    assert len(fields) > 50
    fields |= {f"HubSection.{field.name}" for field in msgspec.structs.fields(HubSection)}
    words = ("consent", "agree", "accept_policy", "implicit", "archive", "logging", "whitelist", "allowlist")
    assert not [field for field in fields if any(word in field.lower() for word in words)]


def test_LP_26_only_the_accept_command_and_ones_own_change_write_the_agreement(world: World) -> None:
    """Whatever the hub sends, `agreed_hash` stays: every frame and answer it has, after the archive came."""
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    before = record(bob, room).agreed_hash
    for kind in socket.InboxKind:
        world.hub.post(bob.client, kind, room, 0, b"accept")
        world.settle()
    bob.disconnect()
    bob.connect()
    world.pass_time(100 * 3_600_000)
    assert record(bob, room).agreed_hash == before
    with pytest.raises(ConsentNeeded):
        bob.say(room, "still not")


# Who may declare, and what an archive can do


def test_only_an_admin_declares_and_withdraws(world: World) -> None:
    room, alice, bob, acme = office(world)
    with pytest.raises(PolicyRefused, match=r"add_participant|declare_archive"):
        declare(bob, room, acme)
    declare(alice, room, acme)
    accept(bob, room)
    with pytest.raises(PolicyRefused, match=r"remove_participant|declare_archive"):
        withdraw(bob, room, acme)
    assert bob.engine.rooms[room].state.participants.role(acme.user) == Role.ARCHIVE


def test_a_conversation_of_two_has_no_archive(world: World) -> None:
    alice, bob, acme = (world.person() for _ in range(3))
    room = alice.direct(bob)
    with pytest.raises(CommandRefused, match="uses a group"):
        declare(alice, room, acme)


def test_a_member_does_not_become_an_archive_unseen(world: World) -> None:
    room, alice, bob, _ = office(world)
    with pytest.raises(CommandRefused, match="takes part here"):
        declare(alice, room, bob)


def test_an_archive_is_declared_with_words(world: World) -> None:
    room, alice, _, acme = office(world)
    with pytest.raises(PolicyRefused, match="together with what it does"):
        declare(alice, room, acme, "  ")


def test_LP_28_an_archive_reads_what_is_sent_while_it_is_declared_and_nothing_else(world: World) -> None:
    room, alice, bob, acme = office(world)
    alice.say(room, "before it came")
    declare(alice, room, acme)
    accept(bob, room)
    bob.say(room, "while it was here")
    withdraw(alice, room, acme)
    accept(bob, room)
    alice.say(room, "after it went")
    assert acme.texts(room) == ["while it was here"]
    assert not record(acme, room).member
    assert alice.texts(room) == ["before it came", "while it was here", "after it went"]
    assert any(f"{acme.user} is to keep no copy" in line and f"{acme.user} left" in line for line in bob.lines(room))


def test_LP_28_the_archive_opens_messages_with_its_own_key_and_the_hub_sees_none(world: World) -> None:
    room, alice, _, acme = office(world)
    declare(alice, room, acme)
    alice.say(room, "sealed for three devices")
    assert acme.texts(room) == ["sealed for three devices"]
    hub = world.hub.rooms[room]
    seen = b"".join([event.message for event in hub.log] + [hub.group.encode(), world.hub.infos[room]])
    assert b"sealed for three devices" not in seen
    leaves = [leaf.signature_key for _, leaf in hub.group.members()]
    assert acme.own.signature_public in leaves
    assert len(leaves) == 3
    assert not [phone for phone in world.phones if phone.own.signature_private in seen]


def test_an_archive_says_nothing_and_brings_nobody(world: World) -> None:
    room, alice, bob, acme = office(world)
    carol = world.person()
    declare(alice, room, acme)
    with pytest.raises(CommandRefused, match="says nothing"):
        acme.say(room, "I should not speak")
    with pytest.raises(PolicyRefused, match="add_participant"):
        acme.invite(room, carol)
    with pytest.raises(PolicyRefused, match="remove_participant"):
        acme.do(lambda n: i.RemoveUser(n, room, bob.user))
    acme.engine.rooms[room].outbox.add(_forged(acme, room))
    acme.inbox.append(i.Tick())
    world.settle()
    assert alice.texts(room) == bob.texts(room) == []
    assert alice.hidden(room) == bob.hidden(room) == 1


def _forged(phone: Phone, room: str) -> MimiContent:
    """What the own program would refuse to send."""
    consent.agree(record(phone, room), phone.engine.rooms[room].require_group().context)
    return _content(phone.engine.rooms[room], i.Send(99, room, plain("spoken past the own program")))


def test_an_archive_enters_again_with_lost_state_and_with_a_new_device(world: World) -> None:
    room, alice, _, acme = office(world)
    declare(alice, room, acme)
    acme.disconnect()
    alice.say(room, "gone before it came back")
    world.hub.forget(room)
    acme.connect()
    alice.say(room, "after that")
    assert acme.texts(room) == ["after that"]


def test_an_archive_that_leaves_stays_declared_and_cannot_come_back_under_the_old_word(world: World) -> None:
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    world.hub.propose_departure(room, acme)
    world.settle()
    world.pass_time(20_000)
    assert bob.engine.rooms[room].state.participants.role(acme.user) == Role.NONE
    assert bob.engine.rooms[room].state.logging.archives == (acme.user,)
    with pytest.raises(CommandRefused, match="declared here already"):
        declare(alice, room, acme)
    withdraw(alice, room, acme)
    assert bob.engine.rooms[room].state.logging.archives == ()
    bob.say(room, "as it was agreed at first")


def test_since_when_is_known_to_who_was_there(world: World) -> None:
    room, alice, bob, acme = office(world)
    world.pass_time(5_000)
    declare(alice, room, acme)
    since = world.hub.rooms[room].log[-1].ts_ms
    assert record(alice, room).archives == record(bob, room).archives == {acme.user: since}
    carol = world.person()
    alice.invite(room, carol)
    assert record(carol, room).archives == {acme.user: 0}


def test_LP_25_the_banner_is_what_the_group_says_whatever_this_device_remembers(world: World) -> None:
    room, alice, bob, acme = office(world)
    declare(alice, room, acme)
    group = bob.engine.rooms[room].require_group()
    for remembered in ({}, {"mimi://hub.example/u/somebody": 1}):
        record(bob, room).archives = remembered
        (shown,) = consent.archives(record(bob, room), group.context)
        assert (shown.user_uri, shown.here, shown.policy) == (acme.user, True, POLICY)
    withdraw(alice, room, acme)
    record(bob, room).archives = {acme.user: 1}
    assert consent.archives(record(bob, room), bob.engine.rooms[room].require_group().context) == []
