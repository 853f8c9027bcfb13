# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People who are no contacts: their pictures, their invitations, and what they call themselves."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from privity.client.sdk import Device
from privity.faces.demo.throwaway import COST, PASSPHRASE
from privity.identity.recovery import new_phrase
from privity.wire.age import AgeBand
from privity.wire.errors import Refusal
from tests.e2e.material import harbour
from tests.e2e.person import DRAWN
from tests.e2e.test_hostile import SCRIPT, TURNED, ZALGO
from tests.e2e.test_keyboard import tab_to
from tests.e2e.town import Town


async def test_pictures_of_strangers_are_covered_and_not_fetched(town: Town, tmp_path: Path) -> None:
    """Two who are in one group and no contacts."""
    gwen, alice, bob = await town.person("gwen.p"), await town.person("alice.p"), await town.person("bob.p")
    for one in (alice, bob):
        await gwen.befriend(one)
        await gwen.to_list()
    await gwen.conversations.get_by_role("button", name="New group").click()
    await gwen.field("Name of the group").fill("Pictures")
    await gwen.press("Create the group")
    for one in (alice, bob):
        await gwen.press("Invite somebody")
        await gwen.page.get_by_role("region", name="Contacts").get_by_role("button", name=one.handle).click()
        await expect(gwen.page.get_by_role("region", name="People")).to_contain_text(one.handle)
    await alice.open("Pictures")
    await alice.send_file(harbour(tmp_path / "harbour.png"))
    await bob.open("Pictures")
    covered = bob.file("harbour.png").get_by_role("button", name=re.compile("^Show the picture"))
    await expect(covered).to_contain_text("alice.p is no contact of yours")
    await expect(bob.log.get_by_role("img", name="harbour.png")).to_have_count(0)
    fetched = "performance.getEntriesByType('resource').filter((each) => each.name.includes('/previews/')).length"
    assert await bob.page.evaluate(fetched) == 0
    await tab_to(bob.page, covered)
    await bob.page.keyboard.press("Enter")
    await expect(bob.log.get_by_role("img", name="harbour.png")).to_be_visible()
    await gwen.open("Pictures")
    await expect(gwen.log.get_by_role("img", name="harbour.png")).to_be_visible()


async def test_a_stranger_is_invited_and_chooses(town: Town) -> None:
    alice, bob = await town.person("alice.v"), await town.person("bob.v")
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Choir canary")
    await alice.press("Create the group")
    await alice.press("Invite somebody")
    await alice.field("Handle").fill("bob.v")
    await alice.press("Find")
    await alice.press("Invite bob.v")
    await alice.noticed("They come in once they say yes")
    await bob.requests()
    card = bob.page.get_by_role("article", name="alice.v invites you to a group")
    await expect(card).to_contain_text("1 person")
    await expect(card).to_contain_text("none of them")
    assert "canary" not in await bob.page.locator("body").inner_text(), "its name is no business of who is not in it"
    await card.get_by_role("button", name="Come in").click()
    await bob.open("Choir canary")
    await bob.say("in tune")
    await alice.open("Choir canary")
    await alice.sees("in tune")


async def test_a_hostile_profile_is_words(town: Town, tmp_path: Path) -> None:
    """Names with markup and turning letters do not come past this hub; what does is words."""
    alice = await town.person("alice.b")
    device = await Device.register(
        tmp_path / "mallory",
        PASSPHRASE,
        town.hub.url,
        handle="mallory.b",
        phrase=new_phrase(os.urandom),
        invite=town.hub.invite(),
        cost=COST,
        age=AgeBand.ADULT,
    )
    async with device as mallory:
        await mallory.caught_up()
        for name, bio in ((TURNED, ""), ("", ZALGO), ("m" * 10_000, ""), ("", "x" * 10_000)):
            with pytest.raises(Refusal, match="PolicyRefused"):
                await mallory.profiles.put(name, bio, None, False)
        picture = harbour(tmp_path / "huge.png").read_bytes()
        huge = picture[:16] + (60_000).to_bytes(4, "big") * 2 + picture[24:]
        await mallory.profiles.put("alice.b", SCRIPT, huge, False)
        assert not await mallory.contacts.ask("alice.b")
        await alice.requests()
        card = alice.card("mallory.b")
        await expect(card).to_contain_text("calls themselves “alice.b”")
        await expect(card).to_contain_text("<script>window.hacked = true</script>")
        await card.get_by_role("button", name="Show the picture of mallory.b").click()
        await expect(card.get_by_role("button", name="Show the picture of mallory.b")).to_have_count(0)
        await alice.page.evaluate(DRAWN)
        await expect(card.get_by_role("img", name=re.compile("^Picture"))).to_have_count(0)
        assert await alice.page.evaluate("window.hacked") is None
        await alice.press("Block mallory.b")
        await alice.noticed("mallory.b will be blocked. They are not told.")
        await expect(card).to_have_count(0)
    refused = [said for said in alice.window.complaints if "409 (Conflict)" in said]
    assert alice.window.complaints == refused
    town.hush()
