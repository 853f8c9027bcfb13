# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a report of a person's device to a decision that the hub obeys: people at the desk's pages in real Chromium."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, expect

from privity.faces.demo.asking import Refused
from privity.faces.demo.home import Home
from privity.faces.demo.person import Person, until
from tests.e2e.axe import need_axe
from tests.e2e.running import LIMIT_MS, chromium
from tests.e2e.staff import Colleague, colleague, invite, without_scripts
from tests.e2e.test_desk_console import look_over

INSULT = "You are a teapot without a lid. <script>alert(1)</script> {{7*7}} invoice\u202egpj.exe"
WHY = "You insulted somebody who asked you to stop."


@dataclass
class Reported:
    """Alice writes to Bob, and Bob reports what she sends."""

    home: Home
    alice: Person
    bob: Person
    room: str

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.home.desk_port}"


@asynccontextmanager
async def two_people(hub: Home, tmp_path: Path) -> AsyncIterator[Reported]:
    """Alice and Bob, contacts, with nothing sent yet."""
    alice, bob = Person("alice", tmp_path / "alice", hub.url), Person("bob", tmp_path / "bob", hub.url)
    try:
        for person in (alice, bob):
            await person.start()
            person.user_uri = await person.ask(
                "register", handle=_handle(person, tmp_path), invite=hub.invite(), age="adult", listed=True
            )
        await bob.ask("ask_contact", handle=_handle(alice, tmp_path))
        await until(partial(_wishes, alice), "contact", "Alice to see that Bob asks")
        await alice.ask("accept_contact", user_uri=bob.user_uri)
        await until(partial(_knows, bob, alice), "contact", "Bob to hear that Alice said yes")
        yield Reported(hub, alice, bob, await alice.ask("direct", user_uri=bob.user_uri))
    finally:
        for person in (alice, bob):
            await person.stop()


@pytest.fixture
async def reported(hub: Home, tmp_path: Path) -> AsyncIterator[Reported]:
    """Bob has reported a text and a picture."""
    async with two_people(hub, tmp_path) as here:
        alice, bob, room = here.alice, here.bob, here.room
        picture = tmp_path / "teapot.png"
        await asyncio.to_thread(picture.write_bytes, stripes())
        words = await alice.ask("send", room=room, text=INSULT)
        file = await alice.ask("attach", room=room, path=str(picture), caption="look")
        await until(partial(has, bob, room, 2), "delivery", "Bob to have both")
        for message in (words, file):
            await bob.ask("report", room=room, message=message)
        yield here


@asynccontextmanager
async def at_the_desk(browser: Browser, here: Reported, name: str, *roles: str) -> AsyncIterator[Colleague]:
    """Somebody of the staff, signed in."""
    async with colleague(browser, here.origin) as found:
        await found.come(invite(here.home, name, *roles))
        yield found
        assert found.complaints == [], f"the browser of {name} complains: {found.complaints}"


