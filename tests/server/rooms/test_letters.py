# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters between the devices of one account: who may leave one in whose inbox."""

from __future__ import annotations

import secrets

import pytest

from privity.wire.rest import MAX_LETTER
from privity.wire.socket import Inbox, InboxKind
from tests.server.core.people import text
from tests.server.rooms.world import Device, World

PATH = "/v1/account/letters"


def letter(to: str, body: bytes = b"sealed") -> dict[str, str]:
    return {"client_uri": to, "letter": text(body)}


def letters(device: Device) -> list[bytes]:
    return [frame.body for frame in device.seen if isinstance(frame, Inbox) and frame.kind is InboxKind.LETTER]


async def next_letter(device: Device) -> bytes:
    before = len(letters(device))
    while len(letters(device)) == before:
        await device.until(Inbox)
    return letters(device)[before]


async def test_a_letter_reaches_the_other_device_and_waits_for_one_that_is_away(world: World) -> None:
    phone = await world.join("ann.l")
    tablet, laptop = await world.second_device(phone), await world.second_device(phone)
    await laptop.disconnect()
    for device in (tablet, laptop):
        status, _ = await phone.line.request("POST", PATH, letter(device.keys.client_uri))
        assert status == 200
    assert await next_letter(tablet) == b"sealed"
    await laptop.connect()
    assert letters(laptop) == [b"sealed"]
    assert letters(phone) == []


async def test_nobody_leaves_a_letter_with_devices_of_others_with_none_or_with_themselves(world: World) -> None:
    phone, stranger = await world.join("ann.m"), await world.join("ben.m")
    tablet = await world.second_device(phone)
    nobody = phone.person.new_device().client_uri
    for caller, to in ((stranger, phone.keys.client_uri), (phone, stranger.keys.client_uri), (phone, nobody)):
        status, answer = await caller.line.request("POST", PATH, letter(to))
        assert (status, answer["code"]) == (404, "not_found")
    for to in (phone.keys.client_uri, "no URI at all", ""):
        status, answer = await phone.line.request("POST", PATH, letter(to))
        assert (status, answer["code"]) == (404, "not_found")
    assert letters(tablet) == []


async def test_a_removed_device_leaves_no_letter(world: World) -> None:
    phone = await world.join("ann.r")
    tablet, thief = await world.second_device(phone), await world.second_device(phone)
    await phone.put_list([phone.keys, tablet.keys])
    status, _ = await thief.line.request("POST", PATH, letter(tablet.keys.client_uri))
    assert status == 401
    status, answer = await phone.line.request("POST", PATH, letter(thief.keys.client_uri))
    assert (status, answer["code"]) == (404, "not_found")
    await phone.line.request("POST", PATH, letter(tablet.keys.client_uri, b"from the phone"))
    assert await next_letter(tablet) == b"from the phone"


@pytest.mark.parametrize("size", [0, MAX_LETTER + 1, 100_000])
async def test_a_letter_is_small(world: World, size: int) -> None:
    phone = await world.join("ann.s")
    tablet = await world.second_device(phone)
    status, answer = await phone.line.request("POST", PATH, letter(tablet.keys.client_uri, secrets.token_bytes(size)))
    assert (status, answer["code"]) == (400, "malformed")


async def test_a_flood_of_letters_is_held_up(world: World) -> None:
    phone = await world.join("ann.f")
    tablet = await world.second_device(phone)
    body = letter(tablet.keys.client_uri)
    statuses = [(await phone.line.request("POST", PATH, body))[0] for _ in range(201)]
    assert statuses == [200] * 200 + [429]
