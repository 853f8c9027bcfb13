# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A proxy ends TLS in front of the hub: everything passes, and no client chooses the address it is limited by."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from privity.server import config, init
from privity.server.errors import ConfigInvalid
from privity.server.limits import LIMITS
from privity.server.main import build_context, serving
from tests.certificates import Authority
from tests.server.core.people import Person, connect

BURST = LIMITS["account.register"].burst


class Proxy:
    """Ends TLS and says whom it saw. One request for each connection, so that only heads have to be understood."""

    def __init__(self, port: int, tls: ssl.SSLContext, *, joins: bool) -> None:
        self._port = port
        self._tls = tls
        self._joins = joins
        """Whether the address is added to a header that the client sent, or stands in one of its own after it."""
        self.url = ""

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._pass, "0.0.0.0", 0, ssl=self._tls)  # noqa: S104 - 127.0.0.2 too
        self.url = f"https://localhost:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().removesuffix("\r\n\r\n").split("\r\n")
        hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self._port)
        seen = writer.get_extra_info("peername")[0]
        hub_writer.write("\r\n".join([*self._forwarded(head, seen), "", ""]).encode())
        await asyncio.gather(_pump(reader, hub_writer), _pump(hub_reader, writer), return_exceptions=True)

    def _forwarded(self, head: list[str], seen: str) -> list[str]:
        upgrade = any(line.lower().startswith("upgrade:") for line in head)
        lines = [line for line in head if upgrade or not line.lower().startswith("connection:")]
        if not upgrade:
            lines.append("Connection: close")
        sent = [line for line in lines if line.lower().startswith("x-forwarded-for:")]
        if self._joins and sent:
            lines.remove(sent[-1])
            return [*lines, f"{sent[-1]}, {seen}"]
        return [*lines, f"X-Forwarded-For: {seen}"]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def hub(folder: Path, *, behind_proxy: bool) -> AsyncIterator[tuple[Path, int]]:
    first = init.write_fresh(folder, "hub.example", "127.0.0.1:0", behind_proxy=behind_proxy)
    path = folder / "privity.toml"
    path.write_text(first.section.replace('"invite"', '"open"\nepoch_min_ms = 10'))
    context, parts = build_context(config.load(path))
    async with serving(context, parts) as port:
        yield path, port


def session(url: str, authority: Authority, address: str = "127.0.0.1") -> ClientSession:
    connector = TCPConnector(ssl=authority.client_context(), local_addr=(address, 0), force_close=True)
    return ClientSession(url, connector=connector)


async def register(http: ClientSession, handle: str, *forwarded: str) -> int:
    headers = [("X-Forwarded-For", line) for line in forwarded]
    async with http.post("/v1/accounts", json=Person(handle).registration(), headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize("joins", [True, False])
async def test_sockets_and_requests_pass_through_a_proxy(tmp_path: Path, joins: bool) -> None:
    authority = Authority(tmp_path / "ca")
    tls = authority.issue("localhost").server_context()
    async with (
        hub(tmp_path / "home", behind_proxy=True) as (_, port),
        Proxy(port, tls, joins=joins) as proxy,
        session(proxy.url, authority) as http,
    ):
        person = Person("alice")
        async with http.post("/v1/accounts", json=person.registration()) as answer:
            assert answer.status == 200, await answer.text()
        line = await connect(http, person.device)
        blob = bytes(1 << 20)
        status, stored = await line.request("POST", "/v1/blobs", data=blob)
        assert (status, stored["size"]) == (200, len(blob))
        assert await line.request("GET", f"/v1/handles/{person.handle}") == (200, {"user_uri": person.user_uri})


@pytest.mark.parametrize("joins", [True, False])
async def test_a_client_behind_a_proxy_cannot_choose_the_address_it_is_limited_by(tmp_path: Path, joins: bool) -> None:
    authority = Authority(tmp_path / "ca")
    tls = authority.issue("localhost").server_context()
    async with (
        hub(tmp_path / "home", behind_proxy=True) as (_, port),
        Proxy(port, tls, joins=joins) as proxy,
        session(proxy.url, authority) as liar,
        session(proxy.url, authority, "127.0.0.2") as other,
    ):
        for number in range(BURST):
            forged = (f"198.51.100.{number}", f"203.0.113.{number}, 198.51.100.{number}")
            assert await register(liar, f"liar{number}", *forged) == 200
        for again in ((), ("198.51.100.200",), ("127.0.0.2",), ("127.0.0.2,",), ("", "127.0.0.2")):
            assert await register(liar, "liar_again", *again) == 429
        assert await register(other, "somebody_else") == 200


async def test_without_a_proxy_what_a_client_says_about_its_address_counts_for_nothing(tmp_path: Path) -> None:
    async with (
        hub(tmp_path / "home", behind_proxy=False) as (_, port),
        ClientSession(f"http://127.0.0.1:{port}", connector=TCPConnector(local_addr=("127.0.0.3", 0))) as http,
    ):
        for number in range(BURST):
            assert await register(http, f"liar{number}", f"198.51.100.{number}") == 200
        assert await register(http, "liar_again", "198.51.100.200") == 429


@pytest.mark.parametrize("listen", ["0.0.0.0:8443", "[::]:8443", "192.0.2.7:8443"])
def test_a_hub_that_others_reach_believes_no_forwarded_address(tmp_path: Path, listen: str) -> None:
    pair = Authority(tmp_path / "ca").issue("localhost")
    section = config.HubSection(
        host="hub.example", listen=listen, tls_cert=str(pair.cert), tls_key=str(pair.key), behind_proxy=True
    )
    with pytest.raises(ConfigInvalid, match="behind_proxy"):
        config.check(section, tmp_path)
