# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon's process: the only place that constructs things, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from privity.client.host import wall_ms
from privity.faces.app.browser import show
from privity.faces.app.errors import PortTaken
from privity.faces.app.home import Home
from privity.faces.app.house import House
from privity.faces.app.lock import Vigil
from privity.faces.app.page import FOLDER, BuiltPage
from privity.faces.app.routes import Door, build_app, close_pages
from privity.faces.app.socket import ask_running, listening
from privity.faces.app.tokens import Doorkeeper
from privity.server.http import Runner
from privity.server.logs import open_log

ADDRESS = "127.0.0.1"
DRAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a person starts it. `port` 0 takes that of the last time or a free one; `idle_s` 0 never locks by itself."""

    home: Home
    port: int
    browser: bool
    idle_s: float


def run(wanted: Wanted, page_folder: Path = FOLDER) -> None:
    """Serve until SIGTERM or SIGINT; or show the page of the daemon that has this home. Raises CannotStart."""
    wanted.home.prepare()
    with wanted.home.held() as alone:
        if not alone:
            _show(ask_running(wanted.home.socket), wanted)
            return
        page = BuiltPage.load(page_folder)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # keys are not written to disk when something breaks
        with open_log(wanted.home.log):
            asyncio.run(_run(wanted, page))


async def _run(wanted: Wanted, page: BuiltPage) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(wanted, page) as door:
        _show(door.url(), wanted)
        await stop.wait()


@asynccontextmanager
async def serving(wanted: Wanted, page: BuiltPage) -> AsyncIterator[Door]:
    """Listen on the port and the socket. At the end: pages are told, work under way ends, every key is dropped."""
    house = House(wanted.home, Vigil(wanted.idle_s), wall_ms)
    door = Door(house, Doorkeeper(wanted.home.sessions), page)
    runner = Runner(build_app(door), DRAIN_S)
    watching = asyncio.ensure_future(house.watch())
    try:
        await runner.setup()
        await _listen(runner, wanted)
        door.port = int(runner.addresses[0][1])
        wanted.home.keep_port(door.port)
        async with listening(wanted.home.socket, house, door.url):
            yield door
    finally:
        wanted.home.entry.unlink(missing_ok=True)
        watching.cancel()
        await close_pages(door)
        await runner.cleanup()
        await house.lock_all()


async def _listen(runner: web.AppRunner, wanted: Wanted) -> None:
    """On the port that was asked for, or that of the last time, or any. Raises PortTaken."""
    ports = (wanted.port,) if wanted.port else (wanted.home.last_port(), 0)
    for port in ports:
        site = web.TCPSite(runner, ADDRESS, port)
        try:
            await site.start()
        except OSError as err:
            if port == ports[-1]:
                raise PortTaken(f"cannot listen on {site.name}: {err.strerror or type(err).__name__}") from None
        else:
            return


def _show(url: str, wanted: Wanted) -> None:
    print(url, flush=True)
    if wanted.browser and not show(url, wanted.home.entry):
        print("privity: no browser was found; open the address above within a minute", flush=True)
