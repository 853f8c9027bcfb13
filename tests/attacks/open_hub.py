# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub as its process composes it, on loopback with log and metrics, and a client that sends any bytes at all."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from aiohttp import ClientSession

from privity.faces.demo.processes import free_port
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.server import config, keys
from privity.server.limits import LIMITS, Limit, Limits
from privity.server.logs import open_log
from privity.server.main import build_context, serving
from privity.wire.errors import STATUS, Code, ErrorBody
from tests import stores
from tests.server.core.people import HOST, NOW_MS, Line
from tests.server.rooms.world import Clock, World

ENOUGH = {name: Limit(1 << 30, 1, one.per, one.why) for name, one in LIMITS.items()}
"""The limits are attacked elsewhere; a walk that only ever meets TOO_MANY has tried nothing."""
_REFUSED = re.compile(rb'data-refused="([a-z_]+)"')
"""How a page for people says the code of a refusal."""


@dataclass
class OpenHub:
    world: World
    port: int
    metrics_port: int
    log: Path

    def bugs(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if json.loads(line)["event"] == "bug"]


@asynccontextmanager
async def open_hub(
    folder: Path, limits: Mapping[str, Limit] = ENOUGH, intake_public: bytes = bytes(32)
) -> AsyncIterator[OpenHub]:
    """Everything that `privity serve` starts, with a clock that tests move."""
    staff_private, staff_public = generate_signature_key(suite(1), secrets.token_bytes)
    metrics_port = free_port()
    section = config.HubSection(
        host=HOST,
        listen="127.0.0.1:0",
        registration="open",
        metrics=f"127.0.0.1:{metrics_port}",
        epoch_min_ms=10,
        store=stores.new(),
        staff_public_key=staff_public.hex(),
        intake_public_key=intake_public.hex(),
    )
    checked = config.check(section, folder)
    checked.blobs.mkdir(parents=True)
    keys.write_fresh(checked.keys, secrets.token_bytes)
    clock = Clock(NOW_MS)
    context, parts = build_context(checked, clock)
    context = replace(context, limits=Limits(clock, limits))
    with open_log(checked.log):
        async with (
            serving(context, parts) as port,
            ClientSession(f"http://127.0.0.1:{port}/") as http,
        ):
            yield OpenHub(World(context, parts, clock, http, staff_private), port, metrics_port, checked.log)


@dataclass(frozen=True)
class Heard:
    """One HTTP answer; status 0 when the connection ended without one."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> ErrorBody:
        """In JSON, or named on a page for people."""
        page = _REFUSED.search(self.body)
        if page is not None:
            return ErrorBody(Code(page[1].decode()), "")
        return msgspec.json.decode(self.body, type=ErrorBody)

    def check(self, what: object, *, head: bool = False) -> None:
        """Fail unless this is an answer, or a refusal by name that is no bug."""
        assert 200 <= self.status < 600, (what, self)
        if self.status < 400:
            return
        if head:
            assert self.body == b"", (what, self)
            return
        error = self.error
        assert STATUS[error.code] == self.status, (what, self)
        assert error.code is not Code.INTERNAL, (what, self)


class Wire:
    """A TCP connection on which anything may be said."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, *, head: bool = False) -> Heard:
        """The next answer, past any 100 Continue."""
        try:
            return await asyncio.wait_for(self._answer(head), 60)
        except (asyncio.IncompleteReadError, ConnectionError):
            return Heard(0, {}, b"")

    async def _answer(self, head: bool) -> Heard:
        while True:
            top = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            status = int(top[0].split(" ")[1])
            if status != 100:
                break
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in top[1:] if line)}
        size = 0 if head or status == 304 else int(headers.get("content-length", 0))
        return Heard(status, headers, await self.reader.readexactly(size))

    def stop_reading(self) -> None:
        """Whatever comes waits in the buffers between."""
        transport = self.writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    async def ended(self) -> bool:
        """Read what is left, up to the end of the connection."""
        with suppress(ConnectionError):
            await asyncio.wait_for(self.reader.read(-1), 60)
        return self.reader.at_eof()


@asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


async def say(port: int, data: bytes, *, head: bool = False) -> Heard:
    """Send these bytes on a connection of their own and hear the first answer."""
    async with wire(port) as connection:
        await connection.send(data)
        return await connection.answer(head=head)


def request(method: str, target: str, headers: Mapping[str, str] | list[tuple[str, str]], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as bytes; a Content-Length unless the headers name a length of their own."""
    pairs = list(headers.items()) if isinstance(headers, Mapping) else headers
    named = {name.lower() for name, _ in pairs}
    if not named & {"content-length", "transfer-encoding"}:
        pairs = [*pairs, ("Content-Length", str(len(body)))]
    lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in pairs)]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def signed(line: Line, method: str, target: str, body: bytes = b"") -> dict[str, str]:
    """Session, counter and MAC for a request of this line."""
    line.count += 1
    return line.headers(method, target, line.count, body)
