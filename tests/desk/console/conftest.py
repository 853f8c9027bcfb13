# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of a desk over a fresh database, with a clock of the test's own and visitors of any role."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from privity.desk import config as desk_config
from privity.desk.console.app import build_app, console_of
from privity.desk.console.asked import Console
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import DeskKeys
from privity.desk.staff import service
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right, Role
from tests.desk.console.visitor import ORIGIN, Visitor
from tests.desk.fresh_keys import fresh_keys

NOW_MS = 1_790_000_000_000
OWNER = Acting.command("invite", Right.MANAGE_STAFF)


@dataclass
class Clock:
    """What the desk takes for the time."""

    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms


@dataclass
class Pages:
    """A desk's pages, and everybody who was let in."""

    db: Db
    keys: DeskKeys
    shared: Console
    client: TestClient[web.Request, web.Application]
    clock: Clock
    names: list[str] = field(default_factory=list)

    def browser(self) -> Visitor:
        """Somebody at the door."""
        return Visitor(self.client)

    def invite(self, *roles: Role, name: str = "") -> tuple[int, str]:
        """A member who has not come yet: their number and their code."""
        self.names.append(name or f"Member {len(self.names) + 1}")
        made = service.invite(self.db, OWNER, self.names[-1], roles, self.clock.now_ms, os.urandom)
        return made.member, made.code

    async def visitor(self, *roles: Role, name: str = "") -> Visitor:
        """A member with these roles, signed in."""
        visitor = self.browser()
        visitor.number, code = self.invite(*roles, name=name)
        answer = await visitor.join(code)
        assert (answer.status, answer.location) == (303, "/"), (answer.status, answer.text)
        return visitor


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Pages]:
    keys, clock = fresh_keys(tmp_path), Clock()
    section = desk_config.DeskSection(hub_url="http://127.0.0.1:1", listen="127.0.0.1:8441", console_url=ORIGIN)
    config = desk_config.check(section, tmp_path)
    db = open_database(config.database, keys)
    shared = console_of(db, keys, config, clock, os.urandom)
    async with TestClient(TestServer(build_app(shared))) as client:
        yield Pages(db, keys, shared, client, clock)
    db.close()
