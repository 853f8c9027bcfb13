# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk with fresh keys and a database, beside a fake hub on loopback."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from privity.desk import config
from privity.desk.db.database import open_existing
from privity.desk.init import DeskPublic, write_fresh
from privity.desk.intake.findings import ReportFinding, findings
from privity.desk.keys import DeskKeys, open_keys
from tests.desk.fake_hub import HOST, FakeHub
from tests.desk.house import House
from tests.desk.running import Desk, started
from tests.desk.world import World
from tests.keylog.memory_log import MemoryLog


@dataclass(frozen=True, slots=True)
class Home:
    """A folder as `privity init` leaves it."""

    folder: Path
    public: DeskPublic

    def configured(self, hub_url: str) -> config.DeskConfig:
        self.file(hub_url)
        return config.load(self.folder / "privity.toml")

    def file(self, hub_url: str) -> Path:
        path = self.folder / "privity.toml"
        path.write_text(f'[desk]\nhub_url = "{hub_url}"\npoll_interval_s = 0.05\n{log_section()}')
        return path

    def keys(self) -> DeskKeys:
        return open_keys(config.check(config.DeskSection(hub_url="http://127.0.0.1:1"), self.folder))

    def findings(self) -> tuple[ReportFinding, ...]:
        db = open_existing(self.folder / "desk" / "desk.db", self.keys())
        try:
            return findings(db).reports
        finally:
            db.close()


def log_section() -> str:
    """The key log of the fake hub, and both of its auditors."""
    keys = MemoryLog(HOST).keys
    lines = [f'log_key = "{keys.policy.log.encode()}"', f'vrf_key = "{keys.vrf_public.hex()}"', "quorum = 2"]
    for witness in keys.policy.witnesses:
        lines += ["[[desk.witness]]", f'key = "{witness.key.encode()}"']
    return "\n".join(lines) + "\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, write_fresh(tmp_path / "desk" / "keys", os.urandom))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.at(tmp_path)
    yield house
    house.db.close()


@pytest.fixture
async def hub(home: Home) -> AsyncIterator[FakeHub]:
    hub = FakeHub(home.public.staff_public_key)
    async with hub.serving():
        yield hub


@pytest.fixture
def world(hub: FakeHub, home: Home) -> World:
    return World(hub, home.public.intake_public_key)


@pytest.fixture
async def desk(hub: FakeHub, home: Home) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession() as session:
        desk = started(home.configured(hub.url), session)
        yield desk
        desk.db.close()
