# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's own pages in a real Chromium with passkeys: coming in, the staff, a lost passkey, keys, and pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from privity.faces.demo.home import Home
from tests.e2e.axe import Axe, need_axe
from tests.e2e.pictures import PHONE, WIDE, take
from tests.e2e.running import chromium
from tests.e2e.staff import Colleague, colleague, invite
from tests.waiting import accepts, wait_until

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """[...document.querySelectorAll("button, .button, nav a, input:not([type=hidden]), select, summary")]
  .filter((each) => each.checkVisibility() && !["checkbox", "radio"].includes(each.type))
  .map((each) => [each.textContent.trim() || each.name, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""

TABLES = """[...document.querySelectorAll(".folds, .tight")].flatMap((place) => {
  const heads = [...place.querySelectorAll("thead th")].map((each) => each.textContent);
  const over = (cell) => heads[cell.cellIndex];
  const named = (cell) => cell.tagName === "TH" || cell.dataset.label === over(cell);
  const cells = place.matches(".folds") ? [...place.querySelectorAll("tbody :is(th, td)")] : [];
  return [
    ...(place.scrollWidth > place.clientWidth ? [`table scrolls: ${place.textContent.trim().slice(0, 60)}`] : []),
    ...cells.filter((cell) => !named(cell)).map((cell) => `${cell.dataset.label} stands under ${over(cell)}`),
  ];
})"""
"""Tables that are to fit every window, and values that would say in a narrow one that they are of another column."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Home]:
    """A desk alone; its hub is away, which no page minds."""
    home = Home(tmp_path)
    home.init(watched=False)
    home.desk.start()
    try:
        wait_until(lambda: accepts(home.desk_port), "the desk to listen")
        yield home
    finally:
        home.desk.stop()


def origin(desk: Home) -> str:
    return f"http://localhost:{desk.desk_port}"


async def look_over(one: Colleague, name: str, wrong: list[str]) -> None:
    """The page as it stands in every mode: axe, width, targets, a picture."""
    axe = await Axe.of(one.page)
    for mode in (*WIDE, *PHONE):
        await mode.put_on(one.page)
        wrong += [f"{name}, {mode.name}: {each}" for each in await axe.violations()]
        wider = await one.page.evaluate(WIDER)
        if wider > 0:
            wrong.append(f"{name}, {mode.name}: {wider} px wider than the window")
        wrong += [f"{name}, {mode.name}: small target {each}" for each in await one.page.evaluate(SMALL)]
        wrong += [f"{name}, {mode.name}: {each}" for each in await one.page.evaluate(TABLES)]
        await take(one.page, f"desk-{name}-{mode.name}")
    await WIDE[0].put_on(one.page)


