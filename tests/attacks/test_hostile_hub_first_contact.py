# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lies about itself at the first contact: the account is not begun, and nothing is left on disk."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from privity.client.errors import HubUnreachable
from privity.client.registration import register
from privity.identity.recovery import new_phrase
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.wire import rest

LOG = VerifierKey.of("hub.example/keylog", KeyKind.ED25519, b"l" * 32)
HONEST = rest.ServerInfo(
    "hub.example", "0", "open", b"f" * 32, b"e" * 32, b"i" * 32, 30, 1 << 20, 1, LOG.encode(), LOG.public, [], 0
)
LIES = [
    {"host": ""},
    {"host": "hub.example/u/x"},
    {"host": "HUB example\r\n"},
    {"host": "a" * 100_000},
    {"external_sender_public_key": b""},
    {"external_sender_public_key": b"e" * 31},
    {"franking_public_key": b"f" * 57},
    {"intake_public_key": b"i"},
    {"now_ms": -1},
    {"now_ms": 10**30},
    {"max_blob_bytes": -5},
]


@pytest.mark.parametrize("lie", LIES)
async def test_a_hub_that_cannot_name_itself_is_refused(lie: dict[str, object], tmp_path: Path) -> None:
    said = msgspec.json.encode(msgspec.to_builtins(HONEST) | {k: _json(v) for k, v in lie.items()})
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(body=said)

    app = web.Application()
    app.add_routes([web.route("*", "/{rest:.*}", answer)])
    server = TestServer(app)
    await server.start_server()
    base = str(server.make_url("")).rstrip("/")
    with pytest.raises(HubUnreachable) as caught:
        await register(tmp_path / "device", "invented", base, handle="alice_a", phrase=new_phrase(bytes))
    assert asked == ["/v1/server"], "nothing was told to this hub"
    assert not (tmp_path / "device").exists()
    assert len(str(caught.value)) < 1_000
    await server.close()


def _json(value: object) -> object:
    return msgspec.to_builtins(value)
