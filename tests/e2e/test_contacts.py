# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may begin with whom, at the page: asking, what nobody is told, minors, and codes."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, PngImagePlugin
from playwright.async_api import expect

from tests.e2e.contacts import UNDER_18, UNSAID, code_of, no_requests, told, type_code
from tests.e2e.material import harbour
from tests.e2e.town import Town


async def test_who_asks_shows_a_profile_and_may_write_after_a_yes(town: Town, tmp_path: Path) -> None:
    alice, bob = await town.person("alice.f"), await town.person("bob.f")
    secret = PngImagePlugin.PngInfo()
    secret.add_text("where", "a secret place")
    with Image.open(harbour(tmp_path / "me.png")) as picture:
        picture.save(tmp_path / "me.png", pnginfo=secret)
    await alice.account("Profile and age")
    await alice.field("Picture").set_input_files(tmp_path / "me.png")
    await expect(alice.page.get_by_role("img", name="You, as others see you")).to_be_visible()
    await alice.field("How close").fill("40")
    await alice.field("Name").fill("Bob")  # anybody may call themselves anything
    await alice.field("About you").fill("I sail on Sundays.")
    await alice.press("Save the profile")
    await alice.noticed("Your profile is saved")

    await alice.to_list()
    await alice.ask_for("bob.f")
    await bob.requests()
    card = bob.card("alice.f")
    await expect(card).to_contain_text("calls themselves “Bob”")
    await expect(card).to_contain_text("I sail on Sundays.")
    await expect(card).to_contain_text("nobody you both know")
    await expect(card.get_by_role("img", name="Picture that alice.f chose")).to_have_count(0)
    requested = await bob.page.evaluate(
        "performance.getEntriesByType('resource').filter((each) => each.name.includes('/portraits/')).length"
    )
    assert requested == 0, "nothing is fetched before it is asked for"
    await card.get_by_role("button", name="Show the picture of alice.f").click()
    shown = card.get_by_role("img", name="Picture that alice.f chose")
    assert await shown.evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 256
    buttons = await card.get_by_role("button").all_inner_texts()
    assert [each.split()[0] for each in buttons] == ["alice.f", "Accept", "Block", "Report"], "and nothing else"
    await bob.press("Accept alice.f")
    await alice.press("Talk with bob.f")
    await alice.say("Sunday?")
    await bob.open("alice.f")
    await bob.sees("Sunday?")


async def test_nobody_is_told_whether_somebody_exists(town: Town) -> None:
    alice = await town.person("alice.n")
    kim = await town.person("kim.n", age=UNDER_18)
    await town.person("hidden.n", listed=False)
    seen = []
    for handle in ("kim.n", "hidden.n", "nobody.n"):
        await alice.to_list()
        await alice.ask_unseen(handle)
        await expect(told(alice, "Asked.")).to_be_visible()
        main = await alice.page.get_by_role("region", name="Find a person").inner_text()
        seen.append(main.replace(handle, "X"))
    assert seen[0] == seen[1] == seen[2]
    await no_requests(kim)


async def test_two_minors_who_ask_for_each_other_are_contacts(town: Town) -> None:
    kim, lee = await town.person("kim.m", age=UNDER_18), await town.person("lee.m", age=UNSAID)
    await kim.ask_unseen("lee.m")
    await expect(told(kim, "Asked.")).to_be_visible()
    await no_requests(lee)
    await lee.ask_unseen("kim.m")
    await expect(told(lee, "They had asked for you too")).to_be_visible()
    await lee.account("People")
    await lee.page.get_by_role("region", name="Contacts").get_by_role("button", name="kim.m").click()
    await lee.press("Talk with kim.m")
    await lee.say("hello from lee")
    await kim.open("lee.m")
    await kim.sees("hello from lee")


async def test_a_code_makes_contacts_of_two_who_meet(town: Town) -> None:
    alice, kim = await town.person("alice.c", listed=False), await town.person("kim.c", age=UNDER_18)
    await alice.account("People")
    code = await code_of(alice, "Meet in person")
    found = await type_code(kim, code.lower().replace("-", " "))
    await expect(found).to_contain_text("This code is of alice.c")
    await kim.press("Become contacts with alice.c")
    await expect(told(kim, "Done.")).to_be_visible()
    for one, other in ((alice, "kim.c"), (kim, "alice.c")):
        await one.account("People")
        await one.page.get_by_role("region", name="Contacts").get_by_role("button", name=other).click()
        await expect(one.page.get_by_text("you met, and one typed the other's code", exact=False)).to_be_visible()
    await kim.account("People")
    await kim.press("Meet in person")
    await kim.field("Code").fill(code)
    await kim.press("Look whose it is")
    await expect(kim.page.get_by_role("main").get_by_role("alert")).to_be_visible()
