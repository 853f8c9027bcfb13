# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Without a mouse: from the first screen to a conversation and through every place of an account, focus always seen."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.e2e.person import DRAWN, PASSPHRASE, Person
from tests.e2e.town import Town

MOST_STOPS = 60
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const ringed = (node) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const { top, bottom, left, right } = one.getBoundingClientRect();
  return {
    what: `${one.tagName.toLowerCase()} ${one.getAttribute("aria-label") ?? one.textContent.trim().slice(0, 40)}`,
    ring: ringed(one) || ringed(one.closest("label") ?? one),
    inside: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
  };
}"""


async def tab_through(page: Page) -> list[str]:
    """Every stop of the Tab key until it comes round again. Each is in sight, and seen to be where the keys go."""
    stops: list[str] = []
    await page.evaluate("document.activeElement?.blur()")
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(FOCUSED)
        if stop is None:  # at the browser's own controls: round
            break
        assert stop["ring"], f"focus is not seen on: {stop['what']}"
        assert stop["inside"], f"focus is out of sight on: {stop['what']}"
        stops.append(stop["what"])
    assert stops, "the Tab key leads nowhere"
    return stops


async def tab_to(page: Page, wanted: Locator) -> None:
    """Once it is there, press Tab until it has the focus."""
    await expect(wanted).to_have_count(1)
    for _ in range(MOST_STOPS):
        if await wanted.count() == 1 and await wanted.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {wanted}")


async def choose(page: Page, wanted: Locator) -> None:
    await expect(wanted).to_be_visible()
    await tab_to(page, wanted)
    await page.keyboard.press("Enter")


async def write(page: Page, wanted: Locator, text: str) -> None:
    await tab_to(page, wanted)
    await page.keyboard.type(text)


async def create_by_keys(town: Town, one: Person) -> None:
    page, keys = one.page, one.page.keyboard
    await expect(one.heading("Welcome")).to_be_visible()
    await tab_through(page)
    await choose(page, one.button(re.compile("^Create an account")))
    await expect(one.field("Address of the hub")).to_be_focused()
    await keys.type(town.hub.url)
    await write(page, one.field("Invite"), town.hub.invite())
    await write(page, one.field("Handle"), one.handle)
    await write(page, one.field("Passphrase"), PASSPHRASE)
    await write(page, one.field("The passphrase again"), PASSPHRASE)
    await tab_to(page, page.get_by_role("radio", name="I would rather not say"))
    await keys.press("ArrowUp")
    await keys.press("ArrowUp")
    await expect(page.get_by_role("radio", name="I am 18 or older")).to_be_checked()
    await tab_to(page, page.get_by_role("checkbox", name="Let people find me by my handle"))
    await keys.press("Space")
    await choose(page, one.button("Create the account"))
    await expect(one.heading("Your recovery phrase")).to_be_visible()
    await tab_to(page, page.get_by_role("checkbox", name="I have them on paper"))
    await keys.press("Space")
    await choose(page, one.button("Go to my conversations"))
    await expect(one.conversations).to_be_visible()


async def test_a_day_without_a_mouse(town: Town) -> None:
    bob = await town.person("bob.y")
    alice = await town.visitor("alice.y")
    page, keys = alice.page, alice.page.keyboard
    await create_by_keys(town, alice)
    await choose(page, alice.button("Find a person").first)
    await expect(alice.field("Handle")).to_be_focused()
    await keys.type("bob.y")
    await keys.press("Enter")
    await choose(page, alice.button("Ask bob.y for contact"))
    await bob.accept("alice.y")
    await choose(page, alice.button("Talk with bob.y"))
    await expect(page.get_by_role("region", name="bob.y", exact=True)).to_be_visible()

    await tab_to(page, alice.composer)
    await keys.type("one line")
    await keys.press("Shift+Enter")
    await keys.type("and a second")
    await keys.press("Enter")
    await alice.sees("one line")
    await expect(alice.composer).to_be_focused()
    await bob.open("alice.y")
    await expect(bob.message("one line")).to_contain_text("and a second")
    await bob.say("an answer")
    await alice.sees("an answer")

    await keys.press("Shift+Tab")
    await tab_to(page, alice.log)
    await keys.press("End")
    await expect(alice.message("an answer")).to_be_focused()
    await keys.press("ArrowUp")
    await expect(alice.message("one line")).to_be_focused()
    assert (await page.evaluate(FOCUSED))["ring"]
    await keys.press("ArrowDown")
    await keys.press("Enter")
    sheet = alice.sheet("Message")
    await expect(sheet.get_by_role("button", name="Reply")).to_be_focused()
    await keys.press("ArrowDown")
    assert (await page.evaluate(FOCUSED))["ring"]
    await keys.press("Home")
    await keys.press("Enter")
    await expect(alice.composer).to_be_focused()
    await expect(alice.button("Do not reply")).to_be_visible()
    await keys.press("Escape")
    await expect(alice.button("Do not reply")).to_have_count(0)

    await alice.composer.evaluate("(field) => field.blur()")
    await keys.press("/")
    await expect(alice.field("Words to find")).to_be_focused()
    await keys.type("answer")
    hit = page.get_by_role("main").get_by_role("listitem").get_by_role("button")
    await expect(hit).to_have_count(1)
    await keys.press("ArrowDown")
    await expect(hit).to_be_focused()
    await keys.press("Enter")
    await expect(alice.message("an answer")).to_be_focused()
    await alice.to_list()
    town.check_quiet()


async def test_every_place_is_left_by_escape_and_shows_its_focus(town: Town) -> None:
    alice, bob = await town.person("alice.z"), await town.person("bob.z")
    await alice.begin(bob)
    await alice.say("something to look at")
    await bob.open("alice.z")
    page, keys = alice.page, alice.page.keyboard
    places = 0
    for way in (
        "Profile and age",
        "People",
        "Guardians",
        "Devices",
        "Key log",
        "What the hub keeps about you",
        "Settings",
    ):
        await alice.to_list()
        await tab_to(page, alice.switch)
        await keys.press("Enter")
        sheet = page.get_by_role("dialog")
        await expect(sheet.get_by_role("button", name="Profile and age")).to_be_focused()
        wanted = sheet.get_by_role("button", name=way, exact=True)
        for _ in range(MOST_STOPS):
            if await wanted.evaluate("(one) => one === document.activeElement"):
                break
            await keys.press("ArrowDown")
        await keys.press("Enter")
        await expect(page.get_by_role("region", name=way, exact=True)).to_be_visible()
        await page.evaluate(DRAWN)
        await tab_through(page)
        places += 1
    for opener in ("Find a person", "New group"):
        await alice.to_list()
        await choose(page, alice.button(opener))
        await tab_through(page)
        places += 1
    await alice.to_list()
    await tab_to(page, alice.row("bob.z"))
    await keys.press("Enter")
    await expect(alice.composer).to_be_focused()  # once its messages are there
    await alice.row("bob.z").focus()
    assert "textarea Message" in await tab_through(page)
    await choose(page, alice.button("Details"))
    await expect(page.get_by_role("complementary", name="Details").get_by_role("region", name="People")).to_be_visible()
    await tab_through(page)
    await choose(page, alice.button("Leave the conversation"))
    await expect(page.get_by_role("dialog")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(alice.button("Leave the conversation")).to_be_focused()
    assert places == 9
