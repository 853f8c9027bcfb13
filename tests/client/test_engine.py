# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two people and more over one hub: what one says the others read, whatever happens in between."""

from __future__ import annotations

import pytest

from privity.client.engine import effects as fx
from privity.client.engine import inputs as i
from privity.client.engine import safety_inputs
from privity.client.engine.calls import Call
from privity.client.engine.profile import ROOM_PROFILE
from privity.client.engine.records import Table
from privity.client.engine.shown import REJOINED_TEXT, DevicesChanged, State
from privity.client.engine.state import CAPABILITIES
from privity.client.engine.trust import NotInLog
from privity.client.errors import CommandRefused
from privity.identity.credential import make_credential
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.errors import Fork
from privity.identity.leaf_binding import ChainBinding
from privity.identity.uris import new_client_uri
from privity.message import compose
from privity.message.authorship import verify_authorship
from privity.message.content import REACTION, MimiContent, NullPart, SinglePart
from privity.message.franking import tag, verify_frank_mac
from privity.message.report import MAX_MESSAGES, MAX_REPORT, Reason
from privity.mls.crypto import generate_signature_key
from privity.mls.errors import MlsError
from privity.mls.group import Identity, generate_key_package
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.wire import socket
from privity.wire.socket import Event, EventKind, Frank, Submit
from tests.client.fake_hub import START_MS, SUITE, Phone, World, plain


@pytest.fixture
def world() -> World:
    return World()


def three(world: World) -> tuple[str, list[Phone]]:
    people = [world.person() for _ in range(3)]
    room = people[0].create_group()
    for other in people[1:]:
        people[0].invite(room, other)
    return room, people


