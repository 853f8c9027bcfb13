# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Time that is stretched between a page and whoever answers it, so that what depends on who is first shows itself.

Off unless asked for: `PRIVITY_E2E_STRETCH=SEED` with `make e2e`, or `SEED:MS` for delays up to so many milliseconds, or
`SEED:MS:RATE` for a page that besides runs so many times slower. Each request, each answer and each event is held back
for a time drawn from the seed. Nothing overtakes anything on one connection, as nothing does on a real one.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from playwright.async_api import BrowserContext, Error, Page, Route, WebSocketRoute

ASKED: Final = os.environ.get("PRIVITY_E2E_STRETCH", "")
LONGEST_MS: Final = 800
_APART_S: Final = 0.000_1  # what is due at one moment would go in any order


@dataclass(frozen=True)
class Stretch:
    """`rate`: how many times slower the page itself runs."""

    seed: int
    longest_ms: int = LONGEST_MS
    rate: float = 1

    @classmethod
    def read(cls, text: str) -> Stretch | None:
        """None where nothing is asked for. Raises ValueError."""
        if not text:
            return None
        seed, *others = text.split(":")
        longest = int(others[0]) if others else LONGEST_MS
        return cls(int(seed), longest, float(others[1]) if len(others) > 1 else 1)


STRETCH: Final = Stretch.read(ASKED)


async def stretch(context: BrowserContext, page: Page) -> None:
    """What this page asks and hears comes later from now on, where that is asked for."""
    if STRETCH is None:
        return
    chance = random.Random(STRETCH.seed)

    def drawn_s() -> float:
        return chance.uniform(0, STRETCH.longest_ms) / 1_000

    async def request(route: Route) -> None:
        await asyncio.sleep(drawn_s())
        with suppress(Error):  # the page has gone
            await route.continue_()

    async def socket(there: WebSocketRoute) -> None:
        _join(there, there.connect_to_server(), drawn_s)

    await context.route("**/*", request)
    await context.route_web_socket("**/*", socket)
    if STRETCH.rate > 1:
        session = await context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": STRETCH.rate})


def _join(page: WebSocketRoute, daemon: WebSocketRoute, drawn_s: Callable[[], float]) -> None:
    """Either hears all that the other says, and that it has gone, each time later."""
    up, down = Line(drawn_s), Line(drawn_s)
    page.on_message(lambda said: up.later(lambda: daemon.send(said)))
    daemon.on_message(lambda said: down.later(lambda: page.send(said)))
    page.on_close(lambda code, reason: up.end(daemon, code, reason))
    daemon.on_close(lambda code, reason: down.end(page, code, reason))


class Line:
    """One way of a connection."""

    def __init__(self, drawn_s: Callable[[], float]) -> None:
        self._drawn_s = drawn_s
        self._due_s = 0.0
        self._ending: asyncio.Task[None] | None = None

    def later(self, what: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._due_s = max(self._due_s + _APART_S, loop.time() + self._drawn_s())
        loop.call_at(self._due_s, what)

    def end(self, other: WebSocketRoute, code: int | None, reason: str | None) -> None:
        def close() -> None:
            self._ending = asyncio.ensure_future(_close(other, code, reason))

        self.later(close)


async def _close(other: WebSocketRoute, code: int | None, reason: str | None) -> None:
    with suppress(Error):  # it has gone, too
        await other.close(code=code, reason=reason)
