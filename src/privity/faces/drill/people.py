# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody in a drill: one device of the SDK in the drill's own process, and everything it has shown."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from privity.client.engine.inputs import Tick
from privity.client.engine.shown import Item, Kind, Notice, Shown
from privity.client.sdk import Device
from privity.faces.demo.steps import CheckFailed
from privity.faces.demo.throwaway import COST, PASSPHRASE
from privity.faces.drill.clock import Clock
from privity.identity.device_list import Device as ListedDevice
from privity.identity.recovery import new_phrase
from privity.wire.age import AgeBand

WAIT_S = 60.0
FOUND_S = 6.0
"""For what a device finds out by itself, in milliseconds, where a defence is gone: the attack has worked when this is
over. Where none is, whoever is slow has as long as for anything else."""
POLL_S = 0.02

T = TypeVar("T")


@dataclass(slots=True)
class Person:
    """`phrase` is the recovery phrase, which is on paper."""

    name: str
    folder: Path
    clock: Clock
    device: Device
    phrase: str
    handle: str
    shown: list[Shown] = field(default_factory=list)
    _queue: asyncio.Queue[Shown] | None = None

    @classmethod
    async def register(cls, name: str, folder: Path, hub: str, clock: Clock, handle: str) -> Person:
        """A new account, whose device is still off."""
        phrase = new_phrase(os.urandom)
        device = await Device.register(
            folder, PASSPHRASE, hub, handle=handle, phrase=phrase, age=AgeBand.ADULT, cost=COST
        )
        return cls(name, folder, clock, device, phrase, handle)

    @property
    def user_uri(self) -> str:
        return self.device.user_uri

    @property
    def client_uri(self) -> str:
        return self.device.client_uri

    async def online(self) -> None:
        """Connect, and have read what waited."""
        self.device.host.now_ms = self.clock.now_ms
        self._queue = self.device.host.follow()
        await self.device.connect()
        await self.device.caught_up()

    async def off(self) -> None:
        await self.device.close()

    async def on(self) -> None:
        """The device is switched on again."""
        self.device = Device.open(self.folder, PASSPHRASE, now_ms=self.clock.now_ms)
        await self.online()

    async def tick(self) -> None:
        """The device looks at the time, and does what is due by now."""
        self.device.host.step(Tick())
        await self.device.caught_up()

    async def listed(self, user_uri: str) -> tuple[ListedDevice, ...]:
        """The devices of somebody, looked up now. Raises what the device refuses."""
        return await self.device.devices(user_uri)

    def texts(self, room: str) -> list[str]:
        return [item.text for item in self._items(room) if item.kind is Kind.MESSAGE]

    def lines(self, room: str) -> list[str]:
        """What the program itself says in a conversation."""
        return [item.text for item in self._items(room) if item.kind is Kind.LINE]

    def notices(self) -> list[str]:
        return [what.text for what in self.seen(Notice)]

    def seen(self, kind: type[T]) -> list[T]:
        """Everything of this kind that was shown since the device came online."""
        while self._queue is not None and not self._queue.empty():
            self.shown.append(self._queue.get_nowait())
        return [what for what in self.shown if isinstance(what, kind)]

    def _items(self, room: str) -> list[Item]:
        return self.device.read(room, 1000)


async def befriend(one: Person, other: Person, attack: str, wait_s: float = WAIT_S) -> None:
    """Both ask for each other, so that either may begin a conversation."""
    await one.device.contacts.ask(other.handle)
    await other.device.contacts.ask(one.handle)
    for person, who in ((one, other), (other, one)):
        befriended = partial(person.device.contacts.is_contact, who.user_uri)
        await until(befriended, attack, "two people to be contacts", wait_s)


async def until(happened: Callable[[], bool], attack: str, what: str, wait_s: float = WAIT_S) -> float:
    """Return how many ms it took to happen; raise CheckFailed after the wait."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > wait_s:
            raise CheckFailed(attack, f"waited {wait_s:g} s for {what}")
        await asyncio.sleep(POLL_S)
    return (time.monotonic() - began) * 1000
