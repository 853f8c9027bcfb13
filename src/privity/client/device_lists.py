# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking the hub for somebody's devices: what comes is verified, and pinned."""

from __future__ import annotations

from privity.client.engine import inputs
from privity.client.errors import ClientError
from privity.client.host import Host
from privity.identity.device_list import DeviceList


async def fetch_list(host: Host, user_uri: str) -> DeviceList:
    """The newest device list of a user. Raises Refusal, HubUnreachable, a LogError."""
    found = await host.do(lambda n: inputs.FetchDevices(n, user_uri))
    if not isinstance(found, DeviceList):
        raise ClientError("the engine finished a fetch without a device list")
    return found
