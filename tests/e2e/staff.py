# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A member of staff in a browser of their own, with a passkey that the browser keeps for the test."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Browser, CDPSession, Error, Locator, Page, expect

from privity.faces.demo.home import Home
from privity.faces.demo.processes import privity
from tests.e2e.running import LIMIT_MS
from tests.e2e.stretched import stretch

AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Colleague:
    """Who they are, and what their browser shows."""

    page: Page
    session: CDPSession
    authenticator: str
    origin: str
    complaints: list[str]

    async def come(self, address: str, label: str = "this laptop", other: str = "") -> None:
        """Open the address of an invitation and make the first passkey; `other`: the address with the other half."""
        await self.page.goto(address)
        if other:
            await self.page.get_by_label("The other half").fill(other)
        await self.press("Go on")
        await self.page.get_by_label("What this passkey is called").fill(label)
        await self.press("Make a passkey")
        await expect(self.page.get_by_role("navigation", name="Places")).to_be_visible()

    async def sign_in(self) -> None:
        await self.page.goto(f"{self.origin}/sign-in")
        await self.press("Sign in with a passkey")
        await expect(self.page.get_by_role("navigation", name="Places")).to_be_visible()

    async def sign_out(self) -> None:
        await self.press("Sign out")
        await expect(self.heading("Privity desk")).to_be_visible()

    async def open(self, path: str) -> None:
        """Also where the page goes on by itself in the same moment, as one does that shows something for seconds."""
        try:
            await self.page.goto(f"{self.origin}{path}")
        except Error as err:
            if "ERR_ABORTED" not in err.message:
                raise
            await self.page.goto(f"{self.origin}{path}")

    async def press(self, name: str) -> None:
        """Send a form, and have the page that answers."""
        await self.follow(self.page.get_by_role("button", name=name, exact=True))

    async def follow(self, way: Locator) -> None:
        """A link, or the button of a form, and the page behind it: what is looked at next is not the one before."""
        async with self.page.expect_navigation():
            await way.click()

    async def hold(self) -> None:
        """What closes by itself after some seconds stays, so that it can be looked at on a slow machine, too."""
        await self.page.evaluate("window.stop()")

    async def code(self) -> str:
        """The address that a page shows once."""
        shown: str = await self.page.locator("output").inner_text()
        return shown.strip()

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)


def invite(home: Home, name: str, *roles: str) -> str:
    """What `privity desk invite` prints: an address that works once."""
    words = [word for role in roles for word in ("--role", role)]
    command = privity("desk", "invite", name, *words, "--config", str(home.config))
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@asynccontextmanager
async def colleague(browser: Browser, origin: str, *, scripts: bool = True) -> AsyncIterator[Colleague]:
    """A fresh profile with an authenticator; what it complains about is kept, and what it loads from elsewhere."""
    context = await browser.new_context(
        viewport={"width": 1200, "height": 800}, reduced_motion="reduce", java_script_enabled=scripts
    )
    context.set_default_timeout(LIMIT_MS)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda err: complaints.append(f"error: {err}"))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("request", lambda asked: None if asked.url.startswith(f"{origin}/") else complaints.append(asked.url))
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    await stretch(context, page)
    try:
        yield Colleague(page, session, made["authenticatorId"], origin, complaints)
    finally:
        if browser.is_connected():
            await context.close()


@asynccontextmanager
async def without_scripts(browser: Browser, one: Colleague) -> AsyncIterator[Colleague]:
    """The same member of staff, signed in, in a browser that runs none."""
    async with colleague(browser, one.origin, scripts=False) as plain:
        for each in await one.page.context.cookies():
            name, value = each.get("name", ""), each.get("value", "")
            await plain.page.context.add_cookies([{"name": name, "value": value, "url": one.origin}])
        yield plain
        assert plain.complaints == [], f"the browser without scripts complains: {plain.complaints}"
