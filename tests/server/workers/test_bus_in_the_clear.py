# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: whoever stands between a worker and its NATS server says that there is no TLS."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlparse

import pytest

from privity.server.bus.nats import NatsBus
from privity.server.bus.sealing import BusKey
from privity.server.errors import BusUnreachable
from tests.certificates import Authority
from tests.nats_server import nats_server, need_nats

KEY = BusKey(bytes(range(32)))
INFO = b'INFO {"server_id":"x","version":"2.9.10","proto":1,"max_payload":1048576%s}\r\n'


async def said_to_a_liar(url: str, more: bytes = b"") -> bytes:
    """What a worker says to a server without TLS, `url` being its address but for the port."""
    said = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(INFO % more)
        while data := await reader.read(1000):
            said.extend(data)
            if b"PING" in data:
                writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        bus = await NatsBus.connect(f"{url}:{port}", "hub.example", KEY)
        await bus.close()
    finally:
        server.close()
        said_then = bytes(said)
    return said_then


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    need_nats()
    monkeypatch.setattr("privity.server.bus.nats.CONNECT_S", 0.5)


@pytest.mark.parametrize("host", ["tls://worker:secret@127.0.0.1", "tls://worker:secret@localhost"])
async def test_who_asked_for_tls_says_nothing_without(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    plain = asyncio.StreamWriter.write

    def write(self: asyncio.StreamWriter, data: bytes) -> None:
        heard.append(bytes(data))
        plain(self, data)

    monkeypatch.setattr(asyncio.StreamWriter, "write", write)
    with pytest.raises(BusUnreachable, match="offers no TLS, and needs to"):
        await said_to_a_liar(host)
    assert heard and all(data.startswith(b"INFO") for data in heard), "nobody but the server spoke"


async def test_a_server_of_this_machine_needs_none() -> None:
    assert b"CONNECT" in await said_to_a_liar("nats://127.0.0.1")


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("nats://127.0.0.1:4222", True),
        ("nats://[::1]:4222", True),
        ("nats://localhost:4222", True),
        ("tls://127.0.0.1:4222", False),
        ("nats://10.0.0.2:4222", False),
        ("nats://nats.example:4222", False),
        ("nats://127.0.0.1.example:4222", False),
    ],
)
def test_where_it_may_be_in_the_clear(address: str, plain: bool) -> None:
    """Also the servers that one of a cluster names; they come without being in privity.toml."""
    from privity.server.bus.guarded import may_be_plain

    assert may_be_plain(urlparse(address)) is plain


async def test_under_tls_it_is_checked_whose_server_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privity.server.bus.nats.CONNECT_S", 3.0)
    authority = Authority(tmp_path / "ours")
    pair = authority.issue("127.0.0.1")
    with nats_server("--tls", "--tlscert", str(pair.cert), "--tlskey", str(pair.key)) as server:
        url = server.url.replace("nats://", "tls://")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.cert))
        bus = await NatsBus.connect(url, "hub.example", KEY)
        await bus.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path / "another").cert))
        with pytest.raises(BusUnreachable):
            await NatsBus.connect(url, "hub.example", KEY)
