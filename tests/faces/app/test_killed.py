# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Real processes: the daemon is killed in the middle of sending, and everything is there once; starts and restarts."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from privity.faces.app.limits import FREE_TRIES
from privity.faces.app.page import INDEX
from privity.faces.app.port.asked import Begin, Conversations, Done, SendText, Sent
from privity.faces.app.port.asked import Page as PageOf
from privity.faces.app.port.happened import AccountChanged, ConversationChanged
from privity.faces.app.port.opening import Create, Unlock
from privity.faces.app.port.shown import EntryKind, Lock
from privity.faces.demo.processes import privity
from privity.wire.age import AgeBand
from tests.client.town import run, town
from tests.faces.app.pages import PASSPHRASE, Page, connected, enter
from tests.faces.app.scenes import meet, words

KILLS = int(os.environ.get("PRIVITY_PROVE_APP_KILLS", "100"))
MESSAGES = 12


@contextmanager
def built(folder: Path) -> Iterator[Path]:
    """A page as `make app` builds one, with nothing on it."""
    (folder / "page" / "assets").mkdir(parents=True)
    (folder / "page" / INDEX).write_text("<!doctype html>")
    yield folder / "page"


class Running:
    """A daemon process."""

    def __init__(self, home: Path, page: Path) -> None:
        command = [sys.executable, "-m", "tests.faces.app.process", str(home), str(page)]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout is not None
        self.url = self.child.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), self.url

    def end(self, number: int) -> int:
        self.child.send_signal(number)
        assert self.child.stdout is not None
        self.child.stdout.close()
        return self.child.wait(30)


async def entered(http: aiohttp.ClientSession, url: str) -> Page:
    base, _, token = url.partition("/#")
    return await connected(http, base, await enter(http, base, token))


async def again(http: aiohttp.ClientSession, before: Page) -> Page:
    """The page of before goes on: the same address, the same word."""
    return await connected(http, before.base, before.entered)


