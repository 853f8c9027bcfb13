# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""History for a linked device: asked for and given, by two people's words, between devices of one account alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privity.client.backup import passing
from privity.client.backup.keys import PUBLIC_BYTES
from privity.client.backup.passing import COMPLETE, SEED, WANTED, Passing
from privity.client.engine import inputs
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind
from privity.client.errors import BackupMalformed
from privity.client.sdk import Device
from privity.message.content import SinglePart
from tests.client.linked import World, heard, world


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def linked(town: World) -> Device:
    link, offered = await town.both()
    new, _ = await asyncio.gather(link.accept(), offered.accept())
    await new.connect()
    await new.caught_up()
    return new


def said(device: Device, room: str) -> list[Item]:
    return [item for item in device.read(room, 1_000) if item.kind is Kind.MESSAGE]


async def talked(town: World) -> tuple[Device, str]:
    bob = await town.person("bob_b")
    room = await town.ann.direct(bob.user_uri)
    await town.ann.send(room, "from ann")
    await heard(bob, room, "from ann")
    for number in range(5):
        await bob.send(room, f"from bob {number}")
    await heard(town.ann, room, "from bob 4")
    return bob, room


async def test_a_linked_device_shows_what_was_said_before_it_came(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "PIECE_BYTES", 3_000)  # so that there are several
    bob, room = await talked(town)
    new = await linked(town)
    assert said(new, room) == []
    given: list[tuple[int, int]] = []
    taken: list[tuple[int, int]] = []
    giving = asyncio.create_task(
        town.ann.backups.give_history(new.client_uri, lambda done, total: given.append((done, total)))
    )
    done = await new.backups.ask_history(lambda done, total: taken.append((done, total)))
    await giving
    assert done.unproven == 0 and len(given) > 2 and given[-1][0] == given[-1][1] and taken[-1][0] == taken[-1][1]
    wanted = ["from ann", *(f"from bob {number}" for number in range(5))]
    assert [item.text for item in said(new, room)] == wanted
    assert [item.from_backup for item in said(new, room)] == [True] + [False] * 5
    assert new.host.store.get(Table.OWN, "", SEED) is None
    own = [uri for uri in new.rooms() if uri != room]
    assert len(own) == 1 and new.preferences.archived(own[0]) and town.ann.preferences.archived(own[0])
    assert said(new, own[0]) == [] and said(town.ann, own[0]) == []
    await bob.send(room, "and after")
    await heard(new, room, "and after")
    await new.close()
    await bob.close()


async def test_nobody_else_is_given_anything(town: World) -> None:
    """Somebody else's key in a group, own devices' keys where somebody listens, another device than the one named."""
    bob, room = await talked(town)
    new = await linked(town)
    group = await bob.create_group()
    await bob.invite(group, town.ann.user_uri)
    key = SinglePart(WANTED, os.urandom(PUBLIC_BYTES))
    for device, place in ((bob, group), (new, room), (new, group)):
        while place not in device.rooms():
            await asyncio.sleep(0)
        await device.host.do(lambda n, place=place: inputs.Send(n, place, key))  # type: ignore[misc]  # a default in a lambda
    await bob.send(group, "said")
    await heard(town.ann, group, "said")
    asked = Passing(town.ann.host)
    assert asked._asked_by(new.client_uri) is None and asked._asked_by(bob.client_uri) is None
    own = await Passing(new.host).ask()
    while asked._asked_by(new.client_uri) is None:
        await asyncio.sleep(0.01)
    found = asked._asked_by(new.client_uri)
    assert found is not None and found[0] == own
    assert asked._asked_by(town.ann.client_uri) is None
    await new.close()
    await bob.close()


async def test_pieces_that_are_missing_are_said(town: World, tmp_path: Path) -> None:
    new = await linked(town)
    own = await Passing(new.host).ask()
    while Passing(town.ann.host)._asked_by(new.client_uri) is None:
        await asyncio.sleep(0.01)
    await town.ann.host.do(lambda n: inputs.Send(n, own, SinglePart(COMPLETE, b"2")))
    with (tmp_path / "x").open("w+b") as file, pytest.raises(BackupMalformed, match="2 pieces of history, 0 came"):
        await Passing(new.host).fetched(own, file, None)
    await new.close()
