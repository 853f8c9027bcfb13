# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What one is about to press stays where it is."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.person import DRAWN
from tests.e2e.town import Town

PLACES = """() => [...document.querySelectorAll("[data-message]")].map((row) => {
  const { top, height } = row.getBoundingClientRect();
  return [row.getAttribute("aria-label"), Math.round(top), Math.round(height)];
})"""


async def places(page: Page) -> list[list[object]]:
    """Where each message stands, once all is drawn."""
    await page.evaluate(DRAWN)
    found: list[list[object]] = await page.evaluate(PLACES)
    return found


@pytest.mark.parametrize("width", [1200, 360], ids=["wide", "phone"])
async def test_no_message_moves_when_the_pointer_or_the_focus_comes_to_one(town: Town, width: int) -> None:
    one = await town.visitor(f"alice.{width}", width=width, height=740)
    await one.create(town.hub.url, town.hub.invite())
    friend = await town.person(f"bob.{width}")
    await one.begin(friend)
    await one.say("How was the crossing?")
    await friend.open(one.handle)
    said = [
        "Calm",
        "The sea was like glass",
        "We saw two seals",
        "They looked at us for a long time",
        "And then a heron",
    ]
    for words in said:
        await friend.say(words)
    await one.sees(said[-1])
    await one.page.mouse.move(0, 0)
    stood = await places(one.page)
    for words in said:
        message = one.message(words)
        await message.hover()
        assert await places(one.page) == stood, f"the pointer at {words}"
        await message.focus()
        assert await places(one.page) == stood, f"the focus at {words}"
        await expect(message.get_by_role("time")).to_be_visible()
