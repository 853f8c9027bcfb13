# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo's steps share: the host, the people and their devices, and the conversations they are in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from privity.faces.demo.home import Home
from privity.faces.demo.person import Person
from privity.faces.demo.steps import Record


@dataclass(slots=True)
class Story:
    """`direct` is the conversation of Alice and Bob, `group` the one that Carol is removed from."""

    home: Home
    record: Record
    files: list[Path]
    broken: Sequence[str] = ()
    people: dict[str, Person] = field(default_factory=dict)
    direct: str = ""
    group: str = ""

    @property
    def alice(self) -> Person:
        return self.people["alice"]

    @property
    def bob(self) -> Person:
        return self.people["bob"]

    @property
    def bob_second(self) -> Person:
        """Bob's second device."""
        return self.people["bob-second"]

    @property
    def carol(self) -> Person:
        return self.people["carol"]

    @property
    def dave(self) -> Person:
        return self.people["dave"]

    @property
    def erin(self) -> Person:
        """Who has met nobody."""
        return self.people["erin"]

    def person(self, name: str) -> Person:
        """A device of this name, not started yet."""
        made = self.people[name] = Person(name, self.home.folder / name, self.home.url, self.broken)
        return made

    async def remember_secrets(self, people: Iterable[Person] | None = None) -> None:
        """Note every secret that the devices have now, to look for it later."""
        for found in await asyncio.gather(*(person.ask("secrets") for person in people or self.people.values())):
            self.home.secrets.update(bytes.fromhex(secret) for secret in found)

    async def close(self) -> None:
        await asyncio.gather(*(person.stop() for person in self.people.values()))
