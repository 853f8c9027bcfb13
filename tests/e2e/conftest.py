# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub for each module, and for each test people of its own, or two for a whole module: a hub takes few new accounts
from one address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from privity.faces.demo.home import Home
from tests.e2e.town import Pair, Town, town_of
from tests.waiting import accepts, wait_until


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("hub"))
    home.init()
    try:
        home.witness.start()
        home.start_hub()
        home.desk.start()
        wait_until(lambda: accepts(home.desk_port), "the desk to listen")
        yield home
    finally:
        home.stop()


@pytest.fixture
async def town(hub: Home, tmp_path: Path) -> AsyncIterator[Town]:
    async with town_of(hub, tmp_path) as opened:
        yield opened
        opened.check_quiet()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pair(hub: Home, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """They have found each other, and each has the conversation open."""
    async with town_of(hub, tmp_path_factory.mktemp("pair")) as town:
        alice, bob = await town.person("alice.t"), await town.person("bob.t")
        await alice.begin(bob)
        await alice.say("Hello from the lighthouse")
        await bob.open("alice.t")
        await bob.sees("Hello from the lighthouse")
        yield Pair(town, alice, bob)
        town.check_quiet()
