# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation of years: it opens at its end, is read to its beginning without a gap, and is searched."""

from __future__ import annotations

import asyncio
import os
import re

import pytest
from bench.long_talk import FIRST_SEQ, RARE, LongTalk, fill, text_of
from playwright.async_api import expect

from privity.client.host import wall_ms
from privity.faces.demo.throwaway import PASSPHRASE
from tests.e2e.person import Person
from tests.e2e.running import App, window
from tests.e2e.scrolling import to_beginning
from tests.e2e.town import Town

MESSAGES = 10_000
MANY = int(os.environ.get("PRIVITY_PROVE_E2E_MESSAGES", "100000"))
LIMIT_S = 900
"""What hangs ends; how long it takes is measured by `make bench-app`."""
MOST_ROWS = 600
"""A page that kept every row would slow down with the years."""


async def read_it_all(town: Town, talk: LongTalk) -> None:
    app = App(town.folder / "home of years")
    await fill(town.hub, app.home, talk, wall_ms())
    town.stack.push_async_callback(app.stop)
    opened = await town.stack.enter_async_context(window(town.browser, await app.start()))
    alice = Person(talk.handle, app, opened)
    town.people.append(alice)
    await alice.page.get_by_role("list", name="Accounts").get_by_role("button", name=talk.handle).click()
    await alice.unlock(PASSPHRASE)
    await expect(alice.conversations).to_be_visible()
    await alice.open(talk.other)
    newest = alice.message(text_of(talk.messages - 1)[:60])
    await expect(newest).to_be_in_viewport()

    await alice.page.get_by_role("button", name="Search in this conversation").click()
    await alice.field("Words to find").fill(RARE[:5])
    hits = alice.page.get_by_role("main").get_by_role("listitem").get_by_role("button")
    await expect(hits).to_have_count(min(talk.rare, 50))
    if talk.rare > 50:
        await alice.press("Show older ones")
        await expect(hits).to_have_count(min(talk.rare, 200))
    await hits.last.click()
    await expect(alice.message(text_of(0 if talk.rare <= 200 else talk.messages)[:40])).to_be_in_viewport()
    await alice.press(re.compile("^To the newest"))
    await expect(newest).to_be_in_viewport()

    scrolled = await to_beginning(alice.page, 60 * talk.messages)
    assert [gap for gap in scrolled.gaps if gap[0] >= FIRST_SEQ] == []
    assert [seq for seq in scrolled.seen if seq >= FIRST_SEQ] == [*range(FIRST_SEQ, FIRST_SEQ + talk.messages)]
    assert scrolled.most < MOST_ROWS
    town.check_quiet()


async def test_a_conversation_of_years_is_read_to_its_beginning_and_searched(town: Town) -> None:
    async with asyncio.timeout(LIMIT_S):
        await read_it_all(town, LongTalk("alice.years", "bob.years", MESSAGES))


@pytest.mark.prove
async def test_a_conversation_of_a_hundred_thousand(town: Town) -> None:
    await read_it_all(town, LongTalk("alice.decades", "bob.decades", MANY))
