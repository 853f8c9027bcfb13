# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters between the devices of one person: how many in a day, and what one costs a hub. `make bench-letters`.

How many follows from the rules of the device (`client.engine.telling`), played through a day in which two are connected
all the time, or one is away. What one costs is measured at a real hub on SQLite: two devices of one account tell each
other in turn, and acknowledge what came.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import ClientSession

from bench.crowd import ACCOUNT, DEVICE
from bench.format import Row, commit_of, show
from bench.hub import HOST, HubProcess, running
from bench.line import Line
from bench.people import Person, make_person
from privity.client.engine.telling import Told
from privity.identity.choices import LETTER_BYTES
from privity.identity.uris import id_of, new_client_uri
from privity.wire.rest import Done, SendLetter
from privity.wire.socket import Ack, CaughtUp, Inbox, Resume, encode

DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000
EACH: Final = 150
"""Letters of each device: fewer than it may send at once."""
QUICK: Final = 20
KEY: Final = b"of the other"
LETTERS: Final = "/v1/account/letters"


@dataclass(slots=True)
class _Sizes:
    sent: int = 0
    delivered: int = 0


def in_a_day(*, together: bool) -> int:
    """Letters of both devices in a day of which the second is connected all the time, or never."""
    first, second, count = Told(public=KEY), Told(public=KEY), 0
    for now_ms in range(0, 2 * DAY_MS, MINUTE_MS):  # the first day settles who has heard of whom
        if first.due_ms(KEY, now_ms) <= now_ms:
            first = _sent(first, now_ms)
            second = _heard(second, now_ms) if together else second
            count += now_ms >= DAY_MS
        if together and second.due_ms(KEY, now_ms) <= now_ms:
            second = _sent(second, now_ms)
            first = _heard(first, now_ms)
            count += now_ms >= DAY_MS
    return count


def _sent(told: Told, now_ms: int) -> Told:
    return msgspec.structs.replace(told, sent_ms=now_ms)


def _heard(told: Told, now_ms: int) -> Told:
    return msgspec.structs.replace(told, heard_ms=now_ms)


async def rows(each: int) -> list[Row]:
    """Start a hub, let two devices tell each other, stop it."""
    first = make_person(HOST, 0, 0, secrets.token_bytes)
    second = replace(
        make_person(HOST, 1, 0, secrets.token_bytes),
        user_uri=first.user_uri,
        client_uri=new_client_uri(first.user_uri, secrets.token_bytes),
    )
    sizes = _Sizes()
    async with running() as process, AsyncExitStack() as stack:
        await asyncio.to_thread(_write, process, [first, second])
        http = await stack.enter_async_context(ClientSession(process.url))
        lines = [await Line.open(http, HOST, person) for person in (first, second)]
        for line in lines:
            stack.push_async_callback(line.close)
            await line.send(encode(Resume({}, 0)))
            await line.expect(CaughtUp)
        await _tell(lines, 5, 0, _Sizes())
        cpu_s, written = process.cpu_s(), process.written_bytes()
        await _tell(lines, each, 5, sizes)
        cpu_s, written = process.cpu_s() - cpu_s, process.written_bytes() - written
        waiting = process.stored_bytes()
    return [
        Row("letters of two devices in a day, both connected", in_a_day(together=True), "letters"),
        Row("letters of two devices in a day, one away", in_a_day(together=False), "letters"),
        Row("a letter as it is sent, without headers of HTTP", sizes.sent, "bytes"),
        Row("a letter as it is delivered", sizes.delivered, "bytes"),
        Row("a letter stored, delivered and acknowledged", cpu_s / (2 * each) * 1000, "cpu_ms"),
        Row("written to the disk for a letter sent alone", written / (2 * each), "bytes"),
        Row(f"the database after {2 * (each + 5)} letters", waiting / 1000, "KB"),
    ]


def _write(process: HubProcess, people: list[Person]) -> None:
    """An account with two devices, as registration and linking leave them as far as a letter looks."""
    with closing(sqlite3.connect(process.database, timeout=30)) as file, file:
        file.execute(ACCOUNT.format("?", "?"), (people[0].user_uri, id_of(people[0].user_uri)))
        for one in people:
            file.execute(DEVICE.format("?", "?", "?"), (one.client_uri, one.user_uri, one.identity.signature_public))


async def _tell(lines: list[Line], each: int, before: int, sizes: _Sizes) -> None:
    for number in range(before + 1, before + each + 1):
        for sender, reader in (lines, lines[::-1]):
            asked = SendLetter(reader.person.client_uri, secrets.token_bytes(LETTER_BYTES))
            await sender.post(LETTERS, asked, Done)
            found = await reader.expect(Inbox)
            sizes.sent, sizes.delivered = len(msgspec.json.encode(asked)), len(encode(found))
            await reader.send(encode(Ack({}, number)))


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.letters", description="What letters cost a hub.")
    parser.add_argument("--quick", action="store_true", help="fewer letters; says so in the JSON")
    quick = parser.parse_args(arguments).quick
    show("letters", commit_of(Path(__file__).parent), not quick, asyncio.run(rows(QUICK if quick else EACH)))


if __name__ == "__main__":
    main()
