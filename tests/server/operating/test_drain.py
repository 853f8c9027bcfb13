# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: what is under way is answered, who is connected is told, and the end comes in time. Twice: at once."""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket as sockets
import sqlite3
import time
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType

from privity.server.main import DRAIN_S
from privity.wire.socket import Closed, decode_from_hub
from tests.attacks.people import close, group_of, register, texts, until
from tests.server.core.people import Person, connect
from tests.server.operating.conftest import Home
from tests.waiting import LIMIT_S, wait_until


async def ended(home: Home) -> int:
    child = home.hub.child
    assert child is not None
    return await asyncio.to_thread(child.wait, DRAIN_S + 50)


async def test_sigterm_finishes_what_is_under_way_tells_everybody_and_ends_with_0(home: Home) -> None:
    await asyncio.to_thread(home.start)
    person = Person("anna")
    async with ClientSession(home.url) as http:
        async with http.post("/v1/accounts", json=person.registration()) as answer:
            assert answer.status == 200
        line = await connect(http, person.device)
        data = secrets.token_bytes(3 << 20)
        headers = line.headers("POST", "/v1/blobs", 1, data)
        begun = asyncio.Event()

        async def upload() -> int:
            """Half of the body, then a while nothing."""

            async def body() -> object:
                yield data[: 1 << 20]
                begun.set()
                await asyncio.sleep(1.0)
                yield data[1 << 20 :]

            more = headers | {"Content-Length": str(len(data))}
            async with http.post("/v1/blobs", data=body(), headers=more) as answer:
                return answer.status

        uploading = asyncio.create_task(upload())
        await begun.wait()
        assert home.hub.child is not None
        started = time.monotonic()
        home.hub.child.send_signal(signal.SIGTERM)
        frame = await asyncio.wait_for(line.ws.receive(), 60)
        told = decode_from_hub(frame.data) if frame.type is WSMsgType.BINARY else None
        status = await uploading
        assert await ended(home) == 0
        assert time.monotonic() - started < DRAIN_S + 50
    assert isinstance(told, Closed)
    assert status in {200, 401}  # the session ends with its socket: the upload is answered, by one or the other
    with sqlite3.connect(home.data / "hub.db") as db:
        (stored,) = db.execute("SELECT count(*) FROM blob").fetchone()
        (accounts,) = db.execute("SELECT count(*) FROM account").fetchone()
    db.close()
    assert (accounts, stored) == (1, 1 if status == 200 else 0)
    assert '"drained": true' in (home.data / "logs" / "hub.log").read_text()


@pytest.mark.prove
async def test_what_was_acknowledged_before_the_end_is_there_after_it(home: Home, tmp_path: Path) -> None:
    """Somebody sends without a pause while the hub is asked to end."""
    await asyncio.to_thread(home.start)
    anna, ben = await register(home.url, tmp_path, "anna"), await register(home.url, tmp_path, "ben")
    room = await group_of(anna, ben)
    said: list[str] = []

    async def send() -> None:
        while True:
            said.append(f"message {len(said)}")
            await anna.send(room, said[-1])

    sending = asyncio.create_task(send())
    await until(lambda: len(said) > 20, "some messages to be on their way")
    assert home.hub.child is not None
    home.hub.child.send_signal(signal.SIGTERM)
    assert await ended(home) == 0
    sending.cancel()
    await asyncio.to_thread(home.start)
    await until(
        lambda: texts(ben, room)[: len(said) - 1] == said[: len(said) - 1], "everything to come, once, in order"
    )
    for device in (anna, ben):
        await close(device)
    await asyncio.to_thread(home.hub.stop)


async def test_a_second_sigterm_waits_for_nobody(home: Home) -> None:
    """Somebody who sends the head of a request and no body keeps the first one waiting."""
    await asyncio.to_thread(home.start)
    with sockets.create_connection(("127.0.0.1", home.port)) as slow:
        slow.sendall(b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
        slow.settimeout(LIMIT_S)
        assert slow.recv(100).startswith(b"HTTP/1.1 100 "), "from here on the hub waits for the body"
        assert home.hub.child is not None
        log = home.data / "logs" / "hub.log"
        home.hub.child.send_signal(signal.SIGTERM)
        await asyncio.to_thread(wait_until, lambda: _says(log, "stopping"), "the hub to stop")
        home.hub.child.send_signal(signal.SIGTERM)
        assert await ended(home) == -signal.SIGTERM, "who waited for somebody ends with 0"


def _says(log: Path, event: str) -> bool:
    return f'"event": "{event}"' in log.read_text()
