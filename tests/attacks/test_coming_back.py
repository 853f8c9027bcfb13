# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Devices of the SDK that were away too long, crashed while they entered, or have a wrong clock, over a real hub."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from privity.client.engine.effects import Effect, WakeAt
from privity.client.engine.inputs import Input, Tick
from privity.client.engine.records import Change, Table
from privity.client.engine.state import RoomRecord
from privity.client.errors import LogNotFresh
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.server.delivery.retention import RETENTION_DAYS, maintain
from tests.attacks.people import (
    LIMIT_S,
    PASSPHRASE,
    Hub,
    authenticator,
    epoch,
    group_of,
    hidden,
    lose_keys,
    open_hub,
    register,
    rejoined,
    reopen,
    texts,
    until,
)

DAY_MS = 86_400_000


async def three(hub: Hub, stack: AsyncExitStack) -> tuple[str, list[Device]]:
    """The last of them is closed by the test itself."""
    people: list[Device] = []
    for handle in ("anna", "bert", "cleo"):
        people.append(await register(hub.url, hub.folder, handle))
        if handle != "cleo":
            stack.push_async_callback(people[-1].close)
    room = await group_of(*people)
    await people[0].send(room, "read by all")
    await until(lambda: all(texts(device, room) == ["read by all"] for device in people), "the first message")
    return room, people


async def converse(room: str, people: list[Device], word: str) -> None:
    """Everybody says a word, everybody reads all of them, all are in one epoch."""
    for number, device in enumerate(people):
        await device.send(room, f"{word} {number}")
    said = [f"{word} {number}" for number in range(len(people))]
    await until(lambda: all(texts(device, room)[-len(said) :] == said for device in people), "everybody to read on")
    assert len({authenticator(device, room) for device in people}) == 1


def test_who_was_away_longer_than_the_hub_keeps_events_is_told_so(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(open_hub(tmp_path))
            room, (anna, bert, cleo) = await three(hub, stack)
            await cleo.close()
            await anna.send(room, "forgotten by the hub")
            hub.clock.ahead_ms += (RETENTION_DAYS + 1) * DAY_MS
            await maintain(hub.context, hub.parts.franker)
            await anna.send(room, "kept, of an epoch that cleo has no keys of once she entered anew")
            again = await reopen(hub.folder, "cleo")
            stack.push_async_callback(again.close)
            await until(lambda: rejoined(again, room) == 1, "cleo to be told")
            assert texts(again, room) == ["read by all"]
            await converse(room, [anna, bert, again], "after")
            assert hidden(again, room) == 0
            assert again.host.engine.rooms[room].record.stopped == ""

    asyncio.run(run())


class Killed(BaseException):
    """Stands for the process ending here."""


class Dying:
    """A device's store, until it is to keep an entry that the hub has taken by then: there the process ends."""

    def __init__(self, store: Store, record: RoomRecord) -> None:
        self._store = store
        self._room = record.room_uri.encode()
        self._joined = record.joined_seq
        self.died = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save(self, changes: Mapping[Change, bytes | None]) -> None:
        value = changes.get((Table.ROOM, "", self._room))
        if value is not None and RoomRecord.decode(value).joined_seq > self._joined:
            self.died.set()
            raise Killed
        self._store.save(changes)


async def forget(hub: Hub, device: Device, room: str) -> None:
    """The room goes on for longer than the hub keeps it."""
    await device.send(room, "forgotten")
    hub.clock.ahead_ms += (RETENTION_DAYS + 1) * DAY_MS
    await maintain(hub.context, hub.parts.franker)


async def lose(hub: Hub, device: Device, room: str) -> None:
    """The keys of the room are gone from the third device; the others talk on."""
    lose_keys(hub.folder / "cleo", room)
    await device.send(room, "lost")


@pytest.mark.parametrize("trouble", [forget, lose])
def test_a_crash_between_the_hubs_answer_and_the_store_leads_to_another_entry(
    tmp_path: Path, trouble: Callable[[Hub, Device, str], object]
) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(open_hub(tmp_path))
            room, (anna, bert, cleo) = await three(hub, stack)
            await cleo.close()
            await trouble(hub, anna, room)  # type: ignore[misc]  # both are coroutine functions
            before = epoch(anna, room)
            dying = Device.open(hub.folder / "cleo", PASSPHRASE)
            store = Dying(dying.host.store, dying.host.engine.rooms[room].record)
            dying.host.store = store  # type: ignore[assignment]  # a store that fails at one moment
            await dying.connect()
            await asyncio.wait_for(store.died.wait(), LIMIT_S)
            await dying.close()
            await until(lambda: epoch(anna, room) == before + 1, "the others to follow the entry that was forgotten")
            await anna.send(room, "while cleo is away")
            again = await reopen(hub.folder, "cleo")
            stack.push_async_callback(again.close)
            await until(lambda: epoch(anna, room) == before + 2 == epoch(again, room), "the second entry")
            assert rejoined(again, room) == 1
            await converse(room, [anna, bert, again], "after")
            assert hidden(again, room) == 0

    asyncio.run(run())


def wrong_clock(device: Device, days: int) -> None:
    """This device alone lives on another day; the host's waiting is by the real clock."""
    step, ahead = device.host.engine.step, days * DAY_MS

    def stepped(event: Input, now_ms: int) -> list[Effect]:
        done = step(event, now_ms + ahead)
        return [WakeAt(effect.at_ms - ahead) if isinstance(effect, WakeAt) else effect for effect in done]

    device.host.engine.step = stepped  # type: ignore[method-assign]  # the phone's wrong clock


@pytest.mark.parametrize("days", [-9, 9])
def test_a_phone_whose_clock_is_wrong_by_days_loses_nothing(tmp_path: Path, days: int) -> None:
    """It talks on with the people it knows and reads what expires. It lets nobody in: the log seems of another day."""

    async def run() -> None:
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(open_hub(tmp_path))
            room, (anna, bert, cleo) = await three(hub, stack)
            await cleo.close()
            wrong = Device.open(hub.folder / "cleo", PASSPHRASE)
            wrong_clock(wrong, days)
            stack.push_async_callback(wrong.close)
            await wrong.connect()
            await wrong.caught_up()
            await converse(room, [anna, bert, wrong], "everybody")
            await anna.send(room, "for an hour", expires=(True, 3600))
            await until(lambda: texts(wrong, room)[-1] == "for an hour", "what expires in an hour")
            wrong.host.step(Tick())
            assert texts(wrong, room)[-1] == "for an hour"
            with pytest.raises(LogNotFresh):
                await wrong.create_group()
            assert hidden(wrong, room) == 0
            items = [item for item in wrong.read(room, 1000) if item.text.startswith("every")]
            assert all(item.clock_differs for item in items if not item.mine), "a wrong clock is said"
            assert rejoined(wrong, room) == 0

    asyncio.run(run())
