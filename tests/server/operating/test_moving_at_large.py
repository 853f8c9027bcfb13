# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A town's database moved to PostgreSQL through kills, copied from there and put back: all rows, in bounded memory."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from privity.faces.demo.processes import privity
from privity.server.db.open import open_database, read_beside
from privity.server.errors import MigrationUnknown
from privity.server.operating.backup import copying
from tests import postgres
from tests.server.operating.a_town import fill
from tests.server.operating.conftest import Home
from tests.server.operating.kept import loaded
from tests.waiting import wait_until

MEMORY_MIB = 160
"""Of the command; a town's rows are a gigabyte."""


@dataclass(frozen=True)
class Size:
    accounts: int
    events: int


@pytest.fixture
def target() -> Iterator[str]:
    """The address of an empty database."""
    postgres.need_postgres()
    server = postgres.shared()
    name = server.new_database()
    yield server.url(name)
    server.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.prove
def test_a_town_moves_through_three_kills_and_is_copied(home: Home, target: str, tmp_path: Path) -> None:
    size = Size(accounts=10_000, events=1_000_000)
    fill(home.data / "hub.db", size.accounts, size.events)
    move = privity("admin", "move-store", "--to", target, "--config", str(home.config))
    for quarter in (1, 2, 3):
        _killed(move, target, at=size.events * quarter // 4)
        assert _there(target, "event") == _moved(target, "event")
        with pytest.raises(MigrationUnknown):
            open_database(replace(loaded(home), store=target))
    child = subprocess.Popen(move, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    memory = _peak_mib(child)
    said, failed = child.communicate()
    assert child.returncode == 0, failed
    assert "moved and compared" in said
    assert memory < MEMORY_MIB
    assert (_there(target, "event"), _there(target, "account")) == (size.events, size.accounts)

    home.config.write_text(home.config.read_text().replace("[hub]", f'[hub]\nstore = "{target}"'))
    rows = read_beside(loaded(home), copying.moment).rows
    copy = privity("admin", "backup", str(tmp_path / "copy"), "--config", str(home.config))
    child = subprocess.Popen(copy, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    memory = _peak_mib(child)
    assert child.wait() == 0, child.communicate()
    assert memory < MEMORY_MIB
    server = postgres.shared()
    name = server.new_database()
    home.config.write_text(home.config.read_text().replace(target, server.url(name)))
    subprocess.run(
        privity("admin", "restore", str(tmp_path / "copy"), "--config", str(home.config)),
        check=True,
        capture_output=True,
    )
    assert read_beside(loaded(home), copying.moment).rows == rows
    server.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def _killed(command: list[str], target: str, at: int) -> None:
    """A move that ends by SIGKILL once so many events are there."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def enough() -> bool:
        assert child.poll() is None, "the move ended before it could be killed"
        return _moved(target, "event") >= at

    wait_until(enough, "events to arrive", limit_s=900)
    child.kill()
    child.wait()
    wait_until(lambda: not _locked(target), "PostgreSQL to notice that the mover is gone")


def _peak_mib(child: subprocess.Popen[str]) -> int:
    """The most memory that a process held until it ended."""
    peak = 0
    while child.poll() is None:
        try:
            status = Path(f"/proc/{child.pid}/status").read_text()
        except OSError:
            break
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        peak = max(peak, int(found[1]) >> 10 if found else 0)
        try:
            child.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    return peak


def _moved(target: str, table: str) -> int:
    """How many rows the database says that it has got."""
    server, name = postgres.shared(), target.rpartition("/")[2]
    if server.sql(name, "SELECT to_regclass('moving')") == [(None,)]:
        return 0
    return int(str(server.sql(name, f"SELECT rows FROM moving WHERE name = '{table}'")[0][0]))


def _there(target: str, table: str) -> int:
    return int(str(postgres.shared().sql(target.rpartition("/")[2], f"SELECT count(*) FROM {table}")[0][0]))


def _locked(target: str) -> bool:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'privity move' AND datname = "
    return postgres.shared().sql("postgres", f"{asked}'{target.rpartition('/')[2]}'") != [(0,)]
