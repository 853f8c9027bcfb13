# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Naming somebody while one writes, by keyboard and on a phone; and seeing that somebody writes."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.e2e.axe import Axe, need_axe
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE, take
from tests.e2e.town import Town


def names(one: Person) -> Locator:
    return one.page.get_by_role("listbox", name="People you can name")


def option(one: Person, handle: str) -> Locator:
    return names(one).get_by_role("option", name=re.compile(re.escape(handle)))


def writers(one: Person) -> Locator:
    return one.page.locator("[data-writers]")


async def group(alice: Person, *others: Person) -> None:
    for other in others:
        await alice.befriend(other)
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Boat builders")
    await alice.press("Create the group")
    for other in others:
        await alice.press("Invite somebody")
        await alice.field("Handle").fill(other.handle)
        await alice.press("Find")
        await alice.press(f"Invite {other.handle}")
    people = alice.page.get_by_role("complementary", name="Details").get_by_role("region", name="People")
    await expect(people.get_by_role("heading", name=f"{len(others) + 1} people")).to_be_visible()
    for one in (alice, *others):
        await one.open("Boat builders")


async def test_somebody_is_named_by_keyboard_and_reads_it_under_their_own_name(town: Town) -> None:
    alice, bob, carl = [await town.person(handle) for handle in ("alice.w", "bob.w", "carl.w")]
    await group(alice, bob, carl)

    await alice.composer.press_sequentially("Ask @")
    await expect(names(alice).get_by_role("option")).to_have_count(2)
    await expect(option(alice, "alice.w")).to_have_count(0)
    await expect(alice.page.get_by_role("status").filter(has_text="2 people to name")).to_be_attached()
    await expect(option(alice, "bob.w")).to_have_attribute("aria-selected", "true")
    await alice.composer.press("ArrowDown")
    await expect(option(alice, "carl.w")).to_have_attribute("aria-selected", "true")
    chosen = await option(alice, "carl.w").get_attribute("id")
    await expect(alice.composer).to_have_attribute("aria-activedescendant", str(chosen))
    await alice.composer.press("Escape")
    await expect(names(alice)).to_have_count(0)
    await expect(alice.composer).to_have_value("Ask @")
    await expect(alice.page.get_by_role("region", name="Boat builders", exact=True)).to_be_visible()
    await alice.composer.press_sequentially("bo")
    await expect(names(alice).get_by_role("option")).to_have_count(1)
    await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value("Ask @bob.w ")
    await alice.composer.press_sequentially("about the keel")
    await alice.composer.press("Enter")

    said = bob.message("about the keel")
    await expect(said.locator("strong", has_text="@you")).to_be_visible()
    await expect(carl.message("about the keel").locator("strong", has_text="@bob.w")).to_be_visible()
    await expect(alice.message("about the keel").locator("strong", has_text="@bob.w")).to_be_visible()

    await alice.act("about the keel", "Edit")
    await expect(alice.composer).to_have_value("Ask @bob.w about the keel")
    await alice.composer.fill("Ask @carl.w about the keel")
    await alice.press("Save")
    await expect(said.locator("strong", has_text="@carl.w")).to_be_visible()


async def test_nobody_can_put_one_name_over_another(town: Town) -> None:
    """What a mention leads to counts; its words are its sender's, and nobody's who is not here."""
    alice, bob, carl = [await town.person(handle) for handle in ("alice.v", "bob.v", "carl.v")]
    await group(alice, bob, carl)
    (account,) = (await alice.app.ask({"do": "overview"}))["accounts"]
    rooms = await alice.app.ask({"do": "conversations", "account": account["account"]})
    room = next(each["room_uri"] for each in rooms["conversations"] if each["title"] == "Boat builders")
    details = await alice.app.ask({"do": "details", "account": account["account"], "room_uri": room})
    people = {each["person"]["handle"]: each["person"]["user_uri"] for each in details["members"]}
    stranger = people["carl.v"][:-26] + "a" * 26

    await alice.say(f"[@bob.v]({people['carl.v']}) owes you, and so does [@the bank]({stranger})", shown="owes you")
    lie = bob.message("owes you")
    await expect(lie.locator("strong")).to_have_text(["@carl.v"])
    await expect(lie).to_contain_text("@carl.v owes you, and so does @the bank")
    await expect(carl.message("owes you").locator("strong")).to_have_text(["@you"])
    await alice.say("mail me at alice@bob.v, not `@bob.v` and not @nobody", shown="mail me")
    await expect(bob.message("mail me at")).to_be_visible()
    await expect(bob.message("mail me at").locator("strong")).to_have_count(0)


async def test_naming_and_writing_on_a_phone(town: Town) -> None:
    need_axe()
    alice, bob = await town.person("alice.p"), await town.person("bob.p")
    await alice.begin(bob)
    await alice.say("Hello from the lighthouse")
    await bob.open("alice.p")
    await bob.sees("Hello from the lighthouse")
    await bob.say("Hello from the shore")
    await alice.sees("Hello from the shore")
    axe = await Axe.of(alice.page)
    wrong: list[str] = []
    await alice.composer.press_sequentially("Are you there, @")
    await expect(names(alice)).to_be_visible()
    for mode in (*WIDE, *PHONE):
        await mode.put_on(alice.page)
        await expect(names(alice)).to_be_visible()
        wrong += [f"{mode.name}: {each}" for each in await axe.violations()]
        await take(alice.page, f"naming-{mode.name}")
        if mode in PHONE:
            wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await alice.page.evaluate(wider) == 0
    await option(alice, "bob.p").click()
    await expect(alice.composer).to_have_value("Are you there, @bob.p ")
    await expect(alice.composer).to_be_focused()
    await bob.composer.press_sequentially("Y")
    await alice.noticed("bob.p is writing")
    for mode in (*WIDE, *PHONE):
        await mode.put_on(alice.page)
        wrong += [f"{mode.name}: {each}" for each in await axe.violations()]
        await take(alice.page, f"somebody-writes-{mode.name}")
    assert wrong == []


async def test_one_sees_that_somebody_writes_until_they_have_said_it(town: Town) -> None:
    alice, bob = await town.person("alice.y"), await town.person("bob.y")
    await alice.begin(bob)
    await alice.say("Hello")
    await bob.open("alice.y")
    await bob.sees("Hello")
    await expect(writers(alice)).to_have_text("")
    await bob.composer.press_sequentially("Is it")
    await bob.say("first words")
    await alice.sees("first words")
    await expect(writers(alice)).to_have_text("")

    await alice.composer.press_sequentially("And now")
    await bob.noticed("alice.y is writing")
    await alice.say("I have said it")
    await bob.sees("I have said it")
    await expect(writers(bob)).to_have_text("")

    await bob.account("Settings")
    off = bob.page.get_by_role("checkbox", name=re.compile("^That you are writing"))
    await expect(off).to_be_checked()
    await off.uncheck()
    await expect(off).not_to_be_checked()
    await bob.to_list()
    await bob.open("alice.y")
    await bob.composer.press_sequentially("Nobody sees this")
    await alice.composer.press_sequentially("Nor is this seen")
    await bob.say("It was off")
    await alice.sees("It was off")
    await expect(writers(alice)).to_have_text("")
    await expect(writers(bob)).to_have_text("")
