# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ways to run a hub that are measured: on a file, on PostgreSQL, and as two workers over the bus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench import hub, postgres, workers
from bench.format import Goal
from bench.hub import HubProcess


@dataclass(frozen=True, slots=True)
class Way:
    """`name` ends the names of its rows; that of the first way is empty."""

    name: str
    running: Callable[[], AbstractAsyncContextManager[HubProcess]]

    def goal(self, goal: Goal) -> Goal:
        """The same row of this way, with the same bar."""
        return Goal(f"{goal.name}, {self.name}", goal.unit, goal.bar) if self.name else goal


@asynccontextmanager
async def _on_postgresql() -> AsyncIterator[HubProcess]:
    async with postgres.running() as server, hub.running(postgres=server) as process:
        yield process


ON_A_FILE: Final = Way("", hub.running)
ON_POSTGRESQL: Final = Way("on PostgreSQL", _on_postgresql)
TWO_WORKERS: Final = Way("two workers over the bus", workers.running)
WAYS: Final = (ON_A_FILE, ON_POSTGRESQL, TWO_WORKERS)
