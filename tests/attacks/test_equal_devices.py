# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Equal devices over a real hub: a linked one goes on without the first; a stolen one is stopped by the phrase alone.

The hub's own folder is searched for the account keys that went through it.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from pathlib import Path

from privity.client.engine.shown import DevicesChanged, Shown
from privity.client.errors import ClientError
from privity.client.sdk import Device
from privity.identity.recovery import new_phrase
from tests.attacks.people import LIMIT_S, PASSPHRASE, Hub, linked, open_hub, register, texts, until
from tests.client.town import befriend


async def have_key(*devices: Device) -> None:
    await until(lambda: all(device.account.holds_key for device in devices), "the account key to be on every device")


def account_private(device: Device) -> bytes:
    private = device.host.engine.device.own.account_private
    assert private is not None
    return private


def everything(hub: Hub) -> bytes:
    """What lies on the disk: the hub's database and logs, and the stores of the devices, which are encrypted."""
    return b"".join(path.read_bytes() for path in hub.folder.rglob("*") if path.is_file())


def test_a_linked_device_removes_the_first_goes_on_and_links_a_third(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(open_hub(tmp_path))
            anna = await register(hub.url, tmp_path, "anna")
            bert = await register(hub.url, tmp_path, "bert")
            stack.push_async_callback(bert.close)
            tablet = await linked(hub, anna, "tablet")
            stack.push_async_callback(tablet.close)
            await befriend(anna, bert)
            room = await anna.direct(bert.user_uri)
            await until(lambda: room in bert.rooms() and room in tablet.rooms(), "the room to reach all devices")
            await have_key(anna, tablet)
            first = account_private(anna)
            assert first == account_private(tablet)
            seen = bert.host.follow()
            await tablet.account.remove_device(anna.client_uri)
            await until(lambda: anna.host.last_error is not None, "the hub to refuse the removed device")
            assert isinstance(anna.host.last_error, ClientError)
            laptop = await linked(hub, tablet, "laptop")
            stack.push_async_callback(laptop.close)
            await have_key(tablet, laptop)
            assert account_private(laptop) == account_private(tablet) != first
            await until(lambda: room in laptop.rooms(), "the third device to enter")
            await bert.send(room, "to whoever is left")
            await until(lambda: texts(laptop, room)[-1:] == ["to whoever is left"], "the third device to read")
            await until(lambda: texts(tablet, room)[-1:] == ["to whoever is left"], "the second device to read")
            changed = [what for what in drained(seen) if isinstance(what, DevicesChanged)]
            assert any(anna.client_uri in what.removed for what in changed)
            assert "to whoever is left" not in texts(anna, room)
            await anna.close()
            kept = everything(hub)
            assert tablet.user_uri.encode() in kept, "the search finds what is there"
            for private in (first, account_private(tablet)):
                assert private not in kept

    asyncio.run(run())


def drained(queue: asyncio.Queue[Shown]) -> list[Shown]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


def test_a_stolen_device_that_removes_all_others_is_stopped_by_the_phrase(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(open_hub(tmp_path))
            phrase = new_phrase(secrets.token_bytes)
            folder = tmp_path / "phone"
            phone = await Device.register(folder, PASSPHRASE, hub.url, handle="anna", phrase=phrase)
            await phone.connect()
            await phone.caught_up()
            stolen = await linked(hub, phone, "stolen")
            stack.push_async_callback(stolen.close)
            await have_key(phone, stolen)
            await stolen.account.remove_device(phone.client_uri)
            await until(lambda: phone.host.last_error is not None, "the hub to refuse the owner's device")
            await phone.close()
            thief = account_private(stolen)
            back = await Device.recovered(tmp_path / "back", PASSPHRASE, hub.url, handle="anna", phrase=phrase)
            stack.push_async_callback(back.close)
            await back.connect()
            await back.caught_up(LIMIT_S)
            assert [device.client_uri for device in await back.devices()] == [back.client_uri]
            assert back.account.holds_key and account_private(back) != thief
            await until(lambda: stolen.host.last_error is not None, "the hub to refuse the stolen device")
            assert account_private(stolen) == thief

    asyncio.run(run())
