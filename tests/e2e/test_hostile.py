# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stranger's device that sends whatever it likes: it is shown as what it is, and the page goes on."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from privity.client.sdk import Device
from privity.faces.demo.home import Home
from privity.faces.demo.throwaway import COST, PASSPHRASE
from privity.identity.recovery import new_phrase
from privity.wire.age import AgeBand
from tests.e2e.material import MIB, bytes_of, harbour
from tests.e2e.person import DRAWN, Person
from tests.e2e.town import Town, town_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCRIPT = "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>"
TURNED = "\u202egnp.exe\u2066"
ZALGO = "z" + "\u0335\u0340\u0489" * 300 + "algo"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Visit:
    """Alice looks at a conversation in which `mallory`, who has no page and no manners, speaks."""

    town: Town
    alice: Person
    mallory: Device
    room: str


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def visit(hub: Home, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visit]:
    async with town_of(hub, tmp_path_factory.mktemp("hostile")) as town:
        alice = await town.person("alice.h")
        device = await Device.register(
            town.folder / "mallory",
            PASSPHRASE,
            hub.url,
            handle="mallory.h",
            phrase=new_phrase(os.urandom),
            invite=hub.invite(),
            cost=COST,
            age=AgeBand.ADULT,
        )
        async with device as mallory:
            room = await mallory.create_group()
            await mallory.rename(room, f"{SCRIPT[:60]} {TURNED}")
            assert not await mallory.contacts.ask("alice.h")
            await alice.accept("mallory.h")
            await mallory.contacts.refresh()
            await mallory.invite(room, await mallory.find("alice.h"))
            await alice.conversations.get_by_role("listitem").get_by_role("button").click()
            await expect(alice.composer).to_be_visible()
            yield Visit(town, alice, mallory, room)


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def unharmed(visit: Visit) -> AsyncIterator[None]:
    """Whatever came: nothing ran, no browser complained, and one can still write."""
    yield
    await visit.alice.page.evaluate(DRAWN)
    assert await visit.alice.page.evaluate("window.hacked") is None
    assert visit.alice.window.complaints == _refused(visit), "only that previews were refused"
    visit.alice.window.complaints.clear()
    visit.town.check_quiet()
    said = f"still here {os.urandom(4).hex()}"
    await visit.alice.say(said)
    await visit.alice.sees(said)


async def test_markup_in_messages_and_names_is_words(visit: Visit) -> None:
    await visit.mallory.send(visit.room, SCRIPT)
    await visit.alice.sees("<script>window.hacked = true</script>")
    heading = visit.alice.page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text(SCRIPT[:40])
    assert await visit.alice.log.locator("script, img[src='x'], iframe").count() == 0


async def test_what_turns_the_direction_is_made_visible(visit: Visit) -> None:
    await visit.mallory.send(visit.room, f"invoice {TURNED} after")
    message = visit.alice.message("invoice")
    await expect(message).to_contain_text("invoice \ufffdgnp.exe\ufffd after")
    await visit.mallory.attach(
        visit.room, b"not a picture", filename=f"holiday{TURNED}", content_type="application/pdf"
    )
    card = visit.alice.log.get_by_role("article").filter(has_text="13 B")
    await expect(card).to_be_visible()
    shown = await card.inner_text()
    assert "\u202e" not in shown
    assert "\u2066" not in shown
    title = await visit.alice.page.get_by_role("heading", level=1).inner_text()
    assert "\u202e" not in title


async def test_piled_up_marks_stay_on_their_line(visit: Visit) -> None:
    await visit.mallory.send(visit.room, f"before {ZALGO} after")
    message = visit.alice.message("before z")
    await expect(message).to_be_visible()
    assert len(await message.inner_text()) < 200
    box = await message.bounding_box()
    assert box is not None
    assert box["height"] < 160


async def test_a_long_text_is_cut_and_there_in_whole(visit: Visit) -> None:
    words = "long winded " * 5_000
    await visit.mallory.send(visit.room, words)
    message = visit.alice.message("long winded")
    await message.get_by_role("button", name="Show all").click()
    sheet = visit.alice.sheet("The whole message")
    await expect(sheet).to_contain_text("long winded long winded")
    more = sheet.get_by_role("button", name="More")
    while await more.count():
        await more.click()
    shown = await sheet.get_by_role("region", name="Text").inner_text()
    assert shown.split() == words.split()
    await visit.alice.close_sheet()


async def test_a_text_that_costs_parsers_their_time_is_shown_as_typed(visit: Visit) -> None:
    await visit.mallory.send(visit.room, "deep " + "[" * 20_000 + "*" * 20_000)
    await expect(visit.alice.message("deep [[[[")).to_be_visible()
    await visit.mallory.send(visit.room, "> " * 500 + "quoted deeply")
    await expect(visit.alice.log.get_by_text("quoted deeply").first).to_be_visible()


async def test_ten_megabytes_of_text_can_be_neither_sent_nor_shown_into_the_page(visit: Visit, tmp_path: Path) -> None:
    alice = visit.alice
    text = tmp_path / "novel.txt"
    text.write_text("all work and no play\n" * (10 * MIB // 21))
    await visit.mallory.attach(visit.room, text, content_type="text/plain")
    await expect(alice.file("novel.txt")).to_contain_text("10 MB")
    assert len(await alice.page.locator("body").inner_text()) < 200_000
    await alice.composer.focus()
    await alice.page.keyboard.insert_text("all work " * (MIB + MIB // 9))
    await alice.composer.press("Enter")
    await expect(alice.page.get_by_text("This is longer than a message can be", exact=False)).to_be_visible()
    await expect(alice.button("Send")).to_be_disabled()
    await alice.composer.fill("")


async def test_malformed_pictures_are_no_pictures(visit: Visit, tmp_path: Path) -> None:
    whole = harbour(tmp_path / "whole.png").read_bytes()
    for name, data in {
        "broken.png": PNG + bytes_of(tmp_path / "noise", 5_000).read_bytes(),
        "half.png": whole[: len(whole) // 2],
        "huge.png": whole[:16] + (60_000).to_bytes(4, "big") * 2 + whole[24:],
        "page.png": b"<html><script>window.hacked = true</script></html>",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>window.hacked = true</script></svg>",
    }.items():
        kind = "image/svg+xml" if name.endswith("svg") else "image/png"
        await visit.mallory.attach(visit.room, data, filename=name, content_type=kind)
        card = visit.alice.file(name)
        await expect(card).to_be_visible()
        if kind == "image/png":
            await expect(card).to_contain_text("no picture that can be shown", ignore_case=True)
        await expect(card.get_by_role("img", name=name)).to_have_count(0)
    await visit.mallory.attach(visit.room, whole, filename="whole.png", content_type="image/png")
    await expect(visit.alice.log.get_by_role("img", name="whole.png")).to_be_visible()


async def test_a_link_whose_words_name_another_site_says_where_it_leads(visit: Visit) -> None:
    await visit.mallory.send(
        visit.room, "Log in at [bank.example](https://evil.example/login) or [here](javascript:alert(1))"
    )
    message = visit.alice.message("Log in at bank.example")
    link = message.get_by_role("link")
    await expect(link).to_have_count(1)
    await expect(link).to_have_attribute("href", "https://evil.example/login")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(message).to_contain_text("This link leads to evil.example, whatever its words say.")
    await expect(message).to_contain_text("[here](javascript:alert(1))")


def _refused(visit: Visit) -> list[str]:
    """A picture that is none is asked for again whenever it comes into view, and the browser complains each time."""
    return [said for said in visit.alice.window.complaints if "409 (Conflict)" in said]
