# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A passphrase takes its time in a thread; who does not wait for it leaves nothing open."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from privity.client.apart import apart
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.identity.recovery import new_phrase
from tests.client.town import run, town


async def test_what_came_too_late_is_undone() -> None:
    begun, go = threading.Event(), threading.Event()
    undone: list[object] = []

    def work() -> str:
        begun.set()
        go.wait(30)
        return "made"

    task = asyncio.ensure_future(apart(work, undone.append))
    await asyncio.to_thread(begun.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done(), "until then nobody else could have it"
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert undone == ["made"]
    assert await apart(lambda: 7, undone.append) == 7
    assert undone == ["made"]


async def test_what_failed_is_told_and_not_undone() -> None:
    undone: list[object] = []

    def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await apart(work, undone.append)
    assert undone == []


def test_no_way_to_a_device_keeps_the_loop_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making, going on with, restoring and linking."""
    where: list[tuple[str, bool]] = []

    def watched(name: str) -> Any:
        before = getattr(Store, name)

        def call(*args: Any, **named: Any) -> Any:
            where.append((name, threading.current_thread() is threading.main_thread()))
            return before(*args, **named)

        return staticmethod(call)

    async def story() -> None:
        async with town(tmp_path / "hub") as at:
            for name in ("create", "open"):
                monkeypatch.setattr(Store, name, watched(name))
            phrase = new_phrase(lambda size: b"\x07" * size)
            new, back, linked = tmp_path / "new", tmp_path / "back", tmp_path / "linked"
            device = await Device.register(new, "invented", at.url, handle="ann.x", phrase=phrase)
            await device.close()
            async with await Device.recovered(back, "invented", at.url, handle="ann.x", phrase=phrase):
                pass
            for _ in range(2):
                await (await Device.link(linked, "invented", at.url)).close()

    run(story())
    assert [name for name, _ in where] == ["create", "create", "create", "open"]
    assert not any(main for _, main in where)
