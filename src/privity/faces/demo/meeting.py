# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Before people talk: nobody gets at anybody who has not agreed, and a stranger learns nothing of a minor."""

from __future__ import annotations

import os
from functools import partial

from privity.faces.demo.asking import Refused
from privity.faces.demo.person import Person, until
from privity.faces.demo.steps import CheckFailed
from privity.faces.demo.story import Story
from privity.identity.uris import host_of, new_user_uri

FRIENDS = (("alice", "bob"), ("alice", "carol"), ("bob", "carol"))


async def play(story: Story) -> None:
    await _consent(story)
    await _minor(story)
    await _friends(story)


async def _consent(story: Story) -> None:
    bob, dave = story.bob, story.dave
    with story.record.step("consent", "Dave wants to talk to Bob, who has not agreed to it") as step:
        nobody = new_user_uri(host_of(bob.user_uri), os.urandom)
        heard = [await _refused(dave, "claim", user_uri=user_uri) for user_uri in (bob.user_uri, nobody)]
        step.expect(heard[0] == heard[1], f"the hub gives him no key of Bob's, in the words for nobody: {heard[0]}")
        step.expect(not await dave.ask("ask_contact", handle="bob.demo"), "he asks, and is told no more than that")
        await until(partial(_asks, bob, "dave.demo"), "consent", "Bob to see that Dave asks")
        await bob.ask("accept_contact", user_uri=dave.user_uri)
        await until(partial(_are_contacts, dave, bob), "consent", "Dave to hear that Bob said yes")
        step.happened("Bob saw Dave's profile and nothing else, and said yes; only now may either begin")
    await story.remember_secrets()


async def _minor(story: Story) -> None:
    dave, erin = story.dave, story.erin
    with story.record.step("minor", "Dave asks for Erin, who is a minor, and for somebody who does not exist") as step:
        for verb in ("find", "answered_of"):
            heard = [await _heard(dave, verb, handle=handle) for handle in ("erin.demo", "nobody.demo")]
            step.expect(heard[0] == heard[1], f"he hears the same of both: {heard[0]}")
        await erin.ask("refresh_contacts")
        step.expect(await erin.ask("requests") == [], "and Erin is not shown that he asked")


async def _friends(story: Story) -> None:
    """The others ask for each other by handle, which is all it takes."""
    for one, other in FRIENDS:
        asking, asked = story.people[one], story.people[other]
        await asking.ask("ask_contact", handle=f"{other}.demo")
        await asked.ask("ask_contact", handle=f"{one}.demo")
        await until(partial(_are_contacts, asking, asked), "consent", f"{one} and {other} to be contacts")
    await until(partial(_are_contacts, story.bob_second, story.alice), "consent", "Bob's other device to hear of it")


async def _refused(person: Person, verb: str, **given: object) -> str:
    try:
        await person.ask(verb, **given)
    except Refused as err:
        return str(err)
    raise CheckFailed("consent", f"{person.name} was not refused by the hub: {verb}")


async def _heard(person: Person, verb: str, **given: object) -> str:
    try:
        return str(await person.ask(verb, **given))
    except Refused as err:
        return str(err)


async def _asks(person: Person, handle: str) -> bool:
    return handle in await person.ask("requests")


async def _are_contacts(one: Person, other: Person) -> bool:
    here, there = (
        await one.ask("is_contact", user_uri=other.user_uri),
        await other.ask("is_contact", user_uri=one.user_uri),
    )
    return bool(here and there)
