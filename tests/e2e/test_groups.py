# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A group at the page: roles, bans, links into it and who comes by them; each screen also as narrow as a phone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import expect

from tests.e2e.axe import Axe
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE, take
from tests.e2e.test_screens import WIDER
from tests.e2e.town import Town

LOOKS = (WIDE[0], PHONE[1])


@dataclass
class Looked:
    """Every screen that is passed, in two ways of looking at it."""

    person: Person
    axe: Axe
    wrong: list[str]

    async def at(self, name: str) -> None:
        for mode in LOOKS:
            await mode.put_on(self.person.page)
            self.wrong += [f"{name}, {mode.name}: {each}" for each in await self.axe.violations()]
            wider = await self.person.page.evaluate(WIDER)
            self.wrong += [f"{name}, {mode.name}: {wider} px wider than the window"] if wider > 0 else []
            await take(self.person.page, f"{name}-{mode.name}")
        await WIDE[0].put_on(self.person.page)


async def looking(person: Person) -> Looked:
    return Looked(person, await Axe.of(person.page), [])


async def new_group(person: Person, name: str, *, post_quantum: bool = False) -> None:
    """A group whose details are open."""
    await person.to_list()
    await person.conversations.get_by_role("button", name="New group").click()
    await person.field("Name of the group").fill(name)
    if post_quantum:
        await person.page.get_by_role("checkbox", name="Closed to quantum computers, too").check()
    await person.press("Create the group")
    await expect(person.page.get_by_role("region", name="People")).to_be_visible()


async def invite(person: Person, handle: str) -> None:
    await person.press("Invite somebody")
    await person.field("Handle").fill(handle)
    await person.press("Find")
    await person.press(f"Invite {handle}")
    await expect(person.page.get_by_role("region", name="People")).to_contain_text(handle)


async def choose(person: Person, handle: str, deed: str | re.Pattern[str]) -> None:
    """Something about a person in the open details."""
    await person.press(f"What can be done about {handle}")
    await person.page.get_by_role("dialog").get_by_role("button", name=deed).click()


async def test_roles_bans_and_messages_that_a_moderator_deletes(town: Town) -> None:
    alice, bob, carl = [await town.person(f"{name}.roles") for name in ("alice", "bob", "carl")]
    look = await looking(alice)
    for other in (bob, carl):
        await alice.befriend(other)
    await new_group(alice, "Boat builders")
    for handle in ("bob.roles", "carl.roles"):
        await invite(alice, handle)
    await alice.press("What can be done about bob.roles")
    await look.at("member-sheet")
    await alice.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Make a moderator")).click()
    people = alice.page.get_by_role("region", name="People")
    await expect(people).to_contain_text("moderator, 1 device")
    await alice.open("Boat builders")
    await expect(alice.log).to_contain_text("bob.roles is a moderator now (by you)")

    await carl.open("Boat builders")
    await carl.say("Something that does not belong here")
    await bob.open("Boat builders")
    await bob.sees("Something that does not belong here")
    await bob.act("Something that does not belong here", "Delete for everyone")
    for person in (alice, bob, carl):
        by = "You" if person is bob else "bob.roles"
        await expect(person.log).to_contain_text(f"Deleted by {by}, moderator")
        await expect(person.log).not_to_contain_text("does not belong")
    await look.at("deleted-by-moderator")
    sheet = await alice.menu("deleted")
    await expect(sheet.get_by_role("button", name="Report")).to_be_visible()
    await alice.close_sheet()
    menu = await carl.menu("deleted")
    await expect(menu.get_by_role("button", name="Delete for everyone")).to_have_count(0)
    await carl.close_sheet()

    await bob.details("Boat builders")
    await expect(bob.button("What can be done about alice.roles")).to_have_count(0)
    await expect(bob.button("Change the name")).to_have_count(0)
    await choose(bob, "carl.roles", re.compile("^Ban…$"))
    await bob.press("Ban carl.roles")
    await expect(carl.log).to_contain_text("you were banned (by bob.roles)")
    await alice.details("Boat builders")
    banned = alice.page.get_by_role("region", name="Banned")
    await expect(banned).to_contain_text("carl.roles")
    await look.at("group-banned")
    await alice.press("Lift the ban of carl.roles")
    await expect(banned).to_have_count(0)
    await invite(alice, "carl.roles")
    await carl.open("Boat builders")
    await carl.say("Thank you")
    await alice.open("Boat builders")
    await alice.sees("Thank you")
    await expect(alice.log).to_contain_text("carl.roles is not banned any more (by you)")

    await alice.details("Boat builders")
    await choose(alice, "bob.roles", re.compile("^Make an admin"))
    await expect(people).to_contain_text("admin, 1 device")
    await alice.press("What can be done about yourself")
    await alice.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Become a member again")).click()
    await expect(alice.button("Invite somebody")).to_have_count(0)
    assert look.wrong == []


