# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every screen about contacts: axe finds nothing, nothing is cut off, and a picture."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.axe import need_axe
from tests.e2e.contacts import UNSAID, code_of, told, type_code
from tests.e2e.material import harbour
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE, Mode
from tests.e2e.test_screens import look_over
from tests.e2e.town import Town

SCREENS = 14


async def contact_screens(town: Town, one: Person, tmp_path: Path) -> AsyncIterator[str]:
    """Every screen about contacts, with something on it."""
    friend, kim = (
        await town.person(f"friend.{one.handle[-1]}x"),
        await town.person(f"kim.{one.handle[-1]}x", age=UNSAID),
    )
    await friend.account("Profile and age")
    await friend.field("Picture").set_input_files(harbour(tmp_path / "me.png"))
    await expect(friend.page.get_by_role("img", name="You, as others see you")).to_be_visible()
    await friend.field("Name").fill("Frieda Brook")
    await friend.field("About you").fill("Choir on Tuesdays, boats on Sundays.")
    await friend.press("Save the profile")
    await friend.noticed("Your profile is saved")
    await one.conversations.get_by_role("button", name="Find a person").first.click()
    await one.field("Handle").fill(friend.handle)
    await one.press("Find")
    await expect(one.page.get_by_role("status", name="Found")).to_be_visible()
    yield "contacts-found"
    await one.to_list()
    await one.ask_unseen(kim.handle)
    await expect(told(one, "Asked.")).to_be_visible()
    yield "contacts-asked"
    await friend.to_list()
    await friend.ask_for(one.handle)
    await friend.to_list()
    await friend.conversations.get_by_role("button", name="New group").click()
    await friend.field("Name of the group").fill("Choir")
    await friend.press("Create the group")
    await friend.press("Invite somebody")
    await friend.field("Handle").fill(one.handle)
    await friend.press("Find")
    await friend.press(f"Invite {one.handle}")
    await one.to_list()
    await one.requests()
    await expect(one.page.get_by_role("article", name=re.compile("invites you to a group$"))).to_be_visible()
    yield "contacts-requests"
    await one.press(f"Accept {friend.handle}")
    await one.noticed("is your contact now")
    await expect(one.card(friend.handle).get_by_role("button", name="Accept")).to_have_count(0)
    await one.close_notices()
    await one.account("People")
    await expect(one.page.get_by_role("region", name="Contacts")).to_contain_text(friend.handle)
    yield "contacts-people"
    await one.page.get_by_role("region", name="Contacts").get_by_role("button", name=friend.handle).click()
    await expect(one.button("End the contact")).to_be_visible()
    await expect(one.card(friend.handle).get_by_role("img")).to_be_visible()
    yield "contacts-person"
    await one.account("People")
    await one.press("Meet in person")
    yield "contacts-meet"
    await one.press("Show a code")
    await expect(one.page.get_by_role("status", name="Code")).to_be_visible()
    yield "contacts-code"
    await one.account("Profile and age")
    await one.field("Picture").set_input_files(tmp_path / "me.png")
    await expect(one.page.get_by_role("img", name="You, as others see you")).to_be_visible()
    await one.field("Name").fill("Alice")
    yield "contacts-profile"
    await one.press("I am under 18")
    yield "contacts-age"
    await one.press("Leave it")
    await one.account("Guardians")
    yield "guardians-none"
    code = await code_of(one, "Watch over somebody")
    yield "guardians-code"
    await type_code(kim, code)
    if one.page.viewport_size is not None and one.page.viewport_size["width"] < 400:
        await kim.page.set_viewport_size({"width": 360, "height": 740})
    await kim.press(f"Take {one.handle} as guardian")
    await expect(told(kim, "Done.")).to_be_visible()
    await friend.to_list()
    await friend.ask_unseen(kim.handle)
    await one.account("Guardians")
    await expect(one.button(f"Agree to {friend.handle}")).to_be_visible()
    yield "guardians-wards"
    await one.press(re.compile("^Watch over kim.* no longer$"))
    yield "guardians-end"
    await one.press("Leave it")
    await one.to_list()
    yield "contacts-list"


@pytest.mark.parametrize("modes", [WIDE, PHONE], ids=["wide", "phone"])
async def test_every_screen_of_contacts_is_right_for_everybody(
    town: Town, tmp_path: Path, modes: tuple[Mode, ...]
) -> None:
    need_axe()
    one = await town.visitor(f"alice.{modes[0].name[0]}", width=modes[0].width, height=modes[0].height)
    await one.create(town.hub.url, town.hub.invite())
    wrong: list[str] = []
    seen = await look_over(one, contact_screens(town, one, tmp_path), modes, wrong)
    assert wrong == []
    assert len(seen) == len(set(seen)) == SCREENS
