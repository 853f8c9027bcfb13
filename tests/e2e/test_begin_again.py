# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A group that is begun again at the page: its people find the new one, and the old one stays readable."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.test_groups import invite, looking, new_group
from tests.e2e.town import Town


async def test_a_group_is_begun_again_and_everybody_finds_both(town: Town) -> None:
    alice, bob = [await town.person(f"{name}.again") for name in ("alice", "bob")]
    look, other = await looking(alice), await looking(bob)
    await alice.befriend(bob)
    await new_group(alice, "Night shift")
    await invite(alice, "bob.again")
    await bob.open("Night shift")
    await bob.say("Said before it began again")
    await alice.open("Night shift")
    await alice.sees("Said before it began again")

    await bob.details("Night shift")
    await expect(bob.button("Begin the conversation again")).to_have_count(0)
    await alice.details("Night shift")
    await alice.press("Begin the conversation again")
    await look.at("begin-again")
    await alice.sheet("Begin the conversation again?").get_by_role("button", name="Begin again").click()

    await expect(alice.page.get_by_text("This conversation was begun in place of another.")).to_be_visible()
    await look.at("begun-again")
    await alice.say("And here we are again")
    await bob.to_list()
    await expect(bob.row("Night shift")).to_have_count(2)
    newest = bob.row("Night shift").first
    await expect(newest).to_contain_text("And here we are again")
    await newest.click()
    await bob.sees("And here we are again")
    await other.at("goes-on-here")
    await bob.press("See what was said before")
    await bob.sees("Said before it began again")
    await bob.press("Go to where it goes on")
    await bob.sees("And here we are again")
    assert look.wrong + other.wrong == []
