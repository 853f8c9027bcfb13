# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an export is written, one file after another: a folder for its person alone, or a ZIP file."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO, Final, Protocol

PRIVATE: Final = stat.S_IFREG | 0o600
EARLIEST_MS: Final = 315_619_200_000
LATEST_MS: Final = 4_323_456_000_000
"""From 1980 to 2107: a ZIP file has no words for other times, whatever the clock says."""


class Place(Protocol):
    """A file is whole once its context has ended."""

    def new(self, name: str, *, packed: bool) -> AbstractContextManager[IO[bytes]]:
        """A new file of this name, whose parts are apart by slashes. `packed` says that packing makes it smaller."""


class IntoFolder:
    """Under a folder that is there."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def new(self, name: str, *, packed: bool) -> Iterator[BinaryIO]:
        path = self._folder
        *folders, last = name.split("/")
        for each in folders:
            path /= each
            path.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path / last, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            yield file
            file.flush()
            os.fsync(descriptor)


class IntoZip:
    """Into a ZIP file that is being written."""

    __slots__ = ("_at", "_zip")

    def __init__(self, archive: zipfile.ZipFile, now_ms: int) -> None:
        self._zip = archive
        self._at = datetime.fromtimestamp(min(max(now_ms, EARLIEST_MS), LATEST_MS) / 1000, UTC).timetuple()[:6]

    @contextmanager
    def new(self, name: str, *, packed: bool) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, self._at)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = PRIVATE << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            yield file


@contextmanager
def into_zip(out: BinaryIO, now_ms: int) -> Iterator[IntoZip]:
    """Into an open file, from its beginning to its end. Left by an error it has no list of what is in it, and never
    gets one: it is no ZIP file."""
    onwards = _Onwards(out)
    archive = zipfile.ZipFile(onwards, "w")
    with ExitStack() as undo:
        undo.callback(onwards.end)
        yield IntoZip(archive, now_ms)
        archive.close()
        undo.pop_all()


class _Onwards:
    """An open file that cannot go back, and takes nothing any more once it was ended."""

    __slots__ = ("_ended", "_out")

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._ended = False

    def write(self, data: bytes, /) -> int:
        return len(data) if self._ended else self._out.write(data)

    def flush(self) -> None:
        if not self._ended:
            self._out.flush()

    def close(self) -> None:
        """It stays open: whoever opened it closes it."""

    def end(self) -> None:
        self._ended = True
