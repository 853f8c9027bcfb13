# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A challenged account asks a stranger: the page says what goes on, stops it, and then nobody was asked."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from privity.faces.demo.home import Home
from privity.policy.work import MAX_BITS
from privity.server import config
from privity.server.challenges import store as challenges
from privity.server.challenges.model import Challenge
from privity.server.db.database import Row, Tx
from tests import stores
from tests.e2e.axe import Axe
from tests.e2e.pictures import take
from tests.e2e.town import Town

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """With puzzles so hard that none is solved while the test looks at it."""
    home = Home(tmp_path_factory.mktemp("hub"))
    home.init()
    written = home.config.read_text()
    home.config.write_text(written.replace("[hub]\n", f"[hub]\nchallenge_bits = {MAX_BITS}\n"))
    try:
        home.witness.start()
        home.start_hub()
        yield home
    finally:
        home.stop()


async def test_the_page_says_what_goes_on_and_stops_it(hub: Home, town: Town) -> None:
    eve, bob = await town.person("eve.w"), await town.person("bob.w")
    until_ms = time.time_ns() // 1_000_000 + DAY_MS
    checked = config.load(hub.config)

    def challenge(tx: Tx) -> None:
        row = tx.one("SELECT user_uri FROM account WHERE handle = ?", ("eve.w",))
        assert row is not None
        challenges.put(tx, Challenge(row[0], "D-1", 1, until_ms))

    def asked(tx: Tx) -> list[Row]:
        return tx.all("SELECT target FROM contact_ask")

    stores.change(checked, challenge)
    axe = await Axe.of(eve.page)
    await eve.find(bob.handle)
    await eve.press("Ask bob.w for contact")
    bar = eve.page.get_by_role("complementary", name="Work for your server")
    await expect(bar).to_contain_text("asks your device for a little work before you begin something with somebody new")
    await expect(bar.get_by_role("progressbar", name="Work done")).to_be_visible()
    await take(eve.page, "challenge-work")
    assert await axe.violations() == []
    await bar.get_by_role("button", name="Stop").click()
    await expect(bar).to_have_count(0)
    await expect(eve.page.get_by_text("nothing was begun")).to_be_visible()
    await eve.account("Decisions about you")
    await expect(eve.page.get_by_text("your device works for a little while, by itself")).to_be_visible()
    assert await axe.violations() == []
    assert stores.change(checked, asked) == [], "nobody was asked"
