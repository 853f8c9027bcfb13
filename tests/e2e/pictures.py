# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of what a page shows, and the ways in which people look at it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Page

from tests.e2e.person import DRAWN

FOR_OPERATORS = frozenset({"rule-by-day-light"})
"""Shown by pages of docs/operators/."""
SCREENS = Path(__file__).parents[2] / "build" / "screens"


DOCS = Path(__file__).parents[2] / "docs" / "users" / "pictures"
OPERATORS = Path(__file__).parents[2] / "docs" / "operators" / "pictures"
IN_DOCS = frozenset(
    re.findall(r"\(pictures/([\w-]+)\.png\)", "".join(page.read_text() for page in DOCS.parent.glob("*.md")))
)
COLOURS = 64
"""Enough for a page of few colours, at a tenth of the bytes."""


@dataclass(frozen=True)
class Mode:
    """How somebody looks at the page."""

    name: str
    colours: Literal["light", "dark"]
    width: int
    height: int

    async def put_on(self, page: Page) -> None:
        await page.emulate_media(color_scheme=self.colours, reduced_motion="reduce")
        await page.set_viewport_size({"width": self.width, "height": self.height})
        await page.evaluate(DRAWN)


WIDE = (Mode("light", "light", 1200, 800), Mode("dark", "dark", 1200, 800))
PHONE = (Mode("phone", "light", 360, 740), Mode("phone-dark", "dark", 360, 740))


async def take(page: Page, name: str) -> None:
    """Keep a picture under build/screens/, and a small one for the pages of docs/ that show it, if asked to."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    taken = SCREENS / f"{name}.png"
    await page.screenshot(path=taken)
    docs = OPERATORS if name in FOR_OPERATORS else DOCS
    if os.environ.get("PRIVITY_DOCS_PICTURES") and name in IN_DOCS | FOR_OPERATORS:
        docs.mkdir(exist_ok=True)
        with Image.open(taken) as picture:
            picture.convert("RGB").quantize(COLOURS).save(docs / taken.name, optimize=True)
