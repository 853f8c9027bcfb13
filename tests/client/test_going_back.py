# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that shows a conversation as it once was would bring back whoever was removed since: no device goes along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.client.engine import inputs as i
from privity.client.engine.going_back import check_state
from privity.client.engine.records import Table
from privity.client.engine.shown import Notice
from privity.client.errors import CommandRefused, RolledBack
from privity.wire import rest, socket
from privity.wire.socket import EventKind, Inbox, InboxKind
from tests.client.fake_hub import HubRoom, Phone, World


class Backup:
    """The hub keeps a room as it is now, and can show it so again later. The log goes on: devices know its numbers."""

    def __init__(self, world: World, room: str) -> None:
        self.world, self.room = world, room
        self.group = world.hub.copy_of(room)
        self.info = world.hub.infos[room]

    def show(self) -> HubRoom:
        found = self.world.hub.rooms[self.room]
        found.group, self.world.hub.infos[self.room] = self.group, self.info
        return found


def three(world: World) -> tuple[str, Phone, Phone, Phone]:
    alice, bob, carol = world.person(), world.person(), world.person()
    room = alice.create_group()
    alice.invite(room, bob)
    alice.invite(room, carol)
    return room, alice, bob, carol


def poison(world: World, room: str, alice: Phone) -> None:
    world.hub.append(room, EventKind.COMMIT, b"no commit at all")
    world.settle()


def forget(world: World, room: str, alice: Phone) -> None:
    far = len(world.hub.rooms[room].log) + 50
    alice.inbox.append(i.Received(socket.Forgotten(room, far)))
    world.settle()


@pytest.mark.parametrize("drive_out", [poison, forget])
def test_nobody_enters_a_state_from_before_a_removal(drive_out: Callable[[World, str, Phone], None]) -> None:
    world = World()
    room, alice, _, carol = three(world)
    old = Backup(world, room)
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    carol.restart()
    old.show()
    before = len(world.hub.rooms[room].log)
    drive_out(world, room, alice)
    with pytest.raises(CommandRefused, match="whoever was removed since would read again"):
        alice.say(room, "not for Carol")
    posted = [event for event in world.hub.rooms[room].log[before:] if event.message != b"no commit at all"]
    assert posted == []
    assert "not for Carol" not in carol.texts(room)


def test_another_branch_of_the_same_epoch_is_refused_and_the_very_same_is_not() -> None:
    world = World()
    room, alice, _, _ = three(world)
    record, context = alice.engine.rooms[room].record, alice.engine.rooms[room].require_group().context
    check_state(record, context)
    check_state(record, replace(context, epoch=context.epoch + 1))
    with pytest.raises(RolledBack, match="another epoch"):
        check_state(record, replace(context, confirmed_transcript_hash=bytes(32)))
    with pytest.raises(RolledBack, match="as it was in epoch"):
        check_state(record, replace(context, epoch=context.epoch - 1))


def test_a_welcome_of_an_earlier_time_does_not_bring_a_device_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    alice, bob = world.person(), world.person()
    world.hub.packages[bob.client] = []  # the last resort is used, and used again
    room = alice.create_group()
    alice.invite(room, bob)
    welcome = next(frame for frame in world.hub.inboxes[bob.client] if frame.kind is InboxKind.WELCOME)
    alice.do(lambda n: i.RemoveUser(n, room, bob.user))
    alice.invite(room, bob)
    alice.say(room, "you are back")
    alice.do(lambda n: i.RemoveUser(n, room, bob.user))
    shown = len(bob.shown)
    late = len(world.hub.rooms[room].log) + 1
    replay = Inbox(len(world.hub.inboxes[bob.client]) + 1, InboxKind.WELCOME, room, late, welcome.body)
    lies = rest.RoomTree(world.hub.rooms[room].trees[welcome.room_seq])
    monkeypatch.setattr(world.hub, "tree", lambda *asked: lies)  # it has the tree of then, too
    bob.inbox.append(i.Received(replay))
    world.settle()
    assert not bob.engine.rooms[room].record.member
    said = [what.text for what in bob.shown[shown:] if isinstance(what, Notice)]
    assert any("the hub shows the conversation as it was in epoch" in text for text in said)


def test_who_came_and_went_meanwhile_is_told_at_a_new_entry() -> None:
    world = World()
    room, alice, bob, carol = three(world)
    dave = world.person()
    bob.disconnect()
    alice.invite(room, dave)
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    world.hub.forget(room)
    bob.connect()
    (line,) = [line for line in bob.lines(room) if f"{dave.user} joined" in line]
    assert f"{carol.user} left" in line
    alice.say(room, "all together")
    assert bob.texts(room) == dave.texts(room) == ["all together"]


def test_a_device_whose_keys_are_gone_still_remembers_how_far_it_was() -> None:
    world = World()
    room, alice, bob, carol = three(world)
    old = Backup(world, room)
    alice.do(lambda n: i.RemoveUser(n, room, carol.user))
    for key, _ in bob.view.scan(Table.MLS, room):
        del bob.view.rows[(Table.MLS, room, key)]
    old.show()
    bob.restart()
    assert bob.engine.rooms[room].record.stopped.startswith("the hub shows the conversation as it was")
