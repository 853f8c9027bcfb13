# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ten thousand devices that are connected and say nothing: what each of them costs a real hub process.

Their accounts are written into the hub's fresh database; each device then proves its key like any other, from a
loopback address that it shares with as many as the hub lets one address connect at once. Where the hub has two workers,
half of them connect to each.
"""

from __future__ import annotations

import asyncio
import resource
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from typing import Final

import psycopg
from aiohttp import ClientError, ClientSession, TCPConnector

from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import HOST, HubProcess
from bench.line import Line
from bench.people import Person, make_person
from bench.ways import ON_A_FILE, Way
from privity.identity.uris import id_of
from privity.wire.socket import CaughtUp, Resume, encode

PER_ADDRESS: Final = 100
"""Sockets that the hub lets one address open at once."""
AT_ONCE: Final = 50
"""Handshakes under way together: fewer than may wait for their proof."""
SPARE: Final = 500
"""Files that hub and bench need beside connections."""
WARM_UP: Final = 100
QUIET_S: Final = 10.0
"""How long it is watched when nobody says anything."""
ACCOUNT: Final = "INSERT INTO account (user_uri, handle, created_ms) VALUES ({}, {}, 0)"
DEVICE: Final = "INSERT INTO device (client_uri, user_uri, signature_key, since_version) VALUES ({}, {}, {}, 0)"


@dataclass(frozen=True, slots=True)
class Sizes:
    """`most` is wanted beyond `idle` of the first way, where the limit of open files lets that many be."""

    idle: int
    most: int


FULL: Final = Sizes(idle=10_000, most=19_000)
QUICK: Final = Sizes(idle=1_000, most=1_000)


def goals(sizes: Sizes, count: int) -> dict[str, Goal]:
    """Rows for so many connections as there can be."""
    bar = "ours <= 20" if count >= 10_000 else None
    return {
        "idle": Goal(f"hub: memory of an idle authenticated connection, {count:,} of them, no TLS", "KB", bar),
        "connect": Goal(f"hub: connect and resume, {AT_ONCE} at once, {count:,} of them", "cpu_ms"),
        "whole": Goal(f"hub: its whole memory with {count:,} connections", "MB"),
        "quiet": Goal(f"hub: {count:,} connections that say nothing", "cpu_ms_per_s"),
    }


async def rows(sizes: Sizes, way: Way = ON_A_FILE) -> list[Row]:
    """Start a hub in this way, fill it, measure, stop it. What could not be measured says why."""
    count = min(sizes.most if way is ON_A_FILE else sizes.idle, _files() - SPARE)
    wanted = {key: way.goal(goal) for key, goal in goals(sizes, max(count, sizes.idle)).items()}
    if count < sizes.idle:
        reason = f"{sizes.idle:,} connections need as many open files, and this process may open {_files():,}"
        return [goal.skipped(reason) for goal in wanted.values()]
    measured: dict[str, float] = {}
    reason = "not reached"
    people = [make_person(HOST, number, 0, secrets.token_bytes) for number in range(WARM_UP + count)]
    try:
        async with way.running() as process:
            await asyncio.to_thread(_write_people, process, people)
            await _measure(process, people, measured)
    except (CannotRun, ClientError, OSError) as err:
        reason = f"{type(err).__name__}: {err}"
    return [goal.row(measured[key]) if key in measured else goal.skipped(reason) for key, goal in wanted.items()]


async def _measure(process: HubProcess, people: Sequence[Person], measured: dict[str, float]) -> None:
    async with AsyncExitStack() as stack:
        urls = process.urls
        homes = [
            await stack.enter_async_context(
                ClientSession(
                    urls[number % len(urls)], connector=TCPConnector(local_addr=(_address(number), 0), limit=0)
                )
            )
            for number in range(-(-len(people) // PER_ADDRESS))
        ]
        busy = asyncio.Semaphore(AT_ONCE)
        lines: list[Line] = []

        async def connect(number: int) -> None:
            async with busy:
                line = await Line.open(homes[number // PER_ADDRESS], HOST, people[number])
                lines.append(line)
                await line.send(encode(Resume({}, 0)))
                await line.expect(CaughtUp)

        warm_up = WARM_UP * len(urls)  # some at every worker
        await asyncio.gather(*(connect(number) for number in range(warm_up)))
        memory, cpu, count = process.memory_kb(), process.cpu_s(), len(people) - warm_up
        await asyncio.gather(*(connect(number) for number in range(warm_up, len(people))))
        measured["connect"] = (process.cpu_s() - cpu) / count * 1000
        measured["idle"] = (process.memory_kb() - memory) / count
        measured["whole"] = process.memory_kb() / 1000
        cpu = process.cpu_s()
        await asyncio.sleep(QUIET_S)
        measured["quiet"] = (process.cpu_s() - cpu) / QUIET_S * 1000
        await asyncio.gather(*(line.close() for line in lines))


def _write_people(process: HubProcess, people: Sequence[Person]) -> None:
    """Accounts with a device each, as registration leaves them as far as a proof looks."""
    accounts = [(one.user_uri, id_of(one.user_uri)) for one in people]
    devices = [(one.client_uri, one.user_uri, one.identity.signature_public) for one in people]
    if process.postgres is None:
        with closing(sqlite3.connect(process.database, timeout=30)) as file, file:
            file.executemany(ACCOUNT.format("?", "?"), accounts)
            file.executemany(DEVICE.format("?", "?", "?"), devices)
    else:
        with psycopg.connect(process.postgres.url) as server, server.cursor() as cursor:
            cursor.executemany(ACCOUNT.format("%s", "%s"), accounts)
            cursor.executemany(DEVICE.format("%s", "%s", "%s"), devices)


def _files() -> int:
    """How many files this process may open, and a child of it."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _address(number: int) -> str:
    """127.0.0.1 is the hub's."""
    return f"127.0.{1 + number // 200}.{2 + number % 200}"
