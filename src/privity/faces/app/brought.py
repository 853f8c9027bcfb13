# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Large files that the page brings: a backup, an export. Each waits under a name for the one errand that is about it.

What begins as neither is refused by its first bytes, however long it is.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

from privity.client.backup import format
from privity.client.errors import FileTooLarge, ImportRefused, NotABackup
from privity.client.export import written
from privity.faces.app.errors import Malformed, NotThere
from privity.faces.app.limits import MAX_BROUGHT, MAX_BROUGHT_BYTES
from privity.faces.app.scratch import scratch

BACKUP: Final = "backup"
EXPORT: Final = "export"
_BEGINNINGS: Final = {BACKUP: format.MAGIC, EXPORT: written.MAGIC}


class BroughtFiles:
    """Those of one home."""

    __slots__ = ("_files", "_folder")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}

    async def keep(
        self, kind: str, size: int | None, pieces: AsyncIterator[bytes], progress: Callable[[int, int], None]
    ) -> str:
        """Take it in; its name. Raises Malformed, NotABackup, ImportRefused, FileTooLarge, SaveRefused."""
        if kind not in _BEGINNINGS:
            raise Malformed(f"what is brought is one of {', '.join(_BEGINNINGS)}")
        _check_size(size or 0)
        with ExitStack() as undo:
            file = scratch(self._folder)
            undo.callback(file.close)
            done = 0
            async for piece in pieces:
                if done < len(_BEGINNINGS[kind]):
                    _check_beginning(kind, done, piece)
                done += len(piece)
                _check_size(done)
                file.write(piece)
                progress(done, max(done, size or 0))
            if done < len(_BEGINNINGS[kind]):
                raise _not_one(kind)
            file.flush()
            undo.pop_all()
        name = secrets.token_hex(16)
        self._files[name] = file
        while len(self._files) > MAX_BROUGHT:
            self._files.pop(next(iter(self._files))).close()
        return name

    def take(self, name: str) -> BinaryIO:
        """Hand it to whoever asks, who closes it. Raises NotThere."""
        file = self._files.pop(name, None)
        if file is None:
            raise NotThere("what was brought is not here any more; choose the file again")
        return file

    def drop(self) -> None:
        """All of them."""
        while self._files:
            self._files.popitem()[1].close()


def _check_beginning(kind: str, at: int, piece: bytes) -> None:
    wanted = _BEGINNINGS[kind][at:]
    if piece[: len(wanted)] != wanted[: len(piece)]:
        raise _not_one(kind)


def _not_one(kind: str) -> Exception:
    if kind == BACKUP:
        return NotABackup("this file is no backup of a Privity account")
    return ImportRefused("this is no ZIP file; an export that can be imported is one, in the form for programs")


def _check_size(size: int) -> None:
    if size > MAX_BROUGHT_BYTES:
        raise FileTooLarge(f"the file has more than {MAX_BROUGHT_BYTES >> 30} GiB; bring it in at the command line")
