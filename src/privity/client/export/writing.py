# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writing an export: a new folder or a ZIP file, whole or not there. It needs no hub.

What stands in it is no longer encrypted. Names of files are the senders' words, so they are made safe, and what a
browser would run when it is opened gets an ending by which it is shown as text.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

import msgspec

from privity.client.contacts import people
from privity.client.engine import ciphertexts
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind, State, decode_item
from privity.client.engine.state import Device, RoomRecord
from privity.client.engine.timeline import plain_text
from privity.client.errors import ClientError, SaveRefused
from privity.client.export import page, with_the_desk
from privity.client.export.entries import (
    FOLDERS,
    INDEX,
    MESSAGES,
    VERSION,
    ExportedContact,
    ExportedConversation,
    ExportedEntry,
    ExportedFile,
    ExportedIndex,
    ExportedReaction,
    ExportedVersion,
)
from privity.client.export.places import IntoFolder, Place, into_zip
from privity.client.names import Names
from privity.client.saving import safe_name
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


class Form(Enum):
    """For whom it is written: to be looked at, or to be read by programs and imported."""

    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export. `rooms` None is every conversation."""

    forms: tuple[Form, ...] = (Form.HTML, Form.JSON)
    rooms: Collection[str] | None = None


EVERYTHING: Final = Wanted()


class Export:
    """One export of one device."""

    def __init__(
        self,
        store: Store,
        device: Device,
        names: Names,
        now_ms: int,
        fetch: Fetch | None,
        progress: Progress | None = None,
        wanted: Wanted = EVERYTHING,
    ) -> None:
        """`progress` counts bytes of the store."""
        self._store = store
        self._device = device
        self._names = names
        self._now_ms = now_ms
        self._fetch = fetch
        self._progress = progress
        self._wanted = wanted
        self._total = 1
        self._done = 0

    async def write(self, folder: Path) -> Path:
        """Write into a new folder. Raises SaveRefused, and then nothing is left."""
        draft = folder.with_name(f".{secrets.token_hex(8)}.draft")
        try:
            if folder.exists() or folder.is_symlink():
                raise SaveRefused(f"{folder} exists already and is never overwritten; name another place")
            with ExitStack() as undo:
                undo.callback(shutil.rmtree, draft, ignore_errors=True)
                draft.mkdir(mode=0o700)
                await self._all(IntoFolder(draft))
                draft.rename(folder)
                undo.pop_all()
        except OSError as err:
            raise SaveRefused(f"{folder} cannot be written: {err.strerror or type(err).__name__}") from None
        return folder

    async def pack(self, out: BinaryIO) -> None:
        """Write a ZIP file into an open file."""
        with into_zip(out, self._now_ms) as place:
            await self._all(place)

    async def _all(self, place: Place) -> None:
        wanted = self._wanted.rooms
        rooms = [RoomRecord.decode(value) for _, value in self._store.scan(Table.ROOM, "")]
        rooms = [room for room in rooms if wanted is None or room.room_uri in wanted]
        rounds = 1 + len(self._wanted.forms)
        self._total = 1 + rounds * sum(self._store.weigh(Table.TIMELINE, room.room_uri) for room in rooms)
        listed = tuple([await self._conversation(place, f"{number:05}", room) for number, room in enumerate(rooms, 1)])
        self._index(place, listed, self._with_the_desk(place) if wanted is None else False)
        if self._progress is not None:
            self._progress(self._total, self._total)

    def _with_the_desk(self, place: Place) -> bool:
        """Whether there was anything to write."""
        found = with_the_desk.gathered(self._store, self._called)
        if found is None:
            return False
        for form, name, write in (
            (Form.JSON, with_the_desk.JSON, with_the_desk.as_json),
            (Form.HTML, with_the_desk.HTML, with_the_desk.as_page),
        ):
            if form in self._wanted.forms:
                with place.new(name, packed=True) as file:
                    file.write(write(found))
        return True

    def _index(self, place: Place, listed: tuple[ExportedConversation, ...], desk: bool) -> None:
        own = self._device.own
        if Form.JSON in self._wanted.forms:
            contacts = tuple(
                ExportedContact(each.user_uri, self._called(each.user_uri), each.since_ms, each.how)
                for each in people(self._device.contacts)
            )
            index = ExportedIndex(VERSION, own.user_uri, own.handle, self._now_ms, listed, contacts)
            with place.new(INDEX, packed=True) as file:
                file.write(msgspec.json.format(msgspec.json.encode(index), indent=1))
        if Form.HTML in self._wanted.forms:
            with place.new("index.html", packed=True) as file:
                file.write(page.head(f"Conversations of {own.handle}").encode())
                for each in listed:
                    link = page.link(f"{FOLDERS}/{each.folder}/index.html", each.title)
                    file.write(page.element("p", link, f", {each.entries} entries").encode())
                if desk:
                    file.write(page.element("p", page.link(with_the_desk.HTML, with_the_desk.TITLE)).encode())
                file.write(page.END.encode())

    async def _conversation(self, place: Place, number: str, room: RoomRecord) -> ExportedConversation:
        """First its files, so that every form can say where they are; then it once for each form."""
        folder, title = f"{FOLDERS}/{number}", self._title(room)
        files: dict[int, tuple[ExportedFile, ...]] = {}
        count = 0
        async for item in self._items(room.room_uri):
            count += 1
            found = [await self._file(item, index, part, place, folder) for index, part in _files_of(item)]
            if found:
                files[item.seq] = tuple(found)
        if Form.JSON in self._wanted.forms:
            with place.new(f"{folder}/{MESSAGES}", packed=True) as out:
                async for item in self._items(room.room_uri, count):
                    out.write(msgspec.json.encode(self._entry(item, files)) + b"\n")
        if Form.HTML in self._wanted.forms:
            with place.new(f"{folder}/index.html", packed=True) as out:
                out.write(page.head(title).encode())
                async for item in self._items(room.room_uri, count):
                    out.write(page.entry(self._entry(item, files)).encode() + b"\n")
                out.write(page.END.encode())
        return ExportedConversation(number, room.room_uri, title, room.direct, count)

    async def _items(self, room_uri: str, limit: int | None = None) -> AsyncIterator[Item]:
        """Entries of a conversation, the first `limit` of them. Between some of them the connection goes on."""
        for count, (key, value) in enumerate(islice(self._store.each(Table.TIMELINE, room_uri), limit), 1):
            yield decode_item(value)
            self._done += len(key) + len(value)
            if self._progress is not None:
                self._progress(min(self._done, self._total), self._total)
            if count % PAUSE == 0:
                await asyncio.sleep(0)

    def _title(self, room: RoomRecord) -> str:
        others = [user_uri for user_uri in room.people if user_uri != self._device.own.user_uri]
        called = self._names.handle(others[0]) or others[0] if others else ""
        return room.name or called or room.room_uri.rsplit("/", 1)[-1]

    def _entry(self, item: Item, files: Mapping[int, tuple[ExportedFile, ...]]) -> ExportedEntry:
        shown = _is_shown(item)
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
            files.get(item.seq, ()) if shown else (),
        )

    def _called(self, user_uri: str) -> str:
        return self._names.handle(user_uri) or user_uri

    async def _file(self, item: Item, index: int, part: ExternalPart, place: Place, folder: str) -> ExportedFile:
        told = ExportedFile(part.filename, part.content_type, max(0, part.size - TAG_BYTES))
        plaintext = await self._plaintext(item, index)
        if plaintext is None:
            return told
        name = f"{item.seq}-{index}-{safe_name(part.filename)}"
        if PurePosixPath(name).suffix.lower() in ACTIVE:
            name += ".txt"
        name = safe_name(name)
        with place.new(f"{folder}/files/{name}", packed=False) as file:
            file.write(plaintext)
        return msgspec.structs.replace(told, path=f"files/{name}")

    async def _plaintext(self, item: Item, index: int) -> bytes | None:
        kept = ciphertexts.find(self._device, item.room_uri, item.version_id, index)
        try:
            if kept is not None:
                return await asyncio.to_thread(decrypt, MimiContent.decode(item.content), index, kept)
            return None if self._fetch is None else await self._fetch(item.room_uri, item.message_id, index)
        except (MessageError, ClientError, Refusal):
            return None


def _is_shown(item: Item) -> bool:
    return item.kind is Kind.MESSAGE and item.state in (State.SHOWN, State.EDITED)


def _files_of(item: Item) -> list[tuple[int, ExternalPart]]:
    if not _is_shown(item):
        return []
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
