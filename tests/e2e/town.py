# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub, its desk and its witness, and people who each have a home, a daemon and a browser window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser

from privity.faces.demo.home import Home
from tests.e2e.person import ADULT, Person
from tests.e2e.running import App, chromium, need_page, window


@dataclass
class Town:
    """What one test has of it, or the tests of one module."""

    hub: Home
    folder: Path
    browser: Browser
    stack: AsyncExitStack
    people: list[Person] = field(default_factory=list)

    async def visitor(
        self, handle: str, *, width: int = 1200, height: int = 800, arguments: tuple[str, ...] = ()
    ) -> Person:
        """A fresh home whose page is open and has no account yet."""
        app = App(self.folder / f"home {len(self.people)}")
        self.stack.push_async_callback(app.stop)
        address = await app.start(arguments=arguments)
        opened = await self.stack.enter_async_context(window(self.browser, address, width=width, height=height))
        arrived = Person(handle, app, opened)
        self.people.append(arrived)
        return arrived

    async def person(self, handle: str, *, age: str = ADULT, listed: bool = True) -> Person:
        """Somebody with an account; whoever types their handle finds them."""
        arrived = await self.visitor(handle)
        await arrived.create(self.hub.url, self.hub.invite(), age=age, listed=listed)
        return arrived

    def hush(self) -> None:
        """Forget complaints of the browsers that a test brings about on purpose: a daemon that is not there."""
        for each in self.people:
            each.window.complaints.clear()

    def check_quiet(self) -> None:
        """No browser complained, and nothing came from elsewhere."""
        for each in self.people:
            assert each.window.complaints == [], f"the browser of {each.handle} complains: {each.window.complaints}"


@dataclass(frozen=True)
class Pair:
    """Two of them who talk, in more than one test."""

    town: Town
    alice: Person
    bob: Person


@asynccontextmanager
async def town_of(hub: Home, folder: Path) -> AsyncIterator[Town]:
    """A town on this hub. At the end windows close and daemons stop."""
    need_page()
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        yield Town(hub, folder, browser, stack)
