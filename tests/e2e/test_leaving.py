# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account ends when its person types its name and its words; a wish for it can be taken back on any device."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.town import Town


async def test_what_the_hub_keeps_is_saved_and_the_account_is_closed(town: Town, tmp_path: Path) -> None:
    alice, bob = await town.person("alice.c"), await town.person("bob.c")
    await alice.begin(bob)
    await alice.say("So long")
    await bob.open("alice.c")
    await bob.sees("So long")
    await alice.account("What the hub keeps about you")
    saved = await alice.saves("Save all of it as a file", tmp_path)
    assert {table["name"] for table in json.loads(saved.read_text())["tables"]} >= {"account", "device"}
    await alice.press("Close the account")

    await alice.page.get_by_role("radio", name="In 72 hours").check()
    await alice.field("Your handle").fill("bob.c")
    await expect(alice.button("Close the account in 72 hours")).to_be_disabled()
    await alice.field("Your handle").fill("@Alice.C")
    await alice.press("Close the account in 72 hours")
    await expect(alice.button("Keep the account")).to_be_visible()
    await alice.account("Devices")
    await expect(alice.page.get_by_text("asked to close this account", exact=False)).to_be_visible()
    await alice.press("Keep the account")
    await expect(alice.page.get_by_text("asked to close this account", exact=False)).to_have_count(0)

    await alice.settings("Close the account")
    await alice.field("The twelve words").fill(" ".join(bob.words))
    await alice.field("Your handle").fill("alice.c")
    await alice.press("Close the account for good")
    await expect(alice.page.get_by_role("main").get_by_role("alert")).to_contain_text("not the one of this account")
    await alice.field("The twelve words").fill(" ".join(alice.words))
    await alice.press("Close the account for good")
    await expect(alice.page.get_by_text("This account is closed, for good", exact=False)).to_be_visible()
    await bob.noticed("was closed by its own keys")
    await alice.open("bob.c")
    await alice.sees("So long")
