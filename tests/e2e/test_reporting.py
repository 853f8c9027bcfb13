# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reporting in a browser: messages, people, conversations; what came of it; decisions about oneself; strangers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import expect

from privity.desk.main import now_ms
from privity.message.report import Reason
from privity.wire.staff import EffectParams, Verb
from tests.e2e.axe import need_axe
from tests.e2e.contacts import no_requests
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE, Mode
from tests.e2e.test_screens import look_over
from tests.e2e.town import Town
from tests.hub_effects import DECISION, asked_for, home_does, limited
from tests.waiting import wait_until

SCREENS = 14
HOUR_MS = 3_600_000


async def report_of(town: Town, receipt: str) -> dict[str, Any]:
    """What the desk found of the report with this receipt."""

    def found() -> list[dict[str, Any]]:
        return [each for each in town.hub.reports() if each["receipt"] == receipt]

    await asyncio.to_thread(wait_until, lambda: bool(found()), "the desk's finding")
    return found()[0]


async def receipt_on(person: Person) -> str:
    """The receipt of what was reported just now."""
    shown = person.sheet("Reported").locator("code")
    await expect(shown).to_be_visible()
    receipt: str = await shown.inner_text()
    return receipt


async def uri_of(town: Town, person: Person) -> str:
    """The address of an account, as the desk learns it from a report that the person makes."""
    await person.account("Your reports")
    receipt = await person.page.get_by_role("list", name="Reports").locator("code").first.inner_text()
    return str((await report_of(town, receipt))["reporter_uri"])


async def test_several_messages_are_reported_and_their_sender_blocked_in_one_act(town: Town) -> None:
    alice, bob = await town.person("alice.r"), await town.person("bob.r")
    await alice.begin(bob)
    for number in range(3):
        await alice.say(f"Forty teapots, offer {number}")
    await bob.open("alice.r")
    await bob.act("Forty teapots, offer 2", "Report")
    sheet = bob.sheet("Report alice.r")
    await sheet.get_by_role("radio", name="Spam, or something I did not ask for").check()
    await sheet.get_by_role("button", name="Go on").click()
    offered = sheet.get_by_role("list", name="Messages that are sent").get_by_role("checkbox")
    await offered.nth(1).check()
    await sheet.get_by_role("checkbox", name=re.compile("^Block alice.r")).check()
    await sheet.get_by_role("button", name="Send 2 messages to the desk").click()
    found = await report_of(town, await receipt_on(bob))
    assert (found["reason"], found["level"], len(found["messages"])) == (Reason.SPAM, 2, 2)
    await bob.press("Your reports")
    listed = bob.page.get_by_role("list", name="Reports")
    await expect(listed).to_contain_text("2 messages of alice.r")
    await expect(listed).to_contain_text("has said nothing yet")
    await alice.composer.fill("Forty more?")
    await alice.composer.press("Enter")
    await expect(alice.log.get_by_role("alert")).to_contain_text("takes no messages here")


async def test_a_group_is_reported_and_left_by_keyboard_alone(town: Town) -> None:
    alice, bob = await town.person("alice.k"), await town.person("bob.k")
    await alice.befriend(bob)
    await alice.to_list()
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Teapots only")
    await alice.press("Create the group")
    await alice.press("Invite somebody")
    await alice.field("Handle").fill("bob.k")
    await alice.press("Find")
    await alice.press("Invite bob.k")
    await bob.details("Teapots only")
    press = bob.page.keyboard.press
    await bob.button("Report the conversation").focus()
    await press("Enter")
    sheet = bob.sheet("Report Teapots only")
    await expect(sheet.get_by_role("radio").first).to_be_focused()
    await press("Space")
    await press("Enter")
    await expect(sheet.get_by_label("What happened (optional)")).to_be_focused()
    await press("Tab")
    await expect(sheet.get_by_role("checkbox", name="Leave this conversation")).to_be_focused()
    await press("Space")
    await press("Tab")
    await press("Enter")
    found = await report_of(town, await receipt_on(bob))
    assert (found["subject"], found["level"], found["accused_uri"]) == ("room", 0, None)
    await press("Escape")
    await expect(bob.page.get_by_text("You are no longer in this conversation")).to_be_visible()


async def test_an_invitation_by_a_stranger_is_reported_declined_and_its_maker_blocked(town: Town) -> None:
    alice, bob = await town.person("alice.i"), await town.person("bob.i")
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Teapots only")
    await alice.press("Create the group")
    await alice.press("Invite somebody")
    await alice.field("Handle").fill("bob.i")
    await alice.press("Find")
    await alice.press("Invite bob.i")
    await bob.requests()
    await bob.press("Decline, and report it")
    sheet = bob.sheet("Report alice.i")
    await sheet.get_by_role("radio", name="Spam, or something I did not ask for").check()
    await sheet.get_by_role("button", name="Go on").click()
    await expect(sheet.get_by_role("checkbox", name="Say no to it")).to_be_checked()
    await sheet.get_by_role("checkbox", name=re.compile("^Block alice.i")).check()
    await sheet.get_by_role("button", name="Send the report to the desk").click()
    found = await report_of(town, await receipt_on(bob))
    assert (found["subject"], found["level"], found["messages"]) == ("invitation", 0, [])
    await bob.press("Done")
    await expect(bob.page.get_by_text("Nobody waits for you", exact=False)).to_be_visible()
    await bob.press("Back")
    await no_requests(bob)


