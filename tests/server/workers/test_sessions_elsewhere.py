# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A session is held by one worker, and its requests may come in at every other: each is taken once, by all together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType

from privity.identity.device_list import DeviceList
from privity.server.limits import LIMITS
from privity.wire.errors import Code
from privity.wire.session import SESSION_HEADER
from privity.wire.socket import Closed, decode_from_hub
from tests.server.core.people import Line, Person, connect, text
from tests.server.workers.house import house

ROOMS = "/v1/rooms"


@dataclass
class Two:
    """Two workers, by their addresses, and a person whose device is connected to the first."""

    here: ClientSession
    there: ClientSession
    person: Person
    line: Line

    async def ask(self, at: ClientSession, count: int, *, path: str = ROOMS, **wrong: str) -> tuple[int, Any]:
        """A request under the session, sent to one of the workers."""
        headers = self.line.headers("GET", path, count, b"") | wrong
        async with at.get(path, headers=headers) as answer:
            return answer.status, (await answer.json())


@asynccontextmanager
async def two_workers(folder: Path) -> AsyncIterator[Two]:
    with house(folder, 1, 1) as found:
        async with ClientSession(found.urls[0]) as here, ClientSession(found.urls[1]) as there:
            person = Person("ada.x")
            async with here.post("/v1/accounts", json=person.registration()) as answer:
                assert answer.status == 200, await answer.text()
            yield Two(here, there, person, await connect(here, person.device))


async def test_a_request_counts_once_whichever_worker_it_comes_to(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as two:
        assert (await two.ask(two.there, 1))[0] == 200
        for again in (two.here, two.there):
            assert await code(two.ask(again, 1)) == (401, Code.REPLAYED)
        assert (await two.ask(two.here, 2))[0] == 200
        assert await code(two.ask(two.there, 2)) == (401, Code.REPLAYED)
        await registering_at_both(two)
        await forged(two)
        await without_its_session(two)
        await taken_off_the_list(two)


async def registering_at_both(two: Two) -> None:
    """Attack: what one worker refuses to an address, the other does not give it. The first of the burst was Ada's."""
    burst, taken = LIMITS["account.register"].burst, 1
    for number in range(2 * burst):
        at = (two.here, two.there)[number % 2]
        async with at.post("/v1/accounts", json=Person(f"many.{number}").registration()) as answer:
            taken += answer.status == 200
            assert answer.status in (200, 429), await answer.text()
    assert burst <= taken <= burst + 3, "a word may still have been on its way"


async def forged(two: Two) -> None:
    """What the session did not sign is refused by the worker that does not hold it, and costs no number."""
    name = two.line.session
    worker, own = name.split(".")
    assert await code(two.ask(two.there, 3, **{"Privity-Mac": "0" * 64})) == (401, Code.UNAUTHENTICATED)
    for other in (
        f"{worker}.{'0' * 32}",
        own,
        f"{'0' * 16}.{own}",
        f".{own}",
        f"a*.{own}",
        f"{worker} x.{own}",
        "x" * 5000,
    ):
        assert await code(two.ask(two.there, 3, **{SESSION_HEADER: other})) == (401, Code.UNAUTHENTICATED), other
    assert (await two.ask(two.there, 3))[0] == 200


async def without_its_session(two: Two) -> None:
    """A session that has ended on its worker stands nowhere."""
    ended = await connect(two.here, two.person.device)
    for at in (two.here, two.there):
        assert await code(two.ask(at, 4)) == (401, Code.UNAUTHENTICATED), "the device has connected again"
    two.line = ended
    assert (await two.ask(two.there, 1))[0] == 200
    moved = await connect(two.there, two.person.device)
    assert await closed(ended) is Code.UNAUTHENTICATED, "at another worker, too"
    assert await code(two.ask(two.here, 2)) == (401, Code.UNAUTHENTICATED)
    two.line = moved


async def taken_off_the_list(two: Two) -> None:
    """A device that its person takes off the list at one worker is gone from the other."""
    person, lost = two.person, two.person.device
    new = person.new_device()
    await put_list(two.line, person.next_list([lost, new]))
    kept = await connect(two.here, new)
    await put_list(kept, person.next_list([new]))
    assert await closed(two.line) is Code.UNAUTHENTICATED
    assert await code(two.ask(two.here, 9)) == (401, Code.UNAUTHENTICATED)


async def put_list(line: Line, new: DeviceList) -> None:
    status, answer = await line.request("PUT", "/v1/account/device-list", {"value": text(new.encode())})
    assert status == 200, answer


async def code(asked: Any) -> tuple[int, str]:
    status, answer = await asked
    return status, answer["code"]


async def closed(line: Line) -> Code:
    """Why the hub ended a connection."""
    async with asyncio.timeout(60):
        while True:
            message = await line.ws.receive()
            if message.type is not WSMsgType.BINARY:
                pytest.fail(f"the connection ended without a word: {message.type}")
            frame = decode_from_hub(message.data)
            if isinstance(frame, Closed):
                return frame.code
