# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A public notice on the pages, with a real hub: from the queue to its words, a decision, and the writer's own page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from privity.desk import config as desk_config
from privity.desk.audit.acts import Act
from privity.desk.console.app import build_app, console_of
from privity.desk.intake.queue import Intake
from privity.desk.staff.rights import Role
from privity.wire.contacts import OwnProfile
from tests.desk.console.conftest import Clock, Pages
from tests.desk.console.visitor import ORIGIN
from tests.desk.console.visitor import Visitor as Member
from tests.desk.contents import contents
from tests.desk.house import House
from tests.server.notices.test_to_the_desk_and_back import RealHub, both, said_in, settle
from tests.server.notices.visiting import Visitor
from tests.server.staff.deciding import standing_of

WORDS = "They pose as our museum. <script>alert(1)</script> {{7*7}}"


@dataclass
class Town:
    """A hub, its desk with pages, and somebody without an account."""

    house: House
    hub: RealHub
    intake: Intake
    visitor: Visitor
    pages: Pages

    async def noticed(self) -> None:
        assert await self.intake.step() == 1

    async def settle(self) -> None:
        self.hub.world.clock.now += 60_000
        await settle(self.house, self.hub)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with both(tmp_path) as (house, hub, intake, visitor), _pages(house, hub, tmp_path) as pages:
        yield Town(house, hub, intake, visitor, pages)


@asynccontextmanager
async def _pages(house: House, hub: RealHub, folder: Path) -> AsyncIterator[Pages]:
    section = desk_config.DeskSection(hub_url="http://127.0.0.1:1", listen="127.0.0.1:8441", console_url=ORIGIN)
    clock = Clock(hub.world.clock.now)
    shared = console_of(house.db, house.keys, desk_config.check(section, folder), clock, house.random)
    async with TestClient(TestServer(build_app(shared))) as client:
        yield Pages(house.db, house.keys, shared, client, clock)


async def to_the_words(maren: Member) -> None:
    """From the queue to the case, taken, with its words read."""
    queue = (await maren.get("/queue")).text
    assert '<a href="/case/1">Case 1</a>' in queue and "1 report; by 1 person" in queue
    page = await maren.get("/case/1")
    assert "a notice" in page.text and "from somebody without an account" in page.text
    assert "They pose" not in page.text
    read = await maren.fill(page.form("/case/1/words"), words="work on case 1")
    assert "They pose as our museum. &lt;script&gt;" in read.text and "{{7*7}}" in read.text
    assert (await maren.fill(page.form("/case/1/take"))).location == "/case/1"


async def test_what_only_words_name_is_dismissed_and_its_writer_is_told(town: Town) -> None:
    handed = await town.visitor.made(about="0", address="some page of a teapot", words=WORDS)
    await town.noticed()
    maren = await town.pages.visitor(Role.MODERATOR)
    assert "public notice" in (await maren.get("/queue")).text
    await to_the_words(maren)
    looked = await maren.submit(
        "/case/1", "/case/1/preview", policy="impersonation", action="dismiss", reason="There is no such page."
    )
    assert (await maren.fill(looked.form("/case/1/decide"))).location == "/case/1"
    assert said_in(await town.visitor.look_up(handed)) == 0
    await town.settle()
    told = await town.visitor.look_up(handed)
    assert said_in(told) == 1 and "found no rule broken" in told.text
    assert "There is no such page." not in told.text, "what was decided about whom is told whom it concerns"


async def test_what_the_words_mean_is_found_by_whoever_decides(town: Town) -> None:
    world = town.hub.world
    mallory = await world.join("mallory", stranger=True)
    shown = {"name": "The Teapot Museum", "bio": "", "picture": None, "listed": True}
    await mallory.call("PUT", "/v1/profile", shown, OwnProfile)
    handed = await town.visitor.made(about="2", address="the false museum", reason="10", words=WORDS)
    await town.noticed()
    maren = await town.pages.visitor(Role.MODERATOR)
    await to_the_words(maren)
    decided = {"policy": "impersonation", "action": "remove_public", "reason": "You pose as a museum."}
    page = await maren.get("/case/1")
    for address in ("the false museum", "mimi://x", "<script>"):
        refused = await maren.fill(page.form("/case/1/preview"), **decided, address=address)
        assert (
            refused.status == 409 and "WrongTarget" in refused.text and "<script>" not in refused.text.split("main")[1]
        )
    suspended = await maren.post(
        "/case/1/decide", policy="fraud", action="suspend", days="7", reason="x", address=mallory.user_uri
    )
    assert suspended.status == 409, "an address that somebody typed reaches what is public and nothing else"
    looked = await maren.fill(page.form("/case/1/preview"), **decided, address=f" {mallory.user_uri} ")
    assert "It came up by a notice from outside." in looked.text
    assert (await maren.fill(looked.form("/case/1/decide"))).location == "/case/1"
    await town.settle()
    own = await standing_of(mallory)
    assert own.hidden and len(own.statements) == 1
    told = await town.visitor.look_up(handed)
    assert said_in(told) == 1 and "did something about it" in told.text
    assert [entry.said["source"] for entry in town.house.acts(Act.DECISION_EFFECTIVE)] == ["public"]


async def test_an_address_of_ones_own_is_refused_where_the_case_has_one(town: Town) -> None:
    await town.hub.world.join("mallory", stranger=True)
    anna = await town.hub.world.join("anna", stranger=True)
    await town.visitor.made(about="0", address="mallory", words=WORDS)
    await town.noticed()
    maren = await town.pages.visitor(Role.MODERATOR)
    await to_the_words(maren)
    before = contents(town.house.db)
    fields = {"policy": "harassment", "action": "remove_public", "reason": "x", "address": anna.user_uri}
    answer = await maren.post("/case/1/decide", fields)
    assert answer.status == 400 and "belongs to a public notice" in answer.text
    assert contents(town.house.db) == before
