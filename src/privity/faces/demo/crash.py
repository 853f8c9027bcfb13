# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub dies in the middle of everything: what it had acknowledged is there, everywhere, once."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from privity.faces.demo.person import WAIT_S, Person, until
from privity.faces.demo.story import Story

BURST = 40
LOST_S = 15.0
"""How long is waited for messages where the hub forgets them."""


async def play(story: Story) -> None:
    alice, bob, second, room = story.alice, story.bob, story.bob_second, story.direct
    home = story.home
    with story.record.step(
        "kill", f"kill -9 the hub in the middle of {BURST} sends, while a device of Bob's is off"
    ) as step:
        await second.stop()
        hidden = await bob.hidden(room)
        sent = [home.canary(f"burst {number}") for number in range(BURST)]
        sending = [
            asyncio.create_task((bob if number % 4 == 0 else alice).ask("send", room=room, text=text))
            for number, text in enumerate(sent)
        ]
        await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        home.hub.kill()
        acknowledged = sum(task.done() for task in sending)
        started = time.monotonic()
        await asyncio.to_thread(home.start_hub)
        await asyncio.gather(*sending)
        step.happened(f"{acknowledged} acknowledged before the kill, the rest {time.monotonic() - started:.1f} s later")
        await second.start()
        await second.ask("open")
        await second.ask("online")
        wait_s = LOST_S if "durability" in story.broken else WAIT_S
        for device in (alice, bob, second):
            await until(partial(_has_all, device, room, sent), "kill", f"{device.name} to have all {BURST}", wait_s)
        orders = [(await device.texts(room))[-BURST:] for device in (alice, bob, second)]
        step.expect(
            orders[0] == orders[1] == orders[2], "all three devices have the same order, the one that was off too"
        )
        step.expect(sorted(orders[0]) == sorted(sent), f"each of the {BURST} is there exactly once")
        step.expect(await bob.hidden(room) == hidden, "nothing came twice")
    await story.remember_secrets()


async def _has_all(device: Person, room: str, texts: list[str]) -> bool:
    return set(texts) <= set(await device.texts(room))
