# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People whose devices are connected to different workers talk as if there were one hub, whatever is killed or paused.

One story, because each house takes seconds to build: everybody is in four rooms, so that each worker owns some of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from privity.client.sdk import Device
from tests.attacks.people import close, group_of, places, register, until
from tests.server.workers.house import House, house


@dataclass
class Talk:
    """Two people at the first machine, one at the second, and how many messages each room has so far."""

    house: House
    devices: list[Device]
    rooms: list[str]
    count: int = 0

    async def say(self, text: str, *numbers: int) -> None:
        """These people say it in every room at once; returns when all is acknowledged."""
        await asyncio.gather(*(self.devices[one].send(room, text) for one in numbers for room in self.rooms))
        self.count += len(numbers)

    async def alike(self, *numbers: int) -> None:
        """Until these people are shown all messages of all rooms, in one order each."""
        for room in self.rooms:
            await until(lambda room=room: self._alike(room, numbers), f"{self.count} messages for {numbers}")  # type: ignore[misc]  # a default in a lambda

    def _alike(self, room: str, numbers: tuple[int, ...]) -> bool:
        shown = [places(self.devices[one], room) for one in numbers]
        return all(len(one) == self.count and one == shown[0] for one in shown)


@asynccontextmanager
async def talk(folder: Path) -> AsyncIterator[Talk]:
    with house(folder, 1, 1) as found:
        async with AsyncExitStack() as stack:
            devices = []
            for at, name in ((0, "ada"), (0, "ben"), (1, "cyd")):
                device = await register(found.urls[at], folder, name)
                stack.push_async_callback(close, device)
                devices.append(device)
            yield Talk(found, devices, [await group_of(*devices) for _ in range(4)])


async def test_two_machines_are_one_hub(tmp_path: Path) -> None:
    async with talk(tmp_path) as story:
        for number in range(3):
            await story.say(f"number {number}", 0, 1, 2)
        await story.alike(0, 1, 2)
        await the_bus_is_killed(story)
        await a_worker_is_killed(story)
        await an_owner_is_paused_past_its_lease(story)


async def the_bus_is_killed(story: Talk) -> None:
    """Who is connected to the owner of a room goes on; everybody else reads on when the bus is back."""
    story.house.nats.kill()
    saying = asyncio.ensure_future(story.say("while the bus was gone", 0, 1, 2))
    await asyncio.sleep(2)
    story.house.nats.start()
    await saying
    await story.alike(0, 1, 2)


async def a_worker_is_killed(story: Talk) -> None:
    """What it acknowledged is there, and its rooms go on with the other one."""
    await story.say("before", 2)
    story.house.hubs[1].kill_all()
    saying = asyncio.ensure_future(story.say("meanwhile", 0, 1))
    await asyncio.sleep(1)
    story.house.hubs[1].start()
    await saying
    await story.alike(0, 1, 2)


async def an_owner_is_paused_past_its_lease(story: Talk) -> None:
    """It wakes up believing that the rooms are its own, with messages to them in its sockets: the fence stops it, and
    they go to the new owner."""
    story.house.hubs[1].pause()
    late = asyncio.ensure_future(story.say("from the one that slept", 2))
    await story.say("to the new owner", 0, 1)
    await story.alike(0, 1)
    assert not late.done()
    story.house.hubs[1].wake()
    await late
    await story.alike(0, 1, 2)
