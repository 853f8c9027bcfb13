# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writing an export: a new folder, whole or not there, readable by its person alone. It needs no hub.

What stands in it is no longer encrypted. Names of files are the senders' words, so they are made safe, and what a
browser would run when it is opened gets an ending by which it is shown as text.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

import msgspec

from privity.client.engine import ciphertexts
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind, State, decode_item
from privity.client.engine.state import Device, RoomRecord
from privity.client.engine.timeline import plain_text
from privity.client.errors import ClientError, SaveRefused
from privity.client.export import page
from privity.client.export.entries import (
    FOLDERS,
    INDEX,
    MESSAGES,
    VERSION,
    ExportedConversation,
    ExportedEntry,
    ExportedFile,
    ExportedIndex,
    ExportedReaction,
    ExportedVersion,
)
from privity.client.names import Names
from privity.client.saving import safe_name, save
from privity.client.store.database import Store
from privity.message.attachments import TAG_BYTES, decrypt
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.errors import MessageError
from privity.wire.errors import Refusal

Progress = Callable[[int, int], None]
Fetch = Callable[[str, bytes, int], Awaitable[bytes]]
"""(room URI, message id, part): the plaintext of a file from the hub."""
PAUSE: Final = 200
"""Entries between two pauses, in which the connection goes on."""
ACTIVE: Final = frozenset({".htm", ".html", ".xhtml", ".xht", ".shtml", ".mht", ".mhtml", ".svg", ".svgz", ".xml"})
"""Endings of what a browser would run."""


class Export:
    """One export of one device."""

    def __init__(self, store: Store, device: Device, names: Names, now_ms: int, fetch: Fetch | None) -> None:
        self._store = store
        self._device = device
        self._names = names
        self._now_ms = now_ms
        self._fetch = fetch
        self._done = 0

    async def write(self, folder: Path, progress: Progress | None = None) -> Path:
        """Write everything into a new folder. `progress` counts bytes of the store. Raises SaveRefused."""
        rooms = [RoomRecord.decode(value) for _, value in self._store.scan(Table.ROOM, "")]
        total = 1 + sum(self._store.weigh(Table.TIMELINE, room.room_uri) for room in rooms)
        draft = folder.with_name(f".{secrets.token_hex(8)}.draft")
        try:
            if folder.exists() or folder.is_symlink():
                raise SaveRefused(f"{folder} exists already and is never overwritten; name another place")
            with ExitStack() as undo:
                undo.callback(shutil.rmtree, draft, ignore_errors=True)
                draft.mkdir(mode=0o700)
                (draft / FOLDERS).mkdir(mode=0o700)
                listed = []
                for number, room in enumerate(rooms, 1):
                    listed.append(await self._conversation(draft, f"{number:05}", room, progress, total))
                self._index(draft, tuple(listed))
                draft.rename(folder)
                undo.pop_all()
        except OSError as err:
            raise SaveRefused(f"{folder} cannot be written: {err.strerror or type(err).__name__}") from None
        if progress is not None:
            progress(total, total)
        return folder

    def _index(self, draft: Path, listed: tuple[ExportedConversation, ...]) -> None:
        own = self._device.own
        index = ExportedIndex(VERSION, own.user_uri, own.handle, self._now_ms, listed)
        save(msgspec.json.format(msgspec.json.encode(index), indent=1), INDEX, draft)
        lines = [
            page.element("p", page.link(f"{FOLDERS}/{each.folder}/index.html", each.title), f", {each.entries} entries")
            for each in listed
        ]
        save("".join((page.head(f"Conversations of {own.handle}"), *lines, page.END)).encode(), "index.html", draft)

    async def _conversation(
        self, draft: Path, number: str, room: RoomRecord, progress: Progress | None, total: int
    ) -> ExportedConversation:
        place = draft / FOLDERS / number
        place.mkdir(mode=0o700)
        title = self._title(room)
        count = 0
        with _private(place / MESSAGES) as lines, _private(place / "index.html") as html:
            html.write(page.head(title).encode())
            for key, value in self._store.each(Table.TIMELINE, room.room_uri):
                found = await self._entry(decode_item(value), place)
                lines.write(msgspec.json.encode(found) + b"\n")
                html.write(page.entry(found).encode() + b"\n")
                count += 1
                self._done += len(key) + len(value)
                if progress is not None:
                    progress(self._done, total)
                if count % PAUSE == 0:
                    await asyncio.sleep(0)
            html.write(page.END.encode())
        return ExportedConversation(number, room.room_uri, title, room.direct, count)

    def _title(self, room: RoomRecord) -> str:
        others = [user_uri for user_uri in room.people if user_uri != self._device.own.user_uri]
        called = self._names.handle(others[0]) or others[0] if others else ""
        return room.name or called or room.room_uri.rsplit("/", 1)[-1]

    async def _entry(self, item: Item, place: Path) -> ExportedEntry:
        shown = item.kind is Kind.MESSAGE and item.state in (State.SHOWN, State.EDITED)
        return ExportedEntry(
            item.seq,
            item.ts_ms,
            item.kind.value,
            item.state.value,
            item.sender,
            self._called(item.sender),
            item.text,
            item.message_id.hex(),
            None if item.in_reply_to is None else item.in_reply_to.hex(),
            item.mine,
            item.from_backup,
            tuple(
                ExportedVersion(each.ts_ms, _text_of(each.content)) for each in item.versions if shown and each.content
            ),
            tuple(ExportedReaction(each.sender, self._called(each.sender), each.text) for each in item.reactions),
            tuple([await self._file(item, index, part, place) for index, part in _files_of(item)]) if shown else (),
        )

    def _called(self, user_uri: str) -> str:
        return self._names.handle(user_uri) or user_uri

    async def _file(self, item: Item, index: int, part: ExternalPart, place: Path) -> ExportedFile:
        told = ExportedFile(part.filename, part.content_type, max(0, part.size - TAG_BYTES))
        plaintext = await self._plaintext(item, index)
        if plaintext is None:
            return told
        files = place / "files"
        files.mkdir(mode=0o700, exist_ok=True)
        name = f"{item.seq}-{index}-{safe_name(part.filename)}"
        if PurePosixPath(name).suffix.lower() in ACTIVE:
            name += ".txt"
        written = save(plaintext, name, files)
        return msgspec.structs.replace(told, path=f"files/{written.name}")

    async def _plaintext(self, item: Item, index: int) -> bytes | None:
        kept = ciphertexts.find(self._device, item.room_uri, item.version_id, index)
        try:
            if kept is not None:
                return await asyncio.to_thread(decrypt, MimiContent.decode(item.content), index, kept)
            return None if self._fetch is None else await self._fetch(item.room_uri, item.message_id, index)
        except (MessageError, ClientError, Refusal):
            return None


def _files_of(item: Item) -> list[tuple[int, ExternalPart]]:
    try:
        parts = walk(MimiContent.decode(item.content).part)
    except MessageError:
        return []
    return [(index, part) for index, part in parts if isinstance(part, ExternalPart)]


def _text_of(content: bytes) -> str:
    try:
        return plain_text(MimiContent.decode(content).part)
    except MessageError:
        return ""


def _private(path: Path) -> BinaryIO:
    """A new file that its person alone can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return open(descriptor, "wb")  # noqa: PTH123 - a descriptor; its caller closes it
