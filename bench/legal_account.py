# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What it costs to collect and package one account with all that can be there: every table as full as can be."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pyrage
from tests.desk.legal.casework import Casework
from tests.desk.legal.collecting.collectors import Desk
from tests.production.scene import FACTS, Scene
from tests.server.collecting.filled import SINCE, UNTIL, Somebody, fill_in
from tests.server.core.people import HOST

from bench.errors import CannotRun
from bench.format import Goal
from bench.hub import disk_folder
from privity.desk.legal.collecting import service as collecting
from privity.desk.legal.collecting.loop import Collecting
from privity.desk.legal.collecting.model import Collection
from privity.identity.uris import new_client_uri, new_user_uri
from privity.production import archive, building
from privity.production.building import Contents, Package
from privity.production.classes import Releasable
from privity.production.model import Answered, Facts, Kind, Released
from privity.server import config, keys
from privity.server.accounts import closed
from privity.server.collecting import service as hub_collecting
from privity.server.context import HubContext, NoDeviceHooks
from privity.server.db.open import open_database
from privity.server.db.sqlite import SqliteTx, connect
from privity.server.limits import Limits
from privity.server.sessions.model import Sessions
from privity.wire.collect import MAX_ROWS, Collect, Collected

SEED: Final = 11


@dataclass(frozen=True, slots=True)
class Sizes:
    rows: int
    """In every table that can be about the person, as far as it can have more than one of a person."""
    reports: int


FULL: Final = Sizes(MAX_ROWS, 500)
QUICK: Final = Sizes(300, 10)


def goals(sizes: Sizes) -> tuple[Goal, ...]:
    name = f"an account with up to {sizes.rows:,} rows a table and {sizes.reports:,} reported messages"
    return (
        Goal(f"{name}: collected, packaged and encrypted", "s", "ours < 300"),
        Goal(f"{name}: of that asking the hub and sealing the snapshot", "s"),
        Goal(f"{name}: rows in the package", "rows"),
        Goal(f"{name}: as it is fetched", "MB"),
    )


def measured(sizes: Sizes) -> tuple[float, ...]:
    with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as folder:
        return asyncio.run(_measured(Path(folder), sizes))


async def _measured(folder: Path, sizes: Sizes) -> tuple[float, ...]:
    hub = _hub(folder / "hub")
    try:
        whom = _fill(hub, sizes.rows)
        desk = Desk(Casework.at(folder))
        for _ in range(sizes.reports):
            room = desk.room()
            said = desk.text("an invented sentence about a teapot", room, whom)
            desk.report(said, accused=whom, room=room, at_ms=SINCE)
        number = desk.work.scoped(change=_asked(whom))
        work = desk.work
        start = time.perf_counter()
        step = await Collecting(work.db, _InProcess(hub), work.key, lambda: work.now_ms, os.urandom).step()
        asked = time.perf_counter()
        if step != 1:
            raise CannotRun("nothing was collected")
        found = collecting.collected(work.db, work.key, number)
        package = _package(found)
        sealed = pyrage.encrypt(archive.pack("package", package.files), [pyrage.x25519.Identity.generate().to_public()])
        done = time.perf_counter()
        work.db.close()
    finally:
        await hub.db.close()
    count = sum(len(table.rows) for table in found.tables)
    if count < sizes.rows * 3 or Releasable.CONTENT_REPORTED not in found.held:
        raise CannotRun(f"expected many rows of an account with everything, the package has {count}")
    return done - start, asked - start, count, len(sealed) / 1e6


class _InProcess:
    """The hub's own answer, without the road to it."""

    def __init__(self, hub: HubContext) -> None:
        self._hub = hub

    async def collect(self, asked: Collect) -> Collected:
        return await hub_collecting.answer(self._hub, asked)


def _hub(folder: Path) -> HubContext:
    folder.mkdir()
    checked = config.check(config.HubSection(host=HOST, listen="127.0.0.1:0"), folder)
    checked.blobs.mkdir(parents=True)
    keys.write_fresh(checked.keys, os.urandom)
    return HubContext(
        config=checked,
        db=open_database(checked),
        now_ms=lambda: UNTIL,
        random=os.urandom,
        limits=Limits(lambda: UNTIL),
        keys=keys.open_keys(checked.keys),
        sessions=Sessions(),
        hooks=NoDeviceHooks(),
    )


def _fill(hub: HubContext, rows: int) -> str:
    """Rows made from the schema and the inventory, as tests of the hub make one of each. The address of whom."""
    rnd = random.Random(SEED)
    numbers = itertools.count(1_000_000)
    whom = _somebody(hub, rnd, "ann_a")
    with closing(connect(hub.config.database)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        for other in _others(hub, rnd, rows):
            fill_in(SqliteTx(db), whom, other, numbers)
        db.execute("COMMIT")
    return whom.user_uri


def _others(hub: HubContext, rnd: random.Random, count: int) -> Iterator[Somebody]:
    return (_somebody(hub, rnd, f"other_{number}") for number in range(count))


def _somebody(hub: HubContext, rnd: random.Random, handle: str) -> Somebody:
    user = new_user_uri(HOST, rnd.randbytes)
    return Somebody(user, new_client_uri(user, rnd.randbytes), handle, closed.mark(hub, user))


def _asked(whom: str) -> dict[str, Any]:
    first = datetime.fromtimestamp(SINCE / 1000, UTC).date()
    return {
        "targets": [{"kind": "account", "value": whom}],
        "time_range": {"from": str(first), "to": str(first + timedelta(days=1))},
    }


def _package(found: Collection) -> Package:
    """Signed, stamped and approved, as a package that leaves is."""
    scene = Scene()
    classes = tuple(one for one in Releasable if one in found.held)
    absent = tuple(Answered(named=one, why="NO_RECORDS") for one in found.asked - found.held)
    facts: Facts = msgspec.structs.replace(
        FACTS[Kind.PRODUCTION],
        requested=tuple(Answered(named=one) for one in Releasable),
        released=tuple(Released(named=one) for one in classes),
        denied=(),
        not_held=absent,
        redactions=found.redactions,
    )
    contents = Contents(
        tables=tuple(table for table in found.tables if table.named in classes),
        evidence=found.evidence,
        provenance=found.provenance,
    )
    return scene.finished(building.prepare(facts, contents, scene.keys(), classes))
