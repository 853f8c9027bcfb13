# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Knocking is agreeing: a link brings an adult into a group of people who are no contacts of theirs, and no minor."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from privity.client.engine import inputs
from privity.client.errors import NotAContact
from privity.client.sdk import Device
from privity.identity.room_links import RoomLink
from privity.wire.age import AgeBand
from privity.wire.errors import Code, Refusal
from tests.client.town import Town, befriend, run, town

DAY_MS = 86_400_000


async def opened(here: Town) -> tuple[Device, str, RoomLink]:
    """Alice, a group of hers, and a link into it for anyone."""
    alice = await here.person("alice_a")
    room = await alice.create_group()
    return alice, room, await alice.room_links.make(room, DAY_MS, ask=False)


async def until_in(device: Device, room: str) -> None:
    heard = device.host.follow()
    try:
        while room not in device.rooms():
            await heard.get()
    finally:
        device.host.unfollow(heard)


def test_a_stranger_with_the_link_is_let_in_and_nobody_becomes_a_contact(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            alice, room, link = await opened(here)
            zoe = await here.person("zoe_z")
            with pytest.raises(NotAContact):
                await zoe.direct(alice.user_uri)
            await zoe.room_links.knock(link)
            await until_in(zoe, room)
            assert sorted(zoe.people(room)) == sorted([alice.user_uri, zoe.user_uri])
            assert zoe.contacts.held() == []
            assert not zoe.contacts.is_contact(alice.user_uri)
            with pytest.raises(NotAContact):
                await alice.direct(zoe.user_uri)

    run(story())


def test_those_in_charge_are_told_who_knocks_and_nobody_else_is(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            alice, room, _ = await opened(here)
            asks = await alice.room_links.make(room, DAY_MS, ask=True)
            dora = await here.person("dora_d")
            await dora.profiles.put("Dora", "", None, False)
            for device in (alice, await here.person("mallory_m")):
                with pytest.raises(Refusal):
                    await device.profiles.of(dora.user_uri)
            await dora.room_links.knock(asks)
            assert (await alice.profiles.of(dora.user_uri)).name == "Dora"
            await dora.room_links.take_back(room)
            mallory = await here.person("mallory_n")
            with pytest.raises(Refusal):
                await mallory.profiles.of(dora.user_uri)

    run(story())


def test_who_did_not_knock_is_not_let_in_by_the_same_room(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            alice, room, _ = await opened(here)
            zoe = await here.person("zoe_z")
            with pytest.raises(Refusal) as err:
                await alice.host.do(lambda n: inputs.Invite(n, room, zoe.user_uri))
            assert err.value.code is Code.NOT_FOUND

    run(story())


def test_a_minor_is_let_in_by_a_contact_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            alice, room, link = await opened(here)
            kim = await here.person("kim_k", AgeBand.MINOR)
            await kim.room_links.knock(link)
            stranger = asyncio.create_task(until_in(kim, room))
            await alice.caught_up()
            await kim.caught_up()
            assert not stranger.done() and room not in kim.rooms()
            await befriend(alice, kim)
            await kim.room_links.knock(link)
            await asyncio.wait_for(stranger, 60)

    run(story())
