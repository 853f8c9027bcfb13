# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key log on a real hub process: how long people wait for a lookup, and until they are published."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import ClientSession

from bench.clock import percentile
from bench.errors import CannotRun
from bench.filled_log import fill, label_of
from bench.format import Row
from bench.hub import HOST, running
from bench.line import Line, read_answer
from bench.people import Person, make_person
from privity.wire.keylog import Looked, Lookup
from privity.wire.rest import Registered

READERS: Final = 4
"""Devices that look people up at the same time."""
NEWCOMERS: Final = 5
"""An address may register ten at once."""


async def measured(accounts: int, lookups: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each lookup, and of each registration, which answers once its epoch is published."""
    now_ms = time.time_ns() // 1_000_000
    async with running(partial(_filled, accounts=accounts, now_ms=now_ms)) as hub, ClientSession(hub.url) as http:
        waited = []
        people = []
        for number in range(READERS + NEWCOMERS):
            person = make_person(HOST, number, now_ms, os.urandom)
            began = time.perf_counter()
            await _register(http, person)
            waited.append((time.perf_counter() - began) * 1000)
            people.append(person)
        lines = [await Line.open(http, HOST, person) for person in people[:READERS]]
        looked = await asyncio.gather(
            *(_look_up(line, accounts, lookups // READERS, number) for number, line in enumerate(lines))
        )
        return [one for times in looked for one in times], waited


def hub_rows(accounts: int, lookups: int) -> list[Row]:
    """Two rows, or the reason why there are none."""
    asked = f"hub: lookup over HTTP among {accounts:,} accounts, {READERS} at once, p95"
    came = f"hub: registration until published, {accounts:,} accounts before, longest"
    try:
        looked, waited = asyncio.run(measured(accounts, lookups))
    except CannotRun as err:
        return [Row(name, None, "ms", skipped=str(err)) for name in (asked, came)]
    return [
        Row(asked, percentile(looked, 95), "ms", "ours <= 50"),
        Row(came, max(waited), "ms", "ours <= 60000"),
    ]


def _filled(config: Path, *, accounts: int, now_ms: int) -> None:
    fill(config.parent / "hub", HOST, accounts, now_ms)


async def _register(http: ClientSession, person: Person) -> None:
    async with http.post("/v1/accounts", data=msgspec.json.encode(person.registration)) as response:
        read_answer("POST", "/v1/accounts", response.status, await response.read(), Registered)


async def _look_up(line: Line, accounts: int, count: int, first: int) -> list[float]:
    times = []
    for number in range(count):
        asked = Lookup(label_of(HOST, (first + number * 7919) % accounts).decode(), 0, 0)
        began = time.perf_counter()
        await line.post("/v1/keylog/lookup", asked, Looked)
        times.append((time.perf_counter() - began) * 1000)
    return times
