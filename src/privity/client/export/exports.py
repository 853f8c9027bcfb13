# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Exports of one open device, and the archive of those that were read back."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from privity.client import attachments
from privity.client.export.archive import Archive, Progress
from privity.client.export.writing import EVERYTHING, Export, Wanted
from privity.client.host import Host
from privity.client.names import Names
from privity.client.reading import Given


class Exports:
    """`progress` is called with the bytes done and in all."""

    __slots__ = ("_host", "_names", "archive")

    def __init__(self, host: Host, names: Names) -> None:
        self._host = host
        self._names = names
        self.archive = Archive(host.store)

    async def export(self, folder: Path, progress: Progress | None = None, *, fetch: bool = False) -> Path:
        """Write everything into a new folder, readable by anything and no longer encrypted. It needs no hub.

        With `fetch` the files that this device does not hold are asked of the hub, one after another, and left out
        where it does not give them. Raises SaveRefused; then nothing is left of it.
        """
        return await self._made(EVERYTHING, progress, fetch=fetch).write(folder)

    async def pack(self, out: BinaryIO, wanted: Wanted, progress: Progress | None = None, *, fetch: bool) -> None:
        """Write what is wanted as a ZIP file into an open file. As above; whoever opened it drops what is half done."""
        await self._made(wanted, progress, fetch=fetch).pack(out)

    async def take_in(self, export: Given, progress: Progress | None = None) -> list[int]:
        """Import an export, a folder or a ZIP file, into the archive; the numbers of its conversations.

        Raises ImportRefused.
        """
        return await self.archive.take_in(export, self._host.now_ms(), progress)

    def _made(self, wanted: Wanted, progress: Progress | None, *, fetch: bool) -> Export:
        host, fetched = self._host, self._file if fetch else None
        return Export(host.store, host.engine.device, self._names, host.now_ms(), fetched, progress, wanted)

    async def _file(self, room_uri: str, message_id: bytes, part_index: int) -> bytes:
        return (await attachments.fetch(self._host, room_uri, message_id, part_index, None)).plaintext