async def safety_screens(town: Town, one: Person) -> AsyncIterator[str]:
    """Every screen about safety, with something on it."""
    friend = await town.person(f"gus.{one.handle[-1]}g")
    await friend.begin(one)
    await friend.say("Hello dear. Let us go on in another program, I need a gift card now: https://teapots.example")
    await one.open(friend.handle)
    await one.sees("I need a gift card now")
    await expect(one.button("Understood")).to_be_visible()
    await expect(one.log.get_by_role("note")).to_contain_text("money")
    yield "safety-stranger"
    await one.press("Report or block")
    yield "safety-person-why"
    await one.page.get_by_role("radio", name="Fraud, or a lie to get money").check()
    await one.press("Go on")
    yield "safety-person-what"
    await one.press("Send the report to the desk")
    receipt = await receipt_on(one)
    yield "safety-reported"
    await one.press("Done")
    await one.press("Understood")
    await expect(one.button("Understood")).to_have_count(0)
    user_uri = await uri_of(town, one)
    told = EffectParams(text="The account can begin no conversations for a week.", receipt=receipt)
    await home_does(town.hub.config, 1, Verb.TELL, user_uri, told)
    await expect(one.page.get_by_role("list", name="Reports")).to_contain_text("no conversations for a week")
    await one.close_notices()
    yield "safety-reports"
    await one.press("Ask for another look")
    await one.field("What is wrong with it").fill("He goes on in the next conversation.")
    yield "safety-another-look"
    await one.press("Hand it in")
    await expect(one.sheet("Ask for another look")).to_contain_text("The answer comes here")
    await one.press("Done")
    asked = one.page.get_by_role("list", name="Reports")
    await expect(asked).to_contain_text("You asked for another look")
    await expect(asked).to_contain_text("nothing was decided yet")
    await one.close_notices()
    await one.to_list()
    await one.account("Decisions about you")
    await expect(one.page.get_by_text("Nothing stands against your account.")).to_be_visible()
    yield "safety-good"
    until_ms = now_ms() + HOUR_MS
    why = (
        "You sent the same offer to many people who had not asked for it.\n\n"
        "The rule: no bulk messages to people who do not know you. People decided this, and no machine."
    )
    restricted = EffectParams(decision=DECISION, until_ms=until_ms)
    await home_does(town.hub.config, 2, Verb.LIMIT, user_uri, restricted)
    stated = EffectParams(decision=DECISION, statement=limited(until_ms, why))
    await home_does(town.hub.config, 3, Verb.STATEMENT, user_uri, stated)
    await expect(one.page.get_by_role("list", name="Decisions")).to_contain_text("no bulk messages")
    await one.page.get_by_role("alert").get_by_role("button", name="Close this notice").click()
    yield "safety-decision"
    await one.press("Appeal")
    await one.field("What is wrong with it").fill("It was a recipe for tea, and three friends had asked for it.")
    yield "safety-appeal"
    await one.press("Hand it in")
    await one.press("Done")
    appealed = one.page.get_by_role("list", name="Decisions")
    await expect(appealed).to_contain_text("You appealed")
    await expect(appealed).to_contain_text("no such decision")
    await one.close_notices()
    yield "safety-appealed"
    await one.to_list()
    bar = one.page.get_by_role("complementary", name="Standing of your account")
    await expect(bar).to_contain_text("Your account is limited until")
    yield "safety-limited"
    await one.conversations.get_by_role("button", name="New group").click()
    await one.field("Name of the group").fill("More teapots")
    await one.press("Create the group")
    await one.noticed("does not allow this until")
    yield "safety-refused"
    await home_does(town.hub.config, 4, Verb.LIFT, user_uri, EffectParams(decision=DECISION))
    await bar.get_by_role("button", name="Read why, and appeal").click()
    await expect(one.page.get_by_text("Nothing stands against your account.")).to_be_visible()
    words = (
        "An authority asks the people who run this server for data of your account. Nothing has been handed over by"
        " this request yet.\n\nNobody here can decrypt your conversations."
    )
    notice = EffectParams(statement=asked_for(now_ms() + 7 * 24 * HOUR_MS, words))
    await home_does(town.hub.config, 5, Verb.LEGAL_NOTICE, user_uri, notice)
    request = one.page.get_by_role("listitem").filter(has_text="An authority asks for: data of your account")
    await expect(request).to_contain_text("You can object until")
    await one.page.get_by_role("alert").get_by_role("button", name="Close this notice").click()
    yield "safety-asked-for"
    await one.press("Object")
    await one.field("What is wrong with it").fill("I am another collector of teapots.")
    yield "safety-objecting"
    await one.press("Hand it in")
    await one.press("Done")
    await expect(request).to_contain_text("You objected")
    await expect(request).to_contain_text("no such notice went to you")
    await one.close_notices()
    await one.to_list()
    await expect(bar).to_have_count(0)


@pytest.mark.parametrize("modes", [WIDE, PHONE], ids=["wide", "phone"])
async def test_every_screen_of_safety_is_right_for_everybody(town: Town, modes: tuple[Mode, ...]) -> None:
    need_axe()
    one = await town.visitor(f"alice.{modes[0].name[0]}", width=modes[0].width, height=modes[0].height)
    await one.create(town.hub.url, town.hub.invite())
    wrong: list[str] = []
    seen = await look_over(one, safety_screens(town, one), modes, wrong)
    assert wrong == []
    assert len(seen) == len(set(seen)) == SCREENS
