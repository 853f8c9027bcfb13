# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages on a real port: garbage is answered with their headers and no prose, a taken port by name."""

from __future__ import annotations

import asyncio
import random
import zlib
from collections.abc import AsyncIterator

import pytest
import structlog

from privity.desk.console import serving
from privity.desk.console.app import build_app
from privity.desk.console.errors import CannotListen
from privity.desk.console.headers import HEADERS
from tests.desk.console.conftest import Pages


@pytest.fixture
async def port(console: Pages) -> AsyncIterator[int]:
    async with serving.listening(build_app(console.shared), "127.0.0.1", 0) as port:
        yield port


async def said(port: int, data: bytes) -> bytes:
    """What the desk says to these bytes until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.read(), 60)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "data",
    [
        b"teapot secret\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nteapot secret\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: teapot-secret\r\n\r\n",
        b"POST /join HTTP/1.1\r\nHost: desk.example\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        random.Random(7).randbytes(64) + b"\r\n\r\n",
    ],
)
async def test_garbage_is_answered_plainly_with_the_headers_of_every_page(
    port: int, data: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await said(port, data)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"400"
    for name, value in HEADERS.items():
        assert f"{name}: {value}".encode() in head.split(b"\r\n")
    assert b"teapot" not in answer and b"aiohttp" not in answer
    assert body == b"The request cannot be read.\n"
    assert logs == []
    assert capfd.readouterr() == ("", "")


async def test_an_expectation_that_nobody_knows_is_answered_with_the_headers_too(port: int) -> None:
    asked = b"GET /sign-in HTTP/1.1\r\nHost: desk.example\r\nExpect: teapot\r\nConnection: close\r\n\r\n"
    answer = await said(port, asked)
    assert b"teapot" not in answer
    assert f"Content-Security-Policy: {HEADERS['Content-Security-Policy']}".encode() in answer


async def test_a_compressed_form_is_not_unpacked(port: int) -> None:
    """A few kilobytes would become ten million."""
    body = zlib.compress(b"csrf=" + b"0" * 10_000_000)
    asked = (
        "POST /join HTTP/1.1\r\nHost: desk.example\r\nOrigin: https://desk.example\r\nContent-Encoding: deflate\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    answer = await said(port, asked.encode() + body)
    assert answer.split()[1] == b"400"
    assert b"its bytes are no fields" in answer


async def test_a_taken_port_is_an_error_with_a_name_and_a_next_step(console: Pages, port: int) -> None:
    with pytest.raises(CannotListen, match=f"127.0.0.1:{port} for the pages .*change listen"):
        async with serving.listening(build_app(console.shared), "127.0.0.1", port):
            raise AssertionError("two listen on one port")
