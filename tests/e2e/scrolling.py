# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Scrolling a conversation from its newest message to its first, and what was on the way."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Page

TO_BEGINNING = """async ({ limit }) => {
  const log = document.querySelector("[role=log]");
  const seen = new Set(), gaps = [], moved = [];
  let most = 0, steps = 0;
  const look = () => {
    const now = [...log.querySelectorAll("[data-seq]")].map((row) => Number(row.dataset.seq));
    now.forEach((seq, place) => { if (place > 0 && seq !== now[place - 1] + 1) gaps.push([now[place - 1], seq]); });
    now.forEach((seq) => seen.add(seq));
    most = Math.max(most, now.length);
    return now[0];
  };
  const drawn = () => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
    setTimeout(done, 200); // a browser that draws nothing for a while must not stop the run
  });
  const begin = performance.now();
  look();
  const first = () => log.textContent.includes("This is where the conversation begins");
  while (!(first() && log.scrollTop === 0) && performance.now() - begin < limit) {
    log.scrollTop = Math.max(0, log.scrollTop - 3 * log.clientHeight);
    await drawn();
    look();
    steps += 1;
  }
  return { seen: [...seen].sort((a, b) => a - b), gaps, most, steps, ms: performance.now() - begin };
}"""


@dataclass(frozen=True)
class Scrolled:
    """`gaps` are neighbours on the page that are none in the conversation; `most` rows were there at once."""

    seen: list[int]
    gaps: list[tuple[int, int]]
    most: int
    steps: int
    ms: float


async def to_beginning(page: Page, limit_ms: int = 120_000) -> Scrolled:
    """Three screens at a time, as somebody in a hurry does."""
    return Scrolled(**await page.evaluate(TO_BEGINNING, {"limit": limit_ms}))
