# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two devices of the SDK talk over a real hub, through real sockets and stores."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from privity.client.engine.shown import Item, Kind
from privity.client.sdk import Device
from privity.identity.recovery import new_phrase
from privity.server import config
from privity.server.init import new_invite, write_fresh
from privity.server.main import build_context, serving
from privity.wire.age import AgeBand
from tests.client.town import befriend

LIMIT_S = 60
PHRASE = new_phrase(bytes)
"""Twelve zero words: an invented phrase that nobody would use."""


def test_two_devices_talk_over_a_real_hub_and_after_opening_again(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_talk(tmp_path), 5 * LIMIT_S))


async def _talk(folder: Path) -> None:
    first = write_fresh(folder, "hub.example", "127.0.0.1:0")
    path = folder / "privity.toml"
    path.write_text(first.section + "epoch_min_ms = 10\n")
    second = new_invite(path)
    context, parts = build_context(config.load(path))
    async with serving(context, parts) as port:
        hub = f"http://127.0.0.1:{port}"
        adult = partial(Device.register, phrase=PHRASE, age=AgeBand.ADULT, listed=True)
        ann = await adult(folder / "ann", "one", hub, handle="ann_a", invite=first.code)
        async with ann:
            await ann.caught_up()
            bob = await adult(folder / "bob", "two", hub, handle="bob_b", invite=second.code)
            async with bob:
                await bob.caught_up()
                heard = asyncio.create_task(_next_text(bob))
                await befriend(ann, bob)
                room = await ann.direct(await ann.find("bob_b"))
                await ann.send(room, "hello over a real hub")
                assert await heard == "hello over a real hub"
                await bob.send(room, "and back")
                assert await ann.verify(bob.user_uri) == await bob.verify(ann.user_uri)
        again = Device.open(folder / "bob", "two")
        async with again:
            await again.caught_up()
            await again.send(room, "opened again")
            assert _texts(again, room) == ["hello over a real hub", "and back", "opened again"]


async def _next_text(device: Device) -> str:
    async for what in device.follow():
        if isinstance(what, Item) and what.kind is Kind.MESSAGE:
            return what.text
    raise AssertionError("nothing came")


def _texts(device: Device, room: str) -> list[str]:
    return [item.text for item in device.read(room) if item.kind is Kind.MESSAGE]
