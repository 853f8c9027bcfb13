# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo begins: operators start hub, desk and witness, people make accounts, and Bob links a second device."""

from __future__ import annotations

import asyncio

from privity.faces.demo.person import Person
from privity.faces.demo.story import Story
from privity.wire.age import AgeBand

NAMES = ("alice", "bob", "carol", "dave", "erin")
LISTED = ("bob", "erin")
"""Who would like to be found by everybody who knows the handle."""
MINOR = "erin"
"""Who is not listed all the same."""


async def play(story: Story) -> None:
    await _processes(story)
    await _register(story)
    await _link(story)


async def _processes(story: Story) -> None:
    home = story.home
    with story.record.step("processes", "start a hub, a desk and a witness as their operators would") as step:
        home.invites.append(await asyncio.to_thread(home.init))
        home.witness.start()
        await asyncio.to_thread(home.start_hub)
        home.desk.start()
        more = (asyncio.to_thread(home.invite) for _ in NAMES[1:])
        home.invites += await asyncio.gather(*more)
        step.happened(f"hub at {home.url}, process {home.hub.pid}; desk beside it, process {home.desk.pid}")
        step.happened(f"a witness audits its key log, process {home.witness.pid}; without it nothing is published")


async def _register(story: Story) -> None:
    with story.record.step("register", "Alice, Bob, Carol, Dave and Erin make accounts, each with an invite") as step:
        people = [story.person(name) for name in NAMES]
        await asyncio.gather(
            *(_make(person, invite) for person, invite in zip(people, story.home.invites, strict=True))
        )
        step.happened("each device is a process of its own and made its keys itself; the hub has the public halves")
    await story.remember_secrets()


async def _make(person: Person, invite: str) -> None:
    await person.start()
    age = AgeBand.MINOR if person.name == MINOR else AgeBand.ADULT
    handle, listed = f"{person.name}.demo", person.name in LISTED
    person.user_uri = await person.ask("register", handle=handle, invite=invite, age=age, listed=listed)


async def _link(story: Story) -> None:
    bob = story.bob
    with story.record.step("link", "Bob links a second device; both sides show a check") as step:
        second = story.person("bob-second")
        await second.start()
        code = await second.ask("link")
        offering = asyncio.create_task(bob.ask("offered", code=code))
        shown = await second.ask("link_check")
        step.expect(await offering == shown, f"both devices show {shown}; Bob says on both that it is the same")
        second.user_uri, _ = await asyncio.gather(second.ask("link_accept"), bob.ask("offered_accept"))
        step.expect(second.user_uri == bob.user_uri, "the first device signed the second into Bob's device list")
    await story.remember_secrets()
