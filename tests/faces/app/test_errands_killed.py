# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A daemon that is killed while an export is made, or on its way: nobody has half of it for the whole, and nothing of
it is left on disk."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from privity.faces.app.port.asked import CreateGroup, Done
from privity.faces.app.port.errands import ErrandChanged, ErrandState, Export, ExportForm, LookAtErrand
from privity.faces.app.port.happened import AccountChanged
from privity.faces.app.port.opening import Create, Unlock
from tests.client.town import run, town
from tests.faces.app.errands import ended, told
from tests.faces.app.pages import PASSPHRASE
from tests.faces.app.test_killed import Running, again, built, entered

CANARY = b"a canary in plain words "


def held(home: Path) -> bytes:
    """Everything in the home, whatever it is called."""
    return b"".join(each.read_bytes() for each in home.rglob("*") if each.is_file())


def test_half_an_export_is_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        home = tmp_path / "home"
        with built(tmp_path) as page:
            async with town(tmp_path / "hub") as hub, aiohttp.ClientSession() as http, AsyncExitStack() as last:
                running = await asyncio.to_thread(Running, home, page)
                last.callback(lambda: running.child.kill())
                opened = await entered(http, running.url)
                await opened.ask(Create(account="ann", hub=hub.url, handle="ann.x", passphrase=PASSPHRASE))
                await opened.until(lambda e: isinstance(e, AccountChanged) and e.account.connected)
                room = (await opened.ask(CreateGroup(account="ann"))).room_uri
                url = f"{opened.base}/files/ann/{quote(room, safe='')}?filename=a.txt&token=a"
                async with http.post(url, data=CANARY * 400_000, headers=told(opened)) as answer:
                    assert answer.status == 200
                before = {each.relative_to(home) for each in home.rglob("*")}
                export = Export(account="ann", form=ExportForm.JSON, fetch=True)
                ready = await ended(opened, export)
                assert ready.state is ErrandState.READY
                async with http.get(f"{opened.base}/errands/ann/{ready.number}", headers=told(opened)) as answer:
                    assert (answer.content_length or 0) > len(CANARY) * 400_000
                    await answer.content.readexactly(1000)
                    await asyncio.to_thread(running.end, signal.SIGKILL)
                    with pytest.raises((aiohttp.ClientPayloadError, ConnectionError)):
                        await answer.read()
                assert CANARY not in held(home)
                running = await asyncio.to_thread(Running, home, page)
                opened = await again(http, opened)
                assert await opened.ask(Unlock(account="ann", passphrase=PASSPHRASE)) == Done()
                assert (await opened.ask(LookAtErrand(account="ann"))).errand is None
                await opened.ask(export)
                await opened.until(lambda e: isinstance(e, ErrandChanged) and e.errand.state is ErrandState.UNDER_WAY)
                await asyncio.to_thread(running.end, signal.SIGKILL)
                left = {each.relative_to(home) for each in home.rglob("*")}
                assert left - before <= {Path("app.lock")}, left - before
                assert CANARY not in held(home)

    run(story())
