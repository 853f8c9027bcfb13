# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Browser, daemon and hub are killed amid sending: nothing is lost, nothing comes twice, no draft vanishes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from privity.faces.demo.home import Home
from tests.e2e.person import Person
from tests.e2e.running import START_S, chromium, window
from tests.e2e.town import Town, town_of

MESSAGES = 9


@pytest.fixture
async def own_town(tmp_path: Path) -> AsyncIterator[Town]:
    """With a hub of its own, which is killed too."""
    home = Home(tmp_path / "hub")
    home.folder.mkdir()
    home.init()
    try:
        home.witness.start()
        home.start_hub()
        async with town_of(home, tmp_path) as town:
            yield town
    finally:
        home.stop()


async def type_quickly(one: Person, texts: list[str]) -> None:
    """Without waiting for any of them."""
    for text in texts:
        await one.composer.fill(text)
        await one.composer.press("Enter")


async def each_once(one: Person, texts: list[str]) -> None:
    """Every one stands in the conversation, once, in the order in which it was written."""
    articles = one.log.get_by_role("article", name=re.compile(": sent "))
    await expect(articles).to_have_count(len(texts))
    labels = [await each.get_attribute("aria-label") for each in await articles.all()]
    assert [(label or "").split(": ")[-1] for label in labels] == texts


async def pair(town: Town) -> tuple[Person, Person]:
    alice, bob = await town.person("alice.q"), await town.person("bob.q")
    await alice.begin(bob)
    await alice.say("ready")
    await bob.open("alice.q")
    await bob.sees("ready")
    return alice, bob


async def test_whatever_is_killed_nothing_is_lost_or_doubled(own_town: Town) -> None:
    town = own_town
    alice, bob = await pair(town)
    port = urlsplit(alice.page.url).port
    assert port is not None
    texts = [f"sent hub {number}" for number in range(MESSAGES)]
    await type_quickly(alice, texts[:4])
    town.hub.hub.kill()
    await type_quickly(alice, texts[4:])
    await expect(alice.page.get_by_role("status").filter(has_text="hub").first).to_be_visible()
    await asyncio.to_thread(town.hub.start_hub)
    await each_once(bob, texts)

    more = [f"sent daemon {number}" for number in range(MESSAGES)]
    await type_quickly(alice, more[:5])
    await alice.app.kill()
    await type_quickly(alice, more[5:])
    await alice.composer.fill("half a sentence when the daemon died")
    await expect(alice.page.get_by_role("status").filter(has_text="does not answer")).to_be_visible()
    await alice.app.start(port)
    await alice.unlock()  # the page goes on by itself; the keys were in the memory of the daemon that died
    await alice.open("bob.q")
    await expect(alice.composer).to_have_value("half a sentence when the daemon died")
    await each_once(bob, [*texts, *more])
    await each_once(alice, [*texts, *more])


async def test_a_killed_browser_loses_nothing_that_was_sent_and_no_draft(own_town: Town) -> None:
    town = own_town
    bob = await town.person("bob.w")
    async with chromium() as browser:
        visitor = await town.visitor("alice.w")
        address = await visitor.app.again()
        async with window(browser, address) as opened:
            alice = Person("alice.w", visitor.app, opened)
            await alice.create(town.hub.url, town.hub.invite())
            await alice.begin(bob)
            texts = [f"sent browser {number}" for number in range(MESSAGES)]
            await type_quickly(alice, texts)
            await alice.composer.fill("half a sentence when the browser died")
            await expect(alice.row("bob.w")).to_contain_text("half a sentence when the browser died")
            session = await browser.new_browser_cdp_session()
            processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
            main = next(each["id"] for each in processes if each["type"] == "browser")
            gone = asyncio.Event()
            browser.on("disconnected", lambda _: gone.set())
            os.kill(main, signal.SIGKILL)
            await asyncio.wait_for(gone.wait(), START_S)
    async with chromium() as browser, window(browser, await visitor.app.again()) as opened:
        alice = Person("alice.w", visitor.app, opened)
        await alice.page.get_by_role("list", name="Accounts").get_by_role("button", name="alice.w").click()
        await alice.open("bob.w")
        await expect(alice.composer).to_have_value("half a sentence when the browser died")
        await each_once(alice, texts)
        await bob.open("alice.w")
        await each_once(bob, texts)
