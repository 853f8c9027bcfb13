# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device that its account has dropped while its leaf is still in the tree: nothing is sealed for it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine.entering import EnteringRules
from privity.client.engine.key_log import KEYS
from privity.client.engine.records import MemoryView, Table
from privity.client.engine.shown import Notice
from privity.client.engine.state import OWN_KEY
from privity.identity.device_list import DeviceList
from privity.identity.uris import new_client_uri
from privity.message import compose
from privity.message.franking import make_tag
from privity.message.safe_aad import encode_aad
from privity.mls.crypto import generate_signature_key
from privity.mls.group import Group
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_group_info, decode_public_message
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import AppDataUpdate, Remove
from privity.policy.members import find_client
from privity.policy.roles import Role
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantListUpdate
from privity.policy.room_state import RoomState
from privity.wire import rest, socket
from privity.wire.socket import InboxKind
from tests.client.fake_hub import SUITE, Phone, World, befriend, plain
from tests.client.test_engine import assert_agree


@pytest.fixture
def world() -> World:
    return World()


def drop(world: World, signer: Phone, gone: Phone, *, told: list[Phone]) -> None:
    """The account signs a list without this device; the hub says so to some."""
    current = DeviceList.decode(world.hub.lists[signer.user][-1])
    left = tuple(device for device in current.devices if device.client_uri != gone.client)
    assert signer.own.account_private is not None
    private, _ = generate_signature_key(SUITE, world.random.randbytes)
    following = DeviceList.sign(
        signer.user, left, private, previous=current, previous_account_private=signer.own.account_private
    )
    world.hub.publish(signer.user, following.encode())
    signer.own = signer.engine.device.own = msgspec.structs.replace(signer.own, account_private=private)
    signer.view.save({(Table.OWN, "", OWN_KEY): signer.own.encode()})
    for phone in told:
        world.hub.post(phone.client, InboxKind.DEVICE_LIST_CHANGED, "", 0, signer.user.encode())
    world.settle()


def stage(world: World) -> tuple[str, Phone, Phone, Phone]:
    """Alice and Bob in a room, and Bob's lost tablet."""
    alice, bob = world.person(), world.person()
    tablet = world.second_device(bob)
    room = alice.direct(bob)
    alice.say(room, "all here")
    assert tablet.texts(room) == ["all here"]
    tablet.disconnect()
    return room, alice, bob, tablet


def watch(world: World, room: str, gone: Phone) -> list[bool]:
    """For each message that the hub is given from now on: whether the device was in the tree it was sealed for."""
    seen: list[bool] = []
    submit = world.hub.submit

    def watched(phone: Phone, frame: socket.Submit) -> None:
        seen.append(find_client(world.hub.rooms[room].group.tree, gone.client) is not None)
        submit(phone, frame)

    world.hub.submit = watched  # type: ignore[method-assign]  # a look at what comes
    return seen


def test_a_newcomer_enters_while_the_remove_of_a_dropped_device_is_pending(world: World) -> None:
    """Nobody else is there to commit it: the newcomer does, before it says a word."""
    room, alice, bob, tablet = stage(world)
    drop(world, bob, tablet, told=[])
    world.hub.propose_removal(room, tablet.client)
    alice.disconnect()
    sealed_for_it = watch(world, room, tablet)
    laptop = world.second_device(bob)
    bob.disconnect()
    assert laptop.engine.rooms[room].record.leaving == (tablet.client,)
    laptop.say(room, "from the laptop")
    assert sealed_for_it == [False]
    assert laptop.engine.rooms[room].record.leaving == ()
    assert find_client(world.hub.rooms[room].group.tree, tablet.client) is None
    for phone in (alice, bob):
        phone.connect()
        assert phone.texts(room) == ["all here", "from the laptop"]
    assert world.hub.notices == []
    assert_agree(room, [alice, bob, laptop])


