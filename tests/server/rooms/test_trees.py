# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The tree beside a Welcome: devices that came with it get it, nobody else does, and it goes when they have it."""

from __future__ import annotations

from privity.identity.uris import id_of
from privity.mls.suites import suite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.server.delivery.retention import RETENTION_DAYS, maintain
from privity.wire import rest, socket
from privity.wire.errors import Code
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World

DAY_MS = 86_400_000


def path(room: str, seq: int) -> str:
    return f"/v1/rooms/{id_of(room)}/trees/{seq}"


async def kept(world: World) -> int:
    row = await world.context.db.read(lambda query: query.one("SELECT count(*) FROM room_tree", ()))
    assert row is not None
    return int(row[0])


async def came(world: World, *, reads: bool = True) -> tuple[str, Device, Device, int]:
    """Anna and Ben in a room, and the event with which he came; whether he has told the hub that he has read on."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    joined = (await anna.state(room)).seq
    if reads:
        await anna.say(room, b"welcome")
        await ben.hear(1)
    return room, anna, ben, joined


async def test_who_came_gets_the_tree_of_that_time(world: World) -> None:
    room, anna, ben, joined = await came(world)
    tree = ben.groups[room].tree.encode()
    await anna.commit(room, anna.pending(room, force_path=True))
    answer = await ben.call("GET", path(room, joined), None, rest.RoomTree)
    assert answer.ratchet_tree == tree, "and not the one of now"
    assert RatchetTree.decode(suite(1), answer.ratchet_tree).tree_hash == ben.groups[room].context.tree_hash


async def test_nobody_else_gets_it(world: World) -> None:
    room, anna, ben, joined = await came(world)
    stranger = await world.join("carl")
    for device, seq in ((anna, joined), (stranger, joined), (ben, joined + 1), (ben, 0)):
        assert (await device.refused("GET", path(room, seq), None)).code == Code.NOT_FOUND
    other = await ben.create()
    assert (await ben.refused("GET", path(other, joined), None)).code == Code.NOT_FOUND


async def test_it_stays_until_everybody_has_read_on(world: World) -> None:
    room, anna, ben, joined = await came(world, reads=False)
    await maintain(world.context, world.parts.franker)
    assert await kept(world) == 1
    await anna.say(room, b"one")
    await ben.hear(1)
    await ben.send(socket.Ack(dict(ben.cursors), ben.inbox))
    await ben.state(room)  # answered after what was sent before
    await maintain(world.context, world.parts.franker)
    assert await kept(world) == 0
    assert (await ben.refused("GET", path(room, joined), None)).code == Code.NOT_FOUND


async def test_it_does_not_wait_for_ever(world: World) -> None:
    await came(world, reads=False)
    world.clock.now += (RETENTION_DAYS + 1) * DAY_MS
    await maintain(world.context, world.parts.franker)
    assert await kept(world) == 0