async def test_a_staff_from_the_first_code_to_a_lost_passkey(desk: Home) -> None:
    need_axe()
    wrong: list[str] = []
    at = origin(desk)
    async with chromium() as browser, colleague(browser, at) as ada, colleague(browser, at) as bo:
        await ada.open("/sign-in")
        await look_over(ada, "sign-in", wrong)
        await ada.page.goto(invite(desk, "Ada Example", "admin", "auditor"))
        await expect(ada.page.get_by_label("One-time code")).not_to_have_value("")
        assert ada.page.url == f"{at}/join", "the code is not left in the address"
        await look_over(ada, "join", wrong)
        await ada.press("Go on")
        await look_over(ada, "first-passkey", wrong)
        await ada.press("Make a passkey")
        await expect(ada.page.get_by_role("navigation", name="Places")).to_be_visible()

        await ada.open("/staff")
        await expect(ada.page.get_by_text('privity desk invite "NAME" --role admin')).to_be_visible()
        await look_over(ada, "staff-alone", wrong)
        async with colleague(browser, at) as second:
            await second.come(invite(desk, "Di Example", "admin"))
            await ada.open("/staff")
            await ada.page.get_by_label("Name").fill("Bo Example")
            await ada.page.get_by_label("moderator").first.check()
            await look_over(ada, "staff-form", wrong)
            await ada.press("Invite")
            await expect(ada.heading("Half of a code for Bo Example")).to_be_visible()
            await look_over(ada, "first-half", wrong)
            first = await ada.code()
            await second.open("/staff")
            await look_over(second, "staff-waits", wrong)
            await second.press("Agree")
            await expect(second.heading("Half of a code for Bo Example")).to_be_visible()
            await look_over(second, "second-half", wrong)
            await bo.page.goto(first)
            await bo.press("Go on")
            await expect(bo.page.get_by_text("CodeRefused")).to_be_visible()
            bo.complaints.clear()  # the refusal's status
            await bo.open("/sign-in")
            await bo.page.goto(first)
            await bo.come(await second.code())  # the page that is open takes the other half from its address
            assert second.complaints == []

        await ada.open("/staff")
        await look_over(ada, "staff", wrong)
        await ada.follow(ada.page.get_by_role("link", name="Bo Example"))
        await look_over(ada, "colleague", wrong)
        await bo.open("/me")
        await look_over(bo, "me", wrong)
        await bo.open("/help")
        await look_over(bo, "help", wrong)
        await bo.open("/audit")
        await expect(bo.page.get_by_text("You may not read the audit log.")).to_be_visible()
        await look_over(bo, "not-your-role", wrong)
        assert bo.complaints == ["Failed to load resource: the server responded with a status of 403 (Forbidden)"]

        async with colleague(browser, at) as cy:
            await cy.come(invite(desk, "Cy Example", "senior"))
            await bo.session.send("WebAuthn.clearCredentials", {"authenticatorId": bo.authenticator})
            halves = []
            for voucher in (cy, ada):
                await voucher.open("/staff/3")
                await voucher.page.get_by_label("How do you know it is them?").fill("we spoke on the phone")
                if voucher is ada:
                    await look_over(ada, "second-voucher", wrong)
                await voucher.press("Vouch for Bo Example")
                await expect(voucher.heading("Half of a code for Bo Example")).to_be_visible()
                halves.append(await voucher.code())
            await bo.open("/me")
            await expect(bo.heading("Privity desk")).to_be_visible()
            await bo.come(halves[1], "a new phone", other=halves[0])
            await bo.sign_out()
            await bo.sign_in()

            await ada.open("/staff/4")
            await ada.page.get_by_label("Reason").fill("left the team")
            await ada.press("End Cy Example")
            await expect(ada.page.get_by_role("row", name="Cy Example")).to_contain_text("ended")
            await cy.open("/staff")
            await expect(cy.heading("Privity desk")).to_be_visible()
            assert cy.complaints == []
        await ada.open("/audit")
        await expect(ada.page.get_by_role("cell", name="staff.ended")).to_be_visible()
        await look_over(ada, "audit", wrong)
        assert ada.complaints == []
    assert wrong == []


async def test_a_staff_page_by_keyboard_alone(desk: Home) -> None:
    at = origin(desk)
    address = invite(desk, "Ada Example", "admin", "auditor")
    for name in ("Bo Example", "Cy Example"):
        invite(desk, name, "moderator")
    async with chromium() as browser, colleague(browser, at) as ada:
        await ada.page.goto(address)
        await ada.page.get_by_label("One-time code").focus()
        await ada.page.keyboard.press("Enter")
        await expect(ada.heading("Make your passkey")).to_be_visible()
        await expect(ada.page.get_by_label("What this passkey is called")).to_be_enabled()  # once its script is there
        await ada.page.get_by_label("What this passkey is called").focus()
        await ada.page.keyboard.press("Enter")
        await expect(ada.page.get_by_role("navigation", name="Places")).to_be_visible()
        await ada.open("/staff")
        await ada.page.keyboard.press("Tab")
        await expect(ada.page.get_by_role("link", name="To the page")).to_be_focused()
        for key, name in (("j", "Ada Example"), ("j", "Bo Example"), ("j", "Cy Example"), ("j", "Cy Example")):
            await ada.page.keyboard.press(key)
            await expect(ada.page.get_by_role("link", name=name)).to_be_focused()
        await ada.page.keyboard.press("k")
        await ada.page.keyboard.press("o")
        await expect(ada.heading("Bo Example")).to_be_visible()
        await ada.page.wait_for_load_state()  # letters are keys once the script is there
        await ada.page.keyboard.press("?")
        await expect(ada.heading("Keys and help")).to_be_visible()
        await ada.open("/audit")
        await ada.page.keyboard.press("/")
        await expect(ada.page.get_by_label("About")).to_be_focused()
        await ada.page.keyboard.type("staff:2 j?")
        await expect(ada.page.get_by_label("About")).to_have_value("staff:2 j?")
        await ada.open("/staff/2")
        reached = await _reached_by_tab(ada)
        buttons = await ada.page.get_by_role("button").all_inner_texts()
        assert len(buttons) >= 3
        assert set(buttons) <= reached, "every button is reached with Tab"