def test_a_dropped_device_is_forgotten_with_somebody_elses_commit(world: World) -> None:
    room, alice, bob, tablet = stage(world)
    drop(world, bob, tablet, told=[])
    world.hub.propose_removal(room, tablet.client)
    laptop = world.second_device(bob)
    assert laptop.engine.rooms[room].record.leaving == (tablet.client,)
    alice.say(room, "it goes before this")
    assert laptop.engine.rooms[room].record.leaving == ()
    assert laptop.texts(room) == ["it goes before this"]


def nothing(world: World, room: str, gone: Phone, other: Phone) -> list[bytes]:
    return []


def _signed(world: World, room: str, leaf: int, epoch: int, key: bytes) -> list[bytes]:
    content = FramedContent(room.encode(), epoch, Sender.external(0), SafeAAD().encode(), Remove(leaf))
    auth = AuthenticatedContent.signed(SUITE, key, content, None, PUBLIC_MESSAGE)
    return [MLSMessage(PublicMessage.of(auth, None)).encode()]


def leaf_of(world: World, room: str, phone: Phone) -> int:
    leaf = find_client(world.hub.rooms[room].group.tree, phone.client)
    assert leaf is not None
    return leaf


def of_another_leaf(world: World, room: str, gone: Phone, other: Phone) -> list[bytes]:
    group = world.hub.rooms[room].group
    return _signed(world, room, leaf_of(world, room, other), group.epoch, world.hub.hub_private)


def of_an_earlier_epoch(world: World, room: str, gone: Phone, other: Phone) -> list[bytes]:
    group = world.hub.rooms[room].group
    return _signed(world, room, leaf_of(world, room, gone), group.epoch - 1, world.hub.hub_private)


def of_somebody_else(world: World, room: str, gone: Phone, other: Phone) -> list[bytes]:
    private, _ = generate_signature_key(SUITE, world.random.randbytes)
    group = world.hub.rooms[room].group
    return _signed(world, room, leaf_of(world, room, gone), group.epoch, private)


@pytest.mark.parametrize("shown", [nothing, of_another_leaf, of_an_earlier_epoch, of_somebody_else])
def test_without_the_hubs_remove_of_this_leaf_in_this_epoch_nobody_enters(
    world: World, shown: Callable[[World, str, Phone, Phone], list[bytes]]
) -> None:
    room, alice, bob, tablet = stage(world)
    drop(world, bob, tablet, told=[])
    answer = world.hub.answer

    def answered(phone: Phone, call: object) -> rest.Answer:
        found = answer(phone, call)  # type: ignore[arg-type]  # passed on as it is
        if isinstance(found, rest.GroupState):
            return rest.GroupState(found.group_info, found.ratchet_tree, found.seq, shown(world, room, tablet, alice))
        return found

    world.hub.answer = answered  # type: ignore[method-assign]  # a hub that shows something else
    before = world.hub.rooms[room].group.epoch
    laptop = world.second_device(bob)
    assert world.hub.rooms[room].group.epoch == before
    assert laptop.engine.rooms[room].group is None
    assert any("this conversation is stopped" in line for line in laptop.lines(room)), "the person is told why"
    world.hub.answer = answer  # type: ignore[method-assign]  # as above
    world.hub.propose_removal(room, tablet.client)
    alice.say(room, "now it is gone")
    laptop.restart()
    alice.say(room, "and the laptop is in")
    assert laptop.texts(room) == ["and the laptop is in"]


def served_on(world: World, room: str, tablet: Phone) -> Group:
    """The hub goes on serving the dropped device, which runs a program of its own: its group in the current epoch."""
    world.hub.rooms[room].last.pop(tablet.client, None)
    world.hub.rooms[room].group._proposals.clear()
    group = tablet.engine.rooms[room].require_group()
    assert group.epoch == world.hub.rooms[room].group.epoch
    group._state.queue.clear()
    return group


