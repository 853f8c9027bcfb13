# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device whose store forgot what it knew says so once, with what that means, and goes on."""

from __future__ import annotations

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.key_log import SEEN
from privity.client.engine.older_store import HUB_PUT_BACK, LOST_VIEW, PUT_BACK
from privity.client.engine.records import MemoryView, Table
from privity.client.engine.shown import LogAlarm
from privity.mls.group import process
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.mls.schedule.protect import SenderData, open_sender_data
from privity.mls.suites import CipherSuite
from privity.wire import socket
from privity.wire.socket import RESTORE_STEP, Inbox, InboxKind
from tests.client.fake_hub import Phone, World, plain
from tests.client.hostile_hub import notices, tell

HOUR_MS = 3_600_000


class KeysUsed:
    """Epoch, leaf and generation of every message that anybody opened: what its key and nonce are made from."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._seen: dict[bytes, tuple[bytes, int, int, int]] = {}
        patch.setattr(process, "open_sender_data", self._open)

    def _open(self, suite: CipherSuite, secret: bytes, message: PrivateMessage) -> SenderData:
        sender = open_sender_data(suite, secret, message)
        self._seen[message.ciphertext] = (message.group_id, message.epoch, sender.leaf_index, sender.generation)
        return sender

    def of(self, world: World, room_uri: str) -> list[tuple[bytes, int, int, int]]:
        """Those of a room's log in order."""
        bodies = (MLSMessage.decode(event.message).body for event in world.hub.rooms[room_uri].log)
        return [self._seen[body.ciphertext] for body in bodies if isinstance(body, PrivateMessage)]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> KeysUsed:
    return KeysUsed(monkeypatch)


@pytest.fixture
def world() -> World:
    return World(13)


def said(phone: Phone, text: str) -> int:
    return notices(phone).count(text)


def put_back(phone: Phone, rows: MemoryView) -> None:
    """The program ends, and begins again on this copy of its store."""
    phone.crash()
    phone.view = rows
    phone.restart()


def test_a_device_that_lost_its_view_of_the_log_says_so_once(world: World) -> None:
    alice, bob = world.person(), world.person()
    alice.direct(bob)
    rows = {change: value for change, value in alice.view.rows.items() if change != (Table.LOG, "", SEEN)}
    world.hub.heartbeat = lambda: None  # type: ignore[method-assign]  # the log shows itself no more
    world.hub.now_ms += 25 * HOUR_MS
    put_back(alice, MemoryView(rows))
    assert alice.engine.device.log.view is None
    for _ in range(3):
        alice.restart()
    assert said(alice, LOST_VIEW) == 1
    assert "`privity keylog`" in LOST_VIEW and "first checkpoint" in LOST_VIEW
    assert alice.engine.device.log.anew_since_ms == world.hub.now_ms
    assert alice.engine.device.log.alarm is None and not [what for what in alice.shown if isinstance(what, LogAlarm)]


def test_a_device_that_only_knows_people_says_it_too(world: World) -> None:
    alice, bob = world.person(), world.person()
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    kept = {change: value for change, value in alice.view.rows.items() if change[0] in (Table.OWN, Table.PIN)}
    keys = {change: value for change, value in alice.view.rows.items() if change[2] == b"keys"}
    put_back(alice, MemoryView(kept | keys))
    assert said(alice, LOST_VIEW) == 1
    assert alice.engine.device.log.size == world.hub.log.size, "and goes on with what the hub shows now"


def test_a_new_device_and_one_that_starts_over_have_lost_nothing(world: World) -> None:
    alice = world.person()
    tablet = world.second_device(alice)
    alice.restart()
    alice.do(lambda n: i.TrustLog(n, world.hub.log.keys, forget=True))
    assert alice.engine.device.log.anew_since_ms == world.hub.now_ms, "which stands in its status"
    alice.restart()
    assert said(alice, LOST_VIEW) == said(tablet, LOST_VIEW) == 0
    assert tablet.engine.device.log.anew_since_ms is None


def test_a_store_put_back_is_noticed_by_what_its_device_had_acknowledged(world: World) -> None:
    """The hub forgets what was acknowledged; the old store asks for it again and would wait for it for ever."""
    alice, bob = world.person(), world.person()
    old = MemoryView(dict(alice.view.rows))
    for _ in range(2):
        bob.invite(bob.create_group(), alice)
    alice.restart()
    put_back(alice, old)
    assert said(alice, PUT_BACK) == 0, "nothing has shown it so far"
    group = bob.create_group()
    bob.invite(group, alice)
    bob.say(group, "are you there?")
    assert said(alice, PUT_BACK) == 1
    assert alice.texts(group) == ["are you there?"], "what follows is not held up"
    assert alice.engine.idle and alice.engine.device.log.anew_since_ms is not None