async def test_without_scripts_all_but_the_passkey_works(desk: Home) -> None:
    at = origin(desk)
    async with chromium() as browser, colleague(browser, at) as ada, colleague(browser, at, scripts=False) as plain:
        await plain.page.goto(f"{at}/sign-in")
        await expect(plain.page.get_by_text("Browsers offer passkeys to scripts only")).to_be_visible()
        await ada.come(invite(desk, "Ada Example", "admin", "auditor"))
        async with colleague(browser, at) as second:
            await second.come(invite(desk, "Di Example", "admin"))
        invite(desk, "Cy Example", "senior", "appeals")
        for each in await ada.page.context.cookies():  # as if scripts were switched off later
            name, value = each.get("name", ""), each.get("value", "")
            await plain.page.context.add_cookies([{"name": name, "value": value, "url": at}])
        await plain.open("/staff")
        await plain.page.get_by_label("Name").fill("Bo Example")
        await plain.page.get_by_label("moderator").first.check()
        await plain.press("Invite")
        await expect(plain.heading("Half of a code for Bo Example")).to_be_visible()
        await plain.open("/staff")
        await plain.press("Withdraw")
        await expect(plain.page.get_by_role("heading", name="Waits for a second admin")).to_have_count(0)
        await plain.open("/staff/3")
        await plain.page.get_by_label("senior").uncheck()
        await plain.press("Give these roles")
        await expect(plain.page.get_by_role("definition").filter(has_text="appeals")).to_be_visible()
        await plain.page.get_by_label("referrals").check()
        await plain.press("Give these roles")
        await expect(plain.page.get_by_role("heading", name="Waits for a second admin")).to_be_visible()
        await plain.open("/audit?about=staff:3")
        await expect(plain.page.get_by_role("cell", name="staff.changed")).to_be_visible()
        await plain.press("Sign out")
        await expect(plain.heading("Privity desk")).to_be_visible()


async def test_whoever_turns_the_passkey_down_is_told_and_nothing_is_sent(desk: Home) -> None:
    at = origin(desk)
    async with chromium() as browser, colleague(browser, at) as ada:
        await ada.come(invite(desk, "Ada Example", "admin"))
        invite(desk, "Bo Example", "moderator")
        await ada.open("/staff/2")
        await ada.page.get_by_label("Reason").fill("invited by mistake")
        verified = {"authenticatorId": ada.authenticator, "isUserVerified": False}
        await ada.session.send("WebAuthn.setUserVerified", verified)
        await ada.page.get_by_role("button", name="End Bo Example").click()
        await expect(ada.page.get_by_text("No passkey was used (NotAllowedError). Nothing was sent")).to_be_visible()
        await expect(ada.page.get_by_label("Reason")).to_have_value("invited by mistake")
        await ada.session.send("WebAuthn.setUserVerified", verified | {"isUserVerified": True})
        await ada.press("End Bo Example")
        await expect(ada.page.get_by_role("row", name="Bo Example")).to_contain_text("ended")


async def test_what_takes_a_passkey_waits_for_its_script(desk: Home) -> None:
    """However slow the line is: nothing is sent without a passkey, by a click or by the Enter key."""
    at = origin(desk)
    async with chromium() as browser, colleague(browser, at) as ada:
        released, sent = asyncio.Event(), list[str]()

        async def hold_back(route: Route) -> None:
            await released.wait()
            await route.continue_()

        ada.page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
        await ada.page.goto(invite(desk, "Ada Example", "admin"))
        await ada.page.context.route("**/static/passkey.js", hold_back)
        await ada.page.get_by_role("button", name="Go on").click()
        making = ada.page.get_by_role("button", name="Make a passkey")
        await expect(making).to_be_disabled()
        await expect(ada.page.get_by_text("this one step needs scripts switched on")).to_be_visible()
        sent.clear()
        await making.click(force=True)
        await ada.page.get_by_label("What this passkey is called").press("Enter", no_wait_after=True)
        assert sent == []
        released.set()
        await expect(making).to_be_enabled()
        await ada.press("Make a passkey")
        await expect(ada.page.get_by_role("navigation", name="Places")).to_be_visible()
        assert sent == [f"{at}/join/passkey"]
        assert ada.complaints == []


async def _reached_by_tab(one: Colleague) -> set[str]:
    """The words of everything that Tab comes to, once round."""
    seen: list[str] = []
    for _ in range(60):
        await one.page.keyboard.press("Tab")
        seen.append(await one.page.evaluate("document.activeElement.innerText || document.activeElement.name || ''"))
    return set(seen)
