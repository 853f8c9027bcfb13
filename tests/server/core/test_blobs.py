# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Blobs: named by their hash, limited per account, the same bytes back."""

from __future__ import annotations

import hashlib

import pytest

from privity.server.blobs import service
from tests.server.core.conftest import Hub


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
