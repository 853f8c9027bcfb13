# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody at the page, who finds everything by the role and the name that a screen reader says."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.running import LIMIT_MS, App, Window

DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Resolves once what was changed is on the screen."""
PASSPHRASE = "invented words for a passphrase"
ADULT = "I am 18 or older"


@dataclass
class Person:
    """`handle` is theirs; `words` are the recovery phrase, once the page has shown it."""

    handle: str
    app: App
    window: Window
    words: list[str] = field(default_factory=list, repr=False)

    @property
    def page(self) -> Page:
        return self.window.page

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)

    async def press(self, name: str | re.Pattern[str]) -> None:
        await self.button(name).click()

    def sheet(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title, exact=True)

    async def noticed(self, text: str) -> None:
        """What is on the page for some seconds and goes by itself: that it was there since the page was loaded."""
        end_s = time.monotonic() + LIMIT_MS / 1000
        while not any(text in each for each in await self._noticed()):
            assert time.monotonic() < end_s, f"nobody told {self.handle}: {text}; but {await self._noticed()}"
            await asyncio.sleep(0.05)

    async def _noticed(self) -> list[str]:
        found: list[str] = await self.page.evaluate("window.noticed")
        return found

    # Accounts

    async def fill_account(self, hub: str, handle: str, invite: str, *, age: str = ADULT, listed: bool = True) -> None:
        """The form of a new account, not sent yet."""
        await self.press(re.compile("^Create an account"))
        await self.field("Address of the hub").fill(hub)
        await self.field("Invite").fill(invite)
        await self.field("Handle").fill(handle)
        await self.fill_passphrase()
        await self.page.get_by_role("radio", name=age).check()
        if age == ADULT:
            await self.page.get_by_role("checkbox", name="Let people find me by my handle").set_checked(listed)

    async def fill_passphrase(self, passphrase: str = PASSPHRASE) -> None:
        await self.field("Passphrase").fill(passphrase)
        await self.field("The passphrase again").fill(passphrase)

    async def create(self, hub: str, invite: str, *, age: str = ADULT, listed: bool = True) -> None:
        """A new account, its phrase written down, its list of conversations on the screen."""
        await self.fill_account(hub, self.handle, invite, age=age, listed=listed)
        await self.press("Create the account")
        await self.write_down()

    async def write_down(self) -> None:
        words = self.page.get_by_role("list", name="Recovery phrase").get_by_role("listitem")
        refusal = self.page.get_by_role("main").get_by_role("alert")
        await expect(words.first.or_(refusal)).to_be_visible()
        assert not await refusal.is_visible(), await refusal.inner_text()
        await expect(words).to_have_count(12)
        self.words = [text.split()[-1] for text in await words.all_inner_texts()]
        await self.page.get_by_role("checkbox", name="I have them on paper").check()
        await self.press("Go to my conversations")
        await expect(self.conversations).to_be_visible()

    async def unlock(self, passphrase: str = PASSPHRASE) -> None:
        await self.field("Passphrase").fill(passphrase)
        await self.press("Unlock")

    async def enter(self, address: str) -> None:
        """Open another page of the daemon, and the account on it."""
        await self.page.goto("about:blank")  # the same address with another fragment alone loads nothing
        await self.page.goto(address)
        await (
            self.page.get_by_role("list", name="Accounts").get_by_role("button", name=self.handle.split(".")[0]).click()
        )
        await expect(self.conversations.or_(self.field("Passphrase"))).to_be_visible()
        if await self.field("Passphrase").is_visible():
            await self.unlock()
        await expect(self.conversations).to_be_visible()

    # Places

    @property
    def conversations(self) -> Locator:
        return self.page.get_by_role("navigation", name="Conversations")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    def row(self, title: str) -> Locator:
        """The conversation of that name in the list."""
        rows = self.conversations.get_by_role("listitem")
        return rows.get_by_role("button", name=re.compile(f"^{re.escape(title)}(?![.\\w])"))

    async def to_list(self) -> None:
        """Back to the list, as Esc leads there."""
        end_s = time.monotonic() + LIMIT_MS / 1000
        while not await self.conversations.get_by_role("heading", name="Conversations").is_visible():
            assert time.monotonic() < end_s, f"Esc leads {self.handle} to no list"
            await self.page.keyboard.press("Escape")
            await self.page.evaluate(DRAWN)

    async def open(self, title: str) -> None:
        if not await self.conversations.is_visible():
            await self.to_list()
        await self.row(title).click()
        await expect(self.page.get_by_role("region", name=title, exact=True)).to_be_visible()

    @property
    def switch(self) -> Locator:
        """The own name, behind which the other accounts and the places of this one are."""
        return self.conversations.get_by_role("button").first

    async def account(self, way: str) -> None:
        """One of the places behind the own name."""
        if not await self.conversations.is_visible():
            await self.to_list()
        await self.switch.click()
        await self.page.get_by_role("dialog").get_by_role("button", name=way).click()

    async def details(self, title: str) -> Locator:
        await self.open(title)
        await self.press("Details")
        details = self.page.get_by_role("complementary", name="Details")
        await expect(details.get_by_role("region", name="People")).to_be_visible()
        return details

    async def find(self, handle: str) -> Locator:
        """Look for somebody; what was found."""
        await self.conversations.get_by_role("button", name="Find a person").first.click()
        await self.field("Handle").fill(handle)
        await self.press("Find")
        found = self.page.get_by_role("status", name="Found")
        await expect(found).to_contain_text(handle)
        return found

    async def ask_for(self, handle: str) -> None:
        """Ask somebody who can be found for contact."""
        await self.find(handle)
        await self.press(f"Ask {handle} for contact")
        await expect(self.page.get_by_role("status").filter(has_text="Asked.")).to_be_visible()

    async def ask_unseen(self, handle: str) -> None:
        """Ask for somebody who is shown to nobody."""
        await self.conversations.get_by_role("button", name="Find a person").first.click()
        await self.field("Handle").fill(handle)
        await self.press("Find")
        await expect(self.page.get_by_role("status", name="Not shown")).to_contain_text("Nobody is ever told")
        await self.press(f"Ask for {handle}")

    async def requests(self) -> None:
        """Go to what waits for a yes or a no."""
        if not await self.conversations.is_visible():
            await self.to_list()
        await self.conversations.get_by_role("button", name=re.compile("^Requests ")).click()
        await expect(self.page.get_by_role("region", name="Requests")).to_be_visible()

    def card(self, handle: str) -> Locator:
        """Somebody's profile where it is shown."""
        return self.page.get_by_role("main").get_by_role("article", name=handle, exact=True)

    async def accept(self, handle: str) -> None:
        """Say yes to somebody who asked."""
        await self.requests()
        await self.press(f"Accept {handle}")
        await self.noticed(f"{handle} is your contact now")

    async def befriend(self, other: Person) -> None:
        """Ask, and hear of the yes. The way to a conversation is on the screen then."""
        await self.ask_for(other.handle)
        await other.accept(self.handle)
        await expect(self.button(f"Talk with {other.handle}")).to_be_visible()

    async def begin(self, other: Person) -> None:
        """Become contacts, and begin a direct conversation."""
        await self.befriend(other)
        await self.press(f"Talk with {other.handle}")
        await expect(self.page.get_by_role("region", name=other.handle, exact=True)).to_be_visible()

    # Talking

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    async def say(self, text: str, *, shown: str = "") -> None:
        """Type and send; it is on the screen at once, as `shown` where that is not how it was typed."""
        await self.composer.fill(text)
        await self.composer.press("Enter")
        await expect(self.log).to_contain_text(shown or text)

    def message(self, text: str) -> Locator:
        """A message that stands in the conversation, not one on its way."""
        return self.log.get_by_role("article", name=re.compile(f": .*{_pattern(text)}", re.DOTALL))

    def file(self, name: str) -> Locator:
        """A message with a file of that name."""
        return self.log.get_by_role("article").filter(has=self.button(f"Save {name}"))

    async def sees(self, text: str) -> None:
        await expect(self.message(text)).to_be_visible()

    async def menu(self, text: str) -> Locator:
        await self.message(text).get_by_role("button", name="What can be done").click()
        sheet = self.sheet("Message")
        await expect(sheet).to_be_visible()
        return sheet

    async def act(self, text: str, deed: str) -> None:
        sheet = await self.menu(text)
        await sheet.get_by_role("button", name=deed, exact=True).click()

    async def edit(self, text: str, new: str) -> None:
        """Change an own message once its old words stand in the field."""
        await self.act(text, "Edit")
        await expect(self.composer).to_have_value(re.compile(f"^{_pattern(text)}"))
        await self.composer.fill(new)
        await self.press("Save")

    async def send_file(self, file: Path) -> None:
        async with self.page.expect_file_chooser() as choosing:
            await self.press("Send files")
        chooser = await choosing.value
        await chooser.set_files(file)

    async def choose(self, label: str, file: Path) -> None:
        """Put a file into a field of a form."""
        await self.field(label).set_input_files(file)

    async def saves(self, button: str, folder: Path) -> Path:
        """Press what makes a file, and keep what the browser saves, under its name."""
        async with self.page.expect_download() as downloading:
            await self.press(button)
        download = await downloading.value
        target: Path = folder / download.suggested_filename
        await download.save_as(target)
        return target

    async def close_notices(self) -> None:
        """What was told is read. Most of it goes by itself after a while, and may do so in this moment."""
        closing = self.button("Close this notice")
        while await closing.count():
            await closing.evaluate_all("(buttons) => buttons.forEach((each) => each.click())")

    async def settings(self, way: str) -> None:
        """One of the places behind the settings."""
        await self.account("Settings")
        await self.press(way)

    async def close_sheet(self) -> None:
        await self.page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
        await expect(self.page.get_by_role("dialog")).to_have_count(0)


def _pattern(text: str) -> str:
    """As a regular expression that Python and a browser read alike."""
    return re.escape(text).replace("/", "\\/")
