# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The transparency report in a real Chromium: as a file, without scripts, in every mode; axe, width, pictures."""

from __future__ import annotations

from pathlib import Path

from privity.desk.stated import Stated, StatedSection, WordsSection, check_stated
from privity.desk.transparency.compute import compute
from privity.desk.transparency.page import html
from privity.desk.transparency.period import Period
from tests.desk.transparency.acts import a_busy_half_year, two_months
from tests.e2e.axe import Axe, need_axe
from tests.e2e.pictures import PHONE, WIDE, take
from tests.e2e.running import chromium
from tests.e2e.test_desk_console import SMALL, WIDER

COMMAND = "privity desk transparency --from 2027-01 --to 2027-06 --html report.html"


async def test_the_report_is_a_page_for_everybody(tmp_path: Path) -> None:
    need_axe()
    wrong: list[str] = []
    asked: list[str] = []
    pages = {
        "busy": compute(a_busy_half_year().entries, Period("2027-01", "2027-06")),
        "quiet": compute(two_months().entries, Period("2027-02", "2027-02")),
        "empty": compute([], Period("2027-01", "2027-01")),
    }
    words = WordsSection(
        own_initiative="Accounts are limited, suspended or ended.\nNothing is labelled.", training="x" * 200
    )
    stated = check_stated(
        StatedSection(provider="Teapots Ltd", recipients={"total": 1200, "DE": 7}, languages={"de": 2}, words=words)
    )
    async with chromium() as browser:
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: wrong.append(said.text))
        for name, report in pages.items():
            file = tmp_path / f"{name}.html"
            file.write_bytes(html(report, stated if name == "busy" else Stated(), "teapots.example", COMMAND))
            await page.goto(file.as_uri())
            for numbers in await page.locator("summary").all():
                await numbers.click()
            axe = await Axe.of(page)
            for mode in (*WIDE, *PHONE):
                await page.emulate_media(color_scheme=mode.colours, reduced_motion="reduce")
                await page.set_viewport_size({"width": mode.width, "height": mode.height})
                wrong += [f"{name}, {mode.name}: {each}" for each in await axe.violations()]
                if await page.evaluate(WIDER) > 0:
                    wrong.append(f"{name}, {mode.name}: wider than the window")
                wrong += [f"{name}, {mode.name}: small target {each}" for each in await page.evaluate(SMALL)]
                tall = await page.evaluate("document.documentElement.scrollHeight")
                await page.set_viewport_size({"width": mode.width, "height": tall})
                await take(page, f"transparency-{name}-{mode.name}")
    assert wrong == []
    assert asked == [(tmp_path / f"{name}.html").as_uri() for name in pages]