def pair(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    return alice.direct(bob), alice, bob


def assert_agree(room: str, phones: list[Phone]) -> None:
    groups = [phone.engine.rooms[room].group for phone in phones]
    assert len({group.epoch_authenticator for group in groups if group is not None}) == 1
    assert None not in groups


def test_two_people_talk_in_a_direct_room(world: World) -> None:
    room, alice, bob = pair(world)
    alice.say(room, "hello")
    bob.say(room, "hello yourself")
    assert alice.texts(room) == bob.texts(room) == ["hello", "hello yourself"]
    assert alice.hidden(room) == bob.hidden(room) == 0


def test_a_second_direct_room_of_the_same_two_leads_to_the_first(world: World) -> None:
    room, alice, bob = pair(world)
    assert bob.direct(alice) == room
    assert alice.direct(bob) == room


def test_three_people_talk_in_a_group(world: World) -> None:
    room, people = three(world)
    for number, person in enumerate(people):
        person.say(room, f"from {number}")
    for person in people:
        assert person.texts(room) == ["from 0", "from 1", "from 2"]
    assert_agree(room, people)


def test_commits_that_race_both_take_effect(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    dave, erin = world.person(), world.person()
    alice.asleep = True
    alice.command(lambda n: i.Invite(n, room, dave.user))
    alice.command(lambda n: i.Invite(n, room, erin.user))
    bob.do(lambda n: i.Leave(n, room))
    carol.say(room, "carol commits the removal first")
    alice.asleep = False
    world.settle()
    assert not alice.failed
    alice.say(room, "all here?")
    for phone in (alice, carol, dave, erin):
        assert phone.texts(room)[-1] == "all here?"
    assert_agree(room, [alice, carol, dave, erin])
    assert "all here?" not in bob.texts(room)


def test_messages_that_race_with_a_commit_are_sealed_anew_and_arrive_once(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    dave = world.person()
    bob.asleep = True
    alice.invite(room, dave)  # bob has not seen this commit yet
    bob.inbox.appendleft(i.Send(91, room, plain("sealed in the old epoch")))
    bob.inbox.appendleft(i.Send(90, room, plain("me too")))
    bob.asleep = False
    world.settle()
    assert set(bob.done) >= {90, 91}
    for phone in (alice, bob, carol, dave):
        assert phone.texts(room) == ["me too", "sealed in the old epoch"]
        assert phone.hidden(room) == 0
    refs = [frame.ref for frame in bob.sent if isinstance(frame, Submit)]
    assert len(refs) == len(set(refs)) == 4


def test_who_was_offline_reads_everything_in_order(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    dave = world.person()
    carol.disconnect()
    alice.say(room, "one")
    alice.invite(room, dave)
    bob.say(room, "two")
    alice.do(lambda n: i.RemoveUser(n, room, dave.user))
    bob.say(room, "three")
    assert carol.texts(room) == []
    carol.connect()
    assert carol.texts(room) == ["one", "two", "three"]
    carol.say(room, "four")
    assert alice.texts(room) == ["one", "two", "three", "four"]
    assert dave.texts(room) == ["two"]


def test_what_is_written_offline_is_sent_on_return(world: World) -> None:
    room, alice, bob = pair(world)
    alice.disconnect()
    assert alice.say(room, "later") == b""
    alice.restart()
    assert bob.texts(room) == ["later"]


def test_a_removed_member_reads_nothing_further(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    alice.say(room, "before")
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    alice.say(room, "after")
    assert bob.texts(room) == ["before", "after"]
    assert carol.texts(room) == ["before"]
    assert carol.engine.rooms[room].group is None
    with pytest.raises(CommandRefused, match="not in the conversation"):
        carol.say(room, "let me in")
    # even with every event of the log in hand, nothing opens
    carol.inbox.extend(i.Received(event) for event in world.hub.rooms[room].log)
    world.settle()
    assert carol.texts(room) == ["before"]


def test_a_removal_by_the_hub_is_committed_before_ones_own_message(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    carol.do(lambda n: i.Leave(n, room))
    assert not carol.engine.rooms[room].record.member
    bob.say(room, "without carol")
    assert alice.texts(room) == ["without carol"]
    assert carol.texts(room) == []
    assert not carol.engine.rooms[room].record.member
    assert world.hub.rooms[room].log[-2].kind is EventKind.COMMIT


def test_a_removal_by_the_hub_is_committed_by_others_after_jitter(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    carol.do(lambda n: i.Leave(n, room))
    world.pass_time(4_000)
    assert world.hub.rooms[room].log[-1].kind is EventKind.PROPOSAL
    world.pass_time(2_000)
    assert world.hub.rooms[room].log[-1].kind is EventKind.COMMIT
    assert_agree(room, [alice, bob])


def test_a_crash_between_saving_and_sending_loses_and_doubles_nothing(world: World) -> None:
    room, alice, bob = pair(world)
    alice.crash_before_speaking = True
    alice.command(lambda n: i.Send(n, room, plain("saved, not sent")))
    world.settle()
    assert alice.crashed
    assert bob.texts(room) == []
    alice.restart()
    assert bob.texts(room) == ["saved, not sent"] == alice.texts(room)
    alice.restart()
    assert bob.texts(room) == ["saved, not sent"] == alice.texts(room)


def test_a_crash_after_sending_knows_its_own_message_in_the_log(world: World) -> None:
    room, alice, bob = pair(world)
    alice.command(lambda n: i.Send(n, room, plain("accepted, answer lost")))
    alice.step(alice.inbox.popleft())  # the hub has it, its answer waits in the inbox
    sealed = [frame.message for frame in alice.sent if isinstance(frame, Submit)]
    alice.crash()
    world.settle()
    alice.restart()
    assert bob.texts(room) == ["accepted, answer lost"] == alice.texts(room)
    assert [frame.message for frame in alice.sent if isinstance(frame, Submit)] == sealed


def test_a_crash_with_a_commit_under_way_posts_the_same_commit_again(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    dave = world.person()
    alice.command(lambda n: i.Invite(n, room, dave.user))
    while alice.engine.rooms[room].record.pending is None:
        alice.step(alice.inbox.popleft())
    alice.crash()
    world.settle()
    alice.restart()
    bob.say(room, "welcome")
    for phone in (alice, bob, carol, dave):
        assert phone.texts(room) == ["welcome"]
    assert_agree(room, [alice, bob, carol, dave])


def flip_last(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def other_frank(event: Event) -> Event:
    """The hub's word, with one bit of the MAC turned: the signature no longer covers it."""
    assert event.frank is not None
    return msg(event, frank=Frank(flip_last(event.frank.server_frank), 1, event.frank.signature))


def msg(event: Event, **change: object) -> Event:
    values = {name: getattr(event, name) for name in event.__struct_fields__} | change
    return Event(**values)


@pytest.mark.parametrize(
    "spoil",
    [
        other_frank,
        lambda event: msg(event, frank=None),
        lambda event: msg(event, ts_ms=event.ts_ms + 1),
        lambda event: msg(event, message=flip_last(event.message)),
    ],
    ids=["frank altered", "frank missing", "time shifted", "ciphertext altered"],
)
def test_what_cannot_be_verified_is_never_shown(world: World, spoil) -> None:  # type: ignore[no-untyped-def]
    room, alice, bob = pair(world)
    world.hub.tamper = lambda client, event: (
        spoil(event) if event.kind is EventKind.APPLICATION and client == bob.client else event
    )
    alice.say(room, "a secret sentence")
    assert bob.texts(room) == []
    assert bob.hidden(room) == 1
    assert bob.engine.rooms[room].record.hidden == 1
    assert "a secret sentence" not in repr(bob.view.rows)
    world.hub.tamper = lambda client, event: event
    alice.say(room, "the next one is fine")
    assert bob.texts(room) == ["the next one is fine"]


def test_a_message_that_comes_twice_is_shown_once(world: World) -> None:
    room, alice, bob = pair(world)
    alice.say(room, "once")
    event = world.hub.rooms[room].log[-1]
    bob.inbox.append(i.Received(event))
    bob.inbox.append(i.Received(msg(event, seq=event.seq + 1, ts_ms=event.ts_ms + 1)))
    world.settle()
    assert bob.texts(room) == ["once"]
    assert bob.hidden(room) == 1


def test_a_device_that_the_account_did_not_sign_is_refused(world: World) -> None:
    """The hub hands out a KeyPackage of its own making for a person who is pinned."""
    _, alice, bob = pair(world)
    group = alice.create_group()
    world.hub.packages[bob.client] = [ghost_package(world, bob)]
    world.hub.last_resort.clear()
    with pytest.raises(MlsError, match="proven device list"):
        alice.invite(group, bob)
    assert len(list(alice.engine.rooms[group].require_group().members())) == 1


def ghost_package(world: World, victim: Phone) -> bytes:
    """A KeyPackage in the name of somebody's device, under a key the hub made."""
    private, public = generate_signature_key(SUITE, world.random.randbytes)
    identity = Identity(SUITE, make_credential(victim.client), private, public)
    bundle = generate_key_package(
        identity,
        now=world.hub.now_ms // 1000,
        lifetime_s=86_400,
        capabilities=CAPABILITIES,
        random=world.random.randbytes,
    )
    return bundle.key_package.encode()


def test_a_device_list_that_does_not_continue_the_pinned_one_is_refused(world: World) -> None:
    """The hub replaces the whole account: another account key, another device. Its key log still holds the true one."""
    _, alice, bob = pair(world)
    pinned = alice.engine.device.pins.get(bob.user)
    world.hub.lists[bob.user] = [forged_list(world, bob).encode()]
    with pytest.raises(NotInLog):
        alice.do(lambda n: i.FetchDevices(n, bob.user))
    assert alice.engine.device.pins.get(bob.user) == pinned


def test_a_device_list_that_the_log_holds_and_the_account_did_not_sign_is_refused(world: World) -> None:
    """The hub puts a list of its own making into its log, for everyone to see."""
    _, alice, bob = pair(world)
    pinned = alice.engine.device.pins.get(bob.user)
    world.hub.publish(bob.user, forged_list(world, bob).encode())
    with pytest.raises(Fork):
        alice.do(lambda n: i.FetchDevices(n, bob.user))
    assert alice.engine.device.pins.get(bob.user) == pinned


def forged_list(world: World, victim: Phone) -> DeviceList:
    """A first list of this account with a device and keys of the hub's."""
    account, _ = generate_signature_key(SUITE, world.random.randbytes)
    _, key = generate_signature_key(SUITE, world.random.randbytes)
    ghost = new_client_uri(victim.user, world.random.randbytes)
    return DeviceList.sign(victim.user, (ListedDevice(ghost, key, START_MS),), account, recovery_private=account)


def test_a_new_device_enters_the_rooms_of_its_user(world: World) -> None:
    room, alice, bob = pair(world)
    alice.say(room, "before the tablet")
    tablet = world.second_device(bob)
    alice.say(room, "after")
    tablet.say(room, "from the tablet")
    assert tablet.texts(room) == ["after", "from the tablet"]
    assert alice.texts(room) == bob.texts(room) == ["before the tablet", "after", "from the tablet"]
    assert [item.mine for item in bob.items(room) if item.text == "from the tablet"] == [True]
    assert any(isinstance(what, DevicesChanged) for what in alice.shown)
    assert_agree(room, [alice, bob, tablet])


def test_a_group_made_by_one_device_has_all_devices_of_its_user(world: World) -> None:
    phone = world.person()
    tablet = world.second_device(phone)
    room = phone.create_group()
    phone.say(room, "note to self")
    assert tablet.texts(room) == ["note to self"]


def test_a_device_that_lost_its_state_enters_again(world: World) -> None:
    room, alice, bob = pair(world)
    bob.crash()
    for change in [change for change in bob.view.rows if change[0] is Table.MLS]:
        del bob.view.rows[change]
    alice.say(room, "lost to bob")
    bob.restart()
    alice.say(room, "read again")
    assert bob.texts(room) == ["read again"]
    assert REJOINED_TEXT in bob.lines(room)[-1]
    assert_agree(room, [alice, bob])


def test_a_poison_commit_is_reported_and_the_device_enters_again(world: World) -> None:
    room, (alice, bob, carol) = three(world)
    dave = world.person()

    def poison(client: str, event: Event) -> Event:
        """A commit whose confirmation tag is wrong: the hub cannot see that, members refuse it."""
        spoiled = event.kind is EventKind.COMMIT and client == carol.client and len(world.hub.notices) == 0
        return msg(event, message=flip_last(event.message)) if spoiled else event

    world.hub.tamper = poison
    alice.invite(room, dave)
    world.hub.tamper = lambda client, event: event
    assert [client for client, _ in world.hub.notices] == [carol.client]
    assert any(REJOINED_TEXT in line for line in carol.lines(room))
    alice.say(room, "all together")
    for phone in (alice, bob, carol, dave):
        assert phone.texts(room) == ["all together"]
    assert_agree(room, [alice, bob, carol, dave])


def test_edits_keep_history_and_only_the_sender_makes_them(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "helo")
    alice.say(room, "hello", replaces=first)
    edited = next(item for item in bob.items(room) if item.message_id == first)
    assert edited.state is State.EDITED
    assert edited.text == "hello"
    assert len(edited.versions) == 1
    with pytest.raises(CommandRefused, match="only your own"):
        bob.say(room, "hijacked", replaces=first)
    # a changed program that sends it all the same is hidden by the others
    outbox = bob.engine.rooms[room].outbox
    author = compose.Author(bob.user, room)
    outbox.add(compose.message(author, plain("hijacked"), random=world.random.randbytes, replaces=first))
    bob.inbox.append(i.Tick())
    world.settle()
    assert "hijacked" not in alice.texts(room)
    assert alice.hidden(room) == 1


def test_a_delete_empties_what_is_shown_and_leaves_the_evidence_for_72_hours(world: World) -> None:
    room, alice, bob = pair(world)
    bad = alice.say(room, "an insult")
    alice.do(lambda n: i.Send(n, room, NullPart(), replaces=bad))
    gone = next(item for item in bob.items(room) if item.message_id == bad)
    assert (gone.state, gone.text, gone.content) == (State.DELETED, "", b"")
    world.pass_time(71 * 3_600_000)
    receipt = bob.do(lambda n: safety_inputs.Report(n, room, (bad,), Reason.HARASSMENT, "she wrote this"))
    assert receipt == "receipt-1"
    report = world.open_report(world.hub.reports[-1])
    assert (report.reporter_uri, report.alleged_uri, report.room_uri) == (bob.user, alice.user, room)
    assert b"an insult" in report.messages[0].data
    binding = ChainBinding(alice.user, [(value, None) for value in world.hub.lists[alice.user]])
    verify_authorship(report.messages[0], alice.user, room, binding)
    message = report.messages[0]
    verify_frank_mac(
        world.hub.period_key, tag(message.data), alice.user, room, message.ts_ms, message.frank.server_frank
    )
    world.pass_time(2 * 3_600_000)
    with pytest.raises(CommandRefused, match="no evidence"):
        bob.do(lambda n: safety_inputs.Report(n, room, (bad,), Reason.HARASSMENT, "too late"))


def change(phone: Phone, room: str, message_id: bytes, text: str) -> None:
    phone.do(lambda n: i.Send(n, room, plain(text), replaces=message_id))


def test_every_version_of_an_edited_and_deleted_message_can_be_reported(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "good morning")
    for text in ("an insult", "good night"):
        change(alice, room, first, text)
    alice.do(lambda n: i.Send(n, room, NullPart(), replaces=first))
    assert bob.do(lambda n: safety_inputs.Report(n, room, (first,), Reason.HARASSMENT, "she changed it")) == "receipt-1"
    report = world.open_report(world.hub.reports[-1])
    said = [MimiContent.decode(message.data).part for message in report.messages]
    assert said == [plain("good morning"), plain("an insult"), plain("good night")]
    assert all(message.authorship is not None for message in report.messages)


def test_a_message_with_more_versions_than_a_report_holds_is_reported_with_the_newest(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "good morning")
    for number in range(MAX_MESSAGES + 5):
        change(alice, room, first, f"insult {number}")
    bob.do(lambda n: safety_inputs.Report(n, room, (first,), Reason.HARASSMENT, ""))
    report = world.open_report(world.hub.reports[-1])
    said = [MimiContent.decode(message.data).part for message in report.messages]
    newest = range(MAX_MESSAGES + 5 - (MAX_MESSAGES - 1), MAX_MESSAGES + 5)
    assert said == [plain("good morning"), *(plain(f"insult {number}") for number in newest)]


def test_versions_too_large_for_one_report_do_not_prevent_it(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "good morning")
    for number in range(99):
        change(alice, room, first, f"{number:03}" + "x" * 60_000)
    assert bob.do(lambda n: safety_inputs.Report(n, room, (first,), Reason.HARASSMENT, "")) == "receipt-1"
    report = world.open_report(world.hub.reports[-1])
    assert len(report.encode()) <= MAX_REPORT
    assert b"098xxx" in report.messages[-1].data


def test_reactions_and_names_of_rooms_are_shown_with_ids_and_can_be_reported(world: World) -> None:
    room, (alice, bob, _) = three(world)
    first = bob.say(room, "good news")
    alice.do(lambda n: i.Send(n, room, SinglePart("text/plain;charset=utf-8", b"an insult", REACTION), first))
    alice.do(lambda n: i.Send(n, room, SinglePart(ROOM_PROFILE, b"an insulting name")))
    named = next(item for item in bob.items(room) if "an insulting name" in item.text)
    (reaction,) = next(item for item in bob.items(room) if item.message_id == first).reactions
    for message_id, words in ((named.message_id, b"an insulting name"), (reaction.message_id, b"an insult")):
        bob.do(lambda n, which=message_id: safety_inputs.Report(n, room, (which,), Reason.HARASSMENT, ""))  # type: ignore[misc]  # a default in a lambda
        (message,) = world.open_report(world.hub.reports[-1]).messages
        assert words in message.data and message.authorship is not None


def test_reactions_come_and_go(world: World) -> None:
    room, alice, bob = pair(world)
    first = alice.say(room, "good news")
    like = bob.do(lambda n: i.Send(n, room, SinglePart("text/plain;charset=utf-8", "🎉".encode(), REACTION), first))
    assert isinstance(like, bytes)
    item = next(item for item in alice.items(room) if item.message_id == first)
    assert [(r.sender, r.text) for r in item.reactions] == [(bob.user, "🎉")]
    bob.do(lambda n: i.Send(n, room, NullPart(REACTION), in_reply_to=first, replaces=like))
    item = next(item for item in alice.items(room) if item.message_id == first)
    assert item.reactions == ()


def test_an_expiring_message_goes_away_everywhere(world: World) -> None:
    room, alice, bob = pair(world)
    alice.say(room, "for a minute", expires=(True, 60))
    assert bob.texts(room) == ["for a minute"]
    world.pass_time(61_000)
    assert bob.texts(room) == alice.texts(room) == [""]


def test_unknown_media_types_and_dispositions_keep_talking(world: World) -> None:
    room, alice, bob = pair(world)
    alice.do(lambda n: i.Send(n, room, SinglePart("application/x-future", b"\x00\x01", 200)))
    assert bob.texts(room) == ["[application/x-future]"]
    assert bob.hidden(room) == 0


def test_a_wrong_clock_warns_and_hides_nothing(world: World) -> None:
    room, alice, bob = pair(world)
    bob.disconnect()
    alice.say(room, "on time")
    hub_now, world.hub.now_ms = world.hub.now_ms, world.hub.now_ms - 3 * 86_400_000
    world.hub.online[bob.client] = bob
    bob.inbox.append(i.Connected(hub_now))
    world.settle()
    item = bob.items(room)[-1]
    assert item.text == "on time"
    assert item.clock_differs


def test_every_step_saves_before_it_speaks(world: World) -> None:
    room, alice, _ = pair(world)
    effects = alice.engine.step(i.Send(1, room, plain("x")), world.hub.now_ms)
    assert isinstance(effects[0], fx.Save)
    assert sum(isinstance(effect, fx.Save) for effect in effects) == 1
    assert any(isinstance(effect, fx.Transmit) for effect in effects)


def test_sealed_messages_carry_the_tag_and_hide_their_size(world: World) -> None:
    room, alice, _ = pair(world)
    alice.say(room, "short")
    alice.say(room, "a little longer")
    sizes = set()
    for frame in alice.sent:
        if isinstance(frame, Submit):
            body = MLSMessage.decode(frame.message).body
            assert isinstance(body, PrivateMessage)
            sizes.add(len(body.ciphertext))
    assert len(sizes) == 1


def test_events_that_overtake_the_welcome_of_their_room_are_read(world: World) -> None:
    """Checking a Welcome takes a request or two; what the hub sends meanwhile must not wait for a reconnection."""
    alice, bob = world.person(), world.person()
    held: list[socket.FromHub] = []
    push = world.hub.push

    def hold(client: str, frame: socket.FromHub) -> None:
        if client == bob.client:
            held.append(frame)
        else:
            push(client, frame)

    world.hub.push = hold  # type: ignore[method-assign]  # the network between hub and Bob
    room = alice.direct(bob)
    alice.say(room, "hello")
    assert any(isinstance(frame, socket.Inbox) for frame in held)
    world.hub.push = push  # type: ignore[method-assign]  # as above
    for frame in sorted(held, key=lambda frame: isinstance(frame, socket.Inbox)):
        push(bob.client, frame)
    world.settle()
    assert bob.texts(room) == ["hello"]


def test_a_room_is_not_entered_anew_while_its_welcome_is_being_checked(world: World) -> None:
    """Entering by external commit would lose the messages between the Welcome and the entry."""
    alice, bob = world.person(), world.person()
    bob.disconnect()
    room = alice.direct(bob)
    alice.say(room, "before you came back")
    late: list[tuple[int, Call]] = []
    answered = bob.request
    bob.request = lambda number, call: (  # type: ignore[method-assign]  # the list of the inviter comes last
        late.append((number, call)) if "lookup" in call.path and not late else answered(number, call)
    )
    bob.connect()
    assert late
    answered(*late[0])
    world.settle()
    assert bob.texts(room) == ["before you came back"]
    assert bob.lines(room) == [f"you joined this conversation; with you here: {alice.user}"]
