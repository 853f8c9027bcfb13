# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two people in two browsers, with a home and a daemon each: what they do in a day."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from privity.message.report import Reason
from tests.e2e.material import MIB, bytes_of, harbour
from tests.e2e.test_reporting import receipt_on, report_of
from tests.e2e.town import Pair

pytestmark = pytest.mark.asyncio(loop_scope="module")

WATCH_PROGRESS = """() => {
  window.progress = [];
  const look = () => document.querySelectorAll("progress").forEach((bar) => window.progress.push([bar.value, bar.max]));
  const changes = { subtree: true, childList: true, attributes: true, attributeFilter: ["value", "max"] };
  new MutationObserver(look).observe(document.body, changes);
}"""


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def quiet(pair: Pair) -> AsyncIterator[None]:
    yield
    pair.town.check_quiet()


async def test_they_talk_reply_react_edit_and_delete(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    await bob.say("Hello from the shore")
    await alice.sees("Hello from the shore")

    await bob.act("Hello from the lighthouse", "Reply")
    await bob.say("How is the light?")
    answer = alice.message("How is the light?")
    await expect(
        answer.get_by_role("button", name=re.compile("^In answer to .*: Hello from the lighthouse$"))
    ).to_be_visible()

    sheet = await alice.menu("Hello from the shore")
    await sheet.get_by_role("button", name="React with 👍").click()
    await expect(bob.message("Hello from the shore").get_by_role("button", name="👍 1, alice.t")).to_be_visible()
    await alice.message("Hello from the shore").get_by_role("button", name="👍 1, You").click()
    await expect(bob.message("Hello from the shore").get_by_role("button", name=re.compile("👍"))).to_have_count(0)

    await alice.edit("Hello from the lighthouse", "Hello from the tower")
    await bob.sees("Hello from the tower")
    await bob.act("Hello from the tower", "What it said before")
    await expect(bob.sheet("What it said before")).to_contain_text("Hello from the lighthouse")
    await bob.close_sheet()

    words = answer.get_by_text("How is the light?", exact=True)
    await expect(words).to_be_visible()
    await bob.act("How is the light?", "Delete for everyone")
    await bob.noticed("Your message will be deleted for everyone.")
    await expect(alice.log).to_contain_text("bob.t deleted this message")
    await expect(words).to_have_count(0)


async def test_a_message_disappears_on_both_sides(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    await alice.field("When the message disappears").select_option(label="Disappears 1 hour after sending")
    await alice.say("The key is under the third stone")
    await alice.field("When the message disappears").select_option(label="Stays")
    await expect(bob.message("The key is under the third stone")).to_contain_text("disappears in")


async def test_a_file_of_25_mb_arrives_whole_and_shows_its_progress(pair: Pair, tmp_path: Path) -> None:
    alice, bob = pair.alice, pair.bob
    file = bytes_of(tmp_path / "tide-tables.bin", 25 * MIB)
    await alice.page.evaluate(WATCH_PROGRESS)
    await alice.send_file(file)
    await expect(bob.file("tide-tables.bin")).to_contain_text("26 MB")
    async with bob.page.expect_download() as saving:
        await bob.file("tide-tables.bin").get_by_role("button", name="Save tide-tables.bin").click()
    saved = await (await saving.value).path()
    assert saved.read_bytes() == file.read_bytes()
    await expect(alice.file("tide-tables.bin")).to_be_visible()
    seen: list[tuple[float, float]] = await alice.page.evaluate("window.progress")
    assert any(0 < done < total for done, total in seen), f"no progress was shown between nothing and all: {seen[:20]}"
    assert max(total for _, total in seen) >= 25 * MIB


async def test_a_picture_is_shown_and_can_be_kept(pair: Pair, tmp_path: Path) -> None:
    alice, bob = pair.alice, pair.bob
    await alice.send_file(harbour(tmp_path / "harbour.png"))
    shown = bob.log.get_by_role("img", name="harbour.png")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") > 0
    assert (await shown.get_attribute("src") or "").startswith("blob:")


async def test_a_report_reaches_the_desk_and_is_verified(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    await alice.say("Buy my invented amulets or else")
    await bob.sees("Buy my invented amulets or else")
    await bob.act("Buy my invented amulets or else", "Report")
    sheet = bob.sheet("Report alice.t")
    await sheet.get_by_role("radio", name="A threat of violence").check()
    await sheet.get_by_role("button", name="Go on").click()
    offered = sheet.get_by_role("list", name="Messages that are sent").get_by_role("checkbox")
    await expect(offered.first).to_be_checked()
    await sheet.get_by_role("button", name="Send this message to the desk").click()
    await expect(bob.sheet("Reported")).to_contain_text("The desk has it")
    found = await report_of(pair.town, await receipt_on(bob))
    await bob.press("Done")
    assert found["reason"] == Reason.THREAT
    assert [message["outcome"] for message in found["messages"]] == ["VERIFIED_AUTHORSHIP"]


async def test_who_was_away_catches_up(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    await bob.app.stop()
    await expect(bob.page.get_by_role("status").filter(has_text="does not answer")).to_be_visible()
    for number in range(3):
        await alice.say(f"While you were away, {number}")
    await bob.enter(await bob.app.start())
    await expect(bob.row("alice.t")).to_have_accessible_name(re.compile(" 3 unread$"))
    await bob.open("alice.t")
    for number in range(3):
        await bob.sees(f"While you were away, {number}")
    await expect(bob.log.get_by_text("New since you were here")).to_be_visible()
    await bob.say("Back again")
    await alice.sees("Back again")
    pair.town.hush()


async def test_a_conversation_is_muted_archived_drafted_and_searched(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    await bob.say("The heron stands in the reeds")
    await alice.sees("The heron stands in the reeds")
    details = await alice.details("bob.t")
    await details.get_by_role("button", name="Mute", exact=True).click()
    await expect(alice.row("bob.t")).to_contain_text("muted")
    await details.get_by_role("button", name="Unmute").click()
    await expect(alice.row("bob.t")).not_to_contain_text("muted")
    await details.get_by_role("button", name="Archive", exact=True).click()
    await expect(alice.row("bob.t")).to_have_count(0)
    await alice.press("Archived (1)")
    await expect(alice.row("bob.t")).to_be_visible()
    await details.get_by_role("button", name="Take out of the archive").click()
    await alice.press("Archived")
    await expect(alice.row("bob.t")).to_be_visible()

    await alice.open("bob.t")
    await alice.composer.fill("I meant to say")
    await alice.conversations.get_by_role("button", name="New group").click()
    await expect(alice.row("bob.t")).to_contain_text("Draft: I meant to say")
    await alice.open("bob.t")
    await expect(alice.composer).to_have_value("I meant to say")
    await alice.composer.fill("")

    await alice.page.get_by_role("heading", name="bob.t").first.focus()
    await alice.press("Search in this conversation")
    await alice.field("Words to find").fill("hero")
    hit = alice.page.get_by_role("main").get_by_role("listitem").filter(has_text="The heron stands in the reeds")
    await expect(hit).to_have_count(1)
    await hit.get_by_role("button").click()
    await expect(alice.message("The heron stands in the reeds")).to_be_in_viewport()


async def test_they_compare_the_safety_number(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    numbers = []
    for one, other in ((alice, bob), (bob, alice)):
        details = await one.details(other.handle)
        person = details.get_by_role("region", name="People").get_by_role("button", name=other.handle)
        await expect(person).to_contain_text("logged")
        await person.click()
        region = one.page.get_by_role("region", name="Safety number")
        digits = re.findall(r"\d+", await region.inner_text())
        numbers.append("".join(digits))
    assert len(numbers[0]) == 60
    assert numbers[0] == numbers[1]
    await alice.press("We compared it, and it is the same")
    await expect(alice.page.get_by_role("main").get_by_text("checked", exact=True)).to_be_visible()
    await alice.open("bob.t")
    await expect(alice.button(re.compile("^bob.t checked"))).to_be_visible()


async def test_a_group_with_a_name_and_its_members(pair: Pair) -> None:
    alice, bob = pair.alice, pair.bob
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Boat builders")
    await alice.press("Create the group")
    await alice.press("Invite somebody")
    await alice.field("Handle").fill("bob.t")
    await alice.press("Find")
    await alice.press("Invite bob.t")
    people = alice.page.get_by_role("complementary", name="Details").get_by_role("region", name="People")
    await expect(people.get_by_role("heading", name="2 people")).to_be_visible()
    await expect(people.get_by_role("button", name=re.compile("^bob.t checked"))).to_be_visible()
    await alice.open("Boat builders")
    await alice.say("The keel is laid")
    await bob.open("Boat builders")
    await bob.sees("The keel is laid")
    await bob.say("Then the planks")
    await alice.sees("Then the planks")
