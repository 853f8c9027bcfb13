# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub says of itself, which a new device pins: its name and its keys."""

from __future__ import annotations

import aiohttp

from privity.client.errors import HubUnreachable
from privity.client.net.connection import decode, exchange
from privity.identity.errors import BadUri
from privity.identity.uris import check_host
from privity.keylog.verify import LogKeys
from privity.tlog.errors import TlogError
from privity.tlog.quorum import LogPolicy, Witness
from privity.tlog.verifier_key import VerifierKey
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


def log_keys(info: rest.ServerInfo) -> LogKeys:
    """The key log that the hub names, and those it says watch it. Raises HubUnreachable for keys nobody can work with.

    Whom to believe is the person's decision; until they make it, this is the hub's word, pinned.
    """
    try:
        log = VerifierKey.decode(info.keylog_key)
        if log.name != f"{info.host}/keylog":
            raise HubUnreachable(f"the hub's key log is called {log.name}, expected {info.host}/keylog")
        witnesses = tuple(Witness(VerifierKey.decode(each.vkey), each.audits) for each in info.witnesses)
        policy = LogPolicy(log, witnesses, info.quorum)
    except TlogError as err:
        raise HubUnreachable(f"the hub's key log: {err}") from None
    if len(info.vrf_public_key) != KEY_BYTES:
        raise HubUnreachable(f"the hub's VRF key has {len(info.vrf_public_key)} bytes, expected {KEY_BYTES}")
    return LogKeys(policy, info.vrf_public_key)
