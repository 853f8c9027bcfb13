# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody does between a question and its answer: a second press, another choice, another place.

Both happen in one step of the page, so that no answer can come in between, however fast the machine is.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.contacts import code_of, type_code
from tests.e2e.town import Pair

pytestmark = pytest.mark.asyncio(loop_scope="module")

TWICE = "(button) => { button.click(); button.click(); }"
ALL = "(buttons) => buttons.forEach((each) => each.click())"


async def one_after_another(first: Locator, then: Locator) -> None:
    """Press both in one step of the page."""
    await first.evaluate("(first, then) => { first.click(); then.click(); }", await then.element_handle())


async def test_an_edit_that_is_saved_twice_is_one_edit(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    await alice.act("Hello from the lighthouse", "Edit")
    await expect(alice.composer).to_have_value("Hello from the lighthouse")
    await alice.composer.fill("Hello from the tower")
    await alice.button("Save").evaluate(TWICE)
    await expect(alice.composer).to_have_value("")
    await bob.sees("Hello from the tower")
    await bob.say("I see you")
    await alice.sees("I see you")  # whatever else alice sent is with bob by now
    await bob.act("Hello from the tower", "What it said before")
    await expect(bob.sheet("What it said before").get_by_role("listitem")).to_have_count(1)
    await bob.close_sheet()


async def test_whoever_answers_while_an_edit_is_saved_goes_on_answering(pair: Pair) -> None:
    alice = pair.alice
    await alice.act("Hello from the tower", "Edit")
    await expect(alice.composer).to_have_value("Hello from the tower")
    await alice.composer.fill("Hello from the top of the tower")
    await (
        alice.message("I see you")
        .get_by_role("button", name="What can be done")
        .evaluate(
            """(menu) => {
          document.querySelector("form.composer").requestSubmit();
          menu.click();
        }"""
        )
    )
    await alice.sheet("Message").get_by_role("button", name="Reply", exact=True).click()
    await alice.sees("Hello from the top of the tower")
    await alice.say("And I you")
    answer = alice.message("And I you").get_by_role("button", name=re.compile("^In answer to bob.t: I see you$"))
    await expect(answer).to_be_visible()


async def test_two_boxes_that_are_unticked_at_once_both_stay_so(pair: Pair) -> None:
    alice = pair.alice
    await alice.account("Settings")
    told = alice.page.get_by_role("group", name="What others hear from you").get_by_role("checkbox")
    await expect(told).to_have_count(3)
    await told.evaluate_all(ALL)
    await alice.to_list()
    await alice.account("Settings")  # what the daemon has of it
    await expect(told).to_have_count(3)
    for place in range(3):
        await expect(told.nth(place)).not_to_be_checked()
    await told.evaluate_all(ALL)
    for place in range(3):
        await expect(told.nth(place)).to_be_checked()


async def test_a_code_that_was_looked_at_is_the_one_that_is_used(pair: Pair) -> None:
    alice = pair.alice
    carl = await pair.town.person("carl.t")
    await carl.account("People")
    code = await code_of(carl, "Meet in person")
    found = await type_code(alice, code)
    await expect(found).to_contain_text("carl.t")
    await alice.field("Code").fill("nobody's code")
    await alice.press("Become contacts with carl.t")
    await expect(alice.page.get_by_role("status").filter(has_text="the device of carl.t has answered")).to_be_visible()
    await carl.account("People")
    await expect(carl.page.get_by_role("region", name="Contacts")).to_contain_text("alice.t")


async def test_a_contact_who_is_pressed_twice_is_invited_once(pair: Pair) -> None:
    alice = pair.alice
    await alice.to_list()
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Boat builders")
    await alice.press("Create the group")
    await alice.press("Invite somebody")
    await alice.page.get_by_role("region", name="Contacts").get_by_role("button", name="bob.t").evaluate(TWICE)
    people = alice.page.get_by_role("complementary", name="Details").get_by_role("region", name="People")
    await expect(people.get_by_role("heading", name="2 people")).to_be_visible()
    await expect(alice.page.get_by_role("region", name="Boat builders", exact=True)).to_be_visible()


async def test_whoever_goes_elsewhere_while_a_group_is_made_stays_there(pair: Pair) -> None:
    alice = pair.alice
    await alice.to_list()
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Night walks")
    await one_after_another(
        alice.button("Create the group"), alice.conversations.get_by_role("button", name="Find a person")
    )
    await expect(alice.row("Night walks")).to_be_visible()
    await expect(alice.page.get_by_role("region", name="Find a person", exact=True)).to_be_visible()
    await alice.open("Night walks")


async def test_whoever_leaves_a_person_before_the_answer_asks_about_nobody_and_keeps_the_line(pair: Pair) -> None:
    alice = pair.alice
    details = await alice.details("bob.t")
    await details.get_by_role("button", name="bob.t").click()
    await expect(alice.page.get_by_role("region", name="Safety number")).to_be_visible()
    lines: list[str] = []
    alice.page.on("websocket", lambda line: lines.append(line.url))
    compared = alice.button("We compared it, and it is the same")
    await one_after_another(compared, alice.conversations.get_by_role("button", name="Find a person"))
    await alice.to_list()
    details = await alice.details("bob.t")
    await details.get_by_role("button", name="bob.t").click()
    await alice.press("Take back that I compared it")
    await expect(compared).to_be_visible()
    assert lines == [], "the page began anew"
