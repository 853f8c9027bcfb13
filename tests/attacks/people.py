# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People with devices of the SDK on a real hub, and what each of them read, for the attacks on a whole house."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from privity.client.engine.commits import Job, Plan
from privity.client.engine.flow import Flow
from privity.client.engine.inputs import Tick
from privity.client.engine.records import Table
from privity.client.engine.shown import REJOINED_TEXT, Kind
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.identity.recovery import new_phrase
from privity.server import config
from privity.server.context import HubContext
from privity.server.init import write_fresh
from privity.server.limits import Limits
from privity.server.main import build_context, now_ms, serving
from privity.server.rooms.parts import RoomParts
from privity.wire.age import AgeBand
from tests.client.town import befriend

HOST = "hub.example"
PASSPHRASE = "an invented passphrase"
LIMIT_S = 60.0


@dataclass(slots=True)
class Clock:
    """The hub's clock: the real one, and what a test adds to it."""

    ahead_ms: int = 0

    def __call__(self) -> int:
        return now_ms() + self.ahead_ms


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub in this process."""

    url: str
    folder: Path
    context: HubContext
    parts: RoomParts
    clock: Clock

    @property
    def database(self) -> Path:
        return self.context.config.database


@asynccontextmanager
async def open_hub(folder: Path) -> AsyncIterator[Hub]:
    """Everybody may register. The limits are the hub's own, counted on the clock that a test moves."""
    first = write_fresh(folder, HOST, "127.0.0.1:0")
    path = folder / "privity.toml"
    path.write_text(first.section + "epoch_min_ms = 10\n")
    clock = Clock()
    context, parts = build_context(replace(config.load(path), registration="open"), clock)
    context = replace(context, limits=Limits(clock))
    async with serving(context, parts) as port:
        yield Hub(f"http://127.0.0.1:{port}", folder, context, parts, clock)


async def register(hub: str, folder: Path, handle: str) -> Device:
    """A new person's device, connected and caught up. Close it in the end."""
    phrase = new_phrase(secrets.token_bytes)
    device = await Device.register(
        folder / handle, PASSPHRASE, hub, handle=handle, phrase=phrase, age=AgeBand.ADULT, listed=True
    )
    await device.connect()
    await device.caught_up()
    return device


async def linked(hub: Hub, by: Device, name: str) -> Device:
    """One more device of the same person, connected and caught up."""
    link = await Device.link(hub.folder / name, PASSPHRASE, hub.url)
    offering = asyncio.create_task(by.account.offered(link.code))
    await link.check()
    offered = await offering
    new, _ = await asyncio.gather(link.accept(), offered.accept())
    await new.connect()
    await new.caught_up()
    return new


async def reopen(folder: Path, handle: str) -> Device:
    """The device in this folder again, connected and caught up."""
    device = Device.open(folder / handle, PASSPHRASE)
    await device.connect()
    await device.caught_up(LIMIT_S)
    return device


async def close(device: Device) -> None:
    """Close a device unless the test did so."""
    if not device.host._closing:
        await device.close()


async def group_of(first: Device, *others: Device) -> str:
    """A room with all of them, each a member already."""
    room = await first.create_group()
    for other in others:
        if not first.contacts.is_contact(other.user_uri):
            await befriend(first, other)
        await first.invite(room, other.user_uri)
        await until(lambda other=other: room in other.rooms(), "an invited device to be in the room")  # type: ignore[misc]  # a default in a lambda
    return room


async def until(happened: Callable[[], bool], what: str, limit_s: float = LIMIT_S, *, every_s: float = 0.005) -> None:
    """Return when `happened()`, which is asked so often; fail by name when it has not within the limit."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit_s
    while not happened():
        if loop.time() > deadline:
            raise AssertionError(f"waited {limit_s:g} s for {what}")
        await asyncio.sleep(every_s)


def texts(device: Device, room: str) -> list[str]:
    """What the device shows of a room, in order."""
    return [item.text for item in device.read(room, 1_000_000) if item.kind is Kind.MESSAGE]


def places(device: Device, room: str) -> list[tuple[int, str]]:
    """The same, each with its number in the room's log."""
    return [(item.seq, item.text) for item in device.read(room, 1_000_000) if item.kind is Kind.MESSAGE]


def hidden(device: Device, room: str) -> int:
    return sum(item.kind is Kind.HIDDEN for item in device.read(room, 1_000_000))


def lines(device: Device, room: str) -> list[str]:
    return [item.text for item in device.read(room, 1_000_000) if item.kind is Kind.LINE]


def rejoined(device: Device, room: str) -> int:
    """How often the device has said that it entered anew."""
    return sum(line.count(REJOINED_TEXT) for line in lines(device, room))


def lose_keys(folder: Path, room: str) -> None:
    """The keys of a room are gone from the store of a closed device."""
    store = Store.open(folder, PASSPHRASE)
    rows = store.scan(Table.MLS, room)
    assert rows
    store.save({(Table.MLS, room, key): None for key, _ in rows})
    store.close()


def renew(device: Device, room: str) -> Job:
    """A commit of this device that brings fresh keys and changes nobody, posted in this step."""

    def plan() -> Flow[Plan | None]:
        yield from ()
        return Plan()

    job = Job(plan, None)
    device.host.engine.rooms[room].commits.add(job)
    device.host.step(Tick())
    return job


def epoch(device: Device, room: str) -> int:
    return device.host.engine.rooms[room].require_group().epoch


def authenticator(device: Device, room: str) -> bytes:
    """Equal for all members of an epoch, and for nobody else."""
    return device.host.engine.rooms[room].require_group().epoch_authenticator


def contents(database: Path) -> list[str]:
    """Everything a hub's database holds, as SQL."""
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return list(db.iterdump())
    finally:
        db.close()
