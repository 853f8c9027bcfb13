# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real hub whose key for franks was replaced while it was down: devices take the new one from its key log, and what
the old one signed can still be reported."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from privity.client.engine import evidence
from privity.client.engine.inputs import Tick
from privity.client.sdk import Device
from privity.message.franking import verify_frank_signature
from privity.server import config
from privity.server.context import HubContext
from privity.server.franking import service as franking
from privity.server.init import write_fresh
from privity.server.keys import FRANKING
from privity.server.limits import Limits
from privity.server.main import build_context, now_ms, serving
from privity.server.rooms.franking_agent import propose_everywhere
from privity.server.rooms.parts import RoomParts
from privity.server.rooms.store import agents
from privity.wire.staff import FrankOutcome, FrankQuestion
from tests.attacks.people import HOST, close, group_of, lines, register, texts, until

LINE = "the hub's key for reports changed"


@asynccontextmanager
async def hub(folder: Path, port: int = 0) -> AsyncIterator[tuple[HubContext, RoomParts, int]]:
    """The hub of this folder, on the port it had before."""
    path = folder / "privity.toml"
    if not path.exists():
        path.write_text(write_fresh(folder, HOST, "127.0.0.1:0").section + "epoch_min_ms = 10\n")
    context, parts = build_context(replace(config.load(path), registration="open", listen_port=port))
    context = replace(context, limits=Limits(now_ms))
    async with serving(context, parts) as opened:
        yield context, parts, opened


async def verdict(context: HubContext, parts: RoomParts, device: Device, room: str, message_id: bytes) -> FrankOutcome:
    """What the hub tells the desk about a message that this device kept."""
    kept = evidence.find(device.host.engine.device, room, message_id)
    assert kept is not None
    signed = (kept.server_frank, kept.suite_id, kept.frank_signature)
    asked = FrankQuestion(kept.tag, kept.ts_ms, *signed)
    named = await context.db.read(agents)
    return franking.verify(parts.franker, kept.sender_uri, kept.room_uri, asked, now_ms(), named)


async def test_franking_key_is_replaced_while_the_hub_is_down(tmp_path: Path) -> None:
    async with hub(tmp_path) as (context, _, port):
        url, old = f"http://127.0.0.1:{port}", context.keys.franking_public
        anna, ben = await register(url, tmp_path, "anna"), await register(url, tmp_path, "ben")
        room = await group_of(anna, ben)
        first = await anna.send(room, "under the first key")
        await until(lambda: texts(ben, room) == ["under the first key"], "the first message")
    try:
        (context.config.keys / FRANKING).write_bytes(secrets.token_bytes(32))
        async with hub(tmp_path, port) as (context, parts, _):
            new = context.keys.franking_public
            assert new != old
            for device in (anna, ben):
                await until(lambda device=device: device.host.connection is not None, "devices to connect again")  # type: ignore[misc]  # a default in a lambda
            await propose_everywhere(context, parts.proposer)
            second = await ben.send(room, "under the second key")
            await until(lambda: texts(anna, room)[-1] == "under the second key", "the second message")
            for device in (anna, ben):
                device.host.step(Tick())
                assert sum(LINE in line for line in lines(device, room)) == 1
                for message_id in (first, second):
                    assert await verdict(context, parts, device, room, message_id) == FrankOutcome.VERIFIED
            for message_id, key in ((first, old), (second, new)):
                kept = evidence.find(ben.host.engine.device, room, message_id)
                assert kept is not None
                verify_frank_signature(kept.frank(), key, kept.sender_uri, kept.room_uri, kept.ts_ms)
            fresh = await anna.create_group()
            await anna.send(fresh, "a new room names the new key from the start")
    finally:
        await close(anna)
        await close(ben)
