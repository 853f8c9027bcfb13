# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Exports of one open device, and the archive of those that were read back."""

from __future__ import annotations

from pathlib import Path

from privity.client import attachments
from privity.client.export.archive import Archive, Progress
from privity.client.export.writing import Export
from privity.client.host import Host
from privity.client.names import Names


class Exports:
    """`progress` is called with the bytes done and in all."""

    __slots__ = ("_host", "_names", "archive")

    def __init__(self, host: Host, names: Names) -> None:
        self._host = host
        self._names = names
        self.archive = Archive(host.store)

    async def export(self, folder: Path, progress: Progress | None = None, *, fetch: bool = False) -> Path:
        """Write all conversations into a new folder, readable by anything and no longer encrypted. It needs no hub.

        With `fetch` the files that this device does not hold are asked of the hub, one after another, and left out
        where it does not give them. Raises SaveRefused; then nothing is left of it.
        """
        fetched = self._file if fetch else None
        made = Export(self._host.store, self._host.engine.device, self._names, self._host.now_ms(), fetched)
        return await made.write(folder, progress)

    async def take_in(self, folder: Path, progress: Progress | None = None) -> list[int]:
        """Import an export into the archive; the numbers of its conversations. Raises ImportRefused."""
        return await self.archive.take_in(folder, self._host.now_ms(), progress)

    async def _file(self, room_uri: str, message_id: bytes, part_index: int) -> bytes:
        return (await attachments.fetch(self._host, room_uri, message_id, part_index, None)).plaintext
