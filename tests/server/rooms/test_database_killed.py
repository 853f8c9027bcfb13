# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of PostgreSQL under people who talk: the hub stays up, refuses by name, and goes on where it was."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.server.db.open import write_beside
from privity.wire import socket
from privity.wire.errors import Code
from tests import postgres, stores
from tests.attacks.open_hub import OpenHub, open_hub
from tests.postgres import Postgres
from tests.server.rooms.test_delivery import submit
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device


@pytest.fixture
def server() -> Iterator[Postgres]:
    postgres.need_postgres()
    made = Postgres()
    made.start()
    yield made
    made.stop()


async def again(device: Device, room: str, sealed: bytes, ref: bytes) -> socket.Accepted:
    """As a device does it: the same ref until it is accepted."""
    async with asyncio.timeout(60):
        while True:
            answer = await submit(device, room, sealed, ref)
            if isinstance(answer, socket.Accepted):
                return answer
            assert isinstance(answer, socket.Refused)
            assert answer.code == Code.UNAVAILABLE, answer
            await asyncio.sleep(0.05)


async def test_a_conversation_goes_on_where_it_was(
    tmp_path: Path, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = server.url(server.new_database())
    monkeypatch.setattr(stores, "new", lambda: store)
    async with open_hub(tmp_path) as hub:
        await talk(hub, server)
        assert hub.bugs() == []


async def talk(hub: OpenHub, server: Postgres) -> None:
    room, (anna, ben) = await room_of(hub.world, "anna", "ben")
    assert isinstance(await submit(anna, room, anna.sealed(room, b"before")), socket.Accepted)
    before = await ben.until(socket.Event)
    await asyncio.to_thread(server.kill)
    ref, sealed = secrets.token_bytes(16), anna.sealed(room, b"meanwhile")
    refused = await submit(anna, room, sealed, ref)
    assert isinstance(refused, socket.Refused)
    assert refused.code == Code.UNAVAILABLE
    assert (await anna.refused("GET", "/v1/profile", None)).code is Code.UNAVAILABLE
    await asyncio.to_thread(server.start)
    accepted = await again(anna, room, sealed, ref)
    meanwhile = await ben.until(socket.Event)
    assert (meanwhile.seq, accepted.seq) == (before.seq + 1, before.seq + 1)
    assert await again(anna, room, sealed, ref) == accepted, "once more is the first answer"
    await ben.silent()
    carol = await hub.world.join("carol")
    assert (await carol.call("GET", "/v1/profile", None, dict))["name"] == "", "the key log goes on too"
    write_beside(hub.world.context.config, lambda tx: None)
