# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity continue-log` as it is run: what it says, what a kill in between leaves, and a log larger than memory."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from privity.keylog.audit import make_update
from privity.keylog.commitment import stamp
from privity.keylog.entry import Entry
from privity.keylog.labels import server_label, vrf_input
from privity.keylog.prefix_tree import insert
from privity.keylog.vrf import vrf_output
from privity.server import commands
from privity.server.config import HubConfig
from privity.server.errors import AlreadyRunning
from privity.server.keys import open_keys
from privity.server.main import continue_log, held
from privity.tlog.tree import Frontier, leaf_hash
from tests import stores
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST, NOW_MS
from tests.server.keylog.hubs import fresh
from tests.server.keylog.losing import (
    TREES,
    Keeper,
    keeping,
    lost_after,
    newest,
    registering,
    rows,
    signed,
    take_back,
    updates,
)

EPOCHS = int(os.environ.get("PRIVITY_PROVE_CONTINUED_EPOCHS", "10000"))
LEAVES = int(os.environ.get("PRIVITY_PROVE_CONTINUED_LEAVES", "10"))
COMMAND = "import sys; from pathlib import Path; from privity.server.commands import continue_log\n"
COMMAND += "continue_log(config=Path(sys.argv[1]))"


def written(checked: HubConfig, keeper: Keeper) -> Path:
    """privity.toml with the witness in it."""
    path = checked.data.parent / "privity.toml"
    section = f'quorum = 1\n[[hub.witness]]\nkey = "{keeper.key.encode()}"\nurl = "{keeper.url}"\naudits = true\n'
    path.write_text(path.read_text() + section)
    return path


async def ended(path: Path, first: str, limit_s: float = 60.0) -> int:
    """The status of `privity continue-log` as a process of its own, after these statements."""
    arguments = [sys.executable, "-c", f"{first}\n{COMMAND}", str(path)]
    return (await asyncio.to_thread(subprocess.run, arguments, timeout=limit_s, check=False)).returncode


KILL = "import os, signal; die = lambda: os.kill(os.getpid(), signal.SIGKILL)"
CLOSE = (
    "from privity.server.db import postgres\npostgres.PostgresDatabase.close"
    if stores.POSTGRESQL
    else "from privity.server.db import sqlite\nsqlite.SqliteDatabase.close"
)
POINTS = {
    "amid the audit": f"{KILL}\nfrom privity.server.keylog import regained\nregained.Spool.put = lambda *given: die()",
    "amid the writing": (
        f"{KILL}\nfrom privity.server.keylog import store\nput = store.add_entry\n"
        "store.add_entry = lambda tx, index, *more: die() if index == 3 else put(tx, index, *more)"
    ),
    "before the end of the transaction": (
        f"{KILL}\nfrom privity.server.keylog import continuing\ncontinuing._Writing._check = lambda *given: die()"
    ),
    "after the transaction": f"{KILL}\n{CLOSE} = lambda *given: die()",
}


async def test_kill_9_anywhere_leaves_all_or_nothing_and_the_command_is_run_again(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice", "bobby", "carol"))
        path = written(checked, keeper)
        before = rows(checked)
        for point, first in POINTS.items():
            stores.put_back(checked, before)
            assert await ended(path, first) == -signal.SIGKILL
            if point == "after the transaction":
                assert rows(checked, *TREES) == rows(newest(checked), *TREES)
            else:
                assert rows(checked) == before
            done = await take_back(checked, [keeper.at()], clock)
            assert done.epochs == (0 if point == "after the transaction" else 3)
            assert rows(checked, *TREES) == rows(newest(checked), *TREES)
            assert not [name for name in checked.data.iterdir() if name.name.startswith("tmp")]


async def test_the_command_says_what_it_did_and_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice", "bobby"))
        path = written(checked, keeper)
        await asyncio.to_thread(commands.continue_log, config=path)
        said = capsys.readouterr()
        assert said.err == f"next: privity serve --config {path}\n"
        assert said.out == (
            "2 epochs taken back, 2 leaves whose values are lost;"
            " the devices of their owners bring them back by themselves\n"
        )
        await asyncio.to_thread(commands.continue_log, config=path)
        said = capsys.readouterr()
        assert said.out == "nothing to take back: the database has all 3 entries that anybody has seen\n"
        keeper.newest = signed(checked, 9, b"r" * 32)
        with pytest.raises(SystemExit, match="privity: CannotContinue: no auditor has an epoch 3"):
            await asyncio.to_thread(commands.continue_log, config=path)
        assert capsys.readouterr().out == ""


async def test_a_hub_that_runs_is_not_touched(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice"))
        with held(checked.data / "hub.lock"), pytest.raises(AlreadyRunning, match="stop it first"):
            continue_log(written(checked, keeper), lambda what, done, total: None)


async def test_a_log_that_lost_more_than_one_batch_takes_it_back(tmp_path: Path) -> None:
    first = "from privity.server.keylog import continuing\ncontinuing.BATCH_LEAVES = 99\ncontinuing.BATCH_EPOCHS = 70"
    await many_epochs(tmp_path, 150, 5, seed=1, first=first)


@pytest.mark.prove
async def test_ten_thousand_lost_epochs_are_taken_back(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    figures = await many_epochs(tmp_path, EPOCHS, LEAVES, seed=2)
    record_property("figures", figures)


async def many_epochs(folder: Path, epochs: int, leaves: int, *, seed: int, first: str = "") -> dict[str, float]:
    """The command in a process of its own, after these statements: from no database at all to so many epochs."""
    checked, chance = fresh(folder), Random(seed)
    keys = open_keys(checked.keys)
    nodes: dict[bytes, bytes] = {}
    frontier = Frontier(0, ())
    async with keeping() as keeper:
        path = written(checked, keeper)
        for epoch in range(epochs):
            added = sorted((chance.randbytes(32), chance.randbytes(32)) for _ in range(leaves))
            if epoch == 0:
                added = [(vrf_output(keys.vrf, vrf_input(server_label(HOST), 0)), bytes(32))]
            at_ms = NOW_MS + epoch
            keeper.updates.append(make_update(nodes, at_ms, added).encode())
            inserted = insert(nodes, [(out, stamp(commitment, epoch)) for out, commitment in added])
            nodes.update(inserted.changes)
            frontier = frontier.append(leaf_hash(Entry(at_ms, inserted.root).encode()))
        keeper.newest = signed(checked, epochs, frontier.root())
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert await ended(path, first, 60.0 + epochs / 50) == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    written_nodes = rows(checked, "kl_prefix_node")["kl_prefix_node"]
    assert dict(written_nodes) == nodes
    assert len(rows(checked, "kl_lost")["kl_lost"]) == 1 + (epochs - 1) * leaves
    assert updates(checked) == keeper.updates
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"epochs": epochs, "leaves": leaves, "cpu s": round(cpu_s, 1), "peak MiB": after.ru_maxrss // 1024}
