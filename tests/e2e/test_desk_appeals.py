# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is rare at the desk, in Chromium: appeals, a case of its own, reports that did not open, who needs somebody."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from playwright.async_api import expect

from privity.faces.demo.home import Home
from privity.faces.demo.person import Person, until
from privity.identity.uris import new_room_uri
from privity.message import sealed_report
from privity.message.report import AbuseReport, Reason, Subject
from tests.e2e.axe import need_axe
from tests.e2e.running import chromium
from tests.e2e.staff import Colleague, without_scripts
from tests.e2e.test_desk_cases import (
    WHY,
    Reported,
    at_the_desk,
    find_case,
    letter,
    reported,
    stripes,
    tab_to,
    two_people,
    until_shown,
)
from tests.e2e.test_desk_console import look_over
from tests.waiting import accepts

__all__ = ["reported"]

HOSTILE = "</pre><script>alert(1)</script> {{7*7}} invoice\u202egpj.exe"
OTHER = "I looked at it anew, and it was meant for a kettle."


async def test_appeals_are_answered_by_somebody_who_had_no_part(reported: Reported) -> None:
    need_axe()
    wrong: list[str] = []
    async with (
        chromium() as browser,
        at_the_desk(browser, reported, "Maren Tolk", "moderator", "appeals") as maren,
        at_the_desk(browser, reported, "Ines Vogt", "appeals") as ines,
    ):
        await ines.open("/appeals")
        await look_over(ines, "appeals-none", wrong)
        case = await find_case(maren, reported)
        await maren.open(f"/case/{case}")
        await maren.press("Take this case")
        for action, days in (("warn", ""), ("limit", "3")):
            reference = await _decided(maren, reported.alice, case, action, days)
            await reported.alice.ask("appeal", reference=reference, text=f"It was my kettle. {HOSTILE}")
            await _until_at(ines, "/appeals", "Appeal")
        await look_over(ines, "appeals", wrong)

        await maren.open("/appeals")
        await maren.follow(maren.page.get_by_role("link", name=re.compile("^Appeal ")).first)
        await expect(maren.page.get_by_text("Somebody else answers.")).to_be_visible()
        await look_over(maren, "appeal-own", wrong)

        first = await _to_the_first_appeal_by_keys(ines)
        await look_over(ines, "appeal", wrong)
        main = ines.page.get_by_role("main")
        await expect(main).not_to_contain_text("kettle")
        await tab_to(ines, ines.page.get_by_role("button", name="Show words"))
        await ines.page.keyboard.press("Enter")
        words = ines.page.get_by_role("region", name="Words of the appeal")
        await expect(words).to_contain_text("It was my kettle. </pre><script>alert(1)</script> {{7*7}} invoice")
        await expect(words.locator(".sign")).to_have_text(["U+202E right-to-left override"])
        await look_over(ines, "appeal-words", wrong)
        await tab_to(ines, ines.page.get_by_label("stays as it is"))
        await ines.page.keyboard.press("ArrowDown")
        await expect(ines.page.get_by_label("is undone: what it restricts is free again")).to_be_checked()
        await tab_to(ines, ines.page.get_by_label("Why, in words that the person will read"))
        await ines.page.keyboard.type(OTHER)
        await tab_to(ines, ines.page.get_by_role("button", name="Answer", exact=True))
        await ines.page.keyboard.press("Enter")
        await expect(main).to_contain_text("The decision was undone")
        assert ines.page.url.endswith(first)
        await look_over(ines, "appeal-overturned", wrong)
        await until(partial(_told, reported.alice, OTHER), "hub", "Alice to read the answer")

        async with without_scripts(browser, ines) as plain:
            await plain.open("/appeals")
            await plain.follow(plain.page.get_by_role("link", name=re.compile("^Appeal ")))
            await plain.press("Show words")
            await expect(plain.page.get_by_role("main")).to_contain_text("It was my kettle.")
            await plain.page.get_by_label("stays as it is").check()
            await plain.page.get_by_label("Why, in words that the person will read").fill("You went on after that.")
            await plain.press("Answer")
            await expect(plain.page.get_by_role("main")).to_contain_text("The decision stays")
            await ines.page.goto(plain.page.url)
        await look_over(ines, "appeal-upheld", wrong)
        await until(partial(_told, reported.alice, "You went on after that."), "hub", "Alice to read the other answer")
        standing = await reported.alice.ask("standing")
        assert standing["standing"] == "limited"
        await ines.open("/appeals")
        await expect(ines.page.get_by_text("Nobody waits for an answer.")).to_be_visible()
    assert wrong == []


