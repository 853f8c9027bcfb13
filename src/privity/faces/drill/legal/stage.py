# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the legal drill takes place: a house that runs, its people, the agencies that ask, and whoever talks there."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from privity.desk.audit.signing import Signing
from privity.desk.legal import overseeing
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.model import State as Standing
from privity.desk.legal.collecting import running
from privity.desk.legal.releasing import lines
from privity.desk.legal.releasing.setting import office_of
from privity.desk.legal.requests.office import rules_of
from privity.desk.legal.vault.custody import Custody
from privity.desk.retention import clock as believed
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.clock import HOUR_MS, Clock
from privity.faces.drill.legal.agency import Enrolment, Team
from privity.faces.drill.legal.asked import AGENCIES
from privity.faces.drill.legal.authority import Authority
from privity.faces.drill.legal.house import WAIT_S, House
from privity.faces.drill.legal.staff import Staff
from privity.faces.drill.legal.work import Work
from privity.faces.drill.people import Person, befriend, until

MORNING: Final = 6
"""The hour in which it begins, in UTC: no day ends between what is read of the clock and what is done by it."""
LEAP_DAYS: Final = 6
"""What a desk believes of a clock in one look is a week."""


@dataclass(slots=True)
class Stage:
    """`private` are words of conversations that nobody reported or chose."""

    folder: Path
    clock: Clock
    house: House
    work: Work
    signing: Signing
    wrong: str | None = None
    """What is done wrong in the scene that plays."""
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    rooms: dict[frozenset[str], str] = field(default_factory=dict)
    private: list[str] = field(default_factory=list)

    @classmethod
    async def build(cls, folder: Path, broken: frozenset[str]) -> Stage:
        clock = Clock.create(folder / "clock")
        clock.pass_hours((MORNING - clock.now_ms() // HOUR_MS) % 24)
        authority = Authority(clock.now_ms)
        house = House(folder / "house", folder / "clock", authority, broken)
        async with AsyncExitStack() as undo:
            await authority.start()
            undo.push_async_callback(authority.stop)
            house.make(clock.now_ms())
            config, keys, db = house.open()
            undo.callback(db.close)
            undo.callback(house.stop)
            signing = Signing(db, config.audit_name, keys.audit, config.audit_checkpoint)
            office = office_of(config, keys, signing.key, clock.now_ms(), os.urandom)
            assert config.legal is not None and office is not None  # the house has both
            await house.start()
            staff, custody = Staff.come(db, office.place, clock.now_ms()), Custody(keys.evidence, ())
            overseeing.seen(db, staff.clerk.acting, running.begin(db, clock.now_ms()).sha256, clock.now_ms())
            work = Work(db, keys.evidence, rules_of(config.legal), office, custody, staff, clock.now_ms)
            undo.pop_all()
        return cls(folder, clock, house, work, signing)

    async def close(self) -> None:
        await asyncio.gather(*(person.off() for person in self.people.values()), return_exceptions=True)
        self.work.db.close()
        await self.house.authority.stop()

    # Who there is

    async def person(self, name: str) -> Person:
        """Somebody with a device that is online; the same one every time."""
        if name not in self.people:
            handle = name.lower()
            person = await Person.register(name, self.folder / handle, self.house.url, self.clock, handle)
            self.people[name] = person
            await person.online()
        return self.people[name]

    def team(self, country: str) -> Team:
        """The agency of a country, enrolled when it is first needed, and anew where it was revoked."""
        team = self.teams.get(country)
        if team is None or agencies.of(self.work.db, team.agency.number).state is not Standing.ACTIVE:
            enrolment = Enrolment(self.work.db, self.work.office.place, self.work.staff, self.clock.now_ms())
            team = self.teams[country] = enrolment.enrol(AGENCIES[country])
        return team

    async def room(self, scene: str, one: Person, other: Person) -> str:
        """A conversation of two people."""
        names = frozenset({one.name, other.name})
        if names not in self.rooms:
            await befriend(one, other, scene, WAIT_S)
            made = self.rooms[names] = await one.device.direct(other.user_uri)
            await until(lambda: made in other.device.rooms(), scene, f"{other.name} to be in the conversation", WAIT_S)
        return self.rooms[names]

    async def says(self, scene: str, one: Person, other: Person, text: str, *, private: bool = False) -> bytes:
        """Said by one and read by the other; the message's id."""
        room = await self.room(scene, one, other)
        said = await one.device.send(room, text)
        await until(lambda: text in other.texts(room), scene, f"{other.name} to read {one.name}", WAIT_S)
        if private:
            self.private.append(text)
        return said

    # What happens meanwhile

    def is_wrong(self, name: str) -> bool:
        return self.wrong == name

    def pass_days(self, days: int) -> None:
        """Time passes everywhere, in leaps that a desk believes."""
        while days > 0:
            leap = min(days, LEAP_DAYS)
            self.clock.pass_hours(24 * leap)
            believed.look(self.work.db, self.clock.now_ms(), None)
            days -= leap

    def keys(self) -> Path:
        """`privity legal published-keys`, as a file."""
        file = self.folder / "keys.json"
        file.write_bytes(lines.published(self.work.db, self.work.office.published))
        return file

    @property
    def packages(self) -> Path:
        """Where agencies keep what they got."""
        folder = self.folder / "packages"
        folder.mkdir(exist_ok=True)
        return folder

    async def until_request(self, scene: str, number: int, state: str) -> None:
        await until(partial(self._stands, number, state), scene, f"request {number} to be {state}", WAIT_S)

    def _stands(self, number: int, state: str) -> bool:
        return self.work.of(number).state == state

    def running(self, scene: str) -> None:
        """Raise CheckFailed where hub or desk has ended."""
        for process in (self.house.hub, self.house.desk):
            if not process.running:
                tail = process.log.read_text(errors="replace")[-2000:]
                raise CheckFailed(scene, f"the {process.name} has ended; its last output:\n{tail}")
