# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A dead connection must not look like a listening device for long: whoever says nothing is asked, and then let go of.

One timer for all connections, a few at a time: neither timers of their own nor everybody in one moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from privity.server.delivery.connection import Connection

ROUND_S: Final = 15.0
"""How often each connection's turn comes. Silence is asked about after 15 to 30 seconds, and ends it 15 later."""
TURNS: Final = 15
"""In so many parts a round goes over all connections."""


class Heartbeat:
    """Goes over the connections as long as there are any."""

    __slots__ = ("_connections", "_each", "_left", "_timer", "_turn")

    def __init__(self, connections: Callable[[], list[Connection]]) -> None:
        self._connections = connections
        self._left: list[Connection] = []
        self._each = 0
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None

    def keep(self) -> None:
        """Begin, unless it runs already: somebody has connected."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(ROUND_S / TURNS, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        if self._turn == 0:
            self._left = self._connections()
            self._each = -(-len(self._left) // TURNS)
            if not self._left:
                return
        self._turn = (self._turn + 1) % TURNS
        for _ in range(min(self._each, len(self._left))):
            connection = self._left.pop()
            if not connection.closed:
                connection.beat()
        self.keep()