async def test_a_case_of_the_desks_own(hub: Home, tmp_path: Path) -> None:
    need_axe()
    wrong: list[str] = []
    async with two_people(hub, tmp_path) as here, chromium() as browser:
        picture = tmp_path / "teapot.png"
        await asyncio.to_thread(picture.write_bytes, stripes())
        await here.alice.ask("put_profile", name="The Teapot Museum", bio="Tea, and <b>more</b>.", picture=str(picture))
        async with at_the_desk(browser, here, "Maren Tolk", "moderator") as maren:
            await maren.open("/queue")
            await look_over(maren, "queue-open-a-case", wrong)
            await tab_to(maren, maren.page.get_by_role("link", name="Open a case"))
            await maren.page.keyboard.press("Enter")
            await expect(maren.heading("Open a case")).to_be_visible()
            await look_over(maren, "open", wrong)
            await maren.page.get_by_label("About whom or what").fill("@nobody.at.all")
            await maren.page.get_by_label("What is wrong").select_option("impersonation")
            await maren.page.get_by_label("Why, and how you know").fill(HOSTILE)
            await maren.press("Open the case")
            await expect(maren.page.get_by_text("NobodyThere")).to_be_visible()
            await look_over(maren, "open-nobody", wrong)
            maren.complaints.clear()  # the refusal's status
            await maren.page.go_back()
            await tab_to(maren, maren.page.get_by_label("About whom or what"))
            await maren.page.keyboard.press("Control+a")
            await maren.page.keyboard.type(here.alice.user_uri)
            await tab_to(maren, maren.page.get_by_role("button", name="Open the case"))
            await maren.page.keyboard.press("Enter")
            await expect(maren.heading("What the account shows")).to_be_visible()
            main = maren.page.get_by_role("main")
            await expect(main).to_contain_text("Nobody reported it")
            await expect(main.locator(".sign")).to_have_text(["U+202E right-to-left override"])
            await expect(main).to_contain_text("</pre><script>alert(1)</script> {{7*7}} invoice")
            await letter(maren, "d")
            await expect(maren.page.get_by_text("taken, by Maren Tolk")).to_be_visible()
            await look_over(maren, "case-own", wrong)
            case = maren.page.url.rpartition("/")[2]

            await maren.press("Ask the hub now")
            await expect(maren.page.get_by_role("region", name="Name of the account")).to_have_text("The Teapot Museum")
            await expect(main).to_contain_text("Tea, and <b>more</b>.")
            await look_over(maren, "profile", wrong)
            await maren.page.get_by_label("Why it has to be seen").fill("Is it the museum's?")
            await maren.page.get_by_label("How much").select_option("larger")
            await maren.press("Reveal for 20 seconds")
            await maren.hold()
            image = maren.page.get_by_role("img", name="The picture of the profile, larger, without colour")
            await expect(image).to_be_visible()
            assert await image.evaluate("each => [each.naturalWidth, each.naturalHeight]") == [480, 320]
            await look_over(maren, "profile-picture", wrong)

            async with without_scripts(browser, maren) as plain:
                await plain.open(f"/case/{case}")
                await plain.page.get_by_label("A copy that was kept").select_option("0")
                await plain.press("Show the copy")
                await expect(plain.page.get_by_role("main")).to_contain_text("As it was when this copy was kept")
                await plain.open(f"/case/{case}")
                offered = await plain.page.get_by_label("Action").locator("option").all_inner_texts()
                assert not any(word.startswith(("ban", "suspend", "limit", "close")) for word in offered), offered
                await plain.page.get_by_label("Action").select_option("remove_public")
                await plain.page.get_by_label("Reason, in words that the person will read").fill(
                    "You pose as a museum."
                )
                await plain.press("Look at it before it counts")
                await expect(plain.page.get_by_role("main")).to_contain_text("nobody reported it")
                await plain.press("Decide")
                await expect(plain.page.get_by_role("main")).to_contain_text("decided")
            await until(partial(_hidden, here.alice), "hub", "the profile to be shown to nobody")
            await maren.open(f"/case/{case}")
            await maren.page.get_by_label("Action").select_option("warn")
            await maren.page.get_by_label("Reason, in words that the person will read").fill("You pose as a museum.")
            await maren.press("Look at it before it counts")
            await expect(main).to_contain_text("without reading any conversation")
            await look_over(maren, "before-it-counts-own", wrong)
            await maren.open(f"/case/{case}")
            await maren.press("Ask the hub now")
            await expect(main).to_contain_text("nobody: a decision took it from others")
    assert wrong == []


