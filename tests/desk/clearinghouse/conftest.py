# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk's database with nobody in it, the drivers, and a clearinghouse that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from tests.desk.clearinghouse.fake import FakeClearinghouse
from tests.desk.clearinghouse.made import EVIDENCE_KEY, referral_desk

from privity.desk.clearinghouse.drafting import Desk
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import DeskKeys
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite

KEYS = DeskKeys(b"\x07" * 32, SigningKey(suite(1), b"\x06" * 32), EVIDENCE_KEY, b"\x08" * 32)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Db]:
    db = open_database(tmp_path / "desk.db", KEYS)
    yield db
    db.close()


@pytest.fixture
def desk() -> Desk:
    return referral_desk()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def fake() -> AsyncIterator[FakeClearinghouse]:
    fake = FakeClearinghouse()
    async with fake.serving():
        yield fake
