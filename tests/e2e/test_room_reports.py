# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to those who look after a group, in browsers: who is asked, who sees what, what is done, who is not told."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, expect

from privity.message.report import Reason
from tests.e2e.material import harbour
from tests.e2e.person import Person
from tests.e2e.test_groups import choose, invite, looking, new_group
from tests.e2e.test_keyboard import tab_to
from tests.e2e.test_notified import HIDDEN, WATCH, told
from tests.e2e.test_reporting import report_of
from tests.e2e.town import Town

GROUP = "Boat builders"
SPAM = "Forty teapots, one price"
FETCHED = "performance.getEntriesByType('resource').filter((each) => each.name.includes('/previews/')).length"


async def group_of(town: Town, ending: str) -> tuple[Person, Person, Person]:
    """An admin and two members of their group."""
    alice, bob, carl = [await town.person(f"{name}.{ending}") for name in ("alice", "bob", "carl")]
    for other in (bob, carl):
        await alice.befriend(other)
    await new_group(alice, GROUP)
    for other in (bob, carl):
        await invite(alice, other.handle)
    return alice, bob, carl


async def uri_of(person: Person) -> str:
    """The address of an account, as its own program knows it."""
    (account,) = (await person.app.ask({"do": "overview"}))["accounts"]
    return str(account["user_uri"])


async def begin_report(person: Person, text: str, of: Person, reason: str = "Spam") -> Locator:
    """The sheet of a report of a message, past what is wrong with it."""
    await person.open(GROUP)
    await person.sees(text)
    await person.close_notices()
    await person.act(text, "Report")
    sheet = person.sheet(f"Report {of.handle}")
    await sheet.get_by_role("radio", name=reason).check()
    await sheet.get_by_role("button", name="Go on").click()
    return sheet


async def received(person: Person) -> Locator:
    """The list of reports that came to somebody, reached from the details of the group."""
    details = await person.details(GROUP)
    await details.get_by_role("button", name=re.compile(r"^Reports \(\d+\)$")).click()
    waiting = person.page.get_by_role("list", name="Waiting")
    await expect(waiting).to_be_visible()
    return waiting


async def test_a_member_reports_to_the_admin_who_deletes_and_bans_and_the_accused_sees_that_alone(town: Town) -> None:
    alice, bob, carl = await group_of(town, "m")
    look, teller = await looking(alice), await looking(bob)
    await carl.open(GROUP)
    await carl.say(SPAM)
    await carl.sees(SPAM)
    sheet = await begin_report(bob, SPAM, carl)
    first = sheet.get_by_role("button", name=re.compile("^To the people who look after this conversation"))
    await expect(first).to_contain_text("alice.m")
    await expect(first).to_contain_text("They see your name and these messages")
    await expect(first).to_contain_text("carl.m does not learn of it")
    await expect(first).to_be_focused()
    await teller.at("room-report-whom")
    await first.click()
    await expect(sheet).to_contain_text("These messages go to alice.m, sealed so that only they can read them")
    await expect(sheet.get_by_role("checkbox", name="They may name me if they pass it on")).not_to_be_checked()
    await sheet.get_by_label("Anything to add (optional)").fill("The third time this week.")
    await teller.at("room-report-what")
    await sheet.get_by_role("button", name="Send this message to alice.m").click()
    await expect(bob.sheet("Reported")).to_contain_text("What is done about it you see in the conversation")
    await teller.at("room-report-sent")
    await bob.press("Your reports")
    own = bob.page.get_by_role("list", name="Reports")
    await expect(own).to_contain_text(f"A message of carl.m in {GROUP}")
    await expect(own).to_contain_text(f"Those who look after {GROUP} have it")

    await alice.to_list()
    await expect(alice.row(GROUP)).to_have_accessible_name(re.compile("1 reported to you"))
    await alice.close_notices()
    await look.at("room-report-mark")
    await alice.open(GROUP)
    await expect(alice.page.get_by_text("1 report of a member waits for you.")).to_be_visible()
    await look.at("room-report-line")
    waiting = await received(alice)
    await expect(waiting).to_contain_text("A message of carl.m")
    await expect(waiting).to_contain_text("by bob.m")
    await look.at("room-report-list")
    await waiting.get_by_role("button").click()
    reported = alice.page.get_by_role("list", name="What was reported")
    await expect(reported).to_contain_text(SPAM)
    await expect(reported).to_contain_text("You received it too.")
    await expect(alice.page.get_by_role("region", name="What bob.m says")).to_contain_text("The third time this week.")
    await look.at("room-report-one")
    await alice.press("Delete the message for everyone")
    await alice.noticed("The message will be deleted for everyone. All see by whom.")
    await alice.to_list()  # it is done all the same
    await expect(carl.log).to_contain_text("Deleted by alice.m, admin")
    details = await alice.details(GROUP)
    await details.get_by_role("button", name=re.compile("^Reports")).click()
    await alice.page.get_by_text("Settled (1)", exact=True).click()
    await alice.page.get_by_role("list", name="Settled").get_by_role("button").click()
    await expect(alice.page.get_by_text("You deleted what was reported.")).to_be_visible()
    await look.at("room-report-deleted")
    await alice.press("Ban carl.m…")
    await alice.press("Ban carl.m")
    await expect(alice.page.get_by_text("You banned carl.m.")).to_be_visible()
    await expect(alice.page.get_by_text("carl.m is no longer in the conversation.")).to_be_visible()
    await look.at("room-report-banned")

    await expect(carl.log).to_contain_text("you were banned (by alice.m)")
    said = await carl.page.get_by_role("main").inner_text()
    after = said.partition(SPAM)[2] or said.partition("Deleted by alice.m")[2]
    assert after and "bob.m" not in after, "nobody tells whoever was reported who reported"
    assert "report" not in (await carl.page.locator("body").inner_text()).lower(), "nor that there was a report"
    await carl.account("Your reports")
    await expect(carl.page.get_by_text("You have reported nothing", exact=False)).to_be_visible()

    await own.get_by_role("button", name="Report to the server too").click()
    await expect(own).to_contain_text("You reported it to the server too.")
    await teller.at("room-report-own")
    found = await report_of(town, await own.locator("code").first.inner_text())
    assert (found["reason"], found["level"], len(found["messages"])) == (Reason.SPAM, 2, 1)
    assert look.wrong + teller.wrong == []


