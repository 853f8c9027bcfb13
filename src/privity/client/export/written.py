# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An export as somebody gives it: a folder, or a ZIP file. Both may be anything but an export."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final, Protocol

from privity.client.errors import FileRefused, ImportRefused
from privity.client.reading import Given, plain_file

MAGIC: Final = b"PK\x03\x04"
"""How a ZIP file with something in it begins."""
MAX_DIRECTORY: Final = 16 << 20
"""Bytes of the list of what is in a ZIP file, and of anything else that is read at once: 150,000 files."""
MAX_TEXT: Final = 8 << 30
"""Bytes that one file in a ZIP file unpacks to."""
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)
"""What reading a ZIP file that is none ends with."""
_LOCKED: Final = 0x1 | 0x20 | 0x40
"""Flags of files that are encrypted or patched."""


class Written(Protocol):
    def opened(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file of it. Raises ImportRefused, also while it is read."""

    def size(self, name: str) -> int:
        """Its bytes. Raises ImportRefused."""


class InFolder:
    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """A plain file at this very place: a link could lead out of the folder."""
        path = self._folder / name
        try:
            if any(each.is_symlink() for each in (path, path.parent, path.parent.parent)):
                raise ImportRefused(f"{path} is a link, or stands behind one")
            with plain_file(path) as file:
                yield file
        except FileRefused as err:
            raise ImportRefused(f"not an export, or one in part: {err}") from None

    def size(self, name: str) -> int:
        with self.opened(name) as file:
            return os.fstat(file.fileno()).st_size


class InZip:
    __slots__ = ("_found", "_zip")

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self._found: dict[str, zipfile.ZipInfo] = {}
        for each in archive.infolist():
            if self._found.setdefault(each.filename, each) is not each:
                raise ImportRefused(f"the ZIP file has two files of the name {each.filename[:100]!r}")

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        info = self._info(name)
        with _whole(name), self._zip.open(info) as file:
            yield file

    def size(self, name: str) -> int:
        return self._info(name).file_size

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = self._found.get(name)
        if info is None:
            raise ImportRefused(f"not an export that programs read, or one in part: {name} is not in it")
        if info.flag_bits & _LOCKED or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ImportRefused(f"{name} is packed in a way that no export is")
        if info.file_size > MAX_TEXT:
            raise ImportRefused(f"{name} unpacks to more than {MAX_TEXT >> 30} GiB")
        return info


@contextmanager
def written(export: Given) -> Iterator[Written]:
    """The export in a folder, or in an open ZIP file. Raises ImportRefused."""
    if isinstance(export, Path):
        yield InFolder(export)
        return
    export.seek(0)
    if export.read(len(MAGIC)) != MAGIC:
        raise ImportRefused("this is no ZIP file; an export that can be imported is one, in the form for programs")
    with _whole("the ZIP file"):
        archive = zipfile.ZipFile(_Bounded(export))
    with archive:
        yield InZip(archive)


@contextmanager
def _whole(what: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as err:
        raise ImportRefused(f"{what} is damaged: {str(err)[:100]}") from None


class _Bounded:
    """An open file of which only so much is read at once: a ZIP file says itself how long its list is."""

    __slots__ = ("_file",)

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if size > MAX_DIRECTORY:
            raise ImportRefused(f"the list of what is in the ZIP file has more than {MAX_DIRECTORY >> 20} MiB")
        return self._file.read(MAX_DIRECTORY if size < 0 else size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True
