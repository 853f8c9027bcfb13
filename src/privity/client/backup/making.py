# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making a backup: what `contents` allows, read from the store piece by piece and written to a file that is whole or
not there.

Between two pieces the device goes on; what comes meanwhile may or may not be in the backup.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

import msgspec

from privity.client.backup import contents
from privity.client.backup.format import Maker, Writer
from privity.client.engine import checked, ciphertexts, evidence, from_desk, proven
from privity.client.engine.contact_book import Known
from privity.client.engine.evidence import EvidenceRecord
from privity.client.engine.key_log import SEEN
from privity.client.engine.key_log import Seen as SeenLog
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, decode_item, encode_item
from privity.client.engine.state import Device, RoomRecord
from privity.client.names import SCOPE as HANDLES
from privity.client.store.database import Store
from privity.message.content import ExternalPart, MimiContent, walk

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""
PAUSE_BYTES: Final = 1 << 16


async def make(
    store: Store, device: Device, public: bytes, now_ms: int, out: BinaryIO, progress: Progress | None = None
) -> None:
    """Write everything into an open file."""
    maker = Maker(device.own.client_uri, device.own.signature_private)
    writer = Writer(out, public, maker, now_ms, os.urandom)
    backup = _Backup(store, device)
    total, done = backup.size(), 0
    for record in backup.records(total):
        data = contents.encode(record)
        writer.record(data)
        if done // PAUSE_BYTES != (done + len(data)) // PAUSE_BYTES:
            await asyncio.sleep(0)  # the connection goes on meanwhile
        done += len(data)
        if progress is not None:
            progress(min(done, total), total)
    writer.close()
    if progress is not None:
        progress(total, total)


class _Backup:
    """One pass over a store."""

    def __init__(self, store: Store, device: Device) -> None:
        self._store = store
        self._device = device
        self._rooms = [RoomRecord.decode(value) for _, value in store.scan(Table.ROOM, "")]
        self._erased = {
            (ending.room_uri, ending.message_id): int.from_bytes(key[:8], "big")
            for key, value in store.scan(Table.ERASE, "")
            if (ending := msgspec.msgpack.decode(value, type=evidence.Ending)).seq is None
        }
        self._contexts: OrderedDict[bytes, None] = OrderedDict()
        self._proofs: set[bytes] = set()

    def size(self) -> int:
        """About what `records` will come to."""
        scopes = [(table, room.room_uri) for room in self._rooms for table in (Table.TIMELINE, Table.EVIDENCE)]
        scopes += [(Table.ARCHIVE, key.hex()) for key, _ in self._store.scan(Table.ARCHIVE, "")]
        scopes += [(Table.PIN, ""), (Table.PROOF, "")]
        return 1 + sum(self._store.weigh(table, scope) for table, scope in scopes)

    def records(self, size: int) -> Iterator[contents.Record]:
        own = self._device.own
        yield contents.About(contents.VERSION, own.user_uri, own.handle, own.hub_host, size)
        yield from self._log()
        for room in self._rooms:
            yield contents.RoomSeen(
                room.room_uri,
                room.name,
                room.direct,
                room.cursor,
                room.epoch,
                room.context_hash,
                room.people,
            )
        yield from self._people()
        for table, scope in sorted(contents.ROWS):
            for key, value in self._store.scan(table, scope):
                yield contents.Row(table.value, scope, key, value)
        yield from self._desk()
        yield from self._archives()
        for room in self._rooms:
            for item in self._items(room.room_uri):
                yield from self._entry(item)

    def _log(self) -> Iterator[contents.Record]:
        seen = self._store.get(Table.LOG, "", SEEN)
        if seen is not None:
            note = msgspec.msgpack.decode(seen, type=SeenLog).note
            yield contents.LogView(note)

    def _people(self) -> Iterator[contents.Record]:
        pins, store = self._device.pins, self._store
        handles = {key: value.decode() for key, value in store.scan(Table.PIN, HANDLES)}
        contacts = self._device.contacts.everybody()
        for user_uri in sorted({*pins.met(), *(key.decode() for key in handles), *contacts}):
            account, contact = pins.account(user_uri), contacts.get(user_uri, Known())
            yield contents.Person(
                user_uri,
                b"" if account is None else account.newest.encode(),
                pins.proof(user_uri),
                handles.get(user_uri.encode(), ""),
                store.get(Table.PIN, checked.SCOPE, user_uri.encode()) or b"",
                contact.before,
                contact.own_after,
                contact.theirs_after,
            )

    def _desk(self) -> Iterator[contents.Record]:
        yield from map(contents.Reported, from_desk.reports(self._store))
        yield from map(contents.Appealed, from_desk.appeals(self._store))
        yield from map(contents.Decided, from_desk.statements(self._store))

    def _archives(self) -> Iterator[contents.Record]:
        for number, head in self._store.scan(Table.ARCHIVE, ""):
            yield contents.Row(Table.ARCHIVE.value, "", number, head)
            for key, value in self._store.each(Table.ARCHIVE, number.hex()):
                yield contents.Row(Table.ARCHIVE.value, number.hex(), key, value)

    def _items(self, room_uri: str) -> Iterator[Item]:
        for _, value in self._store.each(Table.TIMELINE, room_uri):
            yield decode_item(value)

    def _entry(self, item: Item) -> Iterator[contents.Record]:
        ids = (*item.version_ids(), *(each.message_id for each in item.reactions))
        found = {each: record for each in ids if each and (record := self._evidence(item.room_uri, each)) is not None}
        for record in found.values():
            yield from self._context(record)
            yield from self._proof(record)
        erase_ms = next((at for each in ids if (at := self._erased.get((item.room_uri, each))) is not None), None)
        yield contents.Entry(
            encode_item(item), tuple(msgspec.msgpack.encode(record) for record in found.values()), erase_ms
        )
        for message_id, record in found.items():
            yield from self._files(message_id, record)

    def _evidence(self, room_uri: str, message_id: bytes) -> EvidenceRecord | None:
        value = self._store.get(Table.EVIDENCE, room_uri, message_id)
        return None if value is None else EvidenceRecord.decode(value)

    def _context(self, record: EvidenceRecord) -> Iterator[contents.Record]:
        value = evidence.context_of(self._device, record)
        if value is None or record.context_hash in self._contexts:
            return
        self._contexts[record.context_hash] = None
        if len(self._contexts) > contents.CONTEXTS_AGAIN:
            self._contexts.popitem(last=False)
        yield contents.Context(value)

    def _proof(self, record: EvidenceRecord) -> Iterator[contents.Record]:
        value = proven.proof_of(self._device.batch, record.proof_hash) if record.proof_hash else None
        if value is not None and record.proof_hash not in self._proofs:
            self._proofs.add(record.proof_hash)
            yield contents.Proof(value)

    def _files(self, message_id: bytes, record: EvidenceRecord) -> Iterator[contents.Record]:
        for index, part in walk(MimiContent.decode(record.data).part):
            kept = (
                ciphertexts.find(self._device, record.room_uri, message_id, index)
                if isinstance(part, ExternalPart)
                else None
            )
            if kept is not None:
                yield contents.File(record.room_uri, message_id, index, kept)
