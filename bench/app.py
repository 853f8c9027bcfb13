# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What `privity app` costs the person at it, in a real Chromium. `make bench-app BENCH_ARGS="--quick"`."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.format import Goal, Row, commit_of, show
from bench.long_talk import RARE, LongTalk, fill, text_of
from privity.client.host import wall_ms
from privity.faces.app.page import FOLDER
from privity.faces.demo.home import Home
from privity.faces.demo.throwaway import PASSPHRASE

try:
    from playwright.async_api import Page, expect
    from tests.e2e.person import Person
    from tests.e2e.running import CHROMIUM, App, window
    from tests.e2e.scrolling import to_beginning
    from tests.e2e.town import Town, town_of

    MISSING = "" if CHROMIUM is not None else "chromium is not installed"
except ModuleNotFoundError as err:
    MISSING = f"{err.name} is not installed: make e2e installs what drives a browser"

SHOWN: Final = """({ role, text }) => new Promise((done) => {
  const there = () => [...document.querySelectorAll(role)].some((one) => one.textContent.includes(text));
  if (there()) return done(Date.now());
  const watching = new MutationObserver(() => { if (there()) { watching.disconnect(); done(Date.now()); } });
  watching.observe(document.body, { subtree: true, childList: true, characterData: true });
})"""
"""Resolves to the time when a text is in the document; both browsers have the clock of this machine."""
NOW: Final = "Date.now()"


@dataclass(frozen=True, slots=True)
class Sizes:
    messages: int
    opens: int
    searches: int
    sends: int


FULL: Final = Sizes(messages=10_000, opens=10, searches=20, sends=100)
QUICK: Final = Sizes(messages=2_000, opens=3, searches=5, sends=20)


def goals(sizes: Sizes) -> dict[str, Goal]:
    talk = f"a conversation of {sizes.messages:,} messages"
    return {
        "open": Goal(f"{talk} opens at its end, median", "ms", "ours < 1000"),
        "search": Goal(f"search in {talk}, from the last letter to the result, median", "ms", "ours < 200"),
        "scroll": Goal(f"{talk}, scrolled to its beginning three screens at a time", "ms per 1,000 messages"),
        "shown50": Goal("send to shown between two browsers, p50", "ms"),
        "shown95": Goal("send to shown between two browsers, p95", "ms", "ours < 150"),
        "echo95": Goal("the own message on the own page after Enter, p95", "ms"),
    }


async def measure(sizes: Sizes, folder: Path) -> dict[str, float]:
    """Start a hub, its witness, daemons and a browser, and look at the clock."""
    hub = Home(folder / "hub")
    hub.folder.mkdir()
    hub.init()
    try:
        hub.witness.start()
        hub.start_hub()
        async with town_of(hub, folder) as town:
            return {**await _long(town, sizes), **await _sending(town, sizes)}
    finally:
        hub.stop()


async def _long(town: Town, sizes: Sizes) -> dict[str, float]:
    talk = LongTalk("alice.years", "bob.years", sizes.messages)
    app = App(town.folder / "home of years")
    await fill(town.hub, app.home, talk, wall_ms())
    town.stack.push_async_callback(app.stop)
    opened = await town.stack.enter_async_context(window(town.browser, await app.start()))
    alice = Person(talk.handle, app, opened)
    account = alice.page.get_by_role("list", name="Accounts").get_by_role("button", name=talk.handle)
    await account.click()
    await alice.unlock(PASSPHRASE)
    newest = text_of(talk.messages - 1)[:40]
    opens, searches = [], []
    for _ in range(sizes.opens):
        await alice.page.reload()  # a page that has read nothing of it yet
        await account.click()
        row = alice.row(talk.other)
        await expect(row).to_be_visible()
        opens.append(await _until_shown(alice.page, "article", newest, row.click))
    await alice.press("Search in this conversation")
    words = alice.field("Words to find")
    for _ in range(sizes.searches):
        await words.fill(RARE[:4])
        await expect(alice.page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
        await words.fill("")
        await expect(alice.page.get_by_role("main").get_by_role("listitem")).to_have_count(0)
        await words.press_sequentially(RARE[:5])
        searches.append(await _until_shown(alice.page, "main mark", RARE, lambda: words.press(RARE[5])))
    await alice.open(talk.other)
    scrolled = await to_beginning(alice.page)
    return {
        "open": statistics.median(opens),
        "search": statistics.median(searches),
        "scroll": scrolled.ms / (len(scrolled.seen) / 1000),
    }


async def _sending(town: Town, sizes: Sizes) -> dict[str, float]:
    alice, bob = await town.person("alice.bench"), await town.person("bob.bench")
    await alice.begin(bob)
    await alice.say("ready")
    await bob.open("alice.bench")
    await bob.sees("ready")
    shown, echoed = [], []
    for _ in range(sizes.sends):
        text = f"measured {secrets.token_hex(4)}"
        await alice.composer.fill(text)
        there = asyncio.ensure_future(bob.page.evaluate(SHOWN, {"role": "article", "text": text}))
        here = asyncio.ensure_future(alice.page.evaluate(SHOWN, {"role": "[role=log]", "text": text}))
        await bob.page.evaluate(NOW)  # both are watching
        begun = await alice.page.evaluate(NOW)
        await alice.composer.press("Enter")
        shown.append(await there - begun)
        echoed.append(await here - begun)
    return {"shown50": _at(shown, 0.5), "shown95": _at(shown, 0.95), "echo95": _at(echoed, 0.95)}


async def _until_shown(page: Page, role: str, text: str, act: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """From just before an act to the moment when a text is there."""
    begun = float(await page.evaluate(NOW))
    there = asyncio.ensure_future(page.evaluate(SHOWN, {"role": role, "text": text}))
    await act()
    return float(await there) - begun


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def rows(sizes: Sizes) -> list[Row]:
    reason = MISSING or ("" if (FOLDER / "index.html").is_file() else "the page is not built: make app")
    if reason:
        return [goal.skipped(reason) for goal in goals(sizes).values()]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(sizes, Path(folder)))
    return [goal.row(found[key]) for key, goal in goals(sizes).items()]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.app", description="What the page costs.")
    parser.add_argument("--quick", action="store_true", help="a shorter conversation and fewer samples")
    found = parser.parse_args(arguments)
    sizes = QUICK if found.quick else FULL
    show("app", commit_of(Path(__file__).parent), not found.quick, rows(sizes))


if __name__ == "__main__":
    main()
