# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Workers observe at the same time: their numbers come to be in order, and a desk that asks meanwhile misses none."""

from __future__ import annotations

import asyncio
import threading

from privity.server.db.database import Database, Tx
from privity.server.observing import service, store
from privity.server.observing.model import Seen
from privity.wire.observed import ObservedKind
from tests.server.workers.test_fence import two

__all__ = ["two"]
EACH = 40
SHOWED = Seen(1, ObservedKind.SHOWED, "ann")


async def test_no_observation_is_passed_over(two: tuple[Database, Database]) -> None:
    """Side by side, as two workers write what belongs to rooms, and alone, as they write the rest."""
    first, second = two
    await first.write(make_ann)
    found: list[int] = []

    async def ask() -> None:
        while len(found) < 4 * EACH:
            page = await second.write(lambda tx: service._take(tx, found[-1] if found else 0))
            found.extend(one.number for one in page.observed)

    async def observe(db: Database) -> None:
        for _ in range(EACH):
            await db.write_rooms(lambda tx: store.add(tx, [SHOWED]))
            await db.write(lambda tx: store.add(tx, [SHOWED]))

    async with asyncio.timeout(60):
        await asyncio.gather(ask(), observe(first), observe(second))
    assert found == list(range(1, 4 * EACH + 1))


async def test_a_later_number_waits_for_the_earlier_one(two: tuple[Database, Database]) -> None:
    """A transaction that drew a number is not done: nobody else draws the next one, so nobody can see it first."""
    first, second = two
    await first.write(make_ann)
    drawn, go_on = threading.Event(), threading.Event()

    def slowly(tx: Tx) -> None:
        store.add(tx, [SHOWED])
        drawn.set()
        assert go_on.wait(60)

    slow = asyncio.create_task(first.write_rooms(slowly))
    assert await asyncio.to_thread(drawn.wait, 60)
    fast = asyncio.create_task(second.write_rooms(lambda tx: store.add(tx, [SHOWED])))
    done, _ = await asyncio.wait([fast], timeout=0.3)
    seen = [one.number for one in await second.read(lambda query: store.after(query, 0, 9))]
    go_on.set()
    await asyncio.gather(slow, fast)
    assert (done, seen) == (set(), [])
    assert [one.number for one in await second.read(lambda query: store.after(query, 0, 9))] == [1, 2]


def make_ann(tx: Tx) -> None:
    tx.execute("INSERT INTO account (user_uri, handle, created_ms) VALUES ('ann', 'ann.h', 1)")
