# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The public form in a real Chromium, which is given no script: from the first page to an appeal, and pictures."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from privity.server.limits import LIMITS
from privity.wire.staff import Verb
from tests.attacks.open_hub import open_hub
from tests.e2e.axe import Axe, need_axe
from tests.e2e.pictures import PHONE, WIDE, take
from tests.e2e.running import LIMIT_MS, chromium
from tests.e2e.test_desk_console import SMALL, WIDER
from tests.server.notices.visiting import INTAKE_PUBLIC, opened, relayed
from tests.server.staff.deciding import Desk

STOPS = 40


async def look_over(page: Page, name: str, wrong: list[str]) -> None:
    """The page as it stands in every mode: axe, width, targets, a picture of all of it."""
    assert await page.locator("script").count() == 0
    axe = await Axe.of(page)
    for mode in (*WIDE, *PHONE):
        await page.emulate_media(color_scheme=mode.colours, reduced_motion="reduce")
        await page.set_viewport_size({"width": mode.width, "height": mode.height})
        wrong += [f"{name}, {mode.name}: {each}" for each in await axe.violations()]
        wider = await page.evaluate(WIDER)
        if wider > 0:
            wrong.append(f"{name}, {mode.name}: {wider} px wider than the window")
        wrong += [f"{name}, {mode.name}: small target {each}" for each in await page.evaluate(SMALL)]
        await page.set_viewport_size({"width": mode.width, "height": await page.evaluate("document.body.scrollHeight")})
        await take(page, f"notice-{name}-{mode.name}")
    await page.set_viewport_size({"width": WIDE[0].width, "height": WIDE[0].height})


async def go_to(page: Page, address: str) -> None:
    """Once all of the page before it is there: what a browser breaks off then counts as not loaded."""
    await page.wait_for_load_state()
    await page.goto(address)


async def type_into(page: Page, label: str, words: str) -> None:
    """By the Tab key alone."""
    await tab_to(page, label)
    await page.keyboard.insert_text(words)


async def tab_to(page: Page, label: str) -> None:
    wanted = page.get_by_label(label).or_(page.get_by_role("button", name=label)).first
    for _ in range(STOPS):
        if await wanted.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {label}")


async def test_somebody_without_an_account_is_heard(tmp_path: Path) -> None:
    need_axe()
    wrong: list[str] = []
    async with open_hub(tmp_path, LIMITS, INTAKE_PUBLIC) as hub, chromium() as browser:
        await hub.world.join("mallory")
        context = await browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(LIMIT_MS)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        await page.goto(f"http://127.0.0.1:{hub.port}/notice")
        await look_over(page, "form", wrong)
        await tab_to(page, "An account and what it does")
        await page.keyboard.press("Space")
        await type_into(page, "Which one?", "mallory")
        await tab_to(page, "What is wrong?")
        await page.keyboard.type("Harass")
        await type_into(
            page, "What happened, and why do you think it is illegal?", "<b>They</b> send me teapots daily."
        )
        await type_into(page, "Your e-mail address", "zoe example")
        await tab_to(page, "I believe in good faith")
        await page.keyboard.press("Space")
        await tab_to(page, "Send")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="This was not sent yet")).to_be_visible()
        await look_over(page, "problems", wrong)
        await page.get_by_role("link", name="This is not an e-mail address").click()
        await page.get_by_label("Your e-mail address").fill("zoe@example.org")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("heading", name="Your notice has been received")).to_be_visible()
        await look_over(page, "received", wrong)
        receipt, code = await page.locator("code").all_inner_texts()
        (found,) = await relayed(hub.world)
        assert found.receipt == receipt.replace(" ", "")
        assert opened(found).words == "<b>They</b> send me teapots daily."
        await page.get_by_role("button", name="See what became of it now").click()
        await expect(page.get_by_text("Nobody has decided yet.")).to_be_visible()
        desk, subject = Desk(hub.world), f"notice:{found.receipt}"
        await desk.done(Verb.TELL, subject, text="We looked at the account.\n\nIt was limited for 7 days.")
        await go_to(page, f"http://127.0.0.1:{hub.port}/notice/status")
        await look_over(page, "status", wrong)
        await page.get_by_label("Number").fill(receipt)
        await page.get_by_label("Code").fill(code)
        await page.get_by_role("button", name="Look up").click()
        await expect(page.get_by_text("It was limited for 7 days.")).to_be_visible()
        await look_over(page, "decided", wrong)
        await page.get_by_label("Your appeal").fill("They were warned twice before.")
        await page.get_by_role("button", name="Send the appeal").click()
        await expect(page.get_by_role("heading", name="Your appeal has been received")).to_be_visible()
        assert opened((await relayed(hub.world))[1]).text == "They were warned twice before."
        await go_to(page, f"http://127.0.0.1:{hub.port}/notice/status")
        await page.get_by_label("Number").fill(receipt)
        await page.get_by_label("Code").fill("a" * 32)
        await page.get_by_role("button", name="Look up").click()
        await expect(page.get_by_text("No notice has this number and this code.")).to_be_visible()
        await look_over(page, "refused", wrong)
        assert wrong == []
        assert [each for each in complaints if "404" not in each and "400" not in each] == []
        assert hub.bugs() == []
