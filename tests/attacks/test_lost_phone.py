# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A lost device is dropped over a real hub while nobody is there to commit its removal: a new one enters all the same.

What the new device says is sealed for a tree without the lost one; the lost one, its store in a thief's hands, gets
nothing that was said since.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from privity.client.engine.state import Device as EngineDevice
from privity.client.errors import ClientError
from privity.client.sdk import Device
from privity.policy.members import find_client
from tests.attacks.people import (
    LIMIT_S,
    PASSPHRASE,
    authenticator,
    hidden,
    linked,
    open_hub,
    register,
    reopen,
    texts,
    until,
)
from tests.client.town import befriend

NEVER_MS = 3_600_000
"""How long the devices that stay online leave what the hub proposed to others: longer than the test takes."""


def test_a_new_device_enters_beside_the_leaf_of_a_lost_one_and_seals_nothing_for_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(open_hub(tmp_path))
            anna = await register(hub.url, tmp_path, "anna")
            stack.push_async_callback(anna.close)
            bert = await register(hub.url, tmp_path, "bert")
            await befriend(anna, bert)
            tablet = await linked(hub, anna, "tablet")
            room = await anna.direct(bert.user_uri)
            await until(lambda: room in bert.rooms() and room in tablet.rooms(), "the room to reach all devices")
            await bert.send(room, "before")
            await until(lambda: texts(tablet, room) == texts(anna, room) == ["before"], "both devices to read")
            lost = tablet.client_uri
            await bert.close()
            await tablet.close()
            patient(anna.host.engine.device)
            await anna.account.remove_device(lost)
            await until(lambda: bool(anna.host.engine.rooms[room].require_group().proposals), "the hub to propose")
            laptop = await linked(hub, anna, "laptop")
            stack.push_async_callback(laptop.close)
            await until(
                lambda: room in laptop.rooms() and laptop.host.engine.rooms[room].group is not None, "the entry"
            )
            assert laptop.host.engine.rooms[room].record.leaving == (lost,), "the lost device was out before"
            await asyncio.wait_for(laptop.send(room, "since"), LIMIT_S)
            assert laptop.host.engine.rooms[room].record.leaving == ()
            bert = await reopen(tmp_path, "bert")
            stack.push_async_callback(bert.close)
            await bert.send(room, "heard")
            people = [anna, bert, laptop]
            await until(lambda: all(texts(device, room)[-2:] == ["since", "heard"] for device in people), "all to read")
            assert len({authenticator(device, room) for device in people}) == 1
            assert [hidden(device, room) for device in people] == [0, 0, 0]
            thief = Device.open(tmp_path / "tablet", PASSPHRASE)
            stack.push_async_callback(thief.close)
            await thief.connect()
            await until(lambda: thief.host.last_error is not None, "the hub to refuse the lost device")
            assert isinstance(thief.host.last_error, ClientError)
            assert texts(thief, room) == ["before"]
            tree = anna.host.engine.rooms[room].require_group().tree
            assert find_client(tree, lost) is None

    asyncio.run(run())


def patient(device: EngineDevice) -> None:
    device.jitter = lambda: NEVER_MS
