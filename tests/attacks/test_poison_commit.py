# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A member poisons the room with a commit that the hub cannot see through: the room heals and the device goes (ADR 4).

The poisoner is a device of ours with one step of making a commit replaced: what it sends is right in everything that an
outsider can check, and wrong in one thing that only members can.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from privity.client.sdk import Device
from privity.mls.group import Group, own_path
from privity.mls.group import commit as making
from privity.mls.messages.commit import Ciphertexts, HPKECiphertext, UpdatePathNode
from privity.mls.schedule import key_schedule
from privity.mls.schedule.path_secrets import seal_path
from privity.mls.schedule.protect import seal_public
from privity.policy.members import find_client
from privity.policy.roles import Role
from tests.attacks.people import (
    Hub,
    authenticator,
    close,
    epoch,
    group_of,
    hidden,
    lose_keys,
    open_hub,
    register,
    rejoined,
    renew,
    reopen,
    texts,
    until,
)


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def spoil_path(patch: pytest.MonkeyPatch) -> None:
    """Every ciphertext of the path opens to nothing."""

    def sealed(*args: Any) -> Sequence[UpdatePathNode]:
        nodes = seal_path(*args)
        return tuple(
            replace(
                node, ciphertexts=Ciphertexts.of(spoiled(node.ciphertexts[i]) for i in range(len(node.ciphertexts)))
            )
            for node in nodes
        )

    def spoiled(sealed: HPKECiphertext) -> HPKECiphertext:
        return replace(sealed, ciphertext=flip(sealed.ciphertext))

    patch.setattr(own_path, "seal_path", sealed)


def spoil_confirmation(patch: pytest.MonkeyPatch) -> None:
    """The commit and its GroupInfo carry a confirmation tag that is of no epoch."""
    honest = key_schedule.confirmation_tag
    patch.setattr(key_schedule, "confirmation_tag", lambda *args: flip(honest(*args)))


def spoil_membership(patch: pytest.MonkeyPatch) -> None:
    """The message proves no membership."""

    def sealed(*args: Any) -> Any:
        message = seal_public(*args)
        return replace(message, membership_tag=flip(message.membership_tag or b""))

    patch.setattr(making, "seal_public", sealed)


class Poisoner:
    """A member's group whose commits are poison until it is `cured`."""

    def __init__(self, group: Group, spoil: Callable[[pytest.MonkeyPatch], None]) -> None:
        self._group = group
        self._spoil = spoil

    def __getattr__(self, name: str) -> Any:
        return getattr(self._group, name)

    def commit(self, **what: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            self._spoil(patch)
            made = self._group.commit(**what)
            return SimpleNamespace(message=made.message, welcome=made.welcome, group_info=made.group_info)


SPOILED = {"path": spoil_path, "confirmation tag": spoil_confirmation, "membership tag": spoil_membership}


async def house(hub: Hub, stack: AsyncExitStack) -> tuple[str, list[Device], Device]:
    honest: list[Device] = []
    for handle in ("anna", "bert", "cleo"):
        honest.append(await register(hub.url, hub.folder, handle))
        stack.push_async_callback(close, honest[-1])
    hostile = await register(hub.url, hub.folder, "mal_m")
    stack.push_async_callback(hostile.close)
    room = await group_of(*honest, hostile)
    await until(lambda: len({epoch(device, room) for device in (*honest, hostile)}) == 1, "all to be in one epoch")
    return room, honest, hostile


def leaf_of(device: Device, room: str, other: Device) -> int | None:
    return find_client(device.host.engine.rooms[room].require_group().tree, other.client_uri)


async def poison(folder: Path, spoil: Callable[[pytest.MonkeyPatch], None]) -> None:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(folder))
        room, honest, hostile = await house(hub, stack)
        await honest[0].send(room, "before")
        start = epoch(hostile, room)
        held = hostile.host.engine.rooms[room]
        held.group = Poisoner(held.require_group(), spoil)  # type: ignore[assignment]  # the hostile member's own program
        renew(hostile, room)
        await until(lambda: hub_epoch(hub, room) > start, "the hub to take the poison")
        sent = [device.send(room, f"{number} after") for number, device in enumerate(honest)]
        await asyncio.gather(*sent)
        await until(
            lambda: all(leaf_of(device, room, hostile) is None for device in honest), "the poisoner's device to go"
        )
        await honest[2].send(room, "only us")
        await until(lambda: all(texts(device, room)[-1] == "only us" for device in honest), "all to read on")
        for device in honest:
            assert texts(device, room)[0] == "before"
            assert rejoined(device, room) >= 1, "nobody said that it re-joined"
            assert hidden(device, room) == 0
            assert device.host.engine.rooms[room].record.stopped == ""
            state = device.host.engine.rooms[room].state
            assert state.participants.role(hostile.user_uri) == Role.MEMBER, "only the device goes, the person stays"
        assert len({authenticator(device, room) for device in honest}) == 1
        everything = {text for device in honest for text in texts(device, room)}
        assert everything == {"before", "only us", "0 after", "1 after", "2 after"}
        await until(lambda: not held.record.member, "the poisoner to learn that its device is out")
        assert "only us" not in texts(hostile, room)


def hub_epoch(hub: Hub, room: str) -> int:
    db = sqlite3.connect(f"file:{hub.database}?mode=ro", uri=True)
    (found,) = db.execute("SELECT epoch FROM room WHERE room_uri = ?", (room,)).fetchone()
    db.close()
    return int(found)


@pytest.mark.parametrize("what", SPOILED)
def test_poison_does_not_brick_the_room_and_costs_the_poisoner_its_device(tmp_path: Path, what: str) -> None:
    asyncio.run(poison(tmp_path, SPOILED[what]))


def spoil_external_pub(patch: pytest.MonkeyPatch) -> None:
    """The commit is good; the GroupInfo beside it offers entries from outside under a key that nobody holds."""
    patch.setattr(key_schedule, "external_public_key", lambda suite, secret: os.urandom(32))


async def poisoned_door(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(folder))
        room, honest, hostile = await house(hub, stack)
        anna, bert, _ = honest
        start = epoch(hostile, room)
        held = hostile.host.engine.rooms[room]
        held.group = Poisoner(held.require_group(), spoil_external_pub)  # type: ignore[assignment]  # its own program
        renew(hostile, room)
        await until(lambda: [epoch(device, room) for device in honest] == [start + 1] * 3, "all to follow the commit")
        assert len({authenticator(device, room) for device in honest}) == 1
        await bert.close()
        lose_keys(folder / "bert", room)
        again = await reopen(folder, "bert")
        stack.push_async_callback(close, again)
        await anna.send(room, "is anybody there?")
        people = [anna, honest[2], again]
        await until(lambda: all(rejoined(device, room) for device in (anna, honest[2])), "those inside to enter anew")
        if not again.host.engine.rooms[room].record.member:
            await again.close()
            again = await reopen(folder, "bert")
            stack.push_async_callback(again.close)
            people[2] = again
        await until(lambda: len({epoch(device, room) for device in people}) == 1, "all to be in one epoch")
        for number, device in enumerate(people):
            await device.send(room, f"{number} is")
        await until(lambda: all(texts(device, room)[-1] == "2 is" for device in people), "all to read on")
        assert len({authenticator(device, room) for device in people}) == 1


def test_a_poisoned_door_costs_a_round_of_entries_and_not_the_room(tmp_path: Path) -> None:
    asyncio.run(poisoned_door(tmp_path))
