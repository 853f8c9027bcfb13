# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Through every screen of the page, one after another, each with a name."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.material import bytes_of, harbour
from tests.e2e.person import Person
from tests.e2e.town import Town


async def first_screens(town: Town, visitor: Person) -> AsyncIterator[str]:
    """Before and while an account is made."""
    await expect(visitor.heading("Welcome")).to_be_visible()
    yield "welcome"
    await visitor.press(re.compile("^Come back with the recovery phrase"))
    await expect(visitor.field("The twelve words")).to_be_visible()
    yield "restore"
    await visitor.press("Back")
    await visitor.press(re.compile("^Link this machine"))
    await visitor.field("Address of the hub").fill(town.hub.url)
    await visitor.fill_passphrase()
    yield "link"
    await visitor.press("Show the code")
    await expect(visitor.page.get_by_label("Code", exact=True)).to_be_visible()
    yield "link-code"
    await visitor.page.reload()
    await visitor.fill_account(town.hub.url, visitor.handle, "not-an-invite")
    await visitor.press("Create the account")
    await expect(visitor.page.get_by_role("main").get_by_role("alert")).to_be_visible()
    yield "create-refused"
    await visitor.field("Invite").fill(town.hub.invite())
    await visitor.press("Create the account")
    await expect(visitor.heading("Your recovery phrase")).to_be_visible()
    yield "phrase"
    await visitor.write_down()
    yield "list-empty"


async def talk_a_little(town: Town, one: Person, folder: Path) -> Person:
    """A conversation that shows what a conversation can have, and a group; the other person."""
    friend = await town.person(one.handle.replace("alice", "bob"))
    await one.begin(friend)
    ferry = "The ferry leaves at **seven**, from the *old* pier:\n\n1. tickets\n2. sandwiches\n3. the big umbrella"
    await one.say(ferry, shown="The ferry leaves at seven")
    await friend.open(one.handle)
    await friend.act("The ferry leaves at", "Reply")
    await friend.say("Seven it is. I bring the umbrella")
    await friend.send_file(harbour(folder / "harbour.png"))
    await expect(friend.file("harbour.png")).to_be_visible()
    sheet = await one.menu("Seven it is")
    await sheet.get_by_role("button", name="React with 👍").click()
    await one.say("Here is the time table, and `platform 2` is the one", shown="platform 2")
    await one.edit("Here is the time table", "Here is the time table; `platform 3` is the one")
    await one.send_file(bytes_of(folder / "time table.pdf", 48_000))
    await expect(one.file("time table.pdf")).to_be_visible()
    await friend.say("See [the map](https://maps.example/pier) before you go", shown="See the map before")
    await friend.say("I changed my mind")
    await friend.act("I changed my mind", "Delete for everyone")
    await expect(one.log).to_contain_text(f"{friend.handle} deleted this message")
    await expect(one.log.get_by_role("img", name="harbour.png")).to_be_visible()
    return friend


