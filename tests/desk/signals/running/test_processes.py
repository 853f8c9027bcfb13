# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Real processes on a private PostgreSQL: one is killed, another takes over, and what follows is what one desk does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from privity.desk.db.database import open_existing
from privity.desk.db.transaction import Db
from privity.desk.init import write_signals_key
from privity.desk.signals import commands
from privity.desk.signals.joined import asking
from privity.desk.signals.lifecycle.model import DAY_MS
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.taking import store
from privity.desk.signals.taking.service import Taking
from privity.faces.demo.processes import free_port, privity
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests import postgres
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import RuleHouse
from tests.waiting import wait_until

SECRET = "not-for-anybodys-log"
ACCOUNTS = [f"mimi://hub.example/u/{letter * 25}a" for letter in "abcdefghijkl"]
LOUD = ACCOUNTS[:8]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def address() -> Iterator[str]:
    """A database of its own, and a role that owns it and nothing else."""
    postgres.need_postgres()
    server = postgres.shared()
    name = server.new_database()
    server.sql("postgres", f"CREATE ROLE counts_{name} LOGIN")
    server.sql("postgres", f"ALTER DATABASE {name} OWNER TO counts_{name}")
    yield server.url(name).replace("hub@", f"counts_{name}:{SECRET}@")
    postgres.drop(name)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    children: list[subprocess.Popen[bytes]] = []

    def begin(*command: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"{len(children)}.log").open("wb") as log:
            arguments = privity("desk", *command, "--config", str(tmp_path / "privity.toml"))
            children.append(subprocess.Popen(arguments, stdout=log, stderr=log))
        return children[-1]

    yield begin
    for child in children:
        child.kill()
        child.wait()


def _home(folder: Path, address: str) -> House:
    """A desk with live rules, and an hour in which some sent far too much."""
    house = House.at(folder)
    now_ms = time.time_ns() // 1_000_000
    house.clock = now_ms - 2 * DAY_MS
    RuleHouse(house).live()
    start = now_ms - 3_000_000
    observed = [
        Observed(1, start + n * 4_000, ObservedKind.SENT, account, start - DAY_MS, AgeBand.ADULT, count=count)
        for n in range(40)
        for account in ACCOUNTS
        for count in ([9] if account in LOUD else [1])
    ]
    store.add(house.db, observed, now_ms)
    write_signals_key(folder / "desk" / "keys" / "signals.key")
    keys = "".join(f'{name}_key = "{_key(folder, name)}"\n' for name in ("intake", "staff", "evidence", "audit"))
    (folder / "privity.toml").write_text(
        f'[desk]\nhub_url = "http://127.0.0.1:{free_port()}"\n{keys}'
        f'[desk.signals]\nstore = "{address}"\npartitions = 2\n'
    )
    return house


def _key(folder: Path, name: str) -> str:
    return str(next(folder.rglob(f"{name}.key")).relative_to(folder))


def _followed(db: Db) -> list[tuple[object, ...]]:
    hits = db.execute("SELECT rule, subject, day, done FROM rule_hit ORDER BY 1, 2, 3").fetchall()
    return [*hits, *db.execute("SELECT count(*) FROM decision").fetchall()]


class _NoHub:
    async def observed(self, after: int, wait_s: int = 0) -> Any:
        raise AssertionError("nothing is asked of the hub here")


def _alone(house: House, folder: Path) -> list[tuple[object, ...]]:
    """What a desk that counts by itself does with the same."""
    (folder / "alone").mkdir()
    house.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = shutil.copy(folder / "desk" / "desk.db", folder / "alone" / "desk.db")
    db = open_existing(Path(copy), house.keys)

    def now_ms() -> int:
        return time.time_ns() // 1_000_000

    one = asking(db, Taking(db, _NoHub(), now_ms).more, Compiled(), now_ms, os.urandom)
    while one.runner.work():
        pass
    found = _followed(db)
    db.close()
    return found


def test_one_is_killed_and_another_goes_on(
    tmp_path: Path, address: str, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    import psycopg

    house = _home(tmp_path, address)
    expected = _alone(house, tmp_path)
    assert len(expected) == len(LOUD) + 1
    with psycopg.connect(address, autocommit=True) as db:

        def one(sql: str) -> int:
            try:
                found = db.execute(sql.encode()).fetchone()
            except psycopg.errors.UndefinedTable:
                return 0
            return 0 if found is None else int(found[0])

        desk = start()
        first = start("signals", "run", "--own", "2")
        wait_until(lambda: one("SELECT count(*) FROM signal_hit") == len(LOUD), "the first process to count")
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert one("SELECT count(*) FROM signal_log") > 0, "it had not kept what it counted"
        db.execute("UPDATE signal_partition SET owned_until = now()")  # as if its time were over
        second = start("signals", "run", "--own", "2")
        wait_until(lambda: one("SELECT sum(fence) FROM signal_partition") == 6, "another to own what it owned")
        wait_until(lambda: one("SELECT count(*) FROM signal_hit WHERE NOT taken") == 0, "the desk to act")
        commands.status(config=tmp_path / "privity.toml")
        said = capsys.readouterr().out
        assert "versions of rules: 1; hits that wait for the desk: 0" in said
        assert said.count("  yes  ") == 2
        for process in (second, desk):
            process.terminate()
            assert process.wait(timeout=60) == 0
        assert one("SELECT count(*) FROM signal_log") == 0, "all of it was counted, and kept at the end"
        assert one("SELECT count(*) FROM signal_partition WHERE owned_until > now()") == 0
    assert _followed(house.db) == expected
    for log in tmp_path.glob("*.log"):
        assert SECRET not in log.read_text()
    assert "desk.partition_owned" in (tmp_path / "1.log").read_text()
