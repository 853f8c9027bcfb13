# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a peer is: a server that may be installed here, a private process of it, and devices connected to that."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.clock import process_cpu_s
from bench.contest import Contender, Sizes
from bench.errors import CannotRun
from bench.hub import disk_folder, free_port

START_S: Final = 60.0
STOP_S: Final = 20.0
HOST: Final = "peer.example"
USER: Final = "nobody"
"""Servers refuse to run as root, and shall not."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`bar` is for what a 1:1 send costs us beside it."""

    name: str
    running: Callable[[Sizes], AbstractAsyncContextManager[Contender]]
    bar: str | None = None


@dataclass(frozen=True, slots=True)
class PeerProcess:
    """A peer that listens on loopback. It runs in one process."""

    pid: int
    port: int
    folder: Path
    """Where it keeps what it stores, until it is stopped."""

    def cpu_s(self) -> float:
        """What the process has used so far."""
        return process_cpu_s(self.pid)


@dataclass(frozen=True, slots=True)
class Start:
    """How a peer is started once its folder is prepared."""

    command: Sequence[str]
    environment: Mapping[str, str]


@asynccontextmanager
async def started(prepare: Callable[[Path, int], Start], *, given_away: bool = True) -> AsyncIterator[PeerProcess]:
    """Run a peer on a free port in a folder of its own on a disk; both are gone at the end. Raises CannotRun.

    Where root measures, USER runs it, unless it is not `given_away`.
    """
    with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as name:
        folder, port = Path(name), free_port()
        start = prepare(folder, port)
        owner = _give(folder) if given_away else None
        user, group, groups = (None, None, None) if owner is None else (owner.pw_uid, owner.pw_gid, ())
        with (folder / "said").open("wb") as said:
            child = subprocess.Popen(
                start.command,
                cwd=folder,
                env={"PATH": os.defpath, "HOME": name, "LANG": "C.UTF-8", **start.environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=groups,
            )
        try:
            await _listening(child, port, folder / "said")
            yield PeerProcess(child.pid, port, folder)
        finally:
            await asyncio.to_thread(_stop, child)


def _give(folder: Path) -> pwd.struct_passwd | None:
    """Root gives the folder to USER, who then runs the peer; anybody else keeps it and runs it (None)."""
    if os.geteuid() != 0:
        return None
    try:
        owner = pwd.getpwnam(USER)
    except KeyError:
        raise CannotRun(f"root measures, and there is no user {USER} to run a peer as") from None
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    return owner


async def _listening(child: subprocess.Popen[bytes], port: int, said: Path) -> None:
    try:
        async with asyncio.timeout(START_S):
            while child.poll() is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise CannotRun(f"the peer did not listen within {START_S:.0f} s: {_tail(said)}") from None
    raise CannotRun(f"the peer ended at its start: {_tail(said)}")


def _tail(said: Path) -> str:
    return said.read_text(errors="replace").strip()[-300:]


def _stop(child: subprocess.Popen[bytes]) -> None:
    """The whole group that was started, which nobody else is in."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
            child.wait(STOP_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
