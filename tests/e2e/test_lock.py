# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lock, wrong passphrases, and several accounts side by side on one page."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.person import Person
from tests.e2e.town import Town


async def test_a_locked_account_shows_nothing_and_makes_guessers_wait(town: Town) -> None:
    alice, bob = await town.person("alice.k"), await town.person("bob.k")
    await alice.begin(bob)
    await alice.say("Nobody else's business")
    await alice.sees("Nobody else's business")
    await alice.composer.fill("and this is a draft")
    await alice.account("Lock now")
    await expect(alice.field("Passphrase")).to_be_visible()
    await expect(alice.page.get_by_text("bob.k")).to_have_count(0)
    await expect(alice.page.get_by_text("Nobody else's business")).to_have_count(0)
    for _ in range(3):
        await alice.unlock("a wrong guess")
        await expect(alice.page.get_by_role("alert")).to_be_visible()
        await expect(alice.field("Passphrase")).to_have_value("")
    await alice.noticed("Try again in ")
    await expect(alice.button("Unlock")).to_be_enabled()
    await alice.unlock()
    await expect(alice.row("bob.k")).to_contain_text("and this is a draft")
    await alice.open("bob.k")
    await alice.sees("Nobody else's business")
    await expect(alice.composer).to_have_value("and this is a draft")


async def test_two_accounts_side_by_side(town: Town) -> None:
    alice, bob = await town.person("alice.s"), await town.person("bob.s")
    await bob.befriend(alice)
    await alice.account("All accounts, and another one")
    work = Person("alice.work", alice.app, alice.window)
    await work.create(town.hub.url, town.hub.invite())
    await bob.press("Talk with alice.s")
    await bob.say("For the other of your names")
    switch = work.conversations.get_by_role("button").first
    await expect(switch).to_have_accessible_name(re.compile("alice.work .* 1 unread in other accounts"))
    await work.account("alice.s")
    await alice.open("bob.s")
    await alice.sees("For the other of your names")
    await alice.account("alice.work")
    await expect(work.page.get_by_text("No conversations yet", exact=False)).to_be_visible()
