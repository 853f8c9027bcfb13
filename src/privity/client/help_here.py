# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Help for whoever has just reported something, with what their own server names, asked for in the same moment.

The question says nothing of the reason: it is the one that every device asks about its server.
"""

from __future__ import annotations

import asyncio
from typing import Final

from privity.client.errors import HubUnreachable
from privity.client.helping import Help, help_for
from privity.client.host import Host
from privity.client.net.connection import decode
from privity.message.report import Reason
from privity.wire.errors import Refusal
from privity.wire.rest import ServerInfo

PATIENCE_S: Final = 3.0
"""Nobody waits longer for more than what the program knows by itself."""


async def help_here(host: Host, reason: Reason) -> tuple[Help, ...]:
    """Never raises for a server that does not answer, or answers nonsense: then it names nothing."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            said = await host.connected().request("GET", "/v1/server", b"", "application/json")
        return help_for(reason, decode(said, ServerInfo).help)
    except (HubUnreachable, Refusal, TimeoutError):
        return help_for(reason)
