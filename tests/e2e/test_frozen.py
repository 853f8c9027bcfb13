# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody who is pressed for pictures freezes the other by keyboard alone, and their next device knows it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.axe import Axe
from tests.e2e.person import Person
from tests.e2e.pictures import take
from tests.e2e.test_devices import link
from tests.e2e.test_warnings import THREAT, warning
from tests.e2e.town import Town


async def tab_to(one: Person, name: str) -> None:
    """As far as it takes once it is there, and no mouse."""
    await expect(one.page.get_by_text(name, exact=True).first).to_be_visible()
    for _ in range(60):
        if await one.page.evaluate("document.activeElement?.textContent?.trim() ?? ''") == name:
            return
        await one.page.keyboard.press("Tab")
    raise AssertionError(f"no {name} within sixty steps of the keyboard")


async def test_a_freeze_by_keyboard_holds_on_a_device_that_is_added_later(town: Town) -> None:
    mallory, robin = await town.person("mallory.f"), await town.person("robin.f")
    await mallory.begin(robin)
    await mallory.say(THREAT)
    await robin.page.set_viewport_size({"width": 360, "height": 740})
    axe = await Axe.of(robin.page)
    await robin.close_notices()
    await robin.open("mallory.f")
    await expect(warning(robin, "mallory.f")).to_contain_text("It is not your fault")
    await take(robin.page, "extorted-warning")
    assert await axe.violations() == []
    await tab_to(robin, "What else helps")
    await robin.page.keyboard.press("Enter")
    await take(robin.page, "extorted-help")
    assert await axe.violations() == []
    await robin.page.keyboard.press("Shift+Tab")
    await tab_to(robin, "Freeze mallory.f")
    await robin.page.keyboard.press("Enter")
    await expect(warning(robin, "mallory.f")).to_have_count(0)
    await expect(robin.log).not_to_contain_text("all your friends")
    frozen = robin.page.get_by_role("region", name="You froze mallory.f", exact=True)
    await expect(frozen).to_contain_text("on any of your devices")
    await tab_to(robin, "What else helps")
    await robin.page.keyboard.press("Enter")
    await expect(frozen.get_by_role("link").first).to_be_visible()
    await take(robin.page, "extorted-frozen")
    assert await axe.violations() == []
    await robin.to_list()
    await expect(robin.conversations).to_contain_text("You find them under your name, at People")
    await take(robin.page, "extorted-list")
    assert await axe.violations() == []
    tablet = await town.visitor("robin.f", width=360, height=740)
    await link(robin, tablet, town.hub.url)
    await mallory.say("answer me or I send it")
    await take(tablet.page, "extorted-tablet")
    await expect(tablet.page.locator("body")).not_to_contain_text("answer me")
    for one in (tablet, robin):
        await one.account("People")
        await one.page.get_by_role("region", name="Contacts").get_by_role("button", name="mallory.f").click()
        await expect(one.button("Unfreeze mallory.f")).to_be_visible()
    await expect(tablet.page.get_by_text("It holds on all your devices.")).to_be_visible()
    await expect(robin.page.get_by_text("your other devices hear of it by themselves")).to_be_visible()
    await take(tablet.page, "extorted-person")
