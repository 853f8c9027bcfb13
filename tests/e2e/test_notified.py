# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desktop is told, what a muted conversation lets through, and a message that is waited out."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from playwright.async_api import expect

from tests.e2e.person import Person
from tests.e2e.town import Town
from tests.waiting import LIMIT_S

LASTS_S = 60
"""Long enough that both see it first, on a machine that has other things to do."""
WATCH = """() => {
  window.told = [];
  const Real = window.Notification;
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      window.told.push({ title, body: options.body, shown: this });
    }
  };
}"""
TOLD = "window.told.map(({ title, body }) => [title, body])"
HIDDEN = "(hidden) => Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })"


async def told(one: Person, wanted: list[tuple[str, str]]) -> None:
    """Title and text of every notification since the page was watched: these, and no other has come by now."""

    async def found() -> list[tuple[str, str]]:
        return [(title, body) for title, body in await one.page.evaluate(TOLD)]

    end_s = time.monotonic() + LIMIT_S
    while len(await found()) < len(wanted) and time.monotonic() < end_s:
        await asyncio.sleep(0.05)
    assert await found() == wanted


async def talk(town: Town, mine: str, theirs: str) -> tuple[Person, Person]:
    """Two who have talked; the first is at the list and may be told of what comes."""
    alice, bob = await town.person(mine), await town.person(theirs)
    await alice.begin(bob)
    await alice.say("Hello from the lighthouse")
    await bob.open(mine)
    await bob.sees("Hello from the lighthouse")
    await alice.window.context.grant_permissions(["notifications"])
    await alice.page.evaluate(WATCH)
    assert await alice.page.evaluate("Notification.permission") == "granted"
    await alice.account("Settings")
    await alice.page.get_by_role("radio", name="That something came, and nothing else").check()
    await alice.to_list()
    return alice, bob


async def arrives(alice: Person, bob: Person, text: str, unread: int) -> None:
    """Bob says something, and it is counted at hers."""
    await bob.say(text)
    await expect(alice.row(bob.handle)).to_have_accessible_name(re.compile(f"{unread} unread"))


async def test_the_desktop_hears_that_something_came_and_nothing_else(town: Town) -> None:
    alice, bob = await talk(town, "alice.n", "bob.n")
    await arrives(alice, bob, "Seen by who looks at the page", 1)
    await told(alice, [])  # nothing is told of a page that one looks at
    await alice.page.evaluate(HIDDEN, True)
    await arrives(alice, bob, "The heron stands in the reeds", 2)
    await told(alice, [("Privity", "New message")])

    await alice.account("Settings")
    await alice.page.get_by_role("radio", name="Which conversation it came in").check()
    await alice.to_list()
    await arrives(alice, bob, "The tide is out", 3)
    await told(alice, [("Privity", "New message"), ("Privity", "New message in bob.n")])
    await alice.page.evaluate("window.told[1].shown.dispatchEvent(new Event('click'))")
    await expect(alice.page.get_by_role("region", name="bob.n", exact=True)).to_be_visible()

    await alice.account("Settings")
    await alice.page.get_by_role("radio", name="None").check()
    await alice.to_list()
    await arrives(alice, bob, "Told to nobody", 4)
    await told(alice, [("Privity", "New message"), ("Privity", "New message in bob.n")])


async def test_a_muted_conversation_tells_only_of_being_named(town: Town) -> None:
    alice, bob = await talk(town, "alice.u", "bob.u")
    details = await alice.details("bob.u")
    await details.get_by_role("button", name="Mute", exact=True).click()
    await expect(alice.row("bob.u")).to_contain_text("muted")
    await alice.to_list()
    await alice.page.evaluate(HIDDEN, True)
    await arrives(alice, bob, "Nothing of note", 1)
    await expect(alice.row("bob.u")).not_to_contain_text("you are named")
    await expect(alice.page).to_have_title("Privity")
    await told(alice, [])

    await bob.say("This is for you, @alice.u", shown="This is for you")
    await expect(alice.row("bob.u")).to_have_accessible_name(re.compile("you are named,? ?2 unread"))
    await expect(alice.page).to_have_title("(1) Privity")
    await told(alice, [("Privity", "New message")])

    await alice.account("Settings")
    await alice.page.get_by_role("checkbox", name=re.compile("when somebody names you")).uncheck()
    await alice.to_list()
    await bob.say("And once more, @alice.u", shown="And once more")
    await expect(alice.row("bob.u")).to_have_accessible_name(re.compile("3 unread"))
    await told(alice, [("Privity", "New message")])

    await alice.page.evaluate(HIDDEN, False)
    await alice.open("bob.u")
    await expect(alice.message("And once more").locator("strong")).to_have_text(["@you"])
    await expect(alice.row("bob.u")).not_to_contain_text("you are named")


async def test_a_message_that_disappears_is_waited_out_on_both_sides(town: Town) -> None:
    """The page offers an hour at least, so a program of the sender's asks for seconds."""
    alice, bob = await town.person("alice.e"), await town.person("bob.e")
    await alice.begin(bob)
    await alice.say("Hello from the lighthouse")
    await bob.open("alice.e")
    await bob.sees("Hello from the lighthouse")
    (account,) = (await alice.app.ask({"do": "overview"}))["accounts"]
    asked: dict[str, Any] = {"account": account["account"]}
    (room,) = (await alice.app.ask({"do": "conversations", **asked}))["conversations"]
    asked |= {"room_uri": room["room_uri"], "token": "fading"}
    await alice.app.ask({"do": "send_text", "text": "The key is under the stone", "expires_s": LASTS_S, **asked})
    for one in (alice, bob):
        await expect(one.message("The key is under the stone")).to_contain_text("disappears in")
    for one in (alice, bob):
        await expect(one.log.get_by_text("This message has disappeared")).to_be_visible(timeout=3_000 * LASTS_S)
        await expect(one.page.get_by_text("The key is under the stone")).to_have_count(0)  # nor said to be read aloud
    await bob.enter(await bob.app.again())  # another page of the daemon has never seen it
    await bob.open("alice.e")
    await bob.sees("Hello from the lighthouse")
    await expect(bob.log.get_by_text("This message has disappeared")).to_be_visible()
    await bob.press("Search in this conversation")
    await bob.field("Words to find").fill("stone")
    await expect(bob.page.get_by_text("Nothing on this machine has these words", exact=False)).to_be_visible()