async def test_somebody_comes_by_a_link_when_asked_about_and_by_another_at_once(town: Town) -> None:
    alice, dora, emil = [await town.person(f"{name}.links") for name in ("alice", "dora", "emil")]
    look, door = await looking(alice), await looking(dora)
    await new_group(alice, "Night walks")
    asking = await make_link(alice, look, at_once=False)
    open_one = await make_link(alice, look, at_once=True)

    await to_join(dora)
    await dora.field("Link").fill("privity:join/nothing")
    await dora.press("Look at the link")
    await expect(dora.page.get_by_role("main").get_by_role("alert")).to_contain_text("no link into a conversation")
    await dora.field("Link").fill(asking)
    await dora.press("Look at the link")
    said = dora.page.get_by_role("status", name="What the link says")
    await expect(said).to_contain_text("Night walks")
    await expect(said).to_contain_text("it proves nothing")
    await door.at("join-link")
    await dora.press("Ask to come in")
    waits = dora.page.get_by_role("region", name="Where you wait")
    await expect(waits).to_contain_text("Night walks")
    await door.at("join-waiting")

    await alice.open("Night walks")
    await expect(alice.page.get_by_text("1 person asks to come in by a link.")).to_be_visible()
    await alice.press("See who asks")
    knocks = alice.page.get_by_role("region", name="Asking to come in")
    await expect(knocks).to_contain_text("dora.links")
    await look.at("group-knock")
    await alice.press("Let dora.links in")
    await expect(knocks).to_have_count(0)
    await expect(waits).to_have_count(0)
    await dora.open("Night walks")
    await dora.say("Thank you for having me")
    await alice.open("Night walks")
    await alice.sees("Thank you for having me")

    await to_join(emil)
    await emil.field("Link").fill(open_one)
    await emil.press("Look at the link")
    await emil.press("Ask to come in")
    await emil.open("Night walks")
    await expect(alice.log).to_contain_text("emil.links joined")

    await alice.details("Night walks")
    await alice.page.get_by_role("region", name="Links").get_by_role("button", name="Lets in anyone").click()
    await alice.press("Revoke the link")
    await expect(alice.page.get_by_role("region", name="Links")).not_to_contain_text("Lets in anyone")
    await choose(alice, "emil.links", re.compile("^Remove$"))
    await expect(emil.log).to_contain_text("you were removed (by alice.links)")
    await to_join(emil)
    await emil.field("Link").fill(open_one)
    await emil.press("Look at the link")
    await emil.press("Ask to come in")
    await expect(emil.page.get_by_role("main").get_by_role("alert")).to_contain_text("unknown, revoked or expired")
    assert look.wrong + door.wrong == []


async def to_join(person: Person) -> None:
    await person.to_list()
    await person.conversations.get_by_role("button", name="Find a person").first.click()
    await person.press("Join a group by a link")


async def make_link(person: Person, look: Looked, *, at_once: bool) -> str:
    await person.press("Invite by a link")
    if at_once:
        await person.page.get_by_role("radio", name="is let in at once").check()
    await look.at("link-make")
    await person.press("Make the link")
    shown = person.sheet("Link into this group")
    await expect(shown.get_by_role("img", name="QR code of the link")).to_be_visible()
    await look.at("link-made")
    text: str = await shown.get_by_label("The link", exact=True).inner_text()
    await person.close_sheet()
    return text.strip()


async def test_a_group_that_stays_closed_to_quantum_computers(town: Town) -> None:
    alice, bob = [await town.person(f"{name}.later") for name in ("alice", "bob")]
    look = await looking(alice)
    await alice.befriend(bob)
    await new_group(alice, "For thirty years", post_quantum=True)
    await invite(alice, "bob.later")
    said = "Post-quantum: what is recorded of it today"
    await expect(alice.page.get_by_text(said)).to_be_visible()
    await look.at("group-post-quantum")
    await bob.open("For thirty years")
    await bob.say("See you then")
    await alice.open("For thirty years")
    await alice.sees("See you then")
    await bob.details("For thirty years")
    await expect(bob.page.get_by_text(said)).to_be_visible()
    await new_group(alice, "For today")
    await expect(alice.page.get_by_text(said)).to_have_count(0)
    assert look.wrong == []