def entered_beside_it(world: World) -> tuple[str, Phone, Phone, Phone, Phone]:
    """Bob's group with Alice, his lost tablet, and the laptop that he entered with since."""
    alice, bob = world.person(), world.person()
    tablet = world.second_device(bob)
    room = bob.create_group()
    bob.invite(room, alice)
    drop(world, bob, tablet, told=[])
    post = world.hub.post

    def silent(client: str, kind: InboxKind, room_uri: str, room_seq: int, body: bytes) -> None:
        if client != tablet.client:
            post(client, kind, room_uri, room_seq, body)

    world.hub.post = silent  # type: ignore[method-assign]  # a hub that does not tell the dropped device
    world.hub.propose_removal(room, tablet.client)
    world.hub.rooms[room].last.pop(tablet.client)
    tablet.disconnect()
    tablet.connect()
    laptop = world.second_device(bob)
    assert laptop.engine.rooms[room].record.leaving == (tablet.client,)
    return room, alice, bob, tablet, laptop


def test_what_a_dropped_device_says_to_who_entered_since_is_hidden(world: World) -> None:
    """A hub that goes on serving the dropped device gains nothing with the newcomer."""
    room, _, _, tablet, laptop = entered_beside_it(world)
    group = served_on(world, room, tablet)
    content = compose.message(compose.Author(tablet.user, room), plain("one of you"), random=world.random.randbytes)
    data = content.encode()
    sealed = group.encrypt(data, aad=encode_aad(make_tag(data, content.salt)), random=world.random.randbytes)
    world.hub.submit(tablet, socket.Submit(b"r" * 16, room, sealed))
    world.settle()
    assert laptop.texts(room) == []
    assert laptop.hidden(room) == 1


def test_a_commit_of_a_dropped_device_is_not_followed_by_who_entered_since(world: World) -> None:
    """Without a path it shows no leaf to check: still nobody is made an admin by it."""
    room, alice, _, tablet, laptop = entered_beside_it(world)
    group = served_on(world, room, tablet)
    participants = RoomState.of(group.context).participants
    change = ParticipantListUpdate.between(participants, {alice.user: int(Role.ADMIN)})
    pending = group.commit(
        app_data_updates=(AppDataUpdate(PARTICIPANT_LIST, change.encode()),),
        aad=SafeAAD().encode(),
        random=world.random.randbytes,
        now=world.hub.now_ms // 1000,
    )
    message = decode_public_message(pending.message)
    assert isinstance(message.content.body, Commit)
    assert message.content.body.path is None
    info = decode_group_info(pending.group_info).encode()
    world.hub.commit(tablet, room, rest.Commit(b"r" * 16, pending.message, info, None))
    world.settle()
    assert [client for client, _ in world.hub.notices] == [laptop.client]


