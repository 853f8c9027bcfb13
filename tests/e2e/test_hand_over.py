# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A person at the page hands over messages: they mark them, read what that means, and have a package that verifies."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from playwright.async_api import expect

from privity.production.writing import verify
from tests.e2e.axe import Axe
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE, take
from tests.e2e.test_backup import under_way
from tests.e2e.town import Town

SCRIPT = '<img src=x onerror="document.title=1">'


async def begin(person: Person, title: str) -> None:
    """The screen, from the details of a conversation."""
    await person.details(title)
    await person.press("Hand over messages")
    await expect(person.heading("Hand over messages")).to_be_visible()


async def fill(person: Person) -> None:
    await person.field("Who is to have it").fill("The teapot office")
    await person.field("What it is for").fill("advice")


async def look_at(person: Person, axe: Axe, name: str) -> None:
    """Every way in which it is looked at, with a picture of each."""
    for mode in (*WIDE, *PHONE):
        await mode.put_on(person.page)
        if mode in (WIDE[0], PHONE[1]):
            assert await axe.violations() == []
        await take(person.page, f"{name}-{mode.name}")
    await WIDE[0].put_on(person.page)


async def test_marked_messages_are_handed_over_in_a_package_that_verifies(town: Town, tmp_path: Path) -> None:
    alice, bob = await town.person("alice.h"), await town.person("bob.h")
    await alice.begin(bob)
    await alice.say("The teapot is hot")
    await bob.open("alice.h")
    await bob.say(SCRIPT)
    await bob.say("I was told so")
    await expect(alice.log).to_contain_text("I was told so")
    await begin(alice, "bob.h")
    axe = await Axe.of(alice.page)
    rows = alice.page.get_by_role("list", name="Messages to mark").get_by_role("listitem")
    await expect(rows).to_have_count(3)
    await expect(alice.button("Go on")).to_be_disabled()
    await rows.filter(has_text="I was told so").get_by_role("checkbox").check()
    await rows.filter(has_text="The teapot is hot").get_by_role("checkbox").check()
    await fill(alice)
    await look_at(alice, axe, "hand-over")
    await alice.press("Go on")
    await expect(alice.page.get_by_text("2 messages written by you and bob.h")).to_be_visible()
    await expect(alice.page.get_by_text("It is not encrypted")).to_be_visible()
    await look_at(alice, axe, "hand-over-warnings")
    made = await alice.saves("Make the package", tmp_path)
    await under_way(alice, "The package is saved where your browser puts files")
    await expect(alice.page.get_by_role("region", name="Under way")).to_contain_text("given to nobody yet")

    with zipfile.ZipFile(made) as archive:
        archive.extractall(tmp_path / "out")
    (package,) = (tmp_path / "out").iterdir()
    assert verify(package, package / "attest" / "keys.json").verified
    selection = json.loads((package / "bag" / "data" / "selection.json").read_bytes())
    assert (selection["recipient"], selection["gaps"]) == ("The teapot office", [{"after": 1, "unselected": 1}])
    assert selection["asked"] == {"files": False, "keys": False, "attestation": False}

    page = await alice.page.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto((package / "bag" / "data" / "index.html").as_uri())
    await expect(page.get_by_role("heading", name="Messages", exact=True)).to_be_visible()
    assert [url for url in asked if not url.endswith("/index.html")] == []
    assert await (await Axe.of(page)).violations() == []
    for mode in (WIDE[0], PHONE[0]):
        await mode.put_on(page)
        await take(page, f"disclosure-{mode.name}")
    await page.close()


async def test_a_range_is_looked_at_and_what_it_would_be_refused_for_is_said(town: Town, tmp_path: Path) -> None:
    alice, bob = await town.person("alice.r"), await town.person("bob.r")
    await alice.begin(bob)
    for text in ("begin", SCRIPT, "three", "four"):
        await alice.say(text)
    await alice.sees("four")
    await begin(alice, "bob.r")
    await alice.page.get_by_role("radio", name="All from the first to the last").check()
    rows = alice.page.get_by_role("list", name="Messages to mark").get_by_role("listitem")
    for text in ("three", "begin"):
        await rows.filter(has_text=text).get_by_role("checkbox").check()
    await fill(alice)
    await alice.field("Encrypt it to an age key (optional)").fill("age1invented")
    await alice.press("Go on")
    await expect(alice.page.get_by_text("3 messages written by you")).to_be_visible()
    await alice.press("Make the package")
    await under_way(alice, "No package was made")
    await expect(alice.page.get_by_role("region", name="Under way")).to_contain_text("Expected an age key")
    await alice.page.get_by_role("radio", name="The whole conversation").check()
    await alice.field("Encrypt it to an age key (optional)").fill("")
    await alice.press("Go on")
    made = await alice.saves("Make the package", tmp_path)
    with zipfile.ZipFile(made) as archive:
        assert sum("/messages/" in name for name in archive.namelist()) == 4
        (index,) = [name for name in archive.namelist() if name.endswith("/bag/data/index.html")]
        assert "&lt;img" in archive.read(index).decode() and "<img" not in archive.read(index).decode()
