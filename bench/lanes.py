# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the exclusive lane of several workers ends: what is no message is written by one of them at a time (ADR 34).

`make bench-lanes BENCH_ARGS="--quick"`: so many processes over one PostgreSQL, each with the same small write under way
many times at once, in the lane that excludes all others and in the one that batches of messages share.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench import postgres
from bench.format import Goal, commit_of, show
from bench.hub import disk_folder
from privity.server.config import HubConfig, HubSection, check
from privity.server.db.database import Database, Tx
from privity.server.db.open import open_database

AT_ONCE: Final = 64
"""Writes of one process that are under way: a full transaction."""
SECONDS: Final = 10.0
WORKERS: Final = (1, 2, 4)
LANES: Final = ("exclusive", "shared")


def config_of(store: str, folder: Path) -> HubConfig:
    return check(HubSection("hub.example", store=store, bus="nats://127.0.0.1:1"), folder)


async def work(db: Database, lane: str, seconds: float) -> int:
    """How many writes one process got done."""
    write = db.write if lane == "exclusive" else db.write_rooms
    until, done = time.monotonic() + seconds, 0

    def add(tx: Tx) -> None:
        tx.execute("INSERT INTO staff_nonce (nonce, time_ms) VALUES (?, ?)", (secrets.token_bytes(16), 0))

    async def forever() -> None:
        nonlocal done
        while time.monotonic() < until:
            await write(add)
            done += 1

    await asyncio.gather(*(forever() for _ in range(AT_ONCE)))
    return done


async def child(store: str, folder: Path, lane: str, seconds: float) -> None:
    """One worker: begins when it is told to, says what it did."""
    db = open_database(config_of(store, folder), secrets.token_hex(8))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(await work(db, lane, seconds), flush=True)
    await db.close()


def measure(store: str, folder: Path, lane: str, workers: int, seconds: float) -> float:
    """Writes a second of all together."""
    command = [sys.executable, "-m", "bench.lanes", "--child", store, str(folder), lane, str(seconds)]
    children = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=os.environ) for _ in range(workers)]
    pipes = [(one.stdin, one.stdout) for one in children]
    total = 0
    for _, out in pipes:
        assert out is not None
        out.readline()
    for into, _ in pipes:
        assert into is not None
        into.write("go\n")
        into.flush()
    for one in children:
        said, _ = one.communicate()
        total += int(said)
    return total / seconds


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.lanes", description="The lanes of several workers.")
    parser.add_argument("--quick", action="store_true", help="two seconds each")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    found = parser.parse_args()
    if found.child:
        store, folder, lane, seconds = found.child
        await child(store, Path(folder), lane, float(seconds))
        return
    rows = []
    async with postgres.running() as server:
        with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as name:
            folder = Path(name)
            config = config_of(server.url, folder)
            config.data.mkdir(parents=True)
            await open_database(config, "first").close()
            seconds = 2.0 if found.quick else SECONDS
            for workers in WORKERS:
                for lane in LANES:
                    rate = await asyncio.to_thread(measure, server.url, folder, lane, workers, seconds)
                    rows.append(Goal(f"small writes in the {lane} lane, {workers} workers", "per_s").row(rate))
    show("lanes", commit_of(Path(__file__).parent), not found.quick, rows)


if __name__ == "__main__":
    asyncio.run(main())
