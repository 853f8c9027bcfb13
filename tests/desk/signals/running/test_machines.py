# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two machines that count, each in a network of its own, as near as one machine comes to them: one clock is an hour
behind, and each in turn is cut off from the database, for longer than it owns what it counts, and comes back.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.desk.db.database import open_existing
from privity.desk.db.transaction import Db
from privity.desk.init import write_signals_key
from privity.desk.keys import read_key
from privity.desk.signals.joined import asking
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.running import desk_store
from privity.desk.signals.running.in_desk import InDesk
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.taking import store as taken
from privity.desk.signals.taking.service import Taking
from privity.faces.demo.processes import free_port, privity
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests import postgres
from tests.certificates import Authority
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import RuleHouse
from tests.desk.signals.running.test_processes import _key, _NoHub
from tests.faults.town import missing
from tests.server.workers.test_two_networks import Networks, database, networks
from tests.waiting import wait_until

pytestmark = pytest.mark.prove

DAY_MS = 86_400_000
LIMIT_S = 300.0
"""An owner has half a minute, what it had locked a minute, and connections are tried anew every half minute."""
RULES = """
Sends = Rule(when=[messages_1h > 100], because=f"{messages_1h} messages in an hour")
WhenRules(any=[Sends], then=[Label("watched", days=3)])
"""
PARTITIONS = 4
PARTS = 3
ACCOUNTS = [f"mimi://hub.example/u/{letter * 25}a" for letter in "abcdefghijklmnopqrstuvwx"]


def _loud(part: int) -> list[str]:
    """Who sends too much in this part."""
    return ACCOUNTS[part * 8 : part * 8 + 6]


def _part(part: int, now_ms: int) -> list[Observed]:
    """A quarter of an hour: some send far too much, all ask each other."""
    start, found = now_ms - (PARTS - part) * 900_000, []
    kinds = (ObservedKind.ASKED, ObservedKind.ACCEPTED, ObservedKind.BLOCKED)
    born_ms = start - 40 * DAY_MS
    for n in range(40):
        at_ms = start + n * 20_000
        for place, account in enumerate(ACCOUNTS):
            many = 9 if account in _loud(part) else 1
            found.append(Observed(1, at_ms, ObservedKind.SENT, account, born_ms, AgeBand.ADULT, count=many))
            other = ACCOUNTS[(place + n + 1) % len(ACCOUNTS)]
            if other != account:
                kind = kinds[(place + n + part) % 3]
                found.append(Observed(1, at_ms, kind, account, born_ms, AgeBand.ADULT, other))
    return found


def _home(folder: Path, address: str) -> House:
    house = House.at(folder)
    now_ms = time.time_ns() // 1_000_000
    house.clock = now_ms - 2 * DAY_MS
    RuleHouse(house).live(RULES)
    InDesk(house.db).marks(os.urandom)  # so that whoever counts the same again makes the same marks
    write_signals_key(folder / "desk" / "keys" / "signals.key")
    keys = "".join(f'{name}_key = "{_key(folder, name)}"\n' for name in ("intake", "staff", "evidence", "audit"))
    (folder / "privity.toml").write_text(
        f'[desk]\nhub_url = "http://127.0.0.1:{free_port()}"\n{keys}'
        f'[desk.signals]\nstore = "{address}"\npartitions = {PARTITIONS}\n'
    )
    return house


@contextmanager
def _running(folder: Path, name: str, command: list[str], **more: str) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **more})
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def _an_hour_behind() -> dict[str, str]:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        missing("faketime", "faketime (apt-get install faketime)")
    return {"LD_PRELOAD": str(library), "FAKETIME": "-1h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _alone(house: House, folder: Path) -> dict[str, bytes]:
    """The counters of a desk that counts all of it by itself."""
    (folder / "alone").mkdir()
    house.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db: Db = open_existing(Path(shutil.copy(folder / "desk" / "desk.db", folder / "alone" / "desk.db")), house.keys)

    def now_ms() -> int:
        return time.time_ns() // 1_000_000

    one = asking(db, Taking(db, _NoHub(), now_ms).more, Compiled(), now_ms, os.urandom)
    while one.runner.work():
        pass
    one.runner.keep()
    found = dict(desk_store.accounts(db))
    db.close()
    return found


def _counted(db: Any, key: bytes) -> dict[str, bytes]:
    from privity.desk.signals.running import postgres_store as store

    sealing = Sealing(key, os.urandom)
    return dict(
        msgspec.msgpack.decode(sealing.opened(name, sealed), type=tuple[str, bytes])
        for partition in range(PARTITIONS)
        for name, sealed in store.accounts(db, partition)
    )


def test_each_is_cut_off_in_turn_and_one_clock_is_wrong(tmp_path: Path) -> None:
    postgres.need_postgres()
    import psycopg

    behind = _an_hour_behind()
    with ExitStack() as stack:
        nets: Networks = stack.enter_context(networks())
        authority = Authority(tmp_path / "ca")
        pair = authority.issue(nets.middle, *nets.ends)
        address = stack.enter_context(database(nets.middle, pair))
        house = _home(tmp_path, f"{address}?sslmode=verify-full&sslrootcert={authority.cert}")
        config = ["--config", str(tmp_path / "privity.toml")]
        db = stack.enter_context(psycopg.connect(address, autocommit=True))

        def one(sql: str) -> int:
            found = db.execute(sql.encode()).fetchone()
            return 0 if found is None else int(found[0])

        def happens(part: int) -> None:
            taken.add(house.db, _part(part, now_ms), now_ms)
            hits = sum(len(_loud(each)) for each in range(part + 1))
            wait_until(lambda: one("SELECT count(*) FROM signal_hit") == hits, f"the hits of part {part}", LIMIT_S)

        now_ms = time.time_ns() // 1_000_000
        desk = stack.enter_context(_running(tmp_path, "desk", privity("desk", *config)))
        wait_until(lambda: one("SELECT count(*) FROM pg_class WHERE relname = 'signal_hit'") == 1, "the desk", LIMIT_S)
        count = privity("desk", "signals", "run", "--own", str(PARTITIONS), *config)
        first = stack.enter_context(_running(tmp_path, "first", nets.inside(0, count), **behind))
        happens(0)
        second = stack.enter_context(_running(tmp_path, "second", nets.inside(1, count)))
        there = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'privity signals counts%'"
        wait_until(lambda: one(there) == 2, "both to be there", LIMIT_S)
        nets.pull(0)
        happens(1)
        nets.plug(0)
        wait_until(lambda: "desk.signals_store" in (tmp_path / "first.log").read_text(), "it to know", LIMIT_S)
        nets.pull(1)
        happens(2)
        nets.plug(1)
        wait_until(lambda: "desk.signals_store" in (tmp_path / "second.log").read_text(), "it to know", LIMIT_S)
        wait_until(lambda: one("SELECT count(*) FROM signal_hit WHERE NOT taken") == 0, "the desk to act")
        for process in (first, second, desk):
            process.terminate()
            assert process.wait(timeout=60) == 0
        assert one("SELECT min(fence) FROM signal_partition") >= 3, (
            "each was owned by one, the other, and the first again"
        )
        assert one("SELECT count(*) FROM signal_log") == 0
        key = read_key(tmp_path / "desk" / "keys" / "signals.key")
        assert _counted(db, key) == _alone(house, tmp_path)
    done = [row[0] for row in house.db.execute("SELECT subject FROM rule_hit ORDER BY 1")]
    assert done == sorted(account for part in range(PARTS) for account in _loud(part))
