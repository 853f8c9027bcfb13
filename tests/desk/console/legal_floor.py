# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of a house that releases, tells people and keeps things apart, with the people of its floor at them."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pyrage import x25519

from privity.desk import config as desk_config
from privity.desk.config import DeskConfig
from privity.desk.console.app import build_app, console_of
from privity.desk.console.asked import Console
from privity.desk.console.legal_desk import made_of
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import DeskKeys
from privity.desk.legal.releasing import service
from privity.desk.legal.releasing.model import Production
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.production import writing
from tests.desk.console.conftest import Clock, Pages
from tests.desk.console.legal_scene import OFFICE
from tests.desk.console.visitor import ORIGIN, Answer, Visitor
from tests.desk.legal.casework import RULES
from tests.desk.legal.conftest import fresh
from tests.desk.legal.notices.post import Post
from tests.desk.legal.releasing.conftest import here_and_now
from tests.desk.legal.releasing.floor import Floor
from tests.desk.legal.vault.cellar import Cellar

__all__ = ["fresh", "house", "vault"]


@dataclass
class House:
    """One desk. `floor` releases, `post` tells people."""

    floor: Floor
    post: Post
    client: TestClient[web.Request, web.Application]
    config: DeskConfig
    inside: dict[int, Visitor] = field(default_factory=dict)

    @property
    def db(self) -> Db:
        return self.floor.db

    async def at(self, who: Acting) -> Visitor:
        """Somebody of the floor, signed in; anew where time has passed."""
        assert who.number is not None
        visitor = self.inside.setdefault(
            who.number, Visitor(self.client, passkey=self.floor.passkeys[who.number], number=who.number)
        )
        if (await visitor.get("/help")).status != 200:
            visitor.cookies.clear()
            assert (await visitor.sign_in()).status == 303
        return visitor

    async def clerk(self) -> Visitor:
        return await self.at(self.floor.clerk)

    async def releaser(self) -> Visitor:
        return await self.at(self.floor.releaser)

    async def somebody(self, *roles: Role) -> Visitor:
        """A further member of staff."""
        return await self.at(self.floor.comes(*roles))

    def outside(self) -> Visitor:
        """A browser that knows nobody here."""
        return Visitor(self.client)

    async def reviewed(self, number: int | None = None) -> Production:
        """What would leave, made on the page by whoever judges."""
        number = self.floor.collected() if number is None else number
        await (await self.clerk()).submit(release(number), f"{release(number)}/review")
        (made, *_) = self.floor_made(number)
        return made

    async def approved(self, number: int | None = None) -> Production:
        made = await self.reviewed(number)
        await approve(await self.clerk(), made)
        await approve(await self.releaser(), made)
        return self.floor_made(made.request)[0]

    async def ready(self) -> Production:
        """A package that can be fetched."""
        made = await self.approved()
        self.floor.noticed(made)
        page = release(made.request)
        assert (await (await self.releaser()).submit(page, f"{page}/{made.number}/leave")).status == 303
        self.floor.later()
        assert await self.floor.releasing.step() == 1
        return self.floor_made(made.request)[0]

    def floor_made(self, number: int) -> list[Production]:
        """All that was made of a request, the newest first."""
        return list(reversed(service.made_of(self.db, self.floor.clerk, number)))


def release(number: int) -> str:
    """The page of what leaves by a request."""
    return f"/legal/{number}/release"


async def approve(visitor: Visitor, made: Production) -> Answer:
    """On the page, by the form that stands there for this person."""
    page = await visitor.get(release(made.request))
    found = [each for each in page.forms if each.action.rpartition("/")[2] in ("approve", "second")]
    assert len(found) == 1, page.text
    return await visitor.fill(found[0])


@dataclass
class Vault:
    """A cellar with pages over it, and its two people at them: one judges, too, the other releases."""

    cellar: Cellar
    pages: Pages
    clerk: Visitor
    releaser: Visitor
    officers: tuple[x25519.Identity, ...]

    async def anew(self, visitor: Visitor) -> Visitor:
        """Signed in again, after days."""
        visitor.cookies.clear()
        assert (await visitor.sign_in()).status == 303
        return visitor


def console_over(
    db: Db,
    keys: DeskKeys,
    folder: Path,
    now_ms: Callable[[], int],
    origin: str = ORIGIN,
    port: int = 8441,
    **room: Any,
) -> Console:
    """What the pages share; `room` is what else than usual stands in the legal desk."""
    section = desk_config.DeskSection(hub_url="http://127.0.0.1:1", listen=f"127.0.0.1:{port}", console_url=origin)
    config = desk_config.check(section, folder)
    legal = replace(made_of(config, keys, OFFICE, RULES, os.urandom), **room)
    return console_of(db, keys, config, now_ms, os.urandom, legal=legal)


@pytest.fixture
async def house(tmp_path: Path, fresh: tuple[Path, DeskKeys], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(writing, "verify", here_and_now)
    post = Post.at(tmp_path, fresh)
    floor = post.floor
    room: dict[str, Any] = {"office": floor.office, "telling": post.telling}
    shared = console_over(floor.db, floor.keys, tmp_path, lambda: floor.now_ms, **room)
    async with TestClient(TestServer(build_app(shared))) as client:
        yield House(floor, post, client, shared.config)
    floor.db.close()


@asynccontextmanager
async def vault_over(tmp_path: Path, fresh: tuple[Path, DeskKeys], officers: bool = False) -> AsyncIterator[Vault]:
    """With `officers`, two people with age keys keep the keys of every hold."""
    file, keys = fresh
    shutil.copy(file, tmp_path / "desk.db")
    cellar = Cellar(open_database(tmp_path / "desk.db", keys), keys, tmp_path)
    identities = cellar.officers() if officers else ()
    shared = console_over(cellar.db, keys, tmp_path, lambda: cellar.now_ms, custody=cellar.custody)
    async with TestClient(TestServer(build_app(shared))) as client:
        pages = Pages(cellar.db, keys, shared, client, Clock(cellar.now_ms))
        clerk = await pages.visitor(Role.LEGAL_CLERK, Role.LEGAL_REVIEWER)
        releaser = await pages.visitor(Role.LEGAL_RELEASER)
        yield Vault(cellar, pages, clerk, releaser, identities)
    cellar.db.close()


@pytest.fixture
async def vault(tmp_path: Path, fresh: tuple[Path, DeskKeys]) -> AsyncIterator[Vault]:
    async with vault_over(tmp_path, fresh) as found:
        yield found
