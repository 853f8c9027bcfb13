# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk signals`: several processes that count, where one is not enough."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from privity.desk import config as desk_config
from privity.desk.audit.beside import DEFAULT, Config, named
from privity.desk.counting_at import CountingAt
from privity.desk.errors import ConfigInvalid
from privity.desk.init import write_signals_key
from privity.desk.keys import read_key
from privity.desk.log_lines import log_to_stderr
from privity.desk.signals.driver import check_driver

if TYPE_CHECKING:
    from privity.desk.signals.running.postgres_store import Connected

MAKE_KEY = "privity desk signals make-key"

app = App(
    name="signals",
    help="Count in several processes, on a PostgreSQL database.\n\nExample: privity desk signals status",
    help_format="plaintext",
)


@app.command
def run(
    *,
    config: Config = DEFAULT,
    own: Annotated[int, Parameter(help="Partitions at a time.", validator=Number(gte=1, lte=256))] = 1,
) -> None:
    """Count until stopped: own partitions, and take those of others that died.

    Example: privity desk signals run --own 4
    """
    with named(), _stored(config) as (at, address):
        from privity.desk.signals.worker import Worker

        log_to_stderr()
        worker = Worker(address, read_key(at.key, made_by=MAKE_KEY), own, at.accounts)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop.set())
        worker.run()


@app.command
def status(*, config: Config = DEFAULT) -> None:
    """Say who counts what, how much waits, and what is wrong. Status 1 where something is.

    Example: privity desk signals status --config home/privity.toml
    """
    with named(), _stored(config) as (at, address):
        from privity.desk.signals.running.connecting import connected

        key = read_key(at.key, made_by=MAKE_KEY)
        with closing(connected(address, "status")) as db:
            wrong = _shown(db, key)
    for line in wrong:
        sys.stdout.write(f"wrong: {line}\n")
    if wrong:
        sys.exit(1)


@app.command(name="make-key")
def make_key(*, config: Config = DEFAULT) -> None:
    """Make the key under which everything in that database is sealed. Whoever counts needs a copy of it.

    Example: privity desk signals make-key --config home/privity.toml
    """
    with named():
        path = desk_config.load(config).signals.key
        write_signals_key(path)
    sys.stdout.write(f"{path.name} is made; give it to each machine that counts, and to nobody else\n")


@contextmanager
def _stored(config: Path) -> Iterator[tuple[CountingAt, str]]:
    at = desk_config.load(config).signals
    if at.store is None:
        raise ConfigInvalid("[desk.signals] names no store: the desk counts by itself")
    check_driver()
    yield at, at.store


def _shown(db: Connected, key: bytes) -> list[str]:
    """Print how it stands; what is wrong."""
    import os

    from privity.desk.signals.running import postgres_store as store
    from privity.desk.signals.running.sealing import Sealing
    from privity.desk.signals.running.told import Told

    wrong = []
    if store.is_superuser(db):
        wrong.append(
            "the role of signals.store may do everything on that server: make one that owns this database alone"
        )
    found = store.told(db) if store.is_there(db) else None
    if found is None:
        return [*wrong, "no desk has begun here: start `privity desk` with this configuration"]
    told = Told.opened(Sealing(key, os.urandom), found[1])
    sys.stdout.write(
        f"versions of rules: {len(told.versions)}; hits that wait for the desk: {store.hits_waiting(db)}\n"
    )
    sys.stdout.write("partition  counted   waiting  accounts  set aside\n")
    for partition, owned, waiting, accounts, aside in store.partitions(db):
        by = "yes" if owned else "no"
        sys.stdout.write(f"{partition:9}  {by:7}  {waiting:8,}  {accounts:8,}  {aside:9,}\n")
        if not owned:
            wrong.append(f"nobody counts partition {partition}: start `privity desk signals run`, or let one own more")
        if aside:
            wrong.append(
                f"{aside} observations of partition {partition} were set aside: its process says why in its log"
            )
    return wrong
