# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A further device, linked and removed through two browsers; and an account whose every device is lost."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.person import Person
from tests.e2e.town import Town

DIGITS = re.compile(r"^\d[\d ]+\d$")
GONE = re.compile("removed|no longer|taken off its account", re.IGNORECASE)


async def link(old: Person, new: Person, hub: str) -> None:
    """The code goes from the new machine to the old one; a person looks at the digits on both."""
    await new.press(re.compile("^Link this machine"))
    await new.field("Address of the hub").fill(hub)
    await new.fill_passphrase()
    await new.press("Show the code")
    code = await new.page.get_by_label("Code", exact=True).inner_text()
    await old.account("Devices")
    await old.press("Add a device")
    await old.field("Code of the new device").fill(code)
    await old.press("Go on")
    there, here = old.sheet("Add a device").get_by_text(DIGITS), new.page.get_by_text(DIGITS)
    await expect(there).to_be_visible()
    await expect(here).to_be_visible()
    assert await there.inner_text() == await here.inner_text()
    await new.press("They are the same")
    await old.press("They are the same")
    await expect(new.conversations).to_be_visible()


async def test_a_third_device_is_linked_sees_what_comes_and_is_removed(town: Town) -> None:
    alice, bob = await town.person("alice.l"), await town.person("bob.l")
    await alice.begin(bob)
    await alice.say("Before the tablet")
    await bob.open("alice.l")
    await bob.sees("Before the tablet")
    tablet = await town.visitor("alice.l", width=360, height=740)
    await link(alice, tablet, town.hub.url)
    devices = alice.page.get_by_role("region", name="Devices").get_by_role("listitem")
    await expect(devices).to_have_count(2)

    await expect(tablet.row("bob.l")).to_be_visible()
    await tablet.open("bob.l")
    await bob.say("For all of your screens")
    await tablet.sees("For all of your screens")
    await tablet.say("Written on the tablet")
    await bob.sees("Written on the tablet")
    await alice.open("bob.l")
    await alice.sees("Written on the tablet")

    await alice.account("Devices")
    await alice.press(re.compile("^Remove device"))
    await alice.press("Remove it")
    await expect(devices).to_have_count(1)
    await expect(tablet.page.get_by_text(GONE).first).to_be_visible()
    await bob.say("Not for the tablet any more")
    await alice.open("bob.l")
    await alice.sees("Not for the tablet any more")
    await expect(tablet.page.get_by_text("Not for the tablet any more")).to_have_count(0)


async def test_a_linked_device_removes_the_first_one_and_links_a_third(town: Town) -> None:
    """All devices are equal: nothing that the first one can do is missing on the others."""
    alice, bob = await town.person("alice.q"), await town.person("bob.q")
    await alice.begin(bob)
    await alice.say("From the first one")
    await bob.open("alice.q")
    await bob.sees("From the first one")
    tablet = await town.visitor("alice.q")
    await link(alice, tablet, town.hub.url)
    await tablet.account("Devices")
    devices = tablet.page.get_by_role("region", name="Devices").get_by_role("listitem")
    await expect(devices).to_have_count(2)
    await tablet.press(re.compile("^Remove device"))
    await tablet.press("Remove it")
    await expect(devices).to_have_count(1)
    await expect(alice.page.get_by_text(GONE).first).to_be_visible()

    laptop = await town.visitor("alice.q", width=360, height=740)
    await link(tablet, laptop, town.hub.url)
    await expect(devices).to_have_count(2)
    await laptop.open("bob.q")
    await bob.say("To whoever is left")
    await laptop.sees("To whoever is left")
    await laptop.say("From the third one")
    await bob.sees("From the third one")
    await expect(alice.page.get_by_text("To whoever is left")).to_have_count(0)
    await laptop.account("Devices")
    await expect(laptop.button("Add a device")).to_be_enabled()
    await expect(laptop.button(re.compile("^Remove device"))).to_have_count(1)


async def test_digits_that_differ_link_nothing(town: Town) -> None:
    alice = await town.person("alice.d")
    tablet = await town.visitor("alice.d", width=360, height=740)
    await tablet.press(re.compile("^Link this machine"))
    await tablet.field("Address of the hub").fill(town.hub.url)
    await tablet.fill_passphrase()
    await tablet.press("Show the code")
    code = await tablet.page.get_by_label("Code", exact=True).inner_text()
    await alice.account("Devices")
    await alice.press("Add a device")
    await alice.field("Code of the new device").fill(code)
    await alice.press("Go on")
    await tablet.press("They are the same")
    await alice.press("They differ")
    await expect(tablet.page.get_by_role("main").get_by_role("alert")).to_be_visible()
    await expect(tablet.conversations).to_have_count(0)
    await expect(alice.page.get_by_role("region", name="Devices").get_by_role("listitem")).to_have_count(1)