async def test_reports_that_did_not_open_and_what_needs_somebody(hub: Home, tmp_path: Path) -> None:
    need_axe()
    wrong: list[str] = []
    older = X25519PrivateKey.generate()
    async with two_people(hub, tmp_path) as here, chromium() as browser:
        report = AbuseReport(
            here.bob.user_uri, here.alice.user_uri, "", Reason.SPAM, "an invented note", (), Subject.PERSON
        )
        sealed = sealed_report.seal(older.public_key().public_bytes_raw(), report)
        for data in (sealed, b"teapots"):
            await here.bob.ask("send_sealed", sealed=data.hex())
        async with at_the_desk(browser, here, "Maren Tolk", "moderator") as maren:
            await _until_at(maren, "/unopened", "2 wait for somebody")
            await look_over(maren, "unopened", wrong)
            await _needs_somebody(maren)
            await look_over(maren, "attention", wrong)
            await tab_to(maren, maren.page.get_by_role("link", name="2 reports did not open"))
            await maren.page.keyboard.press("Enter")
            await tab_to(maren, maren.page.get_by_role("button", name="Try again").first)
            await maren.page.keyboard.press("Enter")
            await expect(maren.page.get_by_text("it still does not open with any key of this desk")).to_be_visible()
            await look_over(maren, "unopened-still", wrong)

            aside = maren.page.locator("summary", has_text="Put aside").last
            await tab_to(maren, aside)
            await maren.page.keyboard.press("Enter")
            await maren.page.keyboard.press("Tab")
            await maren.page.keyboard.type(f"A test of ours. {HOSTILE}")
            await look_over(maren, "unopened-aside", wrong)
            await maren.page.keyboard.press("Enter")
            await expect(maren.page.get_by_text("1 waits for somebody")).to_be_visible()
            await maren.follow(maren.page.get_by_role("link", name="Put aside", exact=True))
            await expect(maren.page.get_by_role("main")).to_contain_text("A test of ours. </pre><script>alert(1)")
            await look_over(maren, "put-aside", wrong)

            async with _with_key(hub, older.private_bytes_raw()), without_scripts(browser, maren) as plain:
                await plain.open("/unopened")
                await plain.follow(plain.page.get_by_role("button", name="Try again"))
                await expect(plain.page.get_by_role("main")).to_contain_text(re.compile("Report [0-9]+: spam"))
                await plain.open("/unopened")
                await expect(plain.page.get_by_text("Every report could be opened and read.")).to_be_visible()
                await maren.open("/unopened")
                await look_over(maren, "unopened-none", wrong)
    assert wrong == []


async def _decided(one: Colleague, whom: Person, case: int, action: str, days: str) -> str:
    """Decide on the first message; the reference that the person reads."""
    before = len((await whom.ask("standing"))["statements"])
    await one.open(f"/case/{case}")
    await one.page.get_by_label("Action").select_option(action)
    if days:
        await one.page.get_by_label("Days, where it has an end").fill(days)
    await one.page.get_by_label(re.compile("report [0-9]+, message 0")).first.check()
    await one.page.get_by_label("Reason, in words that the person will read").fill(WHY)
    await one.press("Look at it before it counts")
    await one.press("Decide")
    await expect(one.page.get_by_role("main")).to_contain_text(f"{action}: effective")
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = (await whom.ask("standing"))["statements"]
        return len(found) > before

    await until(there, "hub", f"{whom.name} to be told")
    return str(max(found, key=lambda each: each["at_ms"])["reference"])


async def _to_the_first_appeal_by_keys(one: Colleague) -> str:
    await one.open("/appeals")
    link = one.page.get_by_role("link", name=re.compile("^Appeal ")).first
    address = await link.get_attribute("href") or ""
    for _ in range(10):
        await letter(one, "j")
        if await link.evaluate("each => each === document.activeElement"):
            break
    await letter(one, "o")
    await expect(one.heading(f"Appeal {address.rpartition('/')[2]}")).to_be_visible()
    return address


async def _needs_somebody(one: Colleague) -> None:
    """Something that was escalated, and something that the hub would not do: links of a conversation that is none."""
    await one.open("/open")
    await one.page.get_by_label("About whom or what").fill(new_room_uri("localhost", os.urandom))
    await one.page.get_by_label("What is wrong").select_option("spam")
    await one.page.get_by_label("Why, and how you know").fill("A link is passed around. An invented case.")
    await one.press("Open the case")
    await one.press("Take this case")
    for action, to in (("remove_links", ""), ("escalate", "senior")):
        await one.page.get_by_label("Action").select_option(action)
        await one.page.get_by_label("Escalated to").select_option(to)
        words = HOSTILE.replace("\u202e", "")  # which no reason may hold
        await one.page.get_by_label("Reason, in words that the person will read").fill(words)
        await one.press("Look at it before it counts")
        await one.press("Decide")
        await expect(one.page.get_by_role("main")).to_contain_text(f"{action.replace('_', ' ')}: effective")
    await _until_at(one, "/attention", "Remove links")
    await expect(one.page.get_by_role("list", name="Escalated: senior")).to_contain_text("</pre><script>alert(1)")


@asynccontextmanager
async def _with_key(home: Home, private: bytes) -> AsyncIterator[None]:
    """The desk started anew with an intake key of before that was found again."""
    found, written = home.home / "desk" / "keys" / "older.key", home.config.read_text()
    found.touch(0o600)
    found.write_bytes(private)
    try:
        await _restarted(home, written.replace("[desk]\n", '[desk]\nolder_intake_keys = ["desk/keys/older.key"]\n'))
        yield
    finally:
        await _restarted(home, written)


async def _restarted(home: Home, config: str) -> None:
    await asyncio.to_thread(home.desk.stop)
    home.config.write_text(config)
    home.desk.start()

    async def there() -> bool:
        return accepts(home.desk_port)

    await until(there, "desk", "the desk to listen")


async def _until_at(one: Colleague, path: str, words: str) -> None:
    await one.open(path)
    await until_shown(one, words)


async def _told(person: Person, words: str) -> bool:
    return any(words in each["text"] for each in (await person.ask("standing"))["statements"])


async def _hidden(person: Person) -> bool:
    return bool((await person.ask("standing"))["hidden"])
