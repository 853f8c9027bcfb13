# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL for measuring: a private one of Debian's, with its own settings, on a disk and on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.clock import family_cpu_s
from bench.errors import CannotRun
from bench.peers.peer import Start, started

LIBRARY: Final = Path("/usr/lib/postgresql")
USER: Final = "privity"
SCRIPT: Final = """
{bin}/initdb -D data -U {user} -A trust -E UTF8 --locale=C > made.txt &&
exec {bin}/postgres -D data -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=
"""


@dataclass(frozen=True, slots=True)
class PostgresProcess:
    """A server that listens."""

    pid: int
    url: str

    def cpu_s(self) -> float:
        """What all of its processes that run now have used so far. Those of a hub stay as long as the hub does."""
        return family_cpu_s(self.pid)


@asynccontextmanager
async def running() -> AsyncIterator[PostgresProcess]:
    """A fresh server, stopped, and its folder deleted, at the end. Raises CannotRun."""
    found = sorted(LIBRARY.glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not found:
        raise CannotRun("PostgreSQL is not installed here: apt-get install postgresql")

    def prepare(folder: Path, port: int) -> Start:
        return Start(("/bin/sh", "-c", SCRIPT.format(bin=found[-1], user=USER, port=port)), {})

    async with started(prepare) as process:
        yield PostgresProcess(process.pid, f"postgresql://{USER}@127.0.0.1:{process.port}/postgres")
