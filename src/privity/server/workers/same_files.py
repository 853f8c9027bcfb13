# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The keys of days and the blobs are files that all workers share; each proves at its start that they are the same.

A machine with folders of its own would make a key of its own for each new day, and what it franks would count as forged
elsewhere. A copy of the folders looks right until midnight. So whoever starts writes a file with a new name into each,
and asks everybody who is there whether they see it; it owns nothing before they do.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from privity.server.bus.model import Bus, NoAnswer, Nobody
from privity.server.db.database import Database, Tx
from privity.server.errors import FilesNotShared, WorkerSilent
from privity.server.workers import store
from privity.server.workers.leases import LEASE_MS
from privity.server.workers.words import SEES, decode, encode

WAIT_S: Final = 3.0
TRIES: Final = 2
"""A worker whose loop stands still for a moment is asked again."""
NAME_BYTES: Final = 16


class SameFiles:
    """One worker's view of the folders that all share. Their names are said, never where they are."""

    __slots__ = ("_bus", "_db", "_folders", "_name")

    def __init__(self, bus: Bus, db: Database, name: str, folders: Mapping[str, Path]) -> None:
        self._bus = bus
        self._db = db
        self._name = name
        self._folders = folders

    async def begin(self) -> None:
        """Answer others."""
        await self._bus.answer(f"{SEES}.{self._name}", self._say_what_is_seen)

    async def prove(self) -> None:
        """Ask everybody who is there; then be there, and ask who came meanwhile: of two that start at once one asks the
        other. Raises FilesNotShared, or WorkerSilent where somebody does not answer; nothing is owned then.
        """
        there = await self._db.read(lambda reader: store.workers(reader, reader.clock_ms()))
        await self._ask_all(there - {self._name})
        now_there = await self._db.write(self._enter)
        try:
            await self._ask_all(now_there - there - {self._name})
        except (FilesNotShared, WorkerSilent):
            await self._db.write(lambda tx: store.go(tx, self._name))
            raise

    def _enter(self, tx: Tx) -> set[str]:
        now_ms = tx.clock_ms()
        store.stay(tx, self._name, now_ms + LEASE_MS)
        return store.workers(tx, now_ms)

    async def _ask_all(self, others: set[str]) -> None:
        with self._marked() as mark:
            for missing in await asyncio.gather(*(self._ask(other, mark) for other in sorted(others))):
                for name in missing:
                    raise FilesNotShared(
                        f"another worker of this hub does not see what is written into {name} of `data` here: all"
                        " machines need the same folder, and no copy of it (a file system that they share)"
                    )

    @contextmanager
    def _marked(self) -> Iterator[bytes]:
        """A file in each folder that nobody else can have."""
        mark = os.urandom(NAME_BYTES)
        made: list[Path] = []
        try:
            for name, folder in self._folders.items():
                try:
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                    (folder / _file(mark)).touch(0o600)
                except OSError as err:
                    raise FilesNotShared(f"nothing can be written into {name} of `data` here: {err.strerror}") from None
                made.append(folder / _file(mark))
            yield mark
        finally:
            for path in made:
                path.unlink(missing_ok=True)

    async def _ask(self, other: str, mark: bytes) -> list[str]:
        """Which folders are not the same there. One who is gone has none."""
        for _ in range(TRIES):
            try:
                words = await self._bus.ask(f"{SEES}.{other}", encode(mark), WAIT_S)
                seen = decode(words, list[str])
            except Nobody:
                return []
            except NoAnswer:
                continue
            return [name for name in self._folders if name not in seen]
        raise WorkerSilent(
            f"worker {other} of this hub is on the bus and does not answer: it is stuck, or was started with other keys"
        )

    async def _say_what_is_seen(self, words: bytes) -> bytes:
        mark = _file(decode(words, bytes)[:NAME_BYTES])
        return encode([name for name, folder in self._folders.items() if (folder / mark).exists()])


def _file(mark: bytes) -> str:
    return f"{mark.hex()}.mark"
