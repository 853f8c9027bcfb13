# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A process that changes a list, indexes it, compacts, and is killed in the middle of it, over and over.

The list is an SQLite file: what it has committed is acknowledged, and said through a pipe. The process ends itself with
kill -9 before a chosen one of its steps in the index's folder: opening, creating, syncing, renaming or deleting a file.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.desk.matching.index.hashes import moved

from privity.desk.matching.index.changes import Change
from privity.desk.matching.index.index import Index

STEPS: Final = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "mmap.__new__"})
"""Audit events of Python that touch the files of an index."""
ROUNDS: Final = 4
"""Compactions of one life, if nothing ends it before."""


class Stored:
    """A list in a file."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS change (sequence INTEGER PRIMARY KEY, entry INT, bits BLOB, added INT)"
        )

    def after(self, sequence: int) -> Iterator[Change]:
        rows = self._db.execute("SELECT * FROM change WHERE sequence > ? ORDER BY sequence", (sequence,)).fetchall()
        return (Change(number, entry, bits, bool(added)) for number, entry, bits, added in rows)

    def change(self, entry: int, bits: bytes, *, added: bool) -> int:
        """Committed when this returns its number."""
        return self._db.execute("INSERT INTO change VALUES (NULL, ?, ?, ?)", (entry, bits, added)).lastrowid or 0

    def close(self) -> None:
        self._db.close()


@dataclass
class Tally:
    """What a run of kills has shown."""

    kills: int = 0
    made_anew: int = 0
    generations: int = 0
    checked: int = 0
    lost: list[str] = field(default_factory=list)


def run(folder: Path, kills: int, seed: int) -> Tally:
    """Kill it so many times; after each, what the index knows is held against what was acknowledged."""
    rnd = random.Random(seed)
    tally = Tally()
    while tally.kills < kills:
        step = rnd.randrange(1, 200)
        acknowledged, killed = _life(folder, step, rnd.randrange(1 << 30))
        tally.kills += killed
        _look(folder, acknowledged, tally, rnd)
    return tally


def _life(folder: Path, step: int, seed: int) -> tuple[int, bool]:
    """The last change that was acknowledged, and whether it was killed (or came to its end)."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            _live(folder, step, random.Random(seed), write)
        finally:
            os._exit(3)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().split()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), f"it ended with {status}"
    return int(said[-1]) if said else 0, status != 0


def _live(folder: Path, step: int, rnd: random.Random, write: int) -> None:
    left = [step]
    ours, sync = str(folder / "index"), os.fsync

    def one_step() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS and (event == "mmap.__new__" or str(arguments[0]).startswith(ours)):
            one_step()

    def counted(descriptor: int) -> None:
        one_step()
        sync(descriptor)

    setattr(os, "fsync", counted)  # noqa: B010  # for this process alone, which ends soon
    sys.addaudithook(heard)
    listed = Stored(folder / "list.db")
    standing: dict[int, bytes] = {}
    for change in listed.after(0):
        standing.pop(change.entry) if not change.added else standing.update({change.entry: change.bits})
    fresh = 1 + max((change.entry for change in listed.after(0)), default=0)
    index = Index.open(folder / "index", listed)
    for _ in range(ROUNDS):
        for _ in range(12):
            if standing and rnd.random() < 0.4:
                entry, added = rnd.choice(list(standing)), False
                bits = standing.pop(entry)
            else:
                entry, added = fresh, True
                bits = moved(rnd.choice(list(standing.values()) or [bytes(32)]), rnd.randrange(40), rnd)
                standing[entry], fresh = bits, fresh + 1
            os.write(write, f"{listed.change(entry, bits, added=added)}\n".encode())
            index.catch_up(listed)
        index.compact()
    os._exit(0)


def _look(folder: Path, acknowledged: int, tally: Tally, rnd: random.Random) -> None:
    listed = Stored(folder / "list.db")
    standing: dict[int, bytes] = {}
    gone: dict[int, bytes] = {}
    changes = list(listed.after(0))
    for _, entry, bits, added in changes:
        (standing if added else gone)[entry] = bits
        if not added:
            del standing[entry]
    if acknowledged and (not changes or changes[-1].sequence < acknowledged):
        tally.lost.append(f"change {acknowledged} of the list")
    before = (folder / "index" / "manifest.json").exists()
    index = Index.open(folder / "index", listed)
    tally.made_anew += before and index.made_anew is not None
    tally.generations = index.generation
    for entry, bits in standing.items():
        tally.checked += 1
        if (0, entry) not in index.within(bits):
            tally.lost.append(f"entry {entry}")
    for entry, bits in rnd.sample(sorted(gone.items()), min(20, len(gone))):
        tally.checked += 1
        if (0, entry) in index.within(bits):
            tally.lost.append(f"the removal of entry {entry}")
    if len(index) != len(standing):
        tally.lost.append(f"{len(standing)} entries expected, got {len(index)}")
    listed.close()
