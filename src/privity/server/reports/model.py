# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A sealed report as the hub holds it until the desk has it, and how the desk's request waits for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from privity.wire.staff import NOTICE_PREFIX, Source


@dataclass(frozen=True, slots=True)
class SealedReport:
    reporter_uri: str
    received_ms: int
    receipt: str
    sealed: bytes

    @property
    def source(self) -> Source:
        return Source.PUBLIC if self.reporter_uri.startswith(NOTICE_PREFIX) else Source.USER


class Arrivals:
    """One for each hub: wakes whoever waits for reports. Used on the event loop only."""

    __slots__ = ("_came", "_stopped", "count", "on_arrived", "waiting")

    def __init__(self) -> None:
        self._came = asyncio.Event()
        self._stopped = False
        self.count = 0
        """How many came in this process. Whoever looks takes it before looking, so that nothing is missed."""
        self.waiting = 0
        """How many wait now."""
        self.on_arrived: Callable[[], None] | None = None
        """Called with `arrived`: the desk may wait at another worker of the hub."""

    def arrived(self) -> None:
        """One came."""
        self.hear()
        if self.on_arrived is not None:
            self.on_arrived()

    def hear(self) -> None:
        """`arrived`, where another worker said so."""
        self.count += 1
        self._wake()

    @property
    def stopped(self) -> bool:
        """Whether waiting is over for good."""
        return self._stopped

    def stop(self) -> None:
        """The hub ends: nobody waits any more."""
        self._stopped = True
        self._wake()

    async def later_than(self, count: int, timeout_s: float) -> None:
        """Wait until more have come than this, at most so long."""
        if self.count > count or self._stopped:
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(timeout_s):
                await self._came.wait()
        except TimeoutError:
            return
        finally:
            self.waiting -= 1

    def _wake(self) -> None:
        self._came.set()
        self._came = asyncio.Event()
