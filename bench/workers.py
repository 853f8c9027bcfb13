# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub of two workers for measuring, as on two machines: one PostgreSQL, one NATS server, a port for each worker."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from bench import hub, postgres
from bench.errors import CannotRun
from bench.hub import HubProcess, disk_folder, free_port
from bench.packages import installed
from bench.peers.peer import Start, started

SETTLE_S: Final = 6.0
"""Until rooms are shared out between the workers."""


@asynccontextmanager
async def running() -> AsyncIterator[HubProcess]:
    """Fresh, stopped, and its folder deleted, at the end. Raises CannotRun."""
    command = installed("nats-server", "nats-server")

    def prepare(folder: Path, port: int) -> Start:
        return Start((command, "-a", "127.0.0.1", "-p", str(port)), {})

    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(postgres.running())
        bus = await stack.enter_async_context(started(prepare))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder())))
        places = [f"127.0.0.1:{free_port()}" for _ in range(2)]
        config = await asyncio.to_thread(hub.init, folder, places[0], server)
        told = config.read_text().replace(
            "epoch_min_ms = 10", f'epoch_min_ms = 10\nbus = "nats://127.0.0.1:{bus.port}"'
        )
        if "bus = " not in told or places[0] not in told:
            raise CannotRun("privity.toml does not say where the hub listens")
        config.write_text(told)
        other = config.with_name("privity-1.toml")
        other.write_text(told.replace(places[0], places[1]))
        first = await stack.enter_async_context(hub.serving(config, places[0], "--workers", "1"))
        second = await stack.enter_async_context(hub.serving(other, places[1], "--workers", "1"))
        await asyncio.sleep(SETTLE_S)
        database = folder / "hub" / "hub.db"
        yield HubProcess(first, places[0], database, server, bus.pid, HubProcess(second, places[1], database))
