# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub process like an operator's, and people with real devices who talk while something goes wrong.

Whatever the fault was, `check` asks the same: what was acknowledged is there exactly once, in one order for every
member of its room, and nothing is shown that the hub's log does not hold.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from privity.client.sdk import Device
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.server.init import write_fresh
from tests.attacks import people
from tests.attacks.people import HOST, LIMIT_S, close, group_of, hidden, places, register, reopen


@dataclass
class Town:
    """`said` is what the hub acknowledged, by room. `store` is its PostgreSQL, without whatever lies between."""

    folder: Path
    hub: Process
    url: str
    store: str | None = None
    devices: dict[str, Device] = field(default_factory=dict)
    room: str = ""
    direct: str = ""
    said: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "privity.toml"

    @property
    def database(self) -> Path:
        return self.folder / "hub" / "hub.db"

    @property
    def everybody(self) -> list[Device]:
        return list(self.devices.values())

    async def start(self) -> None:
        self.hub.start()
        await asyncio.to_thread(wait_for_hub, self.url, self.hub)

    async def stop(self) -> None:
        await asyncio.to_thread(self.hub.stop)

    def log(self) -> str:
        return self.hub.log.read_text(errors="replace")

    async def settle_in(self, *handles: str) -> None:
        """These people in one group, the first two of them in a direct room, too."""
        for handle in handles:
            self.devices[handle] = await register(self.url, self.folder, handle)
        self.room = await group_of(*self.everybody)
        first, second = self.everybody[:2]
        self.direct = await first.direct(second.user_uri)
        await until(lambda: self.direct in second.rooms(), "the direct room to reach both")

    async def away(self, handle: str) -> None:
        await self.devices[handle].close()

    async def back(self, handle: str) -> Device:
        self.devices[handle] = await reopen(self.folder, handle)
        return self.devices[handle]

    async def say(self, handle: str, room: str, text: str = "") -> str:
        """Returns once the hub has acknowledged it."""
        self.count += 1
        text = text or f"{handle} {self.count}"
        await self.devices[handle].send(room, text)
        self.said.setdefault(room, []).append(text)
        return text

    def talk(self, count: int, *, text: str = "") -> list[asyncio.Task[str]]:
        """Everybody says so much in the group and the first two to each other, all at once. What follows the `text`
        tells the messages apart."""
        rooms = [(handle, self.room) for handle in self.devices]
        rooms += [(handle, self.direct) for handle in list(self.devices)[:2]]
        said = []
        for _ in range(count):
            for handle, room in rooms:
                self.count += 1
                said.append(asyncio.ensure_future(self.say(handle, room, f"{handle} {self.count} {text}".strip())))
        return said

    async def check(self) -> int:
        """After a last word of everybody; returns how many messages there are."""
        for handle, device in self.devices.items():
            await device.caught_up(LIMIT_S)
            await self.say(handle, self.room, f"the last word of {handle}")
        total = 0
        for room, members in ((self.room, self.everybody), (self.direct, self.everybody[:2])):
            total += await self._check_room(room, members)
        return total

    async def _check_room(self, room: str, members: Sequence[Device]) -> int:
        acknowledged = self.said.get(room, [])
        await until(lambda: len({tuple(places(each, room)) for each in members}) == 1, "all members to show the same")
        shown = places(members[0], room)
        seen = [text for _, text in shown]
        assert len(seen) == len(set(seen)), "a message arrived twice"
        assert set(acknowledged) <= set(seen), f"lost: {sorted(set(acknowledged) - set(seen))[:5]}"
        numbers = [seq for seq, _ in shown]
        assert numbers == sorted(set(numbers)), "the order of the room is not the order of what is shown"
        assert [hidden(each, room) for each in members] == [0] * len(members), "something came that cannot be read"
        assert self.in_log(room) == len(seen), "the log of the hub holds something else than its people show"
        return len(seen)

    def in_log(self, room: str) -> int:
        """Messages of a room that the hub holds."""
        messages = "SELECT count(*) FROM event e JOIN room r ON r.id = e.room_id WHERE r.room_uri = ? AND e.kind = 1"
        return self.ask(messages, room)

    def ask(self, sql: str, *values: object) -> int:
        """One number out of the hub's database."""
        if self.store is not None:
            import psycopg

            with psycopg.connect(self.store, autocommit=True) as far:
                row = far.execute(sql.replace("?", "%s").encode(), values).fetchone()
                return 0 if row is None else int(row[0])
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return int(db.execute(sql, values).fetchone()[0])

    async def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of this installation, for this hub."""
        command = privity(*arguments, "--config", str(self.config))
        return await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )


@asynccontextmanager
async def town(
    folder: Path,
    *handles: str,
    config: str = "",
    wrap: Callable[[list[str]], list[str]] = lambda command: command,
    environment: Mapping[str, str] | None = None,
    store: str | None = None,
    through: Callable[[str], str] = lambda store: store,
) -> AsyncIterator[Town]:
    """A town with these people; all of it is gone in the end. `wrap` changes the command of the hub, `config` adds to
    its section. With a `store` the hub keeps what it knows there, and reaches it `through` another address."""
    port = free_port()
    first = write_fresh(folder, HOST, f"127.0.0.1:{port}", store=store)
    written = first.section if store is None else first.section.replace(store, through(store))
    section = written.replace('registration = "invite"', f'registration = "open"\nepoch_min_ms = 10\n{config}')
    (folder / "privity.toml").write_text(section)
    command = wrap(privity("serve", "--config", str(folder / "privity.toml")))
    if environment:
        command = ["env", *(f"{name}={value}" for name, value in environment.items()), *command]
    made = Town(folder, Process("hub", command, folder / "hub.out"), f"http://127.0.0.1:{port}", store)
    await made.start()
    try:
        await made.settle_in(*handles)
        yield made
    finally:
        for device in made.everybody:
            await close(device)
        made.hub.kill()


def missing(name: str, what: str) -> NoReturn:
    """Skip by name, or fail where PRIVITY_REQUIRE names it."""
    if name in os.environ.get("PRIVITY_REQUIRE", "").split(","):
        pytest.fail(f"{name} is required and missing: {what}")
    pytest.skip(f"missing: {what}")


async def until(happened: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
    """Return when `happened()`; fail by name when it has not within the limit. Looks seldom: others are at work."""
    await people.until(happened, what, limit_s, every_s=0.1)


async def all_said(said: Sequence[asyncio.Task[str]], limit_s: float = LIMIT_S) -> None:
    await asyncio.wait_for(asyncio.gather(*said), limit_s)
