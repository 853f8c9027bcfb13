# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every screen, light and dark, wide and as narrow as a phone: axe finds nothing, nothing is cut off, and a picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e import tour
from tests.e2e.axe import Axe, need_axe
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE, Mode, take
from tests.e2e.town import Town

SCREENS = 44
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def look_over(one: Person, names: AsyncIterator[str], modes: tuple[Mode, ...], wrong: list[str]) -> list[str]:
    """Look at each screen in every mode; what is wrong with them is added to `wrong`."""
    axe = await Axe.of(one.page)
    seen = []
    async for name in names:
        seen.append(name)
        for mode in modes:
            await mode.put_on(one.page)
            wrong += [f"{name}, {mode.name}: {each}" for each in await axe.violations()]
            wider = await one.page.evaluate(WIDER)
            if wider > 0:
                wrong.append(f"{name}, {mode.name}: {wider} px wider than the window")
            await take(one.page, f"{name}-{mode.name}")
    return seen


@pytest.mark.parametrize("modes", [WIDE, PHONE], ids=["wide", "phone"])
async def test_every_screen_is_right_for_everybody(town: Town, tmp_path: Path, modes: tuple[Mode, ...]) -> None:
    need_axe()
    one = await town.visitor(f"alice.{modes[0].name}", width=modes[0].width, height=modes[0].height)
    wrong: list[str] = []
    seen = await look_over(one, tour.first_screens(town, one), modes, wrong)
    friend = await tour.talk_a_little(town, one, tmp_path)
    seen += await look_over(one, tour.screens(one, friend), modes, wrong)
    town.check_quiet()
    seen += await look_over(one, tour.last_screens(one, friend), modes, wrong)
    town.hush()
    assert wrong == []
    assert len(seen) == len(set(seen)) == SCREENS


async def test_axe_is_not_blind_here(town: Town) -> None:
    visitor = await town.visitor("alice.axe")
    await expect(visitor.heading("Welcome")).to_be_visible()
    axe = await Axe.of(visitor.page)
    assert await axe.violations() == []
    await visitor.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    (found,) = await axe.violations()
    assert found.startswith("button-name (critical)")
