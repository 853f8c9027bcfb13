# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How often servers ask the disk to sync, counted by strace while they are at work and nothing is timed."""

from __future__ import annotations

import asyncio
import re
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import CannotRun
from bench.packages import installed

CALLS: Final = "fsync,fdatasync,msync,sync_file_range,sync,syncfs"
_CALL: Final = re.compile(rf"\b(?:{CALLS.replace(',', '|')})\(")
"""Of a call that another thread's interrupts, strace writes a second line, which has no bracket behind its name."""
ATTACH_S: Final = 10.0


@dataclass(slots=True)
class Counted:
    """`syncs` is known when nothing counts any more."""

    syncs: int = 0


@asynccontextmanager
async def counted(pids: Sequence[int]) -> AsyncIterator[Counted]:
    """Count those of these processes and of all their threads. Raises CannotRun."""
    strace = installed("strace", "strace")
    found = Counted()
    with tempfile.NamedTemporaryFile(prefix="privity-bench-") as kept:
        attached = [part for pid in pids for part in ("-p", str(pid))]
        child = await asyncio.create_subprocess_exec(
            *(strace, "-f", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", kept.name, *attached),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await _all_attached(child, pids)
            yield found
        finally:
            if child.returncode is None:
                child.send_signal(signal.SIGINT)  # it lets go of what it watches
            await child.communicate()
        found.syncs = len(_CALL.findall(Path(kept.name).read_text(errors="replace")))


async def _all_attached(child: asyncio.subprocess.Process, pids: Sequence[int]) -> None:
    assert child.stderr is not None
    waiting = {str(pid) for pid in pids}
    said = b""
    try:
        async with asyncio.timeout(ATTACH_S):
            while waiting and (line := await child.stderr.readline()):
                said += line
                if match := re.search(rb"Process (\d+) attached", line):
                    waiting.discard(match[1].decode())
    except TimeoutError:
        pass
    if waiting:
        raise CannotRun(
            f"strace cannot watch the server: {said.decode(errors='replace').strip()[-200:] or 'no answer'}"
        )
