# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two members commit at once over a real hub: one wins, the other makes its commit anew, and all stay in one epoch.

Each commit renews the keys of its device and changes nobody, so that it can be repeated; both members talk meanwhile. A
round counts as a race only if the hub refused one of the two for its epoch: a job that was tried twice.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from privity.client.sdk import Device
from tests.attacks.people import Hub, authenticator, epoch, group_of, hidden, open_hub, register, renew, texts, until

RACES = int(os.environ.get("PRIVITY_PROVE_RACES", "1000"))
SHARE = 0.9
"""At least this part of the rounds must have been races, or the test proves less than it says."""
REFILL_MS = 5_000
"""What the hub's clock is moved after each round: its limits let a device commit every other second for long."""


async def one_round(hub: Hub, room: str, racers: list[Device], everybody: list[Device], number: int) -> bool:
    """Both commit in the same epoch, and talk; returns whether one of them was too late."""
    start = epoch(racers[0], room)
    assert [epoch(device, room) for device in everybody] == [start] * len(everybody)
    jobs = [renew(device, room) for device in racers]
    sent = [device.send(room, f"{number} by {i}") for i, device in enumerate(racers)]
    await asyncio.gather(*sent)
    await until(
        lambda: all(epoch(device, room) == start + len(racers) for device in everybody),
        f"both commits of round {number}",
    )
    assert len({authenticator(device, room) for device in everybody}) == 1
    hub.clock.ahead_ms += REFILL_MS
    return sorted(job.tries for job in jobs) == [1, 2]


async def race(folder: Path, rounds: int) -> int:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(folder))
        everybody: list[Device] = []
        for handle in ("anna", "bert", "cleo"):
            everybody.append(await register(hub.url, folder, handle))
            stack.push_async_callback(everybody[-1].close)
        room = await group_of(*everybody)
        await until(lambda: len({epoch(device, room) for device in everybody}) == 1, "all to be in one epoch")
        races = 0
        for number in range(rounds):
            races += await one_round(hub, room, everybody[:2], everybody, number)
        said = sorted(f"{number} by {i}" for number in range(rounds) for i in range(2))
        await until(lambda: all(len(texts(device, room)) == len(said) for device in everybody), "everything to be read")
        assert all(sorted(texts(device, room)) == said for device in everybody)
        assert all(texts(device, room) == texts(everybody[0], room) for device in everybody)
        assert [hidden(device, room) for device in everybody] == [0, 0, 0]
    return races


def test_of_two_commits_at_once_one_wins_and_the_other_follows(tmp_path: Path) -> None:
    assert asyncio.run(race(tmp_path, 50)) >= SHARE * 50


@pytest.mark.prove
def test_many_races_leave_everybody_in_one_epoch(tmp_path: Path) -> None:
    assert asyncio.run(race(tmp_path, RACES)) >= SHARE * RACES
