# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The switch to WebSocket: what asks for it rightly gets the proof and the challenge at once, and nothing else does."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from urllib.parse import urlsplit

import pytest

from privity.wire.socket import Challenge, Closed, decode_from_hub
from tests.server.core.conftest import Hub

ASKED = {
    "Host": "hub.example",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""The key of RFC 6455, section 1.3, where its answer stands too."""
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)


async def answered(hub: Hub, asked: dict[str, str]) -> tuple[bytes, bytes]:
    """The head of the answer, and what came of the rest until the hub has nothing more to say for a moment."""
    url = urlsplit(str(hub.http._base_url))
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
    writer.write(f"GET /v1/socket HTTP/1.1\r\n{head}\r\n".encode())
    found = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    rest = await asyncio.wait_for(reader.read(1 << 16), 30)
    writer.close()
    return found.removesuffix(b"\r\n\r\n"), rest


async def test_the_answer_proves_the_switch_and_the_challenge_follows(hub: Hub) -> None:
    head, rest = await answered(hub, ASKED)
    assert head == ANSWER
    assert rest[:2] == bytes((0x82, len(rest) - 2)), "one whole unmasked binary frame"
    assert isinstance(decode_from_hub(rest[2:]), Challenge)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Upgrade", "h2c"),
        ("Upgrade", ""),
        ("Connection", "keep-alive"),
        ("Sec-WebSocket-Version", "12"),
        ("Sec-WebSocket-Version", ""),
        ("Sec-WebSocket-Key", ""),
        ("Sec-WebSocket-Key", b64encode(bytes(15)).decode()),
        ("Sec-WebSocket-Key", b64encode(bytes(17)).decode()),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ="),
    ],
)
async def test_what_asks_for_no_switch_is_refused_by_name(hub: Hub, name: str, value: str) -> None:
    head, rest = await answered(hub, ASKED | {name: value})
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b'"malformed"' in rest and b"this path is a WebSocket" in rest


async def test_where_no_more_proofs_are_waited_for_the_reason_follows_the_answer(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.context.sessions.pending, "_most", 0)
    head, rest = await answered(hub, ASKED)
    assert head == ANSWER
    closed = decode_from_hub(rest[2 : 2 + rest[1]])
    assert isinstance(closed, Closed) and closed.code == "unavailable"
