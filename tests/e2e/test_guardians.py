# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A minor, a guardian who agrees and reads nothing; somebody frozen; every place by keys."""

from __future__ import annotations

import re
from datetime import date

from playwright.async_api import expect

from tests.e2e.contacts import UNSAID, code_of, no_requests, told, type_code
from tests.e2e.person import DRAWN
from tests.e2e.test_keyboard import tab_through, tab_to
from tests.e2e.town import Town


async def test_a_guardian_agrees_first_and_reads_nothing(town: Town) -> None:
    gwen, kim = await town.person("gwen.g"), await town.person("kim.g", age=UNSAID)
    await gwen.account("Guardians")
    code = await code_of(gwen, "Watch over somebody")
    found = await type_code(kim, code)
    await expect(found).to_contain_text("becomes your guardian")
    await kim.press("Take gwen.g as guardian")
    await expect(told(kim, "Done.")).to_be_visible()
    await kim.account("Guardians")
    over = kim.page.get_by_role("region", name="Who watches over you")
    await expect(over).to_contain_text("gwen.g")
    await expect(over).to_contain_text("cannot read anything that you write or get")

    bob = await town.person("bob.g")
    await bob.ask_unseen("kim.g")
    await no_requests(kim)
    await gwen.requests()
    await expect(gwen.page.get_by_role("region", name="For kim.g")).to_contain_text("bob.g")
    await gwen.press("Agree to bob.g")
    await kim.accept("bob.g")
    await kim.account("People")
    await kim.page.get_by_role("region", name="Contacts").get_by_role("button", name="bob.g").click()
    await expect(kim.page.get_by_text("a guardian agreed", exact=False)).to_be_visible()
    await kim.press("Talk with bob.g")
    await kim.say("canary that no guardian reads")
    await bob.open("kim.g")
    await bob.sees("canary that no guardian reads")

    await gwen.account("Guardians")
    ward = gwen.page.get_by_role("article", name="kim.g")
    await expect(ward).to_contain_text("Nobody asks for kim.g")
    day = date(date.today().year + 3, 6, 1)
    await gwen.field("An adult from this day on").fill(day.isoformat())
    await gwen.press("Set the day")
    await expect(ward).to_contain_text(f"{day.year}")
    assert "canary" not in await gwen.page.locator("body").inner_text()
    await gwen.press("kim.g is an adult now")
    await gwen.sheet("Is kim.g an adult?").get_by_role("button", name="kim.g is an adult").click()
    await expect(ward).to_have_count(0)
    await kim.account("Profile and age")
    await expect(kim.page.get_by_text("You count as 18 or older.")).to_be_visible()


async def test_who_is_frozen_is_not_shown_and_not_told(town: Town) -> None:
    alice, bob = await town.person("alice.i"), await town.person("bob.i")
    await alice.begin(bob)
    await alice.say("before the ice")
    await bob.open("alice.i")
    await bob.sees("before the ice")
    details = await bob.details("alice.i")
    await details.get_by_role("region", name="People").get_by_role("button", name="alice.i").click()
    await expect(bob.button("Talk with alice.i")).to_be_visible()
    await bob.press("Freeze alice.i")
    standing = bob.page.get_by_role("region", name="alice.i", exact=True)
    await expect(standing).to_contain_text("You froze alice.i.")
    await expect(standing.locator(".buttons").first.get_by_role("button")).to_have_text(
        ["Unfreeze alice.i", "What you wrote each other", "End the contact"]
    )
    await expect(bob.button("Unfreeze alice.i")).to_be_focused()
    await expect(bob.row("alice.i")).to_have_count(0)
    await alice.say("canary under the ice")
    await expect(alice.message("canary under the ice")).to_contain_text(re.compile("sent|delivered"))
    await expect(bob.page.get_by_text("canary", exact=False)).to_have_count(0)
    assert "canary" not in await bob.page.locator("body").inner_text()
    await bob.account("People")
    await expect(bob.page.get_by_role("region", name="Contacts")).to_contain_text("frozen")
    await bob.page.get_by_role("region", name="Contacts").get_by_role("button", name="alice.i").click()
    await bob.press("Unfreeze alice.i")
    await expect(bob.button("Freeze alice.i")).to_be_focused()
    await expect(bob.button("Talk with alice.i")).to_be_visible()
    await expect(bob.row("alice.i")).to_contain_text("canary under the ice")
    await bob.open("alice.i")
    await bob.sees("canary under the ice")


async def test_the_focus_is_seen_at_every_place_of_contacts(town: Town) -> None:
    alice, bob = await town.person("alice.o"), await town.person("bob.o")
    await bob.ask_for("alice.o")
    await alice.requests()
    await expect(alice.button("Accept bob.o")).to_be_visible()
    stops = await tab_through(alice.page)
    assert [stop for stop in stops if "Accept" in stop]
    await alice.press("Accept bob.o")
    for way in ("People", "Profile and age", "Guardians"):
        await alice.account(way)
        await expect(alice.page.get_by_role("region", name=way, exact=True)).to_be_visible()
        await alice.page.evaluate(DRAWN)
        await tab_through(alice.page)
    await alice.press("Watch over somebody")
    await tab_to(alice.page, alice.button("Show a code"))
    await alice.page.keyboard.press("Enter")
    await expect(alice.page.get_by_role("status", name="Code")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.get_by_role("region", name="Guardians", exact=True)).to_be_visible()
