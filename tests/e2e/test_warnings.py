# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A script of extortion at the page: what is said, one tap to report, freeze or put away; and who somebody is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Locator, expect

from tests.e2e.axe import need_axe
from tests.e2e.material import harbour
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE
from tests.e2e.test_screens import look_over
from tests.e2e.town import Town

THREAT = "I will send the video to all your friends if you don't pay"
CODE = "can you send me the verification code?"


def warning(one: Person, about: str) -> Locator:
    return one.page.get_by_role("region", name=f"Warning about {about}", exact=True)


async def warned_screens(one: Person, other: Person) -> AsyncIterator[str]:
    card = warning(one, other.handle)
    await expect(card).to_contain_text("This looks like extortion")
    await expect(card).to_contain_text("Nobody is told")
    yield "warning"
    await expect(card.get_by_text("Do not pay, and do not send more")).to_be_visible()
    await card.get_by_text("What else helps").click()
    await expect(card.get_by_text("Keep what they wrote")).to_be_visible()
    yield "warning-help"
    await card.get_by_role("button", name="Report").click()
    reason = one.sheet(f"Report {other.handle}").get_by_role("radio", name="Intimate pictures without consent")
    await expect(reason).to_be_checked()
    await one.close_sheet()
    await card.get_by_role("button", name="Put it away").click()
    await expect(card).to_contain_text("They ask for a code")
    yield "warning-next"
    await card.get_by_role("button", name="See the message").click()
    await card.get_by_role("button", name=f"Freeze {other.handle}").click()
    await one.noticed("It is kept, and they are not told.")
    await expect(warning(one, other.handle)).to_have_count(0)
    await expect(one.log).not_to_contain_text("all your friends")
    yield "warning-frozen"


async def test_a_warning_is_shown_to_its_person_and_answered_with_one_tap(town: Town) -> None:
    need_axe()
    mallory, bob = await town.person("mallory.w"), await town.person("bob.w")
    await mallory.begin(bob)
    await mallory.say(CODE)
    await mallory.say(THREAT)
    await bob.close_notices()
    await bob.open("mallory.w")
    wrong: list[str] = []
    assert len(await look_over(bob, warned_screens(bob, mallory), (*WIDE, *PHONE), wrong)) == 4
    assert wrong == []
    await expect(warning(mallory, "bob.w")).to_have_count(0)
    assert "looks like extortion" not in await mallory.page.locator("body").inner_text()


async def test_who_asks_comes_with_what_is_known_of_them(town: Town) -> None:
    friend, bob, twin = [await town.person(name) for name in ("margaret.k", "bob.k", "margarett.k")]
    await friend.befriend(bob)
    await twin.ask_for("bob.k")
    await bob.requests()
    known = bob.page.get_by_role("region", name="How you know margarett.k")
    await expect(known).to_contain_text("looks like your contact margaret.k")
    await expect(known).to_contain_text("They asked for you first.")
    await bob.card("margarett.k").get_by_role("button", name="margarett.k", exact=True).click()
    await expect(bob.page.get_by_role("region", name="How you know margarett.k")).to_contain_text("margaret.k")


async def test_pictures_of_contacts_are_covered_where_the_person_wants_it(town: Town, tmp_path: Path) -> None:
    alice, bob = await town.person("alice.c"), await town.person("bob.c")
    await alice.begin(bob)
    await alice.send_file(harbour(tmp_path / "harbour.png"))
    await bob.open("alice.c")
    await expect(bob.log.get_by_role("img", name="harbour.png")).to_be_visible()
    await bob.account("Settings")
    choice = bob.page.get_by_role("checkbox", name="Cover pictures of my contacts too, until I open them")
    await expect(choice).not_to_be_checked()
    await choice.check()
    await expect(choice).to_be_checked()
    await bob.open("alice.c")
    await expect(bob.file("harbour.png").get_by_role("button")).to_contain_text(
        ["You cover pictures of contacts too", ""]
    )
    await expect(bob.log.get_by_role("img", name="harbour.png")).to_have_count(0)
