# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What honest devices refuse: words that could not be reported, and a file that is not what its message says."""

from __future__ import annotations

from privity.faces.demo.asking import Refused
from privity.faces.demo.person import Person, until
from privity.faces.demo.steps import CheckFailed
from privity.faces.demo.story import Story


async def play(story: Story) -> None:
    bob, dave = story.bob, story.dave
    room = await dave.ask("direct", user_uri=bob.user_uri)
    with story.record.step(
        "hidden", "Dave sends words that his frank does not cover, so that nobody could report them"
    ) as step:
        words = story.home.canary("words that nobody can report")
        await dave.ask("send_mistagged", room=room, text=words)
        await until(lambda: _arrived(bob, room, 1), "hidden", "something to arrive at Bob")
        step.expect(words not in await bob.texts(room), "Bob's device shows none of it")
        step.expect(await bob.hidden(room) == 1, "and says: hidden: could not be verified")
    with story.record.step(
        "wrong-file", "Dave sends a file whose message names another, to mislead whoever looks later"
    ) as step:
        decoy = story.home.folder / "decoy.txt"
        decoy.write_text(story.home.canary("what the file really says"))
        message = await dave.ask("attach_misnamed", room=room, path=str(decoy))
        await until(lambda: _arrived(bob, room, 2), "wrong-file", "the message to arrive at Bob")
        try:
            await bob.ask("save", room=room, message=message, to=str(story.home.folder / "never-written"))
        except Refused as err:
            step.happened(f"Bob's device opens nothing: {err}")
        else:
            raise CheckFailed("wrong-file", "Bob's device opened a file that is not what its message says")
    await story.remember_secrets()


async def _arrived(device: Person, room: str, count: int) -> bool:
    return len(await device.items(room)) >= count