async def test_from_a_report_to_a_ban_that_the_hub_obeys(reported: Reported) -> None:
    need_axe()
    wrong: list[str] = []
    async with chromium() as browser, at_the_desk(browser, reported, "Maren Tolk", "moderator") as maren:
        case = await find_case(maren, reported)
        await maren.open("/queue")
        await look_over(maren, "queue", wrong)
        await _by_keys_to_the_case(maren, case)
        await maren.press("Take this case")
        await expect(maren.page.get_by_text("taken, by Maren Tolk")).to_be_visible()
        await look_over(maren, "case", wrong)
        main = maren.page.get_by_role("main")
        await expect(main).not_to_contain_text("teapot without")
        await expect(main.get_by_text("signed by the sender’s device").first).to_be_visible()

        await maren.follow(card_of(maren, 1).get_by_role("button", name="Show words"))
        await expect(main).to_contain_text("<script>alert(1)</script> {{7*7}} invoice")
        await expect(main.locator(".sign")).to_have_text(["U+202E right-to-left override"])
        await look_over(maren, "words", wrong)

        await maren.page.go_back()
        await maren.follow(card_of(maren, 2).get_by_role("button", name="Show words"))
        await expect(main).to_contain_text("image/png")
        await maren.page.get_by_label("Why it has to be seen").fill("Is it what the report says?")
        await maren.page.get_by_label("How much").select_option("larger")
        await maren.press("Reveal for 20 seconds")
        await maren.hold()
        image = maren.page.get_by_role("img", name=re.compile("reported picture"))
        await expect(image).to_be_visible()
        assert await image.evaluate("each => [each.naturalWidth, each.naturalHeight]") == [480, 320]
        await look_over(maren, "picture", wrong)

        await maren.open(f"/case/{case}")
        await maren.page.get_by_label("Action").select_option("ban")
        await maren.page.get_by_label(re.compile("report [0-9]+, message 0")).first.check()
        await maren.page.get_by_label("Reason, in words that the person will read").fill(WHY)
        await maren.press("Look at it before it counts")
        await expect(main).to_contain_text("somebody else has to agree before anything happens")
        await expect(main).to_contain_text(WHY)
        await look_over(maren, "before-it-counts", wrong)
        await maren.press("Propose it to a second person")
        await expect(main).to_contain_text("proposed")
        await reported.alice.ask("send", room=reported.room, text="still allowed")

        async with at_the_desk(browser, reported, "Ines Vogt", "senior") as ines:
            await ines.open("/second")
            await look_over(ines, "second", wrong)
            await ines.follow(ines.page.get_by_role("link", name=re.compile("^Decision ")))
            await look_over(ines, "decision", wrong)
            await ines.page.get_by_label("Why you agree").fill("I read the message myself.")
            await ines.press("Agree: ban")
            await expect(ines.page.get_by_role("main")).to_contain_text("effective")
            await until_shown(ines, "ban: applied")
            await look_over(ines, "decision-effective", wrong)
        with pytest.raises(Refused):
            await reported.alice.ask("send", room=reported.room, text="not any more")
        await maren.open(f"/case/{case}")
        await look_over(maren, "case-decided", wrong)
    assert wrong == []


async def test_a_referral_is_drafted_and_approved_by_somebody_else(reported: Reported) -> None:
    need_axe()
    wrong: list[str] = []
    async with chromium() as browser, at_the_desk(browser, reported, "Maren Tolk", "moderator") as maren:
        case = await find_case(maren, reported)
        await maren.open(f"/case/{case}")
        await maren.follow(maren.page.get_by_role("link", name="Report it to an authority"))
        await look_over(maren, "refer", wrong)
        await maren.page.get_by_label("What happened").select_option(index=1)
        await maren.press("Draft it")
        await expect(maren.page.get_by_role("main")).to_contain_text("to cybertip: drafted")
        async with at_the_desk(browser, reported, "Rolf Ahn", "referrals") as rolf:
            await rolf.open("/referrals")
            await look_over(rolf, "referrals", wrong)
            await rolf.follow(rolf.page.get_by_role("link", name="Referral 1", exact=True))
            await look_over(rolf, "referral", wrong)
            await rolf.page.get_by_label("send it although nobody could act on it yet").check()
            await rolf.press("Approve and send")
            await expect(rolf.page.get_by_role("main")).to_contain_text("It was approved without:")
            await rolf.press("Show the document")
            await expect(rolf.page.get_by_role("main")).to_contain_text("<?xml")
            await look_over(rolf, "referral-document", wrong)
    assert wrong == []


async def test_everything_works_without_scripts(reported: Reported) -> None:
    """Only the passkey needs a script: who is signed in decides in a browser that runs none."""
    async with chromium() as browser, at_the_desk(browser, reported, "Odo Brandt", "moderator") as odo:
        case = await find_case(odo, reported)
        async with without_scripts(browser, odo) as plain:
            page = plain.page
            await plain.open("/queue")
            await plain.follow(page.get_by_role("link", name=f"Case {case}", exact=True))
            await plain.press("Take this case")
            await plain.follow(card_of(plain, 1).get_by_role("button", name="Show words"))
            await expect(page.get_by_role("main")).to_contain_text("You are a teapot")
            await plain.open(f"/case/{case}")
            await plain.follow(card_of(plain, 2).get_by_role("button", name="Show words"))
            await page.get_by_label("Why it has to be seen").fill("Is it what the report says?")
            await plain.press("Reveal for 20 seconds")
            await expect(page.get_by_role("img", name=re.compile("reported picture"))).to_be_visible()
            await page.wait_for_url(f"**/case/{case}", timeout=4 * LIMIT_MS)  # it closes by itself
            await page.get_by_label("Action").select_option("warn")
            await page.get_by_label(re.compile("report [0-9]+, message 0")).first.check()
            await page.get_by_label("Reason, in words that the person will read").fill(WHY)
            await plain.press("Look at it before it counts")
            await plain.press("Decide")
            await expect(page.get_by_role("main")).to_contain_text("decided")
            await plain.follow(page.get_by_role("link", name=re.compile("^Decision ")))
            await expect(page.get_by_role("main")).to_contain_text("effective")


