# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People registered at a hub and their connections, within its limits: ten accounts per loopback address."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import msgspec
from aiohttp import ClientSession, TCPConnector

from bench.hub import HubProcess
from bench.line import Line, read_answer
from bench.people import Person, make_person
from privity.wire.rest import Registered, ServerInfo

PER_ADDRESS: Final = 10
"""Accounts that the hub lets one address register at once."""


@dataclass(slots=True)
class Residents:
    """Who lives at one hub; made with `of`, which closes every connection at the end.

    Where the hub has two workers, every other person lives at each: the two of a direct room never at the same.
    """

    info: ServerInfo
    _process: HubProcess
    _stack: AsyncExitStack
    _clients: list[ClientSession] = field(default_factory=list)
    """Of the newest address, one to each worker."""
    _homes: dict[str, ClientSession] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def of(cls, process: HubProcess) -> AsyncIterator[Residents]:
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(ClientSession(process.url))
            async with http.get("/v1/server") as response:
                info = read_answer("GET", "/v1/server", response.status, await response.read(), ServerInfo)
            yield cls(info, process, stack)

    async def register(self, count: int) -> list[Person]:
        """So many more people."""
        found = []
        for _ in range(count):
            number = len(self._homes)
            if number % PER_ADDRESS == 0:
                self._clients = [await self._client(url, number // PER_ADDRESS) for url in self._process.urls]
            person = make_person(self.info.host, number, self.info.now_ms, secrets.token_bytes)
            home = self._homes[person.client_uri] = self._clients[number % len(self._clients)]
            async with home.post("/v1/accounts", data=msgspec.json.encode(person.registration)) as response:
                read_answer("POST", "/v1/accounts", response.status, await response.read(), Registered)
            found.append(person)
        return found

    async def _client(self, url: str, number: int) -> ClientSession:
        connector = TCPConnector(local_addr=(_address(number), 0), limit=0)
        return await self._stack.enter_async_context(ClientSession(url, connector=connector))

    async def connect(self, person: Person) -> Line:
        """Prove a person's device on a new socket, which is closed with the rest."""
        line = await Line.open(self._homes[person.client_uri], self.info.host, person)
        self._stack.push_async_callback(line.close)
        return line


def _address(number: int) -> str:
    """A loopback address of its own for each ten; 127.0.0.1 is the hub's."""
    return f"127.0.{number // 200}.{2 + number % 200}"