async def test_a_moderator_passes_a_report_of_an_admin_on_and_the_admin_does_not_get_it(town: Town) -> None:
    alice, bob, carl = await group_of(town, "p")
    look = await looking(bob)
    await alice.open(GROUP)
    await alice.say("An admin may sell teapots")
    sheet = await begin_report(carl, "An admin may sell teapots", alice)
    await expect(sheet.get_by_role("button", name=re.compile("^To the people"))).to_have_count(0)
    await expect(sheet).to_contain_text("the safety desk of the hub")
    await carl.close_sheet()

    await alice.details(GROUP)
    await choose(alice, bob.handle, re.compile("^Make a moderator"))
    await bob.open(GROUP)
    await expect(bob.log).to_contain_text("you are a moderator now")
    await bob.window.context.grant_permissions(["notifications"])
    await bob.page.evaluate(WATCH)
    await bob.account("Settings")
    await bob.page.get_by_role("radio", name="That something came, and nothing else").check()
    await bob.to_list()
    await bob.page.evaluate(HIDDEN, True)

    details = await carl.details(GROUP)
    await details.get_by_role("region", name="People").get_by_role("button", name=re.compile("^alice.p")).click()
    await carl.press("Report alice.p")
    sheet = carl.sheet("Report alice.p")
    await sheet.get_by_role("radio", name="Harassment").check()
    await sheet.get_by_role("button", name="Go on").click()
    keepers = sheet.get_by_role("button", name=re.compile("^To the people who look after this conversation"))
    await expect(keepers).to_contain_text("bob.p. They see your name and what you write")
    await carl.close_sheet()

    sheet = await begin_report(carl, "An admin may sell teapots", alice, reason="Fraud")
    first = sheet.get_by_role("button", name=re.compile("^To the people who look after this conversation"))
    await expect(first).to_contain_text("bob.p. They see")
    await expect(first).not_to_contain_text("alice.p.")
    await first.click()
    await sheet.get_by_role("checkbox", name="They may name me if they pass it on").check()
    await sheet.get_by_role("button", name="Send this message to bob.p").click()
    await expect(carl.sheet("Reported")).to_be_visible()

    await expect(bob.row(GROUP)).to_have_accessible_name(re.compile("1 reported to you"))
    await told(bob, [("Privity", "New report")])  # that one came, and nothing of it
    await bob.page.evaluate(HIDDEN, False)
    waiting = await received(bob)
    await waiting.get_by_role("button").click()
    await expect(bob.button("Remove alice.p")).to_have_count(0)  # a moderator cannot take an admin out
    await bob.press("Pass it on to the server's desk…")
    sheet = bob.sheet("Pass it on to the desk")
    await expect(sheet).to_contain_text("It learns that carl.p reported first.")
    await sheet.get_by_label("What the desk should know (optional)").fill("I cannot remove an admin.")
    await look.at("room-report-pass-on")
    await sheet.get_by_role("button", name="Pass it on").click()
    receipt = await sheet.locator("code").inner_text()
    await sheet.get_by_role("button", name="Done").click()
    await expect(bob.page.get_by_text("You passed it on to the server's desk.")).to_be_visible()
    found = await report_of(town, receipt)
    assert (found["reason"], found["level"]) == (Reason.FRAUD, 2)
    assert (found["reporter_uri"], found["escalated_for"]) == (await uri_of(bob), await uri_of(carl))
    assert found["accused_uri"] == await uri_of(alice)

    hers = await alice.details(GROUP)
    await hers.get_by_role("button", name="Reports", exact=True).click()
    await expect(alice.page.get_by_text("No report waits.", exact=False)).to_be_visible()
    await expect(alice.page.get_by_role("group")).to_have_count(0)  # nor is there one that was settled
    assert look.wrong == []