async def test_everything_works_by_keyboard(reported: Reported) -> None:
    async with chromium() as browser, at_the_desk(browser, reported, "Uta Lenz", "moderator") as uta:
        case = await find_case(uta, reported)
        await uta.open("/queue")
        await _by_keys_to_the_case(uta, case)
        page = uta.page
        await letter(uta, "d")  # takes it
        await expect(page.get_by_text("taken, by Uta Lenz")).to_be_visible()
        await letter(uta, "d")  # to the decision
        await expect(page.get_by_label("Policy")).to_be_focused()
        await tab_to(uta, page.get_by_label("Action"))
        await page.keyboard.type("warn")
        await tab_to(uta, page.get_by_label(re.compile("report [0-9]+, message 0")).first)
        await page.keyboard.press("Space")
        await tab_to(uta, page.get_by_label("Reason, in words that the person will read"))
        await page.keyboard.type(WHY)
        await tab_to(uta, page.get_by_role("button", name="Look at it before it counts"))
        await page.keyboard.press("Enter")
        await tab_to(uta, page.get_by_role("button", name="Decide", exact=True))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("main")).to_contain_text("Decision")
        await letter(uta, "u")
        await expect(uta.heading("Undo")).to_be_visible()
        await letter(uta, "u")  # the reason is missing, so nothing is sent
        await expect(page.get_by_label("Why it is undone")).to_be_focused()
        await page.keyboard.type("It was somebody else.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("main")).to_contain_text("undone")
        await letter(uta, "?")
        await expect(uta.heading("Keys and help")).to_be_visible()


def stripes() -> bytes:
    """A picture of nothing: a slope of grey with stripes."""
    image = Image.linear_gradient("L").resize((600, 400)).convert("RGB")
    for left in range(0, 600, 50):
        image.paste((180, 90, 40), (left, 100, left + 20, 300))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def card_of(one: Colleague, number: int) -> Locator:
    return one.page.locator("li.report").nth(number - 1)


async def find_case(one: Colleague, here: Reported) -> int:
    """The case about Alice, once the desk has both reports."""

    async def there() -> bool:
        await one.open(f"/queue?view=search&text={here.alice.user_uri}")
        found: int = await one.page.get_by_text("2 reports").count()
        return found == 1

    await until(there, "desk", "the case with both reports")
    name = await one.page.get_by_role("link", name=re.compile("^Case ")).first.inner_text()
    return int(name.split()[1])


async def _by_keys_to_the_case(one: Colleague, case: int) -> None:
    link = one.page.get_by_role("link", name=f"Case {case}", exact=True)
    for _ in range(50):
        await letter(one, "j")
        if await link.evaluate("each => each === document.activeElement"):
            break
    await letter(one, "o")
    await expect(one.heading(f"Case {case}")).to_be_visible()


async def letter(one: Colleague, key: str) -> None:
    """Letters are keys once the page and its script are there."""
    await one.page.wait_for_load_state()
    await one.page.keyboard.press(key)


async def tab_to(one: Colleague, target: Locator) -> None:
    await expect(target).to_be_visible()
    for _ in range(200):
        if await target.evaluate("each => each === document.activeElement"):
            return
        await one.page.keyboard.press("Tab")
    raise AssertionError("the focus never came there")


async def until_shown(one: Colleague, words: str) -> None:
    async def shown() -> bool:
        await one.page.reload()
        return words in await one.page.get_by_role("main").inner_text()

    await until(shown, "hub", words)


def _handle(person: Person, folder: Path) -> str:
    """Another one in each test of the module: they share a hub."""
    return f"{person.name}.{hashlib.sha256(folder.name.encode()).hexdigest()[:8]}"


async def _wishes(person: Person) -> bool:
    return bool(await person.ask("requests"))


async def _knows(one: Person, other: Person) -> bool:
    return bool(await one.ask("is_contact", user_uri=other.user_uri))


async def has(person: Person, room: str, count: int) -> bool:
    return room in await person.ask("rooms") and len(await person.texts(room)) >= count
