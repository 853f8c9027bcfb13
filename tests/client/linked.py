# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real hub whose rows a test may bend, and Ann, who links a second device."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from privity.client.adding import Offered
from privity.client.engine.shown import Kind
from privity.client.linking import NewDevice
from privity.client.mailbox import typed_code
from privity.client.sdk import Device
from privity.identity.recovery import new_phrase
from privity.server import config
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.init import write_fresh
from privity.server.links import store
from privity.server.links.model import Link
from privity.server.main import build_context, serving
from privity.wire.age import AgeBand
from privity.wire.rest import LinkState
from tests.client.town import befriend

LIMIT_S = 300
EPOCHS = "epoch_min_ms = 10\n"
"""A key log that publishes at once, so that nobody here waits a second for each change."""
PHRASE = new_phrase(bytes)
"""Twelve zero words: an invented phrase that nobody would use."""


@dataclass
class World:
    """A hub, and Ann with the device that made her account. `folder / "new"` is where a new device will live."""

    folder: Path
    context: HubContext
    hub: str
    ann: Device

    @property
    def new_folder(self) -> Path:
        return self.folder / "new"

    async def person(self, name: str, *, friend: bool = True) -> Device:
        """Somebody else, who is a contact of Ann unless a test says otherwise."""
        made = await Device.register(
            self.folder / name,
            "invented",
            self.hub,
            handle=name,
            phrase=new_phrase(os.urandom),
            age=AgeBand.ADULT,
            listed=True,
        )
        await made.connect()
        await made.caught_up()
        if friend:
            await befriend(self.ann, made)
        return made

    async def link(self) -> NewDevice[Device]:
        return await Device.link(self.new_folder, "three", self.hub)

    async def both(self) -> tuple[NewDevice[Device], Offered]:
        """A link that stands at the check."""
        link = await self.link()
        offering = asyncio.create_task(self.ann.account.offered(link.code))
        await link.check()
        return link, await offering

    async def row(self, shown: str) -> Link:
        found = await self.context.db.read(lambda reader: store.find(reader, typed_code(shown)))
        assert found is not None
        return found

    async def until(self, shown: str, state: LinkState) -> Link:
        """The row once it has come to this state."""
        while (await self.row(shown)).state is not state:
            await asyncio.sleep(0.01)
        return await self.row(shown)

    async def rewrite(self, link: Link) -> None:
        """What a hostile hub does to its own row."""

        def write(tx: Tx) -> None:
            store.put(tx, link)
            tx.execute("UPDATE link SET commitment = ? WHERE code = ?", (link.commitment, link.code))

        await self.context.db.write(write)

    async def forget(self, shown: str) -> None:
        await self.context.db.write(lambda tx: tx.execute("DELETE FROM link WHERE code = ?", (typed_code(shown),)))

    async def nothing_was_added(self) -> None:
        """One device in the list, and no folder for another."""
        assert [each.client_uri for each in await self.ann.devices()] == [self.ann.client_uri]
        assert not self.new_folder.exists()


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    path = folder / "privity.toml"
    path.write_text(write_fresh(folder, "hub.example", "127.0.0.1:0").section.replace('"invite"', '"open"') + EPOCHS)
    context, parts = build_context(config.load(path))
    async with asyncio.timeout(LIMIT_S), serving(context, parts) as port:
        hub = f"http://127.0.0.1:{port}"
        ann = await Device.register(
            folder / "ann", "one", hub, handle="ann_a", phrase=PHRASE, age=AgeBand.ADULT, listed=True
        )
        async with ann:
            await ann.caught_up()
            yield World(folder, context, hub, ann)


def texts(device: Device, room: str) -> list[str]:
    return [item.text for item in device.read(room) if item.kind is Kind.MESSAGE]


async def heard(device: Device, room: str, text: str) -> None:
    """Return when the device shows this text."""
    queue = device.host.follow()
    try:
        while text not in texts(device, room):
            await queue.get()
    finally:
        device.host.unfollow(queue)
