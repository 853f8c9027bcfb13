# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A write that was torn: the write-ahead log is cut at every place that matters, and opened as the hub opens it.

All that was committed before the cut is there, in order, and nothing of what came after it, not even a part.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from privity.server.db.database import Tx
from privity.server.db.sqlite import SqliteDatabase, connect

COMMITS = 12
ROWS = 3
"""Rows of one commit: none of them is ever there without the others."""
HEADER = 32
FRAME_HEADER = 24


@dataclass(frozen=True)
class Written:
    """A database and its log. `ends[n]` is how long the log was once `n` commits stood in it."""

    database: Path
    log: bytes
    ends: list[int]
    page: int

    @property
    def frame(self) -> int:
        return FRAME_HEADER + self.page

    def stands(self, cut: int) -> int:
        """How many commits lie before the cut as a whole."""
        return sum(end <= cut for end in self.ends[1:])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("torn")
    return asyncio.run(write(folder))


async def write(folder: Path) -> Written:
    path = folder / "hub.db"
    db = SqliteDatabase(path)
    await db.write(
        lambda tx: tx.execute("CREATE TABLE said (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT") and None
    )
    assert await db.scrub()  # the log is empty, and begins with the first of our commits
    log = folder / "hub.db-wal"
    ends = [log.stat().st_size]

    def one(number: int) -> Callable[[Tx], None]:
        def insert(tx: Tx) -> None:
            for row in range(ROWS):
                text = f"{number} {row} " + "x" * Random(number).randrange(9000)
                tx.execute("INSERT INTO said (n, text) VALUES (?, ?)", (number * ROWS + row, text))

        return insert

    for number in range(COMMITS):
        await db.write(one(number))
        ends.append(log.stat().st_size)
    copied = folder / "copied.db"
    shutil.copy(path, copied)
    data = log.read_bytes()
    await db.close()
    with closing(sqlite3.connect(path)) as looking:
        page = int(looking.execute("PRAGMA page_size").fetchone()[0])
    return Written(copied, data, ends, page)


def opened(here: Written, folder: Path, log: bytes) -> list[int]:
    """The numbers of the rows that are there; each is whole."""
    path = folder / "hub.db"
    shutil.copy(here.database, path)
    path.with_name("hub.db-wal").write_bytes(log)
    with closing(connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = db.execute("SELECT n, text FROM said ORDER BY n").fetchall()
    for number, text in rows:
        assert text.startswith(f"{number // ROWS} {number % ROWS} ")
    for left in folder.iterdir():
        left.unlink()
    return [number for number, _ in rows]


def expected(commits: int) -> list[int]:
    return list(range(commits * ROWS))


def cuts(here: Written) -> Iterator[int]:
    """Around the log's header, around each frame and its header, and in the middle of each page."""
    for at in (0, 1, HEADER - 1, HEADER, HEADER + 1):
        yield at
    for start in range(HEADER, len(here.log), here.frame):
        for at in (0, 1, 8, 16, FRAME_HEADER - 1, FRAME_HEADER, FRAME_HEADER + 1, here.frame // 2, here.frame - 1):
            yield min(start + at, len(here.log))
    yield len(here.log)


def test_all_that_was_committed_before_the_cut_is_there_and_nothing_half(written: Written, tmp_path: Path) -> None:
    assert written.ends == sorted(set(written.ends))
    assert len({written.stands(cut) for cut in cuts(written)}) == COMMITS + 1
    for cut in sorted(set(cuts(written))):
        assert opened(written, tmp_path, written.log[:cut]) == expected(written.stands(cut)), f"cut at {cut}"


def test_a_page_that_came_through_in_part_ends_the_log_before_it(written: Written, tmp_path: Path) -> None:
    """The rest of the sector is what lay there before: another page of the log, or nothing."""
    chance = Random(1)
    for start in range(HEADER, len(written.log), written.frame):
        at = start + chance.randrange(written.frame - 1)
        size = chance.randrange(1, start + written.frame - at + 1)
        before = chance.choice([bytes(size), chance.randbytes(size), written.log[:size]])
        torn = written.log[:at] + before + written.log[at + size :]
        found = opened(written, tmp_path, torn)
        if torn == written.log:
            continue
        assert found == expected(written.stands(at)), f"torn at {at}"


def test_a_log_that_is_whole_gives_everything(written: Written, tmp_path: Path) -> None:
    assert opened(written, tmp_path, written.log) == expected(COMMITS)
