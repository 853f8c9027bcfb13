# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was said before a device came is asked for by the new one and given by the old one; a link can be forgotten."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.test_backup import under_way
from tests.e2e.test_devices import DIGITS
from tests.e2e.town import Town


async def test_a_new_device_is_given_what_was_said_before(town: Town) -> None:
    alice, bob = await town.person("alice.o"), await town.person("bob.o")
    await alice.begin(bob)
    await alice.say("Said long before")
    await alice.sees("Said long before")
    tablet = await town.visitor("alice.o", width=360, height=740)
    await tablet.press(re.compile("^Link this machine"))
    await tablet.field("Address of the hub").fill(town.hub.url)
    await tablet.fill_passphrase()
    await tablet.page.get_by_role("checkbox", name="Also bring over what was said before").check()
    await tablet.press("Show the code")
    code = await tablet.page.get_by_label("Code", exact=True).inner_text()
    await alice.account("Devices")
    await alice.press("Add a device")
    await alice.field("Code of the new device").fill(code)
    await alice.press("Go on")
    await expect(tablet.page.get_by_text(DIGITS)).to_be_visible()
    await alice.page.get_by_role("checkbox", name="Pass on what was said before").check()
    await tablet.press("They are the same")
    await alice.press("They are the same")
    await under_way(tablet, "It is here")
    await under_way(alice, "Passed on")
    await tablet.open("bob.o")
    await tablet.sees("Said long before")
    await expect(tablet.page.get_by_text("from the backup", exact=False).first).to_be_visible()
    await alice.to_list()
    await expect(alice.row("between your devices")).to_have_count(0)


async def test_a_link_that_came_to_nothing_is_forgotten(town: Town) -> None:
    visitor = await town.visitor("alice.f", width=360, height=740)
    await visitor.press(re.compile("^Link this machine"))
    await visitor.field("Address of the hub").fill(town.hub.url)
    await visitor.fill_passphrase()
    await visitor.press("Show the code")
    await visitor.press("Forget this link")
    await expect(visitor.heading("Welcome")).to_be_visible()
    await visitor.press(re.compile("^Link this machine"))
    await visitor.field("Address of the hub").fill(town.hub.url)
    await visitor.fill_passphrase()
    await visitor.press("Show the code")
    await expect(visitor.page.get_by_label("Code", exact=True)).to_be_visible()

    await visitor.app.kill()
    town.hush()
    await visitor.page.goto("about:blank")
    await visitor.page.goto(await visitor.app.start())
    await visitor.page.get_by_role("list", name="Accounts").get_by_role("button").click()
    await visitor.unlock()
    await visitor.press("Forget a link that came to nothing")
    await visitor.field("Passphrase").fill("a guess")
    await visitor.press("Forget the link")
    await expect(visitor.page.get_by_role("main").get_by_role("alert")).to_be_visible()
    await visitor.field("Passphrase").fill("invented words for a passphrase")
    await visitor.press("Forget the link")
    await expect(visitor.heading("Welcome")).to_be_visible()
    town.hush()