async def test_a_report_with_a_picture_is_settled_by_keyboard_alone_and_the_picture_stays_covered(
    town: Town, tmp_path: Path
) -> None:
    alice, bob, carl = await group_of(town, "k")
    look = await looking(alice)
    await carl.open(GROUP)
    await carl.send_file(harbour(tmp_path / "harbour.png"))
    await bob.open(GROUP)
    await bob.file("harbour.png").get_by_role("button", name="What can be done").click()
    await bob.sheet("Message").get_by_role("button", name="Report", exact=True).click()
    sheet, press = bob.sheet("Report carl.k"), bob.page.keyboard.press
    await expect(sheet.get_by_role("radio").first).to_be_focused()
    await press("Space")
    await press("Enter")
    await expect(sheet.get_by_role("button", name=re.compile("^To the people who look after"))).to_be_focused()
    await press("ArrowDown")
    await expect(sheet.get_by_role("button", name=re.compile("^To the people who run this server"))).to_be_focused()
    await press("ArrowUp")
    await press("Enter")
    send = sheet.get_by_role("button", name="Send this message to alice.k")
    await tab_to(bob.page, send)
    await press("Enter")
    await expect(bob.sheet("Reported")).to_be_visible()

    await alice.open(GROUP)
    whole = "(picture) => picture.decode().then(() => picture.naturalWidth)"
    assert await alice.log.get_by_role("img", name="harbour.png").evaluate(whole) > 0
    press = alice.page.keyboard.press
    await tab_to(alice.page, alice.button("See what was reported"))
    await press("Enter")
    waiting = alice.page.get_by_role("list", name="Waiting")
    await tab_to(alice.page, waiting.get_by_role("button"))
    await alice.close_notices()
    await tab_to(alice.page, waiting.get_by_role("button"))
    seen = await alice.page.evaluate(FETCHED)
    assert seen == 1, "the one that the group itself has shown"
    await press("Enter")
    covered = alice.page.get_by_role("button", name=re.compile("^Show the picture"))
    await expect(covered).to_contain_text("It was reported")
    await look.at("room-report-covered")
    assert await alice.page.evaluate(FETCHED) == seen, "nothing is fetched before it is asked for"
    await tab_to(alice.page, covered)
    await press("Enter")
    await expect(alice.page.get_by_role("img", name="harbour.png")).to_be_visible()
    await tab_to(alice.page, alice.button("Nothing to do"))
    await press("Enter")
    await expect(alice.page.get_by_text("You found nothing to do.")).to_be_visible()
    await press("Escape")
    await expect(alice.page.get_by_text("No report waits.", exact=False)).to_be_visible()
    folded = alice.page.get_by_text("Settled (1)")
    await expect(alice.page.get_by_role("list", name="Settled")).not_to_be_visible()
    await folded.focus()
    await press("Enter")
    await expect(alice.page.get_by_role("list", name="Settled")).to_contain_text("You found nothing to do")
    await look.at("room-report-settled")
    await alice.to_list()
    await expect(alice.row(GROUP)).not_to_contain_text("reported to you")
    assert look.wrong == []
