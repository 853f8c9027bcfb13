# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The tree comes from the hub, beside a Welcome that names its hash: what the hub can and cannot do with that."""

from __future__ import annotations

from itertools import pairwise

import pytest

from privity.client.engine import inputs as i
from privity.mls.messages.welcome import Welcome
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind
from tests.client.fake_hub import HubRoom, Phone, World
from tests.client.hostile_hub import notices


@pytest.fixture
def world() -> World:
    return World(29)


def welcomes(world: World, phone: Phone) -> list[bytes]:
    return [frame.body for frame in world.hub.inboxes[phone.client] if frame.kind is InboxKind.WELCOME]


def test_a_welcome_does_not_grow_with_the_group(world: World) -> None:
    alice, *others = (world.person() for _ in range(9))
    group = alice.create_group()
    for other in others:
        alice.invite(group, other)
    sizes = [len(Welcome.decode(welcomes(world, other)[0]).encrypted_group_info) for other in others]
    trees = [len(tree) for tree in world.hub.rooms[group].trees.values()]
    grown = [after - before for before, after in pairwise(sizes)]
    assert max(grown) < 64, "a line in the list of participants for each newcomer; no keys"
    assert trees == sorted(trees) and trees[-1] > 4 * trees[0]
    others[-1].say(group, "all of us")
    assert alice.texts(group) == ["all of us"]


def test_the_tree_is_that_of_the_welcome_also_when_the_group_has_moved_on(world: World) -> None:
    alice, bob, carol = world.person(), world.person(), world.person()
    group = alice.create_group()
    bob.disconnect()
    alice.invite(group, bob)
    alice.invite(group, carol)
    carol.say(group, "before bob looked")
    bob.connect()
    world.settle()
    assert bob.texts(group) == ["before bob looked"]


def test_a_wrong_tree_lets_nobody_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub shows the tree of another event: its hash is not the one of the Welcome, which it cannot change."""
    alice, bob, carol = world.person(), world.person(), world.person()
    group = alice.create_group()
    alice.invite(group, carol)
    wrong = rest.RoomTree(next(iter(world.hub.rooms[group].trees.values())))
    monkeypatch.setattr(world.hub, "tree", lambda *asked: wrong)
    alice.invite(group, bob)
    assert any("could not be verified" in text for text in notices(bob))
    assert group not in bob.engine.rooms or not bob.engine.rooms[group].record.member


def test_bytes_that_are_no_tree_let_nobody_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = world.person(), world.person()
    group = alice.create_group()
    monkeypatch.setattr(world.hub, "tree", lambda *asked: rest.RoomTree(b"no tree"))
    alice.invite(group, bob)
    assert any("could not be verified" in text for text in notices(bob))


def test_a_device_whose_tree_is_gone_enters_from_outside(world: World) -> None:
    """It was away for longer than the hub keeps trees: it comes in, and reads from then on."""
    alice, bob = world.person(), world.person()
    group = alice.create_group()
    bob.disconnect()
    alice.invite(group, bob)
    world.hub.rooms[group].trees.clear()
    bob.connect()
    world.settle()
    alice.say(group, "there you are")
    assert bob.texts(group) == ["there you are"]


def test_a_hub_that_is_busy_loses_no_welcome(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = world.person(), world.person()
    group = alice.create_group()
    tree, busy = world.hub.tree, [True]

    def sometimes(phone: Phone, room: HubRoom, seq: int) -> rest.RoomTree:
        if busy.pop() if busy else False:
            raise Refusal(Code.TOO_MANY, "later", retry_after_ms=1000)
        return tree(phone, room, seq)

    monkeypatch.setattr(world.hub, "tree", sometimes)
    alice.invite(group, bob)
    world.hub.now_ms += 120_000
    bob.inbox.append(i.Tick())
    world.settle()
    alice.say(group, "hello")
    assert bob.texts(group) == ["hello"]
