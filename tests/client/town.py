# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real hub and a real desk in the test process, and people with devices of the SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from privity.client.engine.shown import Item, Kind
from privity.client.sdk import Device
from privity.desk import config as desk_config
from privity.desk.init import write_fresh as fresh_desk
from privity.identity.recovery import new_phrase
from privity.server import config
from privity.server.blobs.model import path_of
from privity.server.context import HubContext
from privity.server.init import write_fresh
from privity.server.main import build_context, serving
from privity.wire.age import AgeBand
from tests.desk.running import Desk, started

LIMIT_S = 60
WHOLE_S = 300
"""For all of a test: a town that starts and ends several processes takes its time."""
PHRASE = new_phrase(bytes)
"""Twelve zero words: an invented phrase that nobody would use."""


@dataclass(slots=True)
class Town:
    """`people` are connected until the town ends."""

    folder: Path
    context: HubContext
    url: str
    desk: Desk
    closing: AsyncExitStack

    async def person(self, handle: str, age: AgeBand = AgeBand.ADULT) -> Device:
        folder = self.folder / handle
        device = await Device.register(
            folder, "invented", self.url, handle=handle, phrase=PHRASE, age=age, listed=age is AgeBand.ADULT
        )
        await self.closing.enter_async_context(device)
        await device.caught_up()
        return device

    async def pair(self) -> tuple[Device, Device, str]:
        """Two people and their direct room, which both are in."""
        alice, bob = await self.person("alice_a"), await self.person("bob_b")
        await befriend(alice, bob)
        room = await alice.direct(bob.user_uri)
        await shown(bob, room, await alice.send(room, "hello"))
        return alice, bob, room

    def blob(self, sha256: bytes) -> Path:
        """Where the hub keeps a blob."""
        return path_of(self.context.config.blobs, sha256)

    async def sealed_sizes(self) -> list[int]:
        """Bytes of the reports that wait for the desk."""
        rows = await self.context.db.read(lambda query: query.all("SELECT length(sealed) FROM report ORDER BY seq"))
        return [int(size) for (size,) in rows]


@asynccontextmanager
async def town(folder: Path, *, challenge_bits: int = 4) -> AsyncIterator[Town]:
    section = write_fresh(folder, "hub.example", "127.0.0.1:0").section
    public = fresh_desk(folder / "desk" / "keys")
    path = folder / "privity.toml"
    path.write_text(
        section.replace('registration = "invite"', 'registration = "open"\nepoch_min_ms = 10')
        + f"challenge_bits = {challenge_bits}\n"
        + f'staff_public_key = "{public.staff_public_key.hex()}"\n'
        + f'intake_public_key = "{public.intake_public_key.hex()}"\n'
    )
    context, parts = build_context(config.load(path))
    async with AsyncExitStack() as closing:
        url = f"http://127.0.0.1:{await closing.enter_async_context(serving(context, parts))}"
        http = await closing.enter_async_context(aiohttp.ClientSession())
        log_key = context.keys.log_verifier("hub.example/keylog").encode()
        watched = desk_config.DeskSection(hub_url=url, log_key=log_key, vrf_key=context.keys.vrf_public.hex())
        desk = started(desk_config.check(watched, folder), http)
        closing.callback(desk.db.close)
        yield Town(folder, context, url, desk, closing)


async def befriend(one: Device, other: Device) -> None:
    """Both ask for each other, and each knows what came of it."""
    await one.contacts.ask(handle_of(other))
    assert await other.contacts.ask(handle_of(one))
    await one.contacts.refresh()
    assert one.contacts.is_contact(other.user_uri) and other.contacts.is_contact(one.user_uri)


def handle_of(device: Device) -> str:
    return device.host.engine.device.own.handle


def run(work: Coroutine[object, object, None]) -> None:
    """A test over a town, within its time."""
    asyncio.run(asyncio.wait_for(work, WHOLE_S))


async def until(device: Device, holds: Callable[[], bool]) -> None:
    """Wait for what the device shows until something is so."""
    queue = device.host.follow()
    try:
        while not holds():
            await queue.get()
    finally:
        device.host.unfollow(queue)


async def shown(device: Device, room: str, message_id: bytes) -> Item:
    """The entry of a message, once the device shows it."""
    queue = device.host.follow()
    try:
        while True:
            for item in device.read(room):
                if item.kind is Kind.MESSAGE and message_id in (item.message_id, item.version_id):
                    return item
            await queue.get()
    finally:
        device.host.unfollow(queue)
