# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Killing a hub over and over while people talk: what was acknowledged and is gone, or came twice.

The runs are those of the attacks: on a file `tests/attacks/test_kill_the_hub.py`, where a device is killed, too, and
which also checks order and message keys; in the other ways `tests/faults`. Their stores are where the attacks put them:
a process that is killed leaves what the system has taken to be written, so that it need not be a disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import disk_folder
from bench.packages import installed
from bench.postgres import LIBRARY
from bench.ways import ON_A_FILE, ON_POSTGRESQL, TWO_WORKERS, Way

if TYPE_CHECKING:  # the attacks need what tests need
    from tests.postgres import Postgres

SENDS_A_KILL: Final = 100
SEED: Final = 8


async def rows(kills: int, way: Way = ON_A_FILE) -> list[Row]:
    """The run stops at the first loss, so that a loss counts as one."""
    who, what, run = RUNS[way.name]
    lost = Goal(f"acknowledged messages lost or doubled in {kills} kill -9 of {who}", "messages", "ours <= 0")
    shown = Goal(f"{what}, {kills} kills of {who}", "messages" if way is ON_A_FILE else "kills")
    try:
        with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as folder:
            number = await run(Path(folder), kills)
    except AssertionError:
        return [lost.row(1), shown.skipped("the run ended at a loss")]
    except (ImportError, TimeoutError, CannotRun, OSError) as err:
        return [goal.skipped(f"{type(err).__name__}: {err}") for goal in (lost, shown)]
    return [lost.row(0), shown.row(float(number))]


async def _on_a_file(folder: Path, kills: int) -> int:
    from tests.attacks.test_kill_the_hub import run

    house = await run(folder, kills, kills * SENDS_A_KILL, SEED)
    return int(house.figures["messages shown"])


async def _on_postgresql(folder: Path, kills: int) -> int:
    from tests.faults.test_database_gone import kills_of_the_hub

    with _server() as server:
        return await kills_of_the_hub(folder, server, kills, SEED)


async def _of_workers(folder: Path, kills: int) -> int:
    from tests.faults.test_two_workers import a_worker_is_killed, faults

    installed("nats-server", "nats-server")
    with _server() as server:
        _, caught = await faults(folder, server, [a_worker_is_killed] * kills, SEED)
    return caught


@contextmanager
def _server() -> Iterator[Postgres]:
    from tests.postgres import Postgres

    if not list(LIBRARY.glob("*/bin")):
        raise CannotRun("PostgreSQL is not installed here: apt-get install postgresql")
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.stop()


CAUGHT: Final = "kills that found messages on their way"
RUNS: Final[dict[str, tuple[str, str, Callable[[Path, int], Awaitable[int]]]]] = {
    ON_A_FILE.name: ("hub and device", "messages shown to devices and checked", _on_a_file),
    ON_POSTGRESQL.name: ("the hub, on PostgreSQL", CAUGHT, _on_postgresql),
    TWO_WORKERS.name: ("one of two workers over the bus", CAUGHT, _of_workers),
}
"""Who is killed, what is counted, and how."""
