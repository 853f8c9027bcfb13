# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A last resort is replaced: when it was handed out, when it is old, and when its private half is not here."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import keypackages
from privity.client.engine.records import Table
from privity.mls.group import KeyPackageBundle
from privity.policy.room_suites import ORDINARY
from privity.wire import rest
from tests.client.fake_hub import Phone, World

DAY_MS = 86_400_000


@pytest.fixture
def world() -> World:
    return World()


def resort(world: World, phone: Phone) -> bytes:
    return world.hub.resorts(ORDINARY.id)[phone.client]


def connect_again(phone: Phone) -> None:
    phone.disconnect()
    phone.connect()


def say_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = world.hub.left

    def left(phone: Phone) -> rest.KeyPackagesLeft:
        said = honest(phone)
        assert said.suites is not None
        used = [msgspec.structs.replace(suite, last_resort_used=suite.has_last_resort) for suite in said.suites]
        return msgspec.structs.replace(said, suites=used)

    monkeypatch.setattr(world.hub, "left", left)


def test_one_that_was_handed_out_is_replaced_on_the_next_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = world.person()
    first = resort(world, alice)
    say_used(world, monkeypatch)
    connect_again(alice)
    assert resort(world, alice) == first, "whoever drains it makes the device work once a day, not at each connection"
    world.pass_time(DAY_MS)
    connect_again(alice)
    second = resort(world, alice)
    assert second != first
    for _ in range(5):
        connect_again(alice)
    assert resort(world, alice) == second


def test_one_that_nobody_took_is_replaced_after_half_of_its_life(world: World) -> None:
    alice = world.person()
    first = resort(world, alice)
    world.pass_time(keypackages.RENEWED_MS - 2 * 3_600_000)
    connect_again(alice)
    assert resort(world, alice) == first
    world.pass_time(2 * 3_600_000)
    connect_again(alice)
    assert resort(world, alice) != first


def test_one_whose_private_half_is_not_here_is_replaced(world: World) -> None:
    alice = world.person()
    first = resort(world, alice)
    for reference, value in alice.engine.device.batch.scan(Table.KEY_PACKAGE, ""):
        if KeyPackageBundle.decode(value).key_package.last_resort:
            alice.engine.device.batch.delete(Table.KEY_PACKAGE, "", reference)
    connect_again(alice)
    assert resort(world, alice) != first


def test_who_was_added_with_the_one_before_still_opens_the_welcome(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = world.person(), world.person()
    first = resort(world, alice)
    world.hub.stock(ORDINARY.id)[alice.client] = []
    bob_group = bob.create_group()
    alice.disconnect()
    bob.invite(bob_group, alice)
    say_used(world, monkeypatch)
    world.pass_time(DAY_MS)
    alice.connect()
    assert resort(world, alice) != first
    bob.say(bob_group, "welcome")
    assert alice.texts(bob_group) == ["welcome"]


def test_a_hub_that_always_says_used_gets_one_a_day_until_the_store_is_full(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = world.person()
    say_used(world, monkeypatch)
    seen = {resort(world, alice)}
    for _ in range(10):
        world.pass_time(DAY_MS)
        for _ in range(3):
            connect_again(alice)
        seen.add(resort(world, alice))
    assert len(seen) == 11
    assert len(list(alice.view.scan(Table.KEY_PACKAGE, ""))) <= keypackages.MAX_KEPT
