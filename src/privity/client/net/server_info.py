# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub says of itself, which a new device pins: its name and its keys."""

from __future__ import annotations

import aiohttp

from privity.client.errors import HubUnreachable
from privity.client.net.connection import decode, exchange
from privity.identity.errors import BadUri
from privity.identity.uris import check_host
from privity.wire import rest

KEY_BYTES = 32
"""Ed25519 and X25519 public keys."""


async def server_info(http: aiohttp.ClientSession, base: str) -> rest.ServerInfo:
    """Ask the hub at this address. Raises HubUnreachable for a name or a key that no device can work with."""
    info = decode(await exchange(http, "GET", f"{base}/v1/server", b"", {}), rest.ServerInfo)
    try:
        check_host(info.host)
    except BadUri as err:
        raise HubUnreachable(f"the hub's name for itself: {err}") from None
    for name, key in (
        ("external sender", info.external_sender_public_key),
        ("franking", info.franking_public_key),
        ("intake", info.intake_public_key),
    ):
        if key is not None and len(key) != KEY_BYTES:
            raise HubUnreachable(f"the hub's {name} key has {len(key)} bytes, expected {KEY_BYTES}")
    return info
