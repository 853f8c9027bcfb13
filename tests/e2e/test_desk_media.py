# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A reported film and a reported sound at the desk's pages in real Chromium: stills are seen, a part is heard."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import expect

from privity.faces.demo.home import Home
from privity.faces.demo.person import until
from tests.e2e.axe import need_axe
from tests.e2e.running import LIMIT_MS, chromium
from tests.e2e.staff import without_scripts
from tests.e2e.test_desk_cases import Reported, at_the_desk, card_of, find_case, has, tab_to, two_people
from tests.e2e.test_desk_console import look_over
from tests.preview.recordings import film, of_samples, tone

PLAYED = """each => new Promise((done) => {
  each.ontimeupdate = () => each.currentTime > 0.2 && done(true);
  setTimeout(() => done(false), 60_000);
  each.play();
})"""


@pytest.fixture
async def recorded(hub: Home, tmp_path: Path) -> AsyncIterator[Reported]:
    """Bob has reported a film with sound and a sound."""
    swelling = [sample * at // 400_000 for at, sample in enumerate(tone(25.0, 0.9))]
    made = {
        "teapot.mp4": film("mp4", "libx264", 120, size=(320, 240), sounding="aac"),
        "kettle.wav": of_samples([swelling]),
    }
    async with two_people(hub, tmp_path) as here:
        sent = []
        for name, data in made.items():
            await asyncio.to_thread((tmp_path / name).write_bytes, data)
            sent.append(await here.alice.ask("attach", room=here.room, path=str(tmp_path / name), caption="look"))
        await until(partial(has, here.bob, here.room, 2), "delivery", "Bob to have both")
        for message in sent:
            await here.bob.ask("report", room=here.room, message=message)
        yield here


async def test_a_film_is_seen_as_stills_and_a_sound_is_heard(recorded: Reported) -> None:
    need_axe()
    wrong: list[str] = []
    async with chromium() as browser, at_the_desk(browser, recorded, "Maren Tolk", "moderator") as maren:
        page, main = maren.page, maren.page.get_by_role("main")
        case = await find_case(maren, recorded)
        await maren.open(f"/case/{case}")
        await maren.follow(card_of(maren, 1).get_by_role("button", name="Show words"))
        await expect(main).to_contain_text("video/mp4")
        await look_over(maren, "file-words", wrong)
        await page.get_by_label("Why it has to be looked into").fill("Is it what the report says?")
        await maren.press("Say what it is, as a film or a sound")
        await expect(main).to_contain_text("H.264, 320 × 240, 120 frames")
        await expect(main.locator("img, audio, video")).to_have_count(0)
        await look_over(maren, "film", wrong)

        await page.get_by_label("Which one").select_option("2")
        await maren.press("Reveal for 20 seconds")
        await maren.hold()
        await look_over(maren, "still-blurred", wrong)
        await maren.press("Show it small")
        await maren.press("Show it larger")
        await maren.hold()
        image = page.get_by_role("img", name=re.compile("Still 3 of the reported film, larger"))
        await expect(image).to_be_visible()
        assert await image.evaluate("each => [each.naturalWidth, each.naturalHeight]") == [480, 360]
        await expect(main).to_contain_text("28 of today’s views are left")
        await look_over(maren, "still", wrong)
        await maren.press("The next still, blurred")
        await expect(maren.heading("Still 4 of 5, blurred")).to_be_visible()

        await maren.open(f"/case/{case}")
        await maren.follow(card_of(maren, 2).get_by_role("button", name="Show words"))
        await page.get_by_label("Why it has to be looked into").fill("Is it what the report says?")
        await maren.press("Say what it is, as a film or a sound")
        await expect(main).to_contain_text("not compressed, 16 bits, 1 channel")
        await page.get_by_text("I have heard all of it").click()
        await look_over(maren, "sound", wrong)
        await maren.press("Make it ready to be heard")
        sound = page.locator("audio")
        await expect(sound).to_be_visible()
        assert await sound.evaluate("each => [each.paused, each.currentTime, each.autoplay]") == [True, 0, False]
        assert await sound.evaluate(PLAYED)
        assert await sound.evaluate("each => Math.round(each.duration)") == 20
        await maren.hold()
        await look_over(maren, "hearing", wrong)
        await expect(main).to_contain_text("27 of today’s views are left")

        await maren.press("Back to what it is")
        await page.get_by_label(re.compile("^From")).select_option("20")
        await maren.press("Make it ready to be heard")
        await expect(maren.heading("Sound, from 0:20")).to_be_visible()
        await maren.press("Back to what it is")
        await page.get_by_text("I have heard all of it").click()
        await maren.press("I heard it from beginning to end")
        await expect(maren.heading(f"Case {case}")).to_be_visible()
    assert wrong == []


async def test_films_and_sounds_work_without_scripts_and_close_by_themselves(recorded: Reported) -> None:
    async with chromium() as browser, at_the_desk(browser, recorded, "Odo Brandt", "moderator") as odo:
        case = await find_case(odo, recorded)
        async with without_scripts(browser, odo) as plain:
            page = plain.page
            await plain.open(f"/case/{case}")
            await plain.follow(card_of(plain, 1).get_by_role("button", name="Show words"))
            await page.get_by_label("Why it has to be looked into").fill("Is it what the report says?")
            await plain.press("Say what it is, as a film or a sound")
            async with page.expect_response(re.compile("/sound/[0-9a-f]{64}$")) as given:
                await plain.press("Make it ready to be heard")
            assert (await given.value).status == 200
            await expect(page.locator("audio")).to_be_visible()
            await plain.press("Back to what it is")
            await page.get_by_label("How much").select_option("small")
            await plain.press("Reveal for 20 seconds")
            await expect(page.get_by_role("img", name=re.compile("reported film, small"))).to_be_visible()
            await page.wait_for_url(f"**/case/{case}", timeout=4 * LIMIT_MS)  # it closes by itself


async def test_films_and_sounds_work_by_keyboard(recorded: Reported) -> None:
    async with chromium() as browser, at_the_desk(browser, recorded, "Uta Lenz", "moderator") as uta:
        page = uta.page
        case = await find_case(uta, recorded)
        await uta.open(f"/case/{case}")
        await tab_to(uta, card_of(uta, 2).get_by_role("button", name="Show words"))
        await page.keyboard.press("Enter")
        await tab_to(uta, page.get_by_label("Why it has to be looked into"))
        await page.keyboard.type("Is it what the report says?")
        await page.keyboard.press("Enter")
        await tab_to(uta, page.get_by_role("button", name="Make it ready to be heard"))
        await page.keyboard.press("Enter")
        sound = page.locator("audio")
        await tab_to(uta, sound)
        await page.keyboard.press("Space")
        await expect(sound).to_have_js_property("paused", False)
