# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Public notices through a real hub and a real desk: judged, answered, appealed against, judged by somebody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk.appeals import service as appeals
from privity.desk.appeals.lodging import lodge
from privity.desk.appeals.model import Answer
from privity.desk.cases import service as cases
from privity.desk.cases.gathering import Gathering
from privity.desk.decisions.actions import Action
from privity.desk.decisions.effects import Effects
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.queue import Intake
from privity.message.appeal import Appeal
from privity.server.limits import LIMITS
from privity.wire import staff
from privity.wire.contacts import OwnProfile
from privity.wire.keylog import Looked, Lookup
from tests.attacks.open_hub import open_hub
from tests.desk.house import APPEALS, MODERATOR, House
from tests.server.notices.visiting import Page, Visitor, relayed
from tests.server.rooms.world import World
from tests.server.staff.deciding import standing_of


@dataclass
class RealHub:
    """What a notice needs of a hub; it asks nothing about messages."""

    world: World

    async def reports(self, wait_s: int = 0) -> list[staff.RelayedReport]:
        return await relayed(self.world)

    async def forget(self, receipts: list[str]) -> None:
        status, _ = await self.world.staff("POST", "/staff/v1/reports/forget", staff.ForgetReports(receipts))
        assert status == 200

    async def effect(self, effect: staff.Effect) -> staff.EffectDone:
        status, answer = await self.world.staff("POST", "/staff/v1/effects", effect)
        assert status == 200, answer
        return msgspec.json.decode(json.dumps(answer), type=staff.EffectDone)

    async def verify(self, questions: list[staff.ReportQuestion]) -> list[staff.ReportAnswer]:
        raise AssertionError("a notice has no messages")

    async def lookup(self, asked: Lookup) -> Looked:
        raise AssertionError("a notice has no device")

    async def blob(self, sha256: bytes) -> bytes:
        raise AssertionError("a notice has no files")


def intake_of(house: House, hub: RealHub, now_ms: Callable[[], int]) -> Intake:
    def lodged(db: object, appeal: Appeal, came: staff.RelayedReport, at_ms: int) -> object:
        return lodge(house.db, house.keys.evidence, house.random, appeal, came, at_ms)

    log = KeyLog(house.db, None, now_ms)
    return Intake(house.db, hub, house.keys, log, now_ms, house.random, gather=Gathering({}), lodge=lodged)


async def settle(house: House, hub: RealHub) -> None:
    """Everything that was decided has been done."""
    house.clock = hub.world.clock.now
    effects = Effects(house.db, hub, lambda: house.clock)
    while await effects.step():
        pass


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[House, RealHub, Intake, Visitor]]:
    """A desk, the hub that seals to it, and somebody at the hub's form."""
    house = House.at(folder / "house")
    public = X25519PrivateKey.from_private_bytes(house.keys.intake).public_key().public_bytes_raw()
    async with open_hub(folder / "hub", LIMITS, public) as opened:
        hub = RealHub(opened.world)
        yield house, hub, intake_of(house, hub, lambda: opened.world.clock.now), Visitor(opened.world)
        assert opened.bugs() == []


async def judge(house: House, hub: RealHub, action: Action) -> None:
    """Somebody takes the case of the only notice and decides."""
    case = cases.case_of_report(house.db, 1)
    house.clock = hub.world.clock.now
    cases.take(house.db, MODERATOR, case, house.clock)
    house.decide(case, action, policy=PolicyName.IMPERSONATION, evidence=())
    hub.world.clock.now += 60_000
    await settle(house, hub)


async def test_what_a_notice_is_about_is_taken_from_public_surfaces(tmp_path: Path) -> None:
    async with both(tmp_path) as (house, hub, intake, visitor):
        world = hub.world
        mallory, other = await world.join("mallory", stranger=True), await world.join("anna", stranger=True)
        shown = {"name": "The Teapot Museum", "bio": "", "picture": None, "listed": True}
        await mallory.call("PUT", "/v1/profile", shown, OwnProfile)
        profile = f"/v1/users/{mallory.person.id}/profile"
        assert (await other.line.request("GET", profile))[0] == 200
        handed = await visitor.made(about="2", reason="10", words="They pose as our museum.")
        assert await intake.step() == 1
        assert await relayed(world) == []
        await judge(house, hub, Action.REMOVE_PUBLIC)
        assert (await other.line.request("GET", profile))[0] == 404
        own = await standing_of(mallory)
        assert own.hidden and len(own.statements) == 1
        assert "museum" not in own.statements[0].text and handed.receipt not in own.statements[0].text
        assert said_in(await visitor.look_up(handed)) == 1


async def test_a_notice_that_was_dismissed_is_judged_by_somebody_else(tmp_path: Path) -> None:
    async with both(tmp_path) as (house, hub, intake, visitor):
        await hub.world.join("mallory", stranger=True)
        handed = await visitor.made(about="2", reason="10", words="They pose as our museum.")
        assert await intake.step() == 1
        await judge(house, hub, Action.DISMISS)
        assert said_in(await visitor.look_up(handed)) == 1
        hub.world.clock.now += 60_000
        assert (await visitor.appeal(handed, "There is a second profile.")).status == 200
        assert await intake.step() == 1
        (appeal,) = appeals.listed(house.db, APPEALS)
        house.clock = hub.world.clock.now
        appeals.answer(house.db, APPEALS, appeal.number, Answer.OVERTURN, "They do.", house.clock, house.random)
        await settle(house, hub)
        assert said_in(await visitor.look_up(handed)) >= 2
        assert cases.held(house.db, cases.case_of_report(house.db, 1)).state == "open"


def said_in(page: Page) -> int:
    """How many lines of the desk a page shows."""
    return page.text.count('class="said"')