def test_LP_25_a_leaf_that_the_key_log_never_showed_comes_into_no_tree(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub lets a device of nobody's list in by external commit: nobody follows it, and nothing is sealed for it."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    private, public = generate_signature_key(SUITE, world.random.randbytes)
    own = msgspec.structs.replace(
        bob.own,
        client_uri=new_client_uri(bob.user, world.random.randbytes),
        signature_private=private,
        signature_public=public,
        account_private=None,
    )
    keys = {(Table.OWN, "", OWN_KEY): own.encode(), (Table.LOG, "", KEYS): world.hub.log.keys.encode()}
    ghost = Phone(world, own, MemoryView(keys))
    befriend(ghost, alice)
    world.phones.append(ghost)
    world.hub.inboxes.setdefault(ghost.client, [])
    world.hub.check_leaves = False
    alice.asleep = bob.asleep = True
    with monkeypatch.context() as program:  # the ghost's own
        program.setattr(EnteringRules, "check_credential", lambda self, leaf, use: None)
        ghost.connect()
        world.settle()
    assert find_client(world.hub.rooms[room].group.tree, ghost.client) is not None, "the hub let it in"
    sealed = watch(world, room, ghost)
    alice.asleep = bob.asleep = False
    world.settle()
    for phone in (alice, bob):
        group = phone.engine.rooms[room].group
        assert group is None or find_client(group.tree, ghost.client) is None
        number = phone.command(lambda n: i.Send(n, room, plain("not for a ghost")))
        world.settle()
        assert number not in phone.done
    assert sealed == [] and ghost.texts(room) == []


def test_LP_25_messages_wait_while_a_dropped_device_is_in_the_tree(world: World) -> None:
    """The hub shows the new list and proposes nothing: the person is told, and nothing leaves the device."""
    room, alice, bob, tablet = stage(world)
    sealed_for_it = watch(world, room, tablet)
    drop(world, bob, tablet, told=[alice])
    assert alice.say(room, "not for the lost tablet") == b""
    assert sealed_for_it == []
    told = [what.text for what in alice.shown if isinstance(what, Notice)]
    assert told == [f"messages wait: {tablet.client} is no device of its user any more"]
    alice.say(room, "nor this")
    assert [what.text for what in alice.shown if isinstance(what, Notice)] == told, "once is enough"
    world.hub.propose_removal(room, tablet.client)
    world.settle()
    assert sealed_for_it == [False, False]
    assert bob.texts(room) == ["all here", "not for the lost tablet", "nor this"]


def test_a_list_that_changes_otherwise_holds_nothing_back(world: World) -> None:
    room, alice, bob, _ = stage(world)
    laptop = world.second_device(bob)
    alice.say(room, "one more device")
    assert laptop.texts(room) == bob.texts(room)[-1:] == ["one more device"]
    alice.do(lambda n: i.Send(n, room, plain("and on")))
    assert laptop.texts(room)[-1] == "and on"


def test_what_others_said_beside_a_device_that_was_dropped_since_is_not_lost(world: World) -> None:
    """Bob is away while Alice links a tablet, both of hers speak, and she drops it again."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "all here")
    bob.disconnect()
    tablet = world.second_device(alice)
    tablet.say(room, "from the tablet")
    alice.say(room, "from the phone")
    alice.do(lambda n: i.RemoveDevice(n, tablet.client))
    world.hub.propose_removal(room, tablet.client)
    alice.say(room, "the tablet is gone")
    bob.connect()
    assert bob.texts(room) == ["all here", "from the phone", "the tablet is gone"]
    assert bob.hidden(room) == 1, "what a dropped device said may be a thief's"
    assert world.hub.notices == []
    assert not any("re-joined" in line for line in bob.lines(room))
    assert bob.engine.rooms[room].record.leaving == ()
    bob.say(room, "what did I miss?")
    assert_agree(room, [alice, bob])


def test_LP_25_a_dropped_device_that_enters_now_is_sent_nothing_and_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief with the hub's help shows everybody an entry as if it were of the past."""
    room, alice, bob, tablet = stage(world)
    drop(world, bob, tablet, told=[alice, bob])
    world.hub.propose_removal(room, tablet.client)
    bob.say(room, "it is gone")
    assert find_client(world.hub.rooms[room].group.tree, tablet.client) is None
    world.hub.check_leaves = False
    monkeypatch.setattr(EnteringRules, "check_credential", lambda self, leaf, use: None)  # the thief's own program
    tablet.connect()
    tablet.engine.rooms[room].enter("a thief is here")
    tablet.step(i.Tick())
    world.settle()
    assert find_client(world.hub.rooms[room].group.tree, tablet.client) is not None, "the hub let it in"
    seen = watch(world, room, tablet)
    tablet.say(room, "a thief's word")
    for phone in (alice, bob):
        assert phone.engine.rooms[room].record.leaving == (tablet.client,)
        assert "a thief's word" not in phone.texts(room)
    sealed = len(seen)
    alice.say(room, "not for a thief")
    assert not any(seen[sealed:]), "nothing is sealed while its leaf stands"
    assert "not for a thief" not in tablet.texts(room)
