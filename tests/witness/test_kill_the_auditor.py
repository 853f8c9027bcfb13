# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 while an auditor keeps what it audits: whatever is cosigned can be shown, and it goes on where it was.

The witness is a process of its own that dies at a chosen step or a random moment, and comes back on the same folder.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import aiohttp
import pytest

from privity.faces.demo.processes import Process, free_port, privity
from privity.witness.config import FILE, WatchedLog
from privity.witness.state import origin_hash
from tests.keylog.memory_log import MemoryLog
from tests.waiting import wait_until
from tests.witness.keeping import numbers, shown, truth
from tests.witness.running import Clock, Feed, Running, feeding, grown, log_key, running_witness, set_up

KILLS = int(os.environ.get("PRIVITY_PROVE_AUDITOR_KILLS", "100"))
PAST_S = 1_700_000_000
"""Epochs are of a time that the process knows to be past."""
DYING = """
import os, signal, sys
from pathlib import Path
from privity.witness import kept, main, state
name, calls = sys.argv[2], int(sys.argv[3])
place = {"state": (state.StateFile, "write"), "row": (kept, "_digest"), "drop": (kept.KeptUpdates, "cosigned")}[name]
real = getattr(*place)
def counting(*arguments):
    global calls
    calls -= 1
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
setattr(*place, counting)
main.run(Path(sys.argv[1]))
"""


class Besieged:
    """A witness process on a folder, started and killed over and over."""

    def __init__(self, folder: Path, log: MemoryLog, feed: Feed) -> None:
        self.folder = folder / "w"
        self.own = set_up(self.folder, WatchedLog(log_key(log), feed.url))
        port, toml = free_port(), self.folder / FILE
        toml.write_text(toml.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        self.url = f"http://127.0.0.1:{port}"
        self.out = folder / "witness.out"

    def start(self, command: list[str]) -> Process:
        self.out.unlink(missing_ok=True)
        process = Process("witness", command, self.out)
        process.start()
        wait_until(lambda: '"started"' in self.out.read_text() or not process.running, "the witness")
        assert process.running, self.out.read_text()
        return process

    def running(self, session: aiohttp.ClientSession) -> Running:
        return Running(self.url, self.own, self.folder, session)


@pytest.mark.parametrize(
    ("place", "calls", "kept", "cosigned"),
    [
        ("row", 3, [0, 1], 0),  # in the middle of the third transaction
        ("state", 1, [0, 1, 2, 3, 4], 0),  # all is kept, nothing is cosigned
        ("drop", 2, [0, 1, 2, 3, 4], 5),  # the state is on the disk, the answer has not left
    ],
)
async def test_a_kill_at_any_step_leaves_what_was_cosigned_and_the_rest_to_be_audited_again(
    tmp_path: Path, place: str, calls: int, kept: list[int], cosigned: int
) -> None:
    log = grown(MemoryLog(), 5, PAST_S)
    async with feeding(log) as feed, aiohttp.ClientSession() as session:
        besieged = Besieged(tmp_path, log, feed)
        command = [sys.executable, "-c", DYING, str(besieged.folder), place, str(calls)]
        process = await asyncio.to_thread(besieged.start, command)
        with pytest.raises(aiohttp.ClientError):
            await besieged.running(session).add(log, 0)
        await asyncio.to_thread(wait_until, lambda: not process.running, "the kill")
        assert numbers(besieged.folder, log) == kept
        async with running_witness(besieged.folder, clock=Clock()) as w:
            assert await shown(w, log, 5) == [*truth(log)[:cosigned], *[None] * (5 - cosigned)]
            assert (await w.add(grown(log, 1, PAST_S), cosigned)).status == 200
            assert await shown(w, log, 6) == truth(log)


async def besiege(folder: Path, kills: int, seed: int) -> tuple[int, int]:
    """Returns how many kills met a request on its way, and how many epochs there were in the end."""
    random, log, broken_off = Random(seed), grown(MemoryLog(seed=seed), 1, PAST_S), 0
    async with feeding(log) as feed, aiohttp.ClientSession() as session:
        besieged = Besieged(folder, log, feed)
        w, path = besieged.running(session), f"/{origin_hash(log.origin)}/checkpoint"
        for _ in range(kills):
            process = await asyncio.to_thread(besieged.start, privity("witness", "serve", str(besieged.folder)))
            try:
                size = await checked(w, log, path)
                grown(log, random.randint(1, 30), PAST_S)
                adding = asyncio.create_task(w.add(log, size))
                await asyncio.wait({adding}, timeout=random.uniform(0.0, 0.15))
            finally:
                process.kill()
            with suppress(aiohttp.ClientError):
                await adding
                continue
            broken_off += 1
        process = await asyncio.to_thread(besieged.start, privity("witness", "serve", str(besieged.folder)))
        try:
            size = await checked(w, log, path)
            answer = await w.add(grown(log, 1, PAST_S), size)
            while answer.name == "CatchingUp":
                answer = await w.add(log, size)
            assert await checked(w, log, path) == log.size
        finally:
            process.kill()
    return broken_off, log.size


async def checked(w: Running, log: MemoryLog, path: str) -> int:
    """The size that is cosigned; every epoch below it is shown, and none beyond."""
    answer = await w.get(path)
    size = 0 if answer.status == 404 else int(answer.body.split(b"\n")[1])
    assert await shown(w, log, log.size + 1) == [*truth(log)[:size], *[None] * (log.size + 1 - size)]
    return size


async def test_a_killed_auditor_shows_all_that_it_cosigned(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    broken_off, epochs = await besiege(tmp_path, 3, seed=1)
    record_property("figures", {"kills": 3, "amid requests": broken_off, "epochs": epochs})


@pytest.mark.prove
async def test_an_auditor_killed_many_times_shows_all_that_it_cosigned(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    broken_off, epochs = await besiege(tmp_path, KILLS, seed=2)
    record_property("figures", {"kills": KILLS, "amid requests": broken_off, "epochs": epochs})
    assert broken_off > KILLS // 10, "the kills found nothing on its way"