def test_a_store_put_back_is_noticed_by_its_own_messages(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    old = MemoryView(dict(alice.view.rows))
    for number in range(3):
        alice.say(room, f"{number}")
    put_back(alice, old)
    assert said(alice, PUT_BACK) == 1, "once, however many there are"
    bob.say(room, "I have read them")
    assert alice.texts(room) == ["I have read them"]


def test_a_store_put_back_seals_with_no_key_that_it_used_before(world: World, keys: KeysUsed) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "before the copy")
    old = MemoryView(dict(alice.view.rows))
    for number in range(3):
        alice.say(room, f"{number}")
    put_back(alice, old)
    alice.say(room, "after it")
    used = keys.of(world, room)
    assert len(used) == 5 == len(set(used))
    assert bob.texts(room)[-1] == "after it"
    assert used[-1][1] == used[-2][1] + 1, "in an epoch of its own"
    alice.say(room, "and on")
    assert keys.of(world, room)[-1][1] == used[-1][1], "which goes on"


def test_what_one_room_shows_is_heeded_in_all(world: World, keys: KeysUsed) -> None:
    """The hub holds back what was said in the other room: its keys were used nevertheless."""
    alice, bob, carol = world.person(), world.person(), world.person()
    shown, held_back = alice.direct(bob), alice.direct(carol)
    old = MemoryView(dict(alice.view.rows))
    alice.say(shown, "one")
    alice.say(held_back, "two")
    used = keys.of(world, held_back)
    log = world.hub.rooms[held_back].log
    kept = log.pop()
    put_back(alice, old)
    log.append(kept)
    alice.restart()
    alice.say(held_back, "three")
    assert not set(used) & set(keys.of(world, held_back)[len(used) :])


def test_it_is_not_forgotten_by_starting_anew(world: World, keys: KeysUsed) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    old = MemoryView(dict(alice.view.rows))
    alice.say(room, "one")
    put_back(alice, old)
    for _ in range(2):
        alice.restart()
    alice.say(room, "two")
    used = keys.of(world, room)
    assert len(used) == 2 == len(set(used)) and bob.texts(room) == ["one", "two"]


def test_what_waited_in_the_copy_is_sealed_with_new_keys_too(world: World, keys: KeysUsed) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.disconnect()
    alice.command(lambda n: i.Send(n, room, plain("waits")))
    old = MemoryView(dict(alice.view.rows))
    alice.connect()
    world.settle()
    assert bob.texts(room) == ["waits"]
    put_back(alice, old)
    alice.say(room, "next")
    used = keys.of(world, room)
    assert len(used) == len(set(used)), "the copy's message comes a second time, under another key"
    assert bob.texts(room) == ["waits", "next"], "and is shown once"


def test_a_store_put_back_is_noticed_by_its_own_commits(world: World) -> None:
    alice, bob = world.person(), world.person()
    group = alice.create_group()
    old = MemoryView(dict(alice.view.rows))
    alice.invite(group, bob)
    put_back(alice, old)
    assert said(alice, PUT_BACK) == 1
    bob.say(group, "go on")
    assert alice.texts(group) == ["go on"]


@pytest.mark.parametrize("speaks", [True, False], ids=["in the middle of speaking", "after a commit"])
def test_a_crash_is_no_store_that_was_put_back(world: World, speaks: bool) -> None:
    alice, bob = world.person(), world.person()
    room, group = alice.direct(bob), alice.create_group()
    if speaks:
        alice.crash_before_speaking = True
        alice.say(room, "one")
    else:
        alice.crash_after_commit = True
        alice.command(lambda n: i.Invite(n, group, bob.user))
        world.settle()
    assert alice.crashed
    alice.restart()
    alice.say(room, "two")
    assert bob.texts(room)[-1] == "two" and said(alice, PUT_BACK) == 0


def test_a_connection_that_breaks_in_the_inbox_is_none_either(world: World) -> None:
    alice, bob = world.person(), world.person()
    for _ in range(3):
        alice.asleep = True
        bob.invite(bob.create_group(), alice)
        bob.invite(bob.create_group(), alice)
        alice.inbox.popleft()
        alice.disconnect()
        alice.asleep = False
        alice.connect()
    assert said(alice, PUT_BACK) == 0
    assert len(alice.engine.rooms) == 6


@pytest.mark.parametrize(
    ("gap", "text"),
    [(7, PUT_BACK), (RESTORE_STEP - 1, PUT_BACK), (RESTORE_STEP, HUB_PUT_BACK), (1 << 51, HUB_PUT_BACK)],
)
def test_a_hub_that_leaves_out_numbers_holds_up_nothing_and_is_said_once(world: World, gap: int, text: str) -> None:
    alice, bob = world.person(), world.person()
    alice.disconnect()
    world.hub.online[alice.client] = alice
    world.hub.inboxes[alice.client] = []
    alice.inbox.append(i.Connected(world.hub.now_ms))
    first = gap + 1
    frames = [Inbox(seq, InboxKind.REPORT_OUTCOME, "", 0, b"seen") for seq in (first, first + 1, 1 << 52)]
    tell(world, alice, *frames)
    assert [said(alice, each) for each in (PUT_BACK, HUB_PUT_BACK)] == [text == PUT_BACK, text == HUB_PUT_BACK]
    assert notices(alice).count("seen") == 2, "only a gap at the beginning is the hub's to explain"
    tell(world, alice, socket.CaughtUp())
    room = alice.direct(bob)
    bob.say(room, "all is well")
    assert alice.texts(room) == ["all is well"]
