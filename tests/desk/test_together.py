# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The loops of the desk's process end together, and what one of them raised is not lost."""

from __future__ import annotations

import asyncio

import pytest

from privity.desk.errors import StorageFailed
from privity.desk.together import together


async def until(stop: asyncio.Event, ended: list[str], name: str) -> None:
    await stop.wait()
    ended.append(name)


async def test_a_stop_ends_all_of_them() -> None:
    stop, ended = asyncio.Event(), list[str]()
    running = asyncio.create_task(together(stop, until(stop, ended, "one"), until(stop, ended, "other")))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(60):
        await running
    assert sorted(ended) == ["one", "other"]


async def test_one_that_fails_stops_the_others_and_is_heard() -> None:
    stop, ended = asyncio.Event(), list[str]()

    async def fails() -> None:
        raise StorageFailed("the disk of this test is full")

    async with asyncio.timeout(60):
        with pytest.raises(StorageFailed, match="of this test"):
            await together(stop, until(stop, ended, "one"), fails(), until(stop, ended, "other"))
    assert sorted(ended) == ["one", "other"]
