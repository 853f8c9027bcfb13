# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-27: what a device or an archive hands out of itself, neither operator nor agency starts, schedules or sees."""

from __future__ import annotations

from pathlib import Path

import msgspec

from privity.client.engine import inputs
from privity.server.app import SLICES, build_app
from privity.server.rooms.parts import RoomParts
from privity.wire import attest, keylog, rest, socket, staff
from tests.attacks.open_hub import open_hub
from tests.client.archives import declare, office
from tests.client.fake_hub import World

WORDS = ("export", "dump", "collect", "wiretap", "intercept", "disclos", "transcript", "history")


async def test_LP_27_the_hub_and_its_staff_have_no_word_for_an_export(tmp_path: Path) -> None:
    """No route, no frame, no field: the hub has nothing to say to a device that makes it hand out anything."""
    names = {
        f"{kind.__name__} {' '.join(field.name for field in msgspec.structs.fields(kind))}".lower()
        for module in (rest, socket, staff, keylog, attest)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    }
    async with open_hub(tmp_path) as hub:
        slices = (*(part for part in SLICES if not isinstance(part, RoomParts)), hub.world.parts)
        names |= {str(resource).lower() for resource in build_app(hub.world.context, slices).router.resources()}
    assert any("/staff/v1/collect" in name for name in names)
    names = {
        name for name in names if "/staff/v1/collect" not in name
    }  # the desk asks the hub for rows; no device hears
    assert len(names) > 60
    assert not [name for name in names if any(word in name for word in WORDS)]


def test_LP_27_no_frame_of_the_hub_is_a_command() -> None:
    """What a person asks for comes from the person: commands and frames are different types, and none is both."""
    frames = set(socket.FromHub.__args__)  # a union type
    commands = set(inputs.Command.__args__)
    assert frames
    assert commands
    assert not frames & commands
    assert not {kind.__name__ for kind in frames} & {kind.__name__ for kind in commands}


def test_LP_27_reading_an_archive_asks_the_hub_for_nothing() -> None:
    """The copy is the device's own store: to read all of it sends no frame and makes no request."""
    world = World()
    room, alice, _, acme = office(world)
    declare(alice, room, acme)
    for number in range(20):
        alice.say(room, f"kept {number}")
    asked: list[object] = []
    acme.request = lambda number, call: asked.append(call)  # type: ignore[method-assign]  # the hub listens
    acme.sent.clear()
    acme.disconnect()
    assert acme.texts(room) == [f"kept {number}" for number in range(20)]
    assert not asked
    assert not acme.sent
