# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Blobs: named by their hash, limited per account, the same bytes back."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from aiohttp import ClientSession, TCPConnector, TraceConfig

from privity.server.blobs import service, store
from privity.server.blobs.model import path_of
from privity.server.limits import ALL_LARGE_BYTES, FREE_FOR_MESSAGES_BYTES, MAX_BLOB_BYTES, MAX_BODY_BYTES
from tests.server.core.conftest import Hub
from tests.server.core.people import text


async def test_blob_comes_back_byte_for_byte(hub: Hub) -> None:
    _, alice = await hub.join("alice")
    _, bob = await hub.join("bob")
    data = bytes(range(256)) * 9000
    name = hashlib.sha256(data).hexdigest()
    for _ in range(2):
        status, answer = await alice.request("POST", "/v1/blobs", data=data)
        assert (status, answer["size"]) == (200, len(data))
    assert await bob.request("GET", f"/v1/blobs/{name}") == (200, data)
    assert not list(hub.context.config.blobs.glob("*/*.draft"))


async def test_a_connection_goes_on_after_a_blob(hub: Hub) -> None:
    """What is sent twice over one connection is the next answer on it."""
    _, alice = await hub.join("alice")
    data = bytes(range(256)) * 9000
    path = f"/v1/blobs/{hashlib.sha256(data).hexdigest()}"
    assert (await alice.request("POST", "/v1/blobs", data=data))[0] == 200
    opened: list[None] = []
    trace = TraceConfig()

    async def note(*_: object) -> None:
        opened.append(None)

    trace.on_connection_create_end.append(note)
    async with ClientSession(hub.http._base_url, connector=TCPConnector(limit=1), trace_configs=[trace]) as http:
        for count in range(1, 4):
            async with http.get(path, headers=alice.headers("GET", path, 100 + count, b"")) as answer:
                assert await answer.read() == data
            async with http.post(
                "/v1/blobs", data=data, headers=alice.headers("POST", "/v1/blobs", 200 + count, data)
            ) as put:
                assert put.status == 200
    assert len(opened) == 1


async def test_unknown_and_malformed_names_are_not_found(hub: Hub) -> None:
    _, line = await hub.join("alice")
    for name in ("00" * 32, "00" * 31, "../../keys/franking.key", "%2e%2e%2fhub.db", "GG" * 32):
        status, _ = await line.request("GET", f"/v1/blobs/{name}")
        assert status in (401, 404), name  # the client may shorten a path with dots, and then its MAC is of another


async def test_empty_and_too_large_blobs_are_refused(hub: Hub) -> None:
    _, line = await hub.join("alice")
    assert (await line.request("POST", "/v1/blobs", data=b""))[0] == 413
    headers = line.headers("POST", "/v1/blobs", 99, b"") | {"Content-Length": str(1 << 40)}
    status, answer = await line.raw("POST", "/v1/blobs", b"x", headers)
    assert (status, answer["code"]) == (413, "too_large")


async def test_stock_of_an_account_is_limited(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_BLOB_STOCK_BYTES", 3000)
    _, line = await hub.join("alice")
    for number in range(3):
        assert (await line.request("POST", "/v1/blobs", data=bytes([number]) * 1000))[0] == 200
    status, answer = await line.request("POST", "/v1/blobs", data=b"one more")
    assert (status, answer["limit"]) == (429, "blob.stock")
    assert (await line.request("POST", "/v1/blobs", data=b"\0" * 1000))[0] == 200, "the same bytes again are harmless"
    _, other = await hub.join("bob")
    assert (await other.request("POST", "/v1/blobs", data=b"one more"))[0] == 200


async def test_blobs_leave_the_rest_of_the_disk_to_messages(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    _, line = await hub.join("alice")
    free = store.free_bytes(hub.context.config.blobs)
    monkeypatch.setattr(store, "free_bytes", lambda folder: FREE_FOR_MESSAGES_BYTES + 9)
    assert free > 0
    status, said = await line.request("POST", "/v1/blobs", data=b"ten bytes!")
    assert (status, said["code"]) == (503, "unavailable")
    assert said["message"] == "the hub keeps what is left of its disk for messages"
    assert not list(hub.context.config.blobs.glob("*/*"))
    assert (await line.request("POST", "/v1/blobs", data=b"nine byte"))[0] == 200


async def test_slow_uploads_hold_up_no_photo_and_no_report(hub: Hub) -> None:
    _, slow = await hub.join("alice")
    _, line = await hub.join("bob")
    url = hub.http._base_url
    assert url is not None
    held = []
    for number in range(ALL_LARGE_BYTES // MAX_BLOB_BYTES + 1):
        head = slow.headers("POST", "/v1/blobs", 100 + number, b"") | {
            "Host": str(url.host),
            "Content-Length": "33554432",
        }
        _, writer = await asyncio.open_connection(url.host, url.port)
        lines = ["POST /v1/blobs HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", "first bytes"]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        held.append(writer)
    async with asyncio.timeout(60):
        assert (await line.request("POST", "/v1/blobs", data=bytes(MAX_BODY_BYTES)))[0] == 200
        status, _ = await line.request("POST", "/v1/reports", {"sealed": text(bytes(2 << 20))})
        assert status == 404, "this small hub has no desk; the report was read and not held up"
    for writer in held:
        writer.close()


async def test_a_blob_whose_file_is_lost_is_not_found(hub: Hub) -> None:
    """A restored database may name files that are not there: a device must be told, to bring its copy to a report."""
    _, line = await hub.join("alice")
    data = b"invented ciphertext"
    digest = hashlib.sha256(data)
    await line.request("POST", "/v1/blobs", data=data)
    status, answer = await line.request("GET", f"/v1/blobs/{digest.hexdigest()}/stored")
    assert (status, answer["size"]) == (200, len(data))
    path_of(hub.context.config.blobs, digest.digest()).unlink()
    for path in (
        f"/v1/blobs/{digest.hexdigest()}",
        f"/v1/blobs/{digest.hexdigest()}/stored",
        f"/v1/blobs/{'0' * 64}/stored",
    ):
        status, answer = await line.request("GET", path)
        assert (status, answer["code"]) == (404, "not_found")
    await line.request("POST", "/v1/blobs", data=data)
    assert (await line.request("GET", f"/v1/blobs/{digest.hexdigest()}")) == (200, data)
