# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Syncs are counted where strace may watch, of all threads of all processes, and nothing else is."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from bench.errors import CannotRun
from bench.syncs import counted

SCRIPT = """
import os, sys, threading
kept = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
def sync():
    os.write(kept, b"x")
    os.fdatasync(kept)
for line in sys.stdin:
    thread = threading.Thread(target=sync)
    thread.start()
    thread.join()
    os.fsync(kept)
    os.write(kept, b"fsync(3)")
    print(flush=True)
"""


async def test_syncs_of_every_thread_count(tmp_path: Path) -> None:
    children = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SCRIPT, str(tmp_path / name)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for name in ("one", "other")
    ]
    try:
        for child in children:
            await _once(child)
        async with counted([child.pid for child in children]) as found:
            for child in (*children, children[0]):
                await _once(child)
        assert found.syncs == 6
        await _once(children[0])  # nobody watches it any more, and it lives
    except CannotRun as err:
        pytest.skip(f"missing: {err}")
    finally:
        for child in children:
            child.kill()
            await child.wait()


async def _once(child: asyncio.subprocess.Process) -> None:
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(b"\n")
    assert await asyncio.wait_for(child.stdout.readline(), 30) == b"\n"


async def test_a_process_that_is_gone_cannot_be_watched() -> None:
    child = await asyncio.create_subprocess_exec("true")
    await child.wait()
    with pytest.raises(CannotRun, match="strace"):
        async with counted([child.pid]):
            pass


async def test_without_strace_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bench.packages.shutil.which", lambda command, path: None)
    with pytest.raises(CannotRun, match="strace is not installed here: apt-get install strace"):
        async with counted([1]):
            pass