async def screens(one: Person, friend: Person) -> AsyncIterator[str]:
    """What an open account has."""
    await one.open(friend.handle)
    yield "conversation"
    await one.menu("Seven it is")
    yield "message-sheet"
    await one.close_sheet()
    await one.act("Here is the time table", "What it said before")
    yield "message-versions"
    await one.close_sheet()
    await one.act("Seven it is", "Report")
    await expect(one.sheet(f"Report {friend.handle}")).to_be_visible()
    yield "report-why"
    await one.page.get_by_role("radio", name="Something else").check()
    await one.press("Go on")
    yield "report-what"
    await one.press("Send this message to the desk")
    await expect(one.sheet("Reported")).to_be_visible()
    yield "report-sent"
    await one.press("Done")
    await one.act("The ferry leaves at", "Reply")
    await one.composer.fill("Is there coffee on board?")
    yield "conversation-reply"
    await one.press("Do not reply")
    await one.composer.fill("")
    await one.press("Details")
    details = one.page.get_by_role("complementary", name="Details")
    await expect(details.get_by_role("region", name="People")).to_be_visible()
    yield "details"
    await one.press("Leave the conversation")
    yield "leave"
    await one.press("Stay")
    await details.get_by_role("button", name=friend.handle).click()
    await expect(one.page.get_by_role("region", name="Safety number")).to_be_visible()
    yield "person"
    await one.press("We compared it, and it is the same")
    await expect(one.button("Take back that I compared it")).to_be_visible()
    yield "person-checked"
    await one.open(friend.handle)
    await one.press("Search in this conversation")
    yield "search"
    await one.field("Words to find").fill("umb")
    await expect(one.page.get_by_role("main").locator("mark").first).to_be_visible()
    yield "search-found"
    await one.field("Words to find").fill("nothing like it")
    await expect(one.page.get_by_text("Nothing on this machine has these words", exact=False)).to_be_visible()
    yield "search-nothing"
    await one.to_list()
    await one.find(friend.handle)
    yield "find"
    await one.field("Handle").fill("nobody.at.all")
    await one.press("Find")
    await expect(one.page.get_by_role("status", name="Not shown")).to_be_visible()
    yield "find-nobody"
    await one.to_list()
    await one.conversations.get_by_role("button", name="New group").click()
    await one.field("Name of the group").fill("Boat builders")
    yield "group"
    await one.press("Create the group")
    await one.press("Invite somebody")
    await one.field("Handle").fill(friend.handle)
    await one.press("Find")
    await one.press(f"Invite {friend.handle}")
    await expect(one.page.get_by_role("heading", name="2 people")).to_be_visible()
    yield "group-details"
    await one.press("Change the name")
    yield "group-name"
    await one.close_sheet()
    await one.to_list()
    await one.open("Boat builders")
    await one.say("Welcome aboard")
    await friend.open("Boat builders")
    await friend.say("Where do we begin?")
    await one.sees("Where do we begin?")
    yield "group-conversation"
    await one.to_list()
    yield "list"
    await one.switch.click()
    yield "account"
    await one.close_sheet()
    await one.account("Devices")
    await expect(one.button("Add a device")).to_be_visible()
    yield "devices"
    await one.press("Add a device")
    yield "device-add"
    await one.close_sheet()
    await one.to_list()
    await one.account("Key log")
    await expect(one.heading("Who watches")).to_be_visible()
    yield "key-log"
    await one.to_list()
    await one.account("What the hub keeps about you")
    await expect(one.button("Save all of it as a file")).to_be_visible()
    yield "kept"
    await one.to_list()
    await one.account("Settings")
    await expect(one.heading("Account")).to_be_visible()
    yield "settings"
    async for name in keeping(one):
        yield name
    await one.to_list()


async def keeping(one: Person) -> AsyncIterator[str]:
    """What keeps, takes along and ends, from the settings."""
    await one.press("Backup")
    async with one.page.expect_download():
        await one.press("Make a backup")
    await expect(one.page.get_by_text("The backup is saved", exact=False)).to_be_visible()
    yield "backup"
    await one.press("Bring a backup in")
    yield "backup-bring"
    await one.close_sheet()
    await one.press("Back")
    await one.press("Export and import")
    await one.page.get_by_role("radio", name="For programs").check()
    await one.page.get_by_role("radio", name="Those that I choose").check()
    await one.page.get_by_role("checkbox", name="Boat builders").check()
    async with one.page.expect_download() as downloading:
        await one.press("Write the export")
    exported = await (await downloading.value).path()
    yield "export"
    await one.press("Import an export")
    await one.choose("The export", exported)
    await one.press("Import it")
    imported = one.page.get_by_role("region", name="Imported conversations")
    await imported.get_by_role("button", name="Boat builders").click()
    await expect(one.page.get_by_role("list", name="Imported messages")).to_contain_text("Where do we begin?")
    yield "imported"
    await one.press("Back")
    await one.press("Back")
    await one.press("Close the account")
    await expect(one.field("Your handle")).to_be_visible()
    yield "closing"


async def last_screens(one: Person, friend: Person) -> AsyncIterator[str]:
    """Locked, among others, alone."""
    await one.account("Lock now")
    await expect(one.field("Passphrase")).to_be_visible()
    yield "lock"
    await one.unlock("a wrong guess")
    await expect(one.page.get_by_role("main").get_by_role("alert")).to_be_visible()
    yield "lock-wrong"
    await one.unlock()
    await one.account("All accounts, and another one")
    yield "accounts"
    await one.press("Back")
    await one.open(friend.handle)
    await one.app.kill()
    await expect(one.page.get_by_role("status").filter(has_text="does not answer")).to_be_visible()
    yield "daemon-gone"
    await one.page.goto("about:blank")
    await one.page.goto(await one.app.start())
    await expect(one.page.get_by_text("Come back with the recovery phrase")).to_be_visible()  # it was let in
    await one.page.evaluate("sessionStorage.clear()")
    await one.page.reload()
    await expect(one.heading("This page has no session")).to_be_visible()
    yield "no-session"
