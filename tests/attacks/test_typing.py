# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Typing notices between real devices over a real hub: a flood of them, and somebody who was removed."""

from __future__ import annotations

from pathlib import Path

from privity.client.engine.shown import Shown, SomebodyTypes
from privity.client.sdk import Device
from privity.message.typing import EXPORT_LABEL, KEY_BYTES, seal
from privity.wire.socket import Typing, encode
from tests.attacks.people import close, contents, epoch, group_of, hidden, open_hub, register, texts, until


def forged(device: Device, room: str, at_ms: int) -> Typing:
    """A notice of this device, made without the pace that its own program keeps."""
    group, own = device.host.engine.rooms[room].require_group(), device.host.engine.device.own
    notice = seal(
        group.export(EXPORT_LABEL, b"", KEY_BYTES),
        group.suite,
        own.signature_private,
        room_uri=room,
        epoch=group.epoch,
        leaf=group.own_leaf,
        at_ms=at_ms,
        random=bytes,
    )
    return Typing(room, group.epoch, notice)


async def test_a_flood_reaches_nobody_and_stops_no_message(tmp_path: Path) -> None:
    """One notice comes through; the hub keeps none, and what is said meanwhile comes as always."""
    async with open_hub(tmp_path / "hub") as hub:
        alice, bob = [await register(hub.url, tmp_path, handle) for handle in ("alice", "bob.b")]
        try:
            room = await group_of(alice, bob)
            seen: list[Shown] = []
            queue = bob.host.follow()
            await alice.send(room, "before")
            await until(lambda: texts(bob, room) == ["before"], "the first message")
            rows = contents(hub.database)
            frames = [encode(forged(alice, room, hub.clock() + count)) for count in range(2_000)]
            for frame in frames:
                await alice.host.connected().ws.send_bytes(frame)
            await alice.send(room, "after")
            await until(lambda: texts(bob, room) == ["before", "after"], "a message after the flood")
            while not queue.empty():
                seen.append(queue.get_nowait())
            assert [what for what in seen if isinstance(what, SomebodyTypes)] == [SomebodyTypes(room, alice.user_uri)]
            assert hidden(bob, room) == 0
            new = [row for row in contents(hub.database) if row not in rows]
            assert sum('INSERT INTO "event"' in row for row in new) == 1, "the message, and nothing else"
        finally:
            await close(alice)
            await close(bob)


async def test_who_was_removed_is_not_seen_to_write(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub") as hub:
        alice, bob, eve = [await register(hub.url, tmp_path, handle) for handle in ("alice", "bob.b", "eve.e")]
        try:
            room = await group_of(alice, bob, eve)
            await eve.send(room, "here")
            await until(lambda: texts(bob, room) == ["here"], "a word of hers")
            queue = bob.host.follow()
            ahead = [forged(eve, room, hub.clock() + 10_000 * count) for count in range(3)]
            await alice.remove(room, eve.user_uri)
            await until(lambda: epoch(bob, room) == epoch(alice, room) > ahead[0].epoch, "the epoch without her")
            for frame in (*ahead, *(Typing(room, epoch(bob, room), old.notice) for old in ahead)):
                await eve.host.connected().ws.send_bytes(encode(frame))
            await until(lambda: room not in eve.rooms(), "her device to know")
            await alice.send(room, "without her")
            await until(lambda: texts(bob, room)[-1] == "without her", "a message in the new epoch")
            seen = [queue.get_nowait() for _ in range(queue.qsize())]
            assert eve.user_uri not in [what.user_uri for what in seen if isinstance(what, SomebodyTypes)]
        finally:
            for each in (alice, bob, eve):
                await close(each)
