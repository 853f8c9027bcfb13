# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a production of many rows costs: built by the desk, fetched and decrypted, verified by the program in it."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyrage
from tests.desk.legal.releasing.floor import Floor, Invented
from tests.production.scene import SESSIONS

from bench.errors import CannotRun
from bench.format import Goal
from bench.hub import disk_folder
from privity.desk.db.transaction import Db
from privity.desk.legal.releasing import lines, looking
from privity.desk.legal.releasing.model import Dossier, Stage
from privity.desk.legal.requests.model import LegalRequest
from privity.production import archive
from privity.production.records import Table

VERIFIER: Final = "bag/data/verify_package.py"


@dataclass(frozen=True, slots=True)
class Sizes:
    rows: int


FULL: Final = Sizes(100_000)
QUICK: Final = Sizes(5_000)


def goals(sizes: Sizes) -> tuple[Goal, ...]:
    name = f"package of {sizes.rows:,} rows"
    return (
        Goal(f"{name}: built, from the look at it until it is encrypted", "cpu_s", "ours < 60"),
        Goal(f"{name}: of that the last step, after its release", "cpu_s"),
        Goal(f"{name}: verified by the program in it", "cpu_s", "ours < 10"),
        Goal(f"{name}: as it is fetched", "MB"),
    )


class Many(Invented):
    """Sources whose records are so many sessions."""

    def __init__(self, evidence_key: bytes, rows: int) -> None:
        super().__init__(evidence_key)
        begun = 1_795_000_000_000
        made = [(begun + n * 997, f"192.0.2.{n % 254}", 1024 + n % 60_000) for n in range(rows)]
        self._table = Table(SESSIONS.name, SESSIONS.named, SESSIONS.columns, made)

    def production(self, db: Db, request: LegalRequest, now_ms: int) -> Dossier:
        found = super().production(db, request, now_ms)
        subscriber, _ = found.contents.tables
        return replace(found, contents=replace(found.contents, tables=(subscriber, self._table)))


def measured(sizes: Sizes) -> tuple[float, ...]:
    with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as folder:
        floor = Floor.at(Path(folder))
        floor.sources = Many(floor.keys.evidence, sizes.rows)
        floor.office = replace(floor.office, sources=floor.sources)
        number = floor.collected()
        start = _cpu_s()
        made = floor.approve_both(floor.review(number))
        floor.noticed(made)
        floor.release(made)
        last = _cpu_s()
        floor.finish()
        done = _cpu_s()
        if looking.of(floor.db, made.number).stage is not Stage.READY:
            raise CannotRun(f"the package was not finished: {looking.of(floor.db, made.number).stuck}")
        fetched = floor.fetch(made)
        verified = _verified_s(floor, fetched.data, Path(folder), sizes.rows)
        floor.db.close()
    return done - start, done - last, verified, len(fetched.data) / 1e6


def _verified_s(floor: Floor, data: bytes, folder: Path, rows: int) -> float:
    """CPU seconds of the program, with the keys and roots that the house publishes. Raises CannotRun."""
    files = archive.unpack(pyrage.decrypt(data, [floor.team().identity]))
    package = folder / "package"
    for name, content in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = sum(content.count(b"\n") for name, content in files.items() if name.endswith("sessions.csv"))
    if found != rows + 1:
        raise CannotRun(f"the package has {found - 1} rows, expected {rows}")
    (folder / "keys.json").write_bytes(lines.published(floor.db, floor.office.published))
    (folder / "roots.pem").write_bytes(floor.office.roots)
    command = [sys.executable, "-I", str(package / VERIFIER), str(package)]
    command += ["--keys", str(folder / "keys.json"), "--tsa", str(folder / "roots.pem"), "--json"]
    before = _children_s()
    ended = subprocess.run(command, capture_output=True, timeout=600, check=False)
    if ended.returncode:
        raise CannotRun(f"the package does not verify: {ended.stdout.decode()[:300]}")
    return _children_s() - before


def _cpu_s() -> float:
    """Of this process and those that it waited for: a package is verified by one before it is kept."""
    return time.process_time() + _children_s()


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