async def kill_amid_sends(folder: Path, kills: int, seed: int) -> None:
    """Send, kill at some moment, start again, ask again for what was not answered, as the page does."""
    chance = random.Random(seed)
    with built(folder) as page:
        async with town(folder / "hub") as hub, aiohttp.ClientSession() as http, AsyncExitStack() as last:
            bob = await hub.person("bob.x")
            running = await asyncio.to_thread(Running, folder / "home", page)
            last.callback(lambda: running.child.kill())  # the one that runs when this fails
            opened = await entered(http, running.url)
            await opened.ask(
                Create(account="ann", hub=hub.url, handle="ann.x", passphrase=PASSPHRASE, age=AgeBand.ADULT)
            )
            await opened.until(lambda e: isinstance(e, AccountChanged) and e.account.connected)
            await meet(opened, "ann", bob)
            begun = await opened.ask(Begin(account="ann", user_uri=bob.user_uri))
            room = begun.room_uri
            await opened.until(lambda e: isinstance(e, ConversationChanged))
            wanted: list[str] = []
            for round_number in range(kills):
                texts = [f"{round_number} {number}" for number in range(MESSAGES)]
                asked = {
                    text: opened.begin(SendText(account="ann", room_uri=room, text=text, token=text)) for text in texts
                }
                for _ in range(chance.randrange(4)):
                    await asyncio.wait(asked.values(), return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(chance.random() / 20)
                await asyncio.to_thread(running.end, signal.SIGKILL)
                await opened.close()
                left = [text for text, answer in asked.items() if not answer.done()]
                for answer in asked.values():
                    answer.cancel()
                running = await asyncio.to_thread(Running, folder / "home", page)
                opened = await again(http, opened)
                unlocked = await opened.ask(Unlock(account="ann", passphrase=PASSPHRASE))
                assert isinstance(unlocked, Done), unlocked
                for text in left:
                    sent = await opened.ask(SendText(account="ann", room_uri=room, text=text, token=text))
                    assert isinstance(sent, Sent), sent
                wanted += texts
            await check(opened, room, wanted)
            while len(bob.read(room, 10_000)) < len(wanted):
                await asyncio.wait_for(bob.host.follow().get(), 60)
            theirs = [item.text for item in bob.read(room, 10_000) if item.message_id]
            assert sorted(theirs) == sorted(wanted)
            await opened.close()
            assert await asyncio.to_thread(running.end, signal.SIGTERM) == 0


async def check(opened: Page, room: str, wanted: list[str]) -> None:
    shown: list[Any] = []
    before = None
    while True:
        found = await opened.ask(PageOf(account="ann", room_uri=room, before=before, limit=200))
        shown = [*found.entries, *shown]
        if not found.earlier:
            break
        before = found.entries[0].seq
    own = [words(each) for each in shown if each.kind is EntryKind.MESSAGE]
    assert sorted(own) == sorted(wanted)
    assert found.waiting == ()


def test_a_daemon_that_is_killed_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    run(kill_amid_sends(tmp_path, 1, 1))


@pytest.mark.prove
def test_however_often_it_is_killed(tmp_path: Path) -> None:
    asyncio.run(kill_amid_sends(tmp_path, KILLS, 2))


async def kill_while_opening(folder: Path, pause_s: float) -> None:
    """The passphrase is being tried: nothing is broken by that, and it counts as one mistake at most."""
    with built(folder) as page:
        async with town(folder / "hub") as hub, aiohttp.ClientSession() as http, AsyncExitStack() as last:
            running = await asyncio.to_thread(Running, folder / "home", page)
            last.callback(lambda: running.child.kill())
            opened = await entered(http, running.url)
            await opened.ask(Create(account="ann", hub=hub.url, handle="ann.x", passphrase=PASSPHRASE))
            for _ in range(FREE_TRIES - 1):
                await asyncio.to_thread(running.end, signal.SIGKILL)
                await opened.close()
                running = await asyncio.to_thread(Running, folder / "home", page)
                opened = await again(http, opened)
                unlocking = opened.begin(Unlock(account="ann", passphrase=PASSPHRASE))
                await opened.until(lambda e: isinstance(e, AccountChanged) and e.account.lock is Lock.OPENING)
                await asyncio.sleep(pause_s)
                unlocking.cancel()
            await asyncio.to_thread(running.end, signal.SIGKILL)
            await opened.close()
            running = await asyncio.to_thread(Running, folder / "home", page)
            opened = await again(http, opened)
            assert await opened.ask(Unlock(account="ann", passphrase=PASSPHRASE)) == Done()
            await opened.close()
            assert await asyncio.to_thread(running.end, signal.SIGTERM) == 0


def test_a_daemon_that_is_killed_while_it_opens_an_account_opens_it_the_next_time(tmp_path: Path) -> None:
    run(kill_while_opening(tmp_path, 0.02))


def test_a_second_start_shows_another_address_of_the_first_and_ends(tmp_path: Path) -> None:
    with built(tmp_path) as page:
        first = Running(tmp_path / "home", page)
        try:
            second = subprocess.run(
                privity("app", "--home", str(tmp_path / "home"), "--no-browser"),
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            ours, theirs = first.url.split("#"), second.stdout.strip().split("#")
            assert ours[0] == theirs[0]
            assert ours[1] != theirs[1]
        finally:
            assert first.end(signal.SIGTERM) == 0
        assert not (tmp_path / "home" / "app.sock").exists()


def test_nothing_that_was_shown_is_readable_on_disk(tmp_path: Path) -> None:
    """Locked, the home holds no word of a message, a draft or a name, and no passphrase."""

    async def story() -> None:
        from privity.faces.app.port.asked import CreateGroup, SaveDraft, Search
        from privity.faces.app.port.opening import LockNow
        from tests.faces.app.scenes import scene

        async with scene(tmp_path) as at:
            room = (await at.page.ask(CreateGroup(account="ann", name="canary-title"))).room_uri
            await at.say("ann", room, "canary-message", "canary-token")
            await at.page.ask(SaveDraft(account="ann", room_uri=room, text="canary-draft"))
            assert (await at.page.ask(Search(account="ann", text="canary-message"))).hits
            assert (await at.page.ask(Conversations(account="ann"))).conversations
            await at.page.ask(LockNow())
            files = [each for each in (tmp_path / "home").rglob("*") if each.is_file()]
            held = b"".join(each.read_bytes() for each in files)
            assert b"SQLite format 3" not in held
            for word in ("canary", PASSPHRASE, "ann.x", "bob.x"):
                assert word.encode() not in held
            assert at.page.session.encode() not in held

    run(story())
