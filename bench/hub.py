# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real hub for measuring: `privity init` in a temporary folder, registration open, `privity serve` as a child."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.clock import family, family_cpu_s, process_cpu_s
from bench.errors import CannotRun

if TYPE_CHECKING:  # it starts its process as peers do, and they use this module
    from bench.postgres import PostgresProcess

START_S: Final = 30.0
STOP_S: Final = 20.0
PRIVITY: Final = (sys.executable, "-m", "privity.cli")
HOST: Final = "hub.example"
IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
"""File systems on which nothing is durable, so that a durable send would be measured too cheap."""
BUILD: Final = Path(__file__).resolve().parents[1] / "build"


@dataclass(frozen=True, slots=True)
class HubProcess:
    """A hub that listens. Its limits are the ones of every hub."""

    pid: int
    listen: str
    database: Path
    """Its file, when it is one."""
    postgres: PostgresProcess | None = None
    """Where its database is, when that is no file."""
    bus_pid: int | None = None
    """What its workers tell each other goes through this process."""
    second: HubProcess | None = None
    """Another worker of the same hub, as on another machine."""

    @property
    def urls(self) -> list[str]:
        """Of all workers."""
        return [self.url, *([] if self.second is None else self.second.urls)]

    @property
    def url(self) -> str:
        return f"http://{self.listen}"

    def pids(self) -> list[int]:
        """Of all its processes that run now; its PostgreSQL, its bus and its second worker included."""
        return [
            *self._own_pids(),
            *([] if self.postgres is None else family(self.postgres.pid)),
            *([] if self.bus_pid is None else [self.bus_pid]),
        ]

    def _own_pids(self) -> list[int]:
        return [*family(self.pid), *([] if self.second is None else self.second._own_pids())]

    def cpu_s(self) -> float:
        """What all of them have used so far."""
        return (
            family_cpu_s(self.pid)
            + (0.0 if self.postgres is None else self.postgres.cpu_s())
            + (0.0 if self.bus_pid is None else process_cpu_s(self.bus_pid))
            + (0.0 if self.second is None else self.second.cpu_s())
        )

    def stored_bytes(self) -> int:
        """The database as it lies on the disk, what waits in its log to be moved into it included."""
        log = self.database.with_name(f"{self.database.name}-wal")
        return self.database.stat().st_size + log.stat().st_size

    def written_bytes(self) -> int:
        """What the process has had written to disks so far."""
        lines = Path(f"/proc/{self.pid}/io").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])

    def memory_kb(self) -> float:
        """What the hub's own processes hold in memory now, in thousands of bytes."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self._own_pids())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1000


def _nothing(config: Path) -> None:
    """The database stays as `privity init` leaves it."""


@asynccontextmanager
async def running(
    prepare: Callable[[Path], None] = _nothing, postgres: PostgresProcess | None = None
) -> AsyncIterator[HubProcess]:
    """A fresh hub, stopped, and its folder deleted, at the end. Raises CannotRun.

    Its database, a file or the whole of `postgres`, is empty but for what `prepare` does to it, which is given the path
    of its privity.toml.
    """
    with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as folder:
        listen = f"127.0.0.1:{free_port()}"
        config = await asyncio.to_thread(init, Path(folder), listen, postgres)
        await asyncio.to_thread(prepare, config)
        async with serving(config, listen) as pid:
            yield HubProcess(pid, listen, Path(folder) / "hub" / "hub.db", postgres)


@asynccontextmanager
async def serving(config: Path, listen: str, *more: str) -> AsyncIterator[int]:
    """`privity serve` as a child, which is stopped at the end; its pid. Raises CannotRun."""
    child = await asyncio.create_subprocess_exec(
        *PRIVITY, "serve", "--config", str(config), *more, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        await _listening(child, listen)
        yield child.pid
    finally:
        await _stop(child)


def disk_folder() -> Path:
    """Where temporary folders are on a disk: the usual place, or the checkout's `build`. Raises CannotRun."""
    BUILD.mkdir(exist_ok=True)
    for folder in (Path(tempfile.gettempdir()), BUILD):
        if file_system(folder, Path("/proc/self/mounts").read_text()) not in IN_MEMORY:
            return folder
    raise CannotRun("temporary files and the checkout are in memory: set TMPDIR to a folder on a disk")


def file_system(folder: Path, mounts: str) -> str:
    """The type of the file system that holds a folder, by the kernel's table of mounts (the last match wins)."""
    kinds = {}
    for line in mounts.splitlines():
        _, where, kind, *_ = line.split()
        kinds[where] = kind
    own = folder.resolve()
    return next((kinds[str(place)] for place in (own, *own.parents) if str(place) in kinds), "unknown")


def init(folder: Path, listen: str, postgres: PostgresProcess | None) -> Path:
    """`privity init` with registration open; the path of its privity.toml. Raises CannotRun."""
    store = [] if postgres is None else ["--store", postgres.url]
    command = [*PRIVITY, "init", str(folder), "--host", HOST, "--listen", listen, *store]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_S)
    except subprocess.TimeoutExpired:
        raise CannotRun(f"privity init did not end within {START_S:.0f} s") from None
    if done.returncode != 0:
        raise CannotRun(f"privity init failed: {done.stderr.strip()}")
    config = folder / "privity.toml"
    before = config.read_text()
    after = before.replace('registration = "invite"', 'registration = "open"\nepoch_min_ms = 10')
    if after == before:
        raise CannotRun("privity.toml has no line that says how to register")
    config.write_text(after)
    return config


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _listening(child: asyncio.subprocess.Process, listen: str) -> None:
    address, _, port = listen.rpartition(":")
    try:
        async with asyncio.timeout(START_S):
            while child.returncode is None:
                try:
                    _, writer = await asyncio.open_connection(address, int(port))
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise CannotRun(f"the hub did not listen within {START_S:.0f} s") from None
    said = b"" if child.stderr is None else await child.stderr.read()
    raise CannotRun(f"the hub ended at its start: {said.decode(errors='replace').strip()[-300:]}")


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_S)
    except TimeoutError:
        child.kill()
        await child.wait()
