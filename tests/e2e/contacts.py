# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people do at the page about contacts, in more than one test."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.e2e.person import Person

UNDER_18 = "I am under 18"
UNSAID = "I would rather not say"


def told(one: Person, text: str) -> Locator:
    return one.page.get_by_role("status").filter(has_text=text).first


async def code_of(one: Person, way: str) -> str:
    """A code on the screen of somebody who is at that place."""
    await one.press(way)
    await one.press("Show a code")
    shown = one.page.get_by_role("status", name="Code")
    await expect(shown).to_be_visible()
    await expect(one.page.get_by_role("timer")).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))
    text: str = await shown.inner_text()
    return text.strip()


async def type_code(one: Person, code: str) -> Locator:
    """Whose it is, before it is used."""
    await one.account("People")
    await one.press("Meet in person")
    await one.field("Code").fill(code)
    await one.press("Look whose it is")
    found = one.page.get_by_role("status", name="Whose it is")
    await expect(found).to_be_visible()
    return found


async def no_requests(one: Person) -> None:
    if not await one.conversations.is_visible():
        await one.to_list()
    await expect(one.conversations.get_by_role("button", name=re.compile("^Requests "))).to_have_count(0)
