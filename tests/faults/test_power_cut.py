# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The machine loses power: writes that were not synced are gone. What was acknowledged was synced before.

The hub runs with a library that keeps, beside each file of its database, what of it was synced. After a kill -9 those
copies take the place of the files. A second hub that does not sync shows that the test would notice.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.attacks.people import places
from tests.faults.town import Town, all_said, missing, town, until

SOURCE = Path(__file__).with_name("power_cut.c")
CUTS = int(os.environ.get("PRIVITY_PROVE_POWER_CUTS", "25"))
BLOCK = 4096
NO_SYNC = """
import sys
from privity.server.db import sqlite
connect = sqlite.connect
def careless(*given, **more):
    db = connect(*given, **more)
    db.execute("PRAGMA synchronous = OFF")
    return db
sqlite.connect = careless
from privity.cli import main
main()
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        missing("cc", "Linux and a C compiler: writes are watched by a library that is loaded before others")
    made = tmp_path_factory.mktemp("library") / "power_cut.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SOURCE, "-ldl", "-lpthread"], check=True)
    return made


def watched(folder: Path, library: Path) -> dict[str, str]:
    """What makes the hub's process keep the copies."""
    copies = folder / "synced"
    copies.mkdir()
    database = folder / "hub" / "hub.db"
    return {"LD_PRELOAD": str(library), "POWER_CUT_FILES": str(database), "POWER_CUT_COPIES": str(copies)}


def without_power(here: Town, chance: Random | None) -> int:
    """Kill the hub; its files are what was synced. With `chance`, each block that was not may have come through, or
    not, on its own. Returns in how many blocks the two differ."""
    here.hub.kill()
    differing = 0
    for synced in (here.folder / "synced").iterdir():
        file = here.database.with_name(synced.name)
        kept, written = synced.read_bytes(), file.read_bytes() if file.exists() else b""
        blocks = []
        for at in range(0, max(len(kept), len(written)), BLOCK):
            safe, risked = kept[at : at + BLOCK], written[at : at + BLOCK]
            differing += safe != risked
            blocks.append(risked if chance is not None and chance.random() < 0.5 else safe)
            if len(blocks[-1]) < BLOCK:
                break
        file.write_bytes(b"".join(blocks))
    for left in here.database.parent.glob("hub.db-shm"):
        left.unlink()
    return differing


async def one_cut(here: Town, chance: Random, *, torn: bool) -> int:
    """Everybody talks, and the power goes amid it; returns how many blocks were on their way."""
    said = here.talk(4)
    await asyncio.wait(said, timeout=chance.uniform(0, 0.2))
    differing = without_power(here, chance if torn else None)
    await here.start()
    await all_said(said)
    return differing


async def cuts(folder: Path, library: Path, count: int, seed: int) -> int:
    chance = Random(seed)
    differing = 0
    async with town(folder, "anna", "bert", environment=watched(folder, library)) as here:
        for number in range(count):
            differing += await one_cut(here, chance, torn=number % 2 == 1)
        await here.check()
    return differing


def test_what_was_acknowledged_survives_when_all_that_was_not_synced_is_lost(tmp_path: Path, library: Path) -> None:
    asyncio.run(cuts(tmp_path, library, 2, seed=1))


@pytest.mark.prove
def test_what_was_acknowledged_survives_many_power_cuts(tmp_path: Path, library: Path) -> None:
    assert asyncio.run(cuts(tmp_path, library, CUTS, seed=2)) > 0, "no cut found anything on its way"


def test_a_hub_that_does_not_sync_loses_what_it_acknowledged(tmp_path: Path, library: Path) -> None:
    """The test above can fail."""

    def careless(command: list[str]) -> list[str]:
        return [command[0], "-c", NO_SYNC, *command[3:]]

    async def run() -> None:
        async with town(tmp_path, "anna", "bert", environment=watched(tmp_path, library), wrap=careless) as here:
            await all_said(here.talk(3))
            room, bert = here.room, here.devices["bert"]
            await until(lambda: len(places(bert, room)) == 6, "everything to be read")
            assert here.in_log(room) == 6
            assert without_power(here, None) > 0
            with suppress(sqlite3.Error):  # the schema itself was never synced
                assert here.in_log(room) < 6

    asyncio.run(run())
