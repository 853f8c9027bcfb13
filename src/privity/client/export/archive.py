# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Exports read back: conversations that prove nothing, apart from all others; nobody answers or reports them.

An export may come from anybody. Its list names folders by five digits and nothing else is ever opened; sizes and types
are checked before anything counts, and an import that is refused half way leaves nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, Final, TypeVar

import msgspec

from privity.client.engine.records import Change, Table
from privity.client.errors import ImportRefused
from privity.client.export.entries import (
    FOLDERS,
    INDEX,
    MESSAGES,
    VERSION,
    ExportedConversation,
    ExportedEntry,
    ExportedIndex,
)
from privity.client.export.written import Written, written
from privity.client.reading import Given
from privity.client.store.database import Store
from privity.mls.codec import u64

T = TypeVar("T")
Progress = Callable[[int, int], None]
MAX_INDEX: Final = 16 << 20
MAX_LINE: Final = 4 << 20
"""Bytes of one entry: a message takes at most a megabyte, and its versions come with it."""
MAX_CONVERSATIONS: Final = 10_000
MAX_ENTRIES: Final = 5_000_000
MAX_TITLE: Final = 1_000
STEP: Final = 200
_FOLDER = re.compile(r"[0-9]{5}")


class Imported(msgspec.Struct, frozen=True):
    """An imported conversation. `of` is who the export says it belonged to."""

    title: str
    of: str
    exported_ms: int
    imported_ms: int
    entries: int


class Archive:
    """What was imported into one store."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def conversations(self) -> dict[int, Imported]:
        """Imported conversations by number."""
        rows = self._store.scan(Table.ARCHIVE, "")
        return {int.from_bytes(key, "big"): msgspec.msgpack.decode(value, type=Imported) for key, value in rows}

    def read(self, number: int, after: int = -1, limit: int | None = None) -> list[ExportedEntry]:
        """Entries of an imported conversation in their order, those behind the one at `after`."""
        start = None if after < 0 else u64(after)
        rows = self._store.scan(Table.ARCHIVE, u64(number).hex(), after=start, limit=limit)
        return [msgspec.msgpack.decode(value, type=ExportedEntry) for _, value in rows]

    def remove(self, number: int) -> None:
        """Take an imported conversation out."""
        scope = u64(number).hex()
        self._store.save({(Table.ARCHIVE, "", u64(number)): None})
        while rows := self._store.scan(Table.ARCHIVE, scope, limit=STEP):
            self._store.save({(Table.ARCHIVE, scope, key): None for key, _ in rows})

    async def take_in(self, export: Given, now_ms: int, progress: Progress | None = None) -> list[int]:
        """Import an export; the numbers of its conversations. Raises ImportRefused, and then nothing of it is here."""
        with written(export) as found:
            return await self._take_in(found, now_ms, progress)

    async def _take_in(self, export: Written, now_ms: int, progress: Progress | None) -> list[int]:
        index = _index(export)
        places = [f"{FOLDERS}/{each.folder}/{MESSAGES}" for each in index.conversations]
        sizes = [export.size(place) for place in places]
        total, done = 1 + sum(sizes), 0
        numbers: list[int] = []
        with ExitStack() as undo:
            for conversation, place, size in zip(index.conversations, places, sizes, strict=True):
                number = max(self.conversations(), default=0) + 1 + len(numbers)
                numbers.append(number)
                self.remove(number)  # what an import that was killed has left
                undo.callback(self.remove, number)
                for at in self._entries(number, export, place, conversation.folder):
                    if progress is not None:
                        progress(done + at, total)
                    await asyncio.sleep(0)
                done += size
            heads: dict[Change, bytes | None] = {}
            for number, conversation in zip(numbers, index.conversations, strict=True):
                head = Imported(conversation.title, index.handle, index.exported_ms, now_ms, self._count(number))
                heads[(Table.ARCHIVE, "", u64(number))] = msgspec.msgpack.encode(head)
            self._store.save(heads)
            undo.pop_all()
        return numbers

    def _entries(self, number: int, export: Written, place: str, folder: str) -> Iterator[int]:
        """Keep the entries of one file, some at a time; how many bytes of it were read."""
        scope, changes, at = u64(number).hex(), dict[Change, bytes | None](), 0
        with export.opened(place) as file:
            for line_number, line in enumerate(_lines(file, folder)):
                if line_number >= MAX_ENTRIES:
                    raise ImportRefused(f"conversation {folder} has more than {MAX_ENTRIES} entries")
                entry = _decoded(line, ExportedEntry, f"line {line_number + 1} of conversation {folder}")
                changes[(Table.ARCHIVE, scope, u64(line_number))] = msgspec.msgpack.encode(entry)
                at += len(line)
                if len(changes) >= STEP:
                    self._store.save(changes)
                    changes.clear()
                    yield at
        self._store.save(changes)
        yield at

    def _count(self, number: int) -> int:
        last = self._store.latest(Table.ARCHIVE, u64(number).hex(), 1)
        return int.from_bytes(last[0][0], "big") + 1 if last else 0


def _index(export: Written) -> ExportedIndex:
    with export.opened(INDEX) as file:
        data = file.read(MAX_INDEX + 1)
    if len(data) > MAX_INDEX:
        raise ImportRefused(f"the list of conversations has more than {MAX_INDEX} bytes")
    index = _decoded(data, ExportedIndex, INDEX)
    if index.version != VERSION:
        raise ImportRefused(f"the export has version {index.version}, this program reads {VERSION}")
    if len(index.conversations) > MAX_CONVERSATIONS:
        raise ImportRefused(f"the export lists more than {MAX_CONVERSATIONS} conversations")
    for conversation in index.conversations:
        _check(conversation)
    return index


def _check(conversation: ExportedConversation) -> None:
    if _FOLDER.fullmatch(conversation.folder) is None:
        raise ImportRefused(f"a conversation's folder is five digits, not {conversation.folder[:40]!r}")
    if len(conversation.title) > MAX_TITLE:
        raise ImportRefused(f"a title has more than {MAX_TITLE} characters")


def _lines(file: IO[bytes], folder: str) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise ImportRefused(f"an entry of conversation {folder} has more than {MAX_LINE} bytes")
        yield line


def _decoded(data: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        raise ImportRefused(f"{what}: {str(err)[:200]}") from None
