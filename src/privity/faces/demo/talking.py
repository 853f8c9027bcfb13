# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People talk: one to one on several devices, in a group, with files; one catches up, and one is taken out."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from pathlib import Path

from privity.faces.demo.asking import Refused
from privity.faces.demo.person import WAIT_S, Person, until
from privity.faces.demo.steps import CheckFailed
from privity.faces.demo.story import Story

GONE_S = 5.0
"""How long it is looked whether she is, where nothing removes her."""


async def play(story: Story) -> None:
    await _direct(story)
    await _group(story)
    await _offline(story)
    await _files(story)
    await _remove(story)


async def _direct(story: Story) -> None:
    alice, bob, second = story.alice, story.bob, story.bob_second
    with story.record.step("direct", "Alice and Bob talk one to one, Bob on two devices") as step:
        story.direct = room = await alice.ask("direct", user_uri=await alice.ask("find", handle="bob.demo"))
        await until(lambda: _in_room(second, room), "direct", "Bob's second device to be in the conversation")
        said = [story.home.canary(words) for words in ("hello Bob", "hello Alice", "and hello from my other device")]
        for speaker, text in zip((alice, bob, second), said, strict=True):
            await speaker.ask("send", room=room, text=text)
            for device in (alice, bob, second):
                await until(partial(_has_read, device, room, text), "direct", f"{device.name} to read it")
        orders = [await device.texts(room) for device in (alice, bob, second)]
        step.expect(orders == [said] * 3, "all three devices show the same three messages in the same order")
        again = await bob.ask("direct", user_uri=alice.user_uri)
        step.expect(again == room, "Bob asking for a direct room is led to the same one")
        number = await alice.ask("verify", user_uri=bob.user_uri)
        step.expect(
            number == await second.ask("verify", user_uri=alice.user_uri),
            f"both see the safety number {number[:17]}...",
        )
        step.happened(f"who can read it, says the group itself: {len(await alice.ask('members', room=room))} devices")
    await story.remember_secrets()


async def _group(story: Story) -> None:
    alice, bob, carol = story.alice, story.bob, story.carol
    with story.record.step("group", "Alice makes a group with Bob and Carol") as step:
        story.group = room = await alice.ask("create_group")
        for other in (bob, carol):
            await alice.ask("invite", room=room, user_uri=other.user_uri)
            await until(partial(_in_room, other, room), "group", "the invited to see the group")
        said = [story.home.canary(f"{name} in the group") for name in ("Alice", "Bob", "Carol")]
        for device, text in zip((alice, bob, carol), said, strict=True):
            await device.ask("send", room=room, text=text)
        for device in (alice, bob, carol):
            await until(partial(_has_read, device, room, *said), "group", "everybody to read everybody")
        orders = {tuple(await device.texts(room)) for device in (alice, bob, carol)}
        step.expect(len(orders) == 1, "three people, three messages, one order")
    await story.remember_secrets()


async def _offline(story: Story) -> None:
    alice, carol, room = story.alice, story.carol, story.group
    with story.record.step("catch-up", "Carol's device is off, misses messages and comes back") as step:
        await carol.stop()
        missed = [story.home.canary(f"while Carol is away, {number}") for number in range(5)]
        for text in missed:
            await alice.ask("send", room=room, text=text)
        await carol.start()
        await carol.ask("open")
        step.expect(missed[0] not in await carol.texts(room), "opened again and still offline, Carol has none of them")
        await carol.ask("online")
        step.expect((await carol.texts(room))[-5:] == missed, "back online, all five in order")
    await story.remember_secrets()


async def _files(story: Story) -> None:
    alice, room = story.alice, story.direct
    for path in story.files:
        data = await asyncio.to_thread(path.read_bytes)
        story.home.contents[path.name] = data
        with story.record.step("files", f"Alice sends Bob the file {path.name} ({len(data):,} bytes)") as step:
            caption = story.home.canary("a file")
            message = await alice.ask("attach", room=room, path=str(path), caption=caption)
            digest = hashlib.sha256(data).hexdigest()
            for device in (story.bob, story.bob_second):
                await until(partial(_has_message, device, room, message), "files", "the message to arrive")
                to = story.home.folder / f"received-by-{device.name}"
                await device.ask("save", room=room, message=message, to=str(to))
                same = hashlib.sha256(await asyncio.to_thread(to.read_bytes)).hexdigest() == digest
                step.expect(same, f"{device.name} has it byte for byte: SHA-256 {digest[:16]}...")
    await story.remember_secrets()


async def _remove(story: Story) -> None:
    alice, bob, carol, room = story.alice, story.bob, story.carol, story.group
    with story.record.step("remove", "Alice removes Carol, who must not read on") as step:
        before = await carol.texts(room)
        await alice.ask("remove", room=room, user_uri=carol.user_uri)
        after = story.home.canary("after Carol left")
        await alice.ask("send", room=room, text=after)
        await until(lambda: _has_read(bob, room, after), "remove", "Bob to read on")
        wait_s = GONE_S if "removal" in story.broken else WAIT_S
        await until(lambda: _out_of_room(carol, room), "remove", "Carol to see that she was removed", wait_s)
        step.expect(await carol.texts(room) == before, "Bob reads on, Carol has nothing new")
        try:
            await carol.ask("send", room=room, text="let me in")
        except Refused as err:
            step.happened(f"Carol cannot send either: {err}")
        else:
            raise CheckFailed("remove", "a removed member could send")
    await story.remember_secrets()


async def _in_room(device: Person, room: str) -> bool:
    return room in await device.ask("rooms")


async def _out_of_room(device: Person, room: str) -> bool:
    return room not in await device.ask("rooms")


async def _has_read(device: Person, room: str, *texts: str) -> bool:
    return set(texts) <= set(await device.texts(room))


async def _has_message(device: Person, room: str, message: str) -> bool:
    return any(item["id"] == message for item in await device.items(room))


def default_files() -> list[Path]:
    """What is sent when nobody named a file: this project's own README, or its description where that is not there."""
    readme = Path(__file__).parents[4] / "README.md"
    return [readme if readme.exists() else Path(__file__)]
