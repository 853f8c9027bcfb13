# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Promise 5 attacked: whoever keeps every byte that leaves a device tries to tell whether it warned its person.

Two people get messages of equal length from the same stranger, one of them a script of extortion. Their lines are the
same in every request, and what they look at, put away, freeze and switch off makes no byte at all.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from privity.client.engine.records import Table
from privity.client.store.database import Store
from privity.faces.app.port.asked import AccountRequest, Begin, Begun, Done, Entries, Seen
from privity.faces.app.port.asked import Page as PageOf
from privity.faces.app.port.contacts import SetFrozen
from privity.faces.app.port.happened import ConversationChanged
from privity.faces.app.port.strangers import (
    HowKnown,
    Protection,
    PutWarningAway,
    SetProtection,
    Warnings,
    WarningsShown,
)
from privity.wire import socket
from tests.attacks.tap import Tap, tapped
from tests.client.town import run, town
from tests.faces.app.pages import Page, daemon, page
from tests.faces.app.scenes import Scene, befriend, made

SCRIPT = ("I recorded all of our call yesterday", "I will send it to all your friends if you don't pay")
HARMLESS = tuple(
    "so it goes on, and the kettle sings, and so on it goes and goes and goes"[: len(each)] for each in SCRIPT
)
LETTERS = re.compile(r"[A-Za-z0-9_-]{16,}")
"""What is made at random in a path."""
STILL_S = 0.3
"""Without a byte for so long nothing is on its way."""


def shapes(tap: Tap) -> Counter[tuple[object, ...]]:
    """What a line shows: each request without what is random in it, each frame by its kind and length."""
    requests = [
        (each.method, LETTERS.sub("*", each.path), tuple(sorted(each.headers)), len(each.body))
        for each in tap.requests()
    ]
    frames = [(type(each).__name__, len(socket.encode(each))) for each in tap.frames()]
    return Counter((*requests, *frames))


def kept(store: Store) -> list[tuple[bytes, bytes]]:
    """What the person set on this device."""
    return [row for scope in ("setting", "put away", "frozen", "heeded") for row in store.scan(Table.OWN, scope)]


def sent(tap: Tap) -> int:
    return sum(len(line.from_device) for line in tap.lines)


async def still(tap: Tap) -> int:
    """Bytes that the device had sent, once it sends no more."""
    before = -1
    while before != (before := sent(tap)):
        await asyncio.sleep(STILL_S)
    return before


async def meet(at: Scene, name: str, uri: str, texts: tuple[str, ...]) -> str:
    """`ann` becomes a contact and writes; the other has seen it all. Their conversation."""
    await befriend(at.page, "ann", name)
    begun = await at.page.ask(Begin(account="ann", user_uri=uri))
    assert isinstance(begun, Begun), begun
    await at.page.until(
        lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.room_uri) == (name, begun.room_uri)
    )
    for text in texts:
        entry = await at.shown(name, await at.say("ann", begun.room_uri, text))
        found = await at.page.ask(Seen(account=name, room_uri=begun.room_uri, seq=entry.seq))
        assert isinstance(found, Done), found
    return begun.room_uri


async def scripts_of(page: Page, account: str, room_uri: str) -> list[str]:
    found = await page.ask(Warnings(account=account, room_uri=room_uri))
    assert isinstance(found, WarningsShown), found
    return [each.script for each in found.warnings]


def test_a_full_recording_of_the_line_does_not_tell_whether_there_was_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def story() -> None:
        async with AsyncExitStack() as stack:
            place = await stack.enter_async_context(town(tmp_path / "hub"))
            door = await stack.enter_async_context(daemon(tmp_path))
            opened = await stack.enter_async_context(page(door))
            ann = await made(door, opened, place, "ann")
            url, taps, uris = place.url, {}, {}
            for name in ("bob", "bea"):
                taps[name] = await stack.enter_async_context(tapped(int(url.rsplit(":", 1)[1])))
                place.url = taps[name].url
                uris[name] = await made(door, opened, place, name)
            at = Scene(place, door, opened, ann, uris["bob"])
            rooms = {
                name: await meet(at, name, uris[name], texts) for name, texts in (("bob", HARMLESS), ("bea", SCRIPT))
            }
            found = {}
            for name, room_uri in rooms.items():
                store = door.house.opened(name).device.host.store
                await still(taps[name])
                rows, before = kept(store), sent(taps[name])
                entries = await opened.ask(PageOf(account=name, room_uri=room_uri))
                assert isinstance(entries, Entries), entries
                found[name] = await scripts_of(opened, name, room_uri)
                about: tuple[AccountRequest, ...] = (
                    HowKnown(account=name, user_uri=ann),
                    Protection(account=name),
                )
                for request in about:
                    assert not isinstance(await opened.ask(request), Done)
                assert kept(store) == rows, "that there was a warning is not kept"
                for done in (
                    PutWarningAway(account=name, user_uri=ann, script="extortion"),
                    SetProtection(account=name, warns=False, covers_all=True),
                    SetFrozen(account=name, user_uri=ann, frozen=True),
                    SetFrozen(account=name, user_uri=ann, frozen=False),
                ):
                    assert isinstance(await opened.ask(done), Done)
                assert await still(taps[name]) == before, "none of it may leave a device"
            assert found == {"bob": [], "bea": ["extortion"]}, "else the comparison says nothing"
            assert shapes(taps["bob"]) == shapes(taps["bea"])

    run(story())
    assert not any(word in caplog.text.lower() for word in ("extortion", "warning_in", "looks like"))
