# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bringing a backup into an open device of the same account.

First the whole file is checked. Then what the other device had seen is heeded, best before this one connects: how far
the key log and each conversation had come. Then, connected, every entry is proven against the key log and taken in. It
can be stopped and run again: what stands in a timeline already stays.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.client.backup import contents
from privity.client.backup.desk_records import OfDesk
from privity.client.backup.format import Opened
from privity.client.backup.making import Progress
from privity.client.backup.proving import OnceEach, Prover, made_anew
from privity.client.engine import evidence, inputs
from privity.client.engine.contact_book import Known
from privity.client.engine.evidence import EvidenceRecord
from privity.client.engine.from_backup import ReturnedEntry, SeenRoom
from privity.client.engine.profile import MAX_NAME
from privity.client.engine.records import Change, Table
from privity.client.engine.shown import Item, Kind, decode_item
from privity.client.errors import BackupMalformed, BackupOfAnother, ClientError, CommandRefused, LogNotFresh, LogRefused
from privity.client.host import Host
from privity.client.names import Names
from privity.client.unread import SCOPE as READ
from privity.identity.device_list import DeviceList
from privity.identity.errors import IdentityError
from privity.identity.handle import parse_handle
from privity.identity.leaf_binding import ChainBinding
from privity.identity.uris import host_of, parse_room_uri, parse_user_uri
from privity.keylog.verify import Found
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.errors import MessageError
from privity.message.message_id import message_id
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.note import SignedNote
from privity.wire.errors import Code, Refusal

STEP: Final = 100
"""Entries that are taken in together."""
STEP_BYTES: Final = 4 << 20
RECENT: Final = 64
RECENT_BYTES: Final = 64 << 20
"""Group contexts and proofs that are held for the entries to come, however many a backup brings."""
MAX_CURSOR: Final = 1 << 40
"""Events of one conversation: more than anybody says."""
MAX_ROOMS: Final = 100_000
MAX_AHEAD_MS: Final = 86_400_000
"""How far clocks may differ."""
BUSY_TRIES: Final = 60


@dataclass(slots=True)
class Restored:
    """What came of it. `unproven` were words of others that nothing proves; they are not shown."""

    entries: int = 0
    unproven: int = 0
    rooms: int = 0
    from_desk: int = 0
    """Own reports and appeals, and decisions about the account."""
    compare_again: list[str] = field(default_factory=list)
    """People whose safety number was compared: that is done anew."""
    differing: list[str] = field(default_factory=list)
    """People of whom the hub shows other keys now than it had proven to the device of the backup."""


class Recent:
    """The last values by their hash, within bounds."""

    __slots__ = ("_size", "_values")

    def __init__(self) -> None:
        self._values: OrderedDict[bytes, bytes] = OrderedDict()
        self._size = 0

    def add(self, value: bytes) -> None:
        digest = hashlib.sha256(value).digest()
        if digest in self._values:
            return
        self._values[digest] = value
        self._size += len(value)
        while len(self._values) > RECENT or self._size > RECENT_BYTES:
            self._size -= len(self._values.popitem(last=False)[1])

    @property
    def values(self) -> Mapping[bytes, bytes]:
        return self._values


async def heed(host: Host, opened: Opened) -> int:
    """What this device must not fall behind; how many conversations are new here. Works without a connection.

    Raises BackupMalformed, BackupOfAnother, LogRefused.
    """
    note, rooms = b"", []
    for _, data in opened.records():
        record = contents.decode(data)
        if isinstance(record, contents.About):
            _check_about(record, host)
        elif isinstance(record, contents.LogView):
            note = record.note
        elif isinstance(record, contents.RoomSeen):
            rooms.append(_checked_room(record, host.engine.device.own.hub_host))
        else:
            break
        if len(rooms) > MAX_ROOMS:
            raise BackupMalformed(f"the backup has more than {MAX_ROOMS} conversations")
    new = await host.do(lambda n: inputs.RememberSeen(n, note, tuple(rooms)))
    return len(new) if isinstance(new, tuple) else 0


def _check_about(about: contents.About, host: Host) -> None:
    own = host.engine.device.own
    if about.version not in contents.READ:
        raise BackupMalformed(f"the contents have version {about.version}, this program reads {sorted(contents.READ)}")
    if about.user_uri != own.user_uri or about.hub_host != own.hub_host:
        raise BackupOfAnother(f"the backup is of {about.user_uri[:200]}, this device is of {own.user_uri}")


def _checked_room(seen: contents.RoomSeen, hub_host: str) -> SeenRoom:
    try:
        here = host_of(parse_room_uri(seen.uri)) == hub_host
    except IdentityError as err:
        raise BackupMalformed(f"a conversation of the backup: {err}") from None
    sound = (
        here
        and len(seen.name) <= MAX_NAME
        and 0 <= seen.cursor <= MAX_CURSOR
        and -1 <= seen.epoch <= MAX_CURSOR
        and len(seen.context_hash) == (32 if seen.epoch >= 0 else 0)
        and len(seen.people) in (0, 2)
    )
    if not sound:
        raise BackupMalformed("a conversation of the backup has values that none has")
    return SeenRoom(
        seen.uri, seen.name, seen.direct, seen.cursor, seen.epoch, seen.context_hash, tuple(sorted(seen.people))
    )


class Restoring:
    """One backup on its way into one device, which is connected and has caught up."""

    def __init__(self, host: Host, names: Names, opened: Opened, size: int, progress: Progress | None) -> None:
        self._host = host
        self._names = names
        self._opened = opened
        self._size = size
        self._progress = progress
        self._done = Restored()
        self._bindings: dict[str, OnceEach] = {}
        self._asked: dict[str, Found | None] = {}
        self._contexts = Recent()
        self._proofs = Recent()
        self._waiting: list[ReturnedEntry] = []
        self._weight = 0
        self._last: dict[str, tuple[int, int]] = {}
        self._of_desk = OfDesk(host, host.now_ms() + MAX_AHEAD_MS)

    async def run(self) -> Restored:
        """Raises BackupRefused, LogNotFresh, and what the hub refuses with."""
        await self._check_log()
        for done, data in self._opened.records():
            await self._record(contents.decode(data))
            if self._progress is not None:
                self._progress(done, self._size)
            await asyncio.sleep(0)  # the connection goes on meanwhile
        await self._flush()
        self._done.from_desk = await self._of_desk.taken()
        return self._done

    async def _check_log(self) -> None:
        """What a log does not show of this account now, it proves of nobody."""
        own_uri = self._host.engine.device.own.user_uri
        if await self._history(own_uri) is None:
            raise LogNotFresh("the key log does not show the lists of this account now; try again later")

    def _check_length(self, note: bytes) -> None:
        """A log that is shorter than the backup has seen, or was caught with another history, proves nothing now."""
        log = self._host.engine.device.log
        seen = Checkpoint.decode(SignedNote.decode(note).text).size
        if log.size < seen:
            raise LogNotFresh(
                f"the backup had seen {seen} entries of the key log, the hub shows {log.size}: it was set back, or"
                " hides what it showed before"
            )
        if log.alarm is not None:
            raise LogRefused(f"the key log is in doubt, so nothing can be proven by it: {log.alarm.text}")

    async def _record(self, record: contents.Record) -> None:
        match record:
            case contents.LogView(note):
                self._check_length(note)  # that the log signed it was found when it was heeded
            case contents.Person():
                await self._person(record)
            case contents.Row():
                self._row(record)
            case contents.Reported() | contents.Appealed() | contents.Decided():
                await self._of_desk.add(record)
            case contents.Context(value):
                self._contexts.add(value)
            case contents.Proof(value):
                self._proofs.add(value)
            case contents.Entry():
                await self._entry(record)
            case contents.File():
                await self._file(record)
            case _:
                pass  # heeded before

    async def _person(self, person: contents.Person) -> None:
        try:
            user_uri = parse_user_uri(person.user_uri)
            handle = parse_handle(person.handle) if person.handle else None
        except IdentityError as err:
            raise BackupMalformed(f"a person of the backup: {err}") from None
        if host_of(user_uri) != self._host.engine.device.own.hub_host:
            return
        if handle is not None:
            self._names.remember(user_uri, handle)
        self._contact(user_uri, person)
        found = await self._history(user_uri)
        if found is None:
            return
        known = b""
        if person.device_list in [dated.value for dated in found.dated.values()]:
            known = DeviceList.decode(person.device_list).recovery_key
        elif person.device_list:
            self._done.differing.append(user_uri)
        if await self._host.do(lambda n: inputs.HeedPerson(n, user_uri, known, person.checked)):
            self._done.compare_again.append(user_uri)

    def _contact(self, user_uri: str, person: contents.Person) -> None:
        """A contact that ended stays ended. Who was one before there were any is one if the hub says so too."""
        host = self._host
        if max(person.own_after, person.theirs_after) > host.now_ms() + MAX_AHEAD_MS:
            raise BackupMalformed("a contact of the backup ended at a time that is to come")
        book = host.engine.device.contacts
        known = book.known(user_uri) or Known()
        now = known.ended_with(person.before, person.own_after, person.theirs_after)
        if now != known:
            host.store.save({(Table.CONTACT, "", user_uri.encode()): now.encode()})

    def _row(self, row: contents.Row) -> None:
        """What the person has set here already stays; how far a conversation was read only grows."""
        table = Table(row.table)
        before = self._host.store.get(table, row.scope, row.key)
        grows = row.scope == READ and before is not None and len(row.value) == len(before) and row.value > before
        if before is None or grows:
            change: Change = (table, row.scope, row.key)
            self._host.store.save({change: row.value})

    async def _history(self, user_uri: str) -> Found | None:
        """All lists of an account, as the key log proves them now; asked once."""
        if user_uri not in self._asked:
            found = await self._looked_up(user_uri)
            self._asked[user_uri] = found
            if found is not None:
                dated = [(found.dated[each].value, found.dated[each].timestamp_ms) for each in sorted(found.dated)]
                self._bindings[user_uri] = OnceEach(ChainBinding(user_uri, dated, found.view.timestamp_ms))
        return self._asked[user_uri]

    async def _looked_up(self, user_uri: str) -> Found | None:
        for _ in range(BUSY_TRIES):
            try:
                found = await self._host.do(lambda n: inputs.ListHistory(n, user_uri))
            except Refusal as refusal:
                if refusal.code is not Code.TOO_MANY:
                    return None
                await asyncio.sleep((refusal.body.retry_after_ms or 1000) / 1000)
            except (LogRefused, IdentityError):
                return None
            else:
                if not isinstance(found, Found):
                    raise ClientError("the engine looked lists up without giving them")
                return found
        return None

    async def _entry(self, entry: contents.Entry) -> None:
        try:
            item = decode_item(entry.item)
            records = [EvidenceRecord.decode(each) for each in entry.evidence]
        except (msgspec.DecodeError, UnicodeDecodeError) as err:
            raise BackupMalformed(f"an entry of the backup: {str(err)[:200]}") from None
        if item.room_uri not in self._host.engine.rooms or not 0 < item.seq <= MAX_CURSOR:
            return
        for record in records:
            if self._is_user_here(record.sender_uri):
                await self._history(record.sender_uri)
        returned = self._proven(item, entry.evidence, entry.erase_ms)
        if returned is None:
            self._done.unproven += 1
            return
        self._waiting.append(returned)
        self._weight += len(entry.item) + sum(len(each) for each in entry.evidence)
        if len(self._waiting) >= STEP or self._weight >= STEP_BYTES:
            await self._flush()

    def _is_user_here(self, user_uri: str) -> bool:
        try:
            return host_of(parse_user_uri(user_uri)) == self._host.engine.device.own.hub_host
        except IdentityError:
            return False

    def _proven(self, item: Item, values: tuple[bytes, ...], erase_ms: int | None) -> ReturnedEntry | None:
        device = self._host.engine.device
        keys = (device.own.franking_key, *device.own.earlier_franking_keys)
        prover = Prover(device.own.user_uri, keys, self._bindings, self._host.now_ms())
        by_id = {}
        for value in values:
            record = EvidenceRecord.decode(value)
            found = _id_in(record)
            if found is not None:
                by_id[found] = record
        anew = made_anew(prover, item, by_id, self._contexts.values)
        if anew is None or not self._in_order(anew.item):
            return None
        hashes = {record.context_hash for record in anew.evidence.values()}
        contexts = {each: self._contexts.values[each] for each in hashes if each in self._contexts.values}
        self._keep_proofs(anew.evidence)
        return ReturnedEntry(anew.item, anew.evidence, contexts, erase_ms)

    def _in_order(self, item: Item) -> bool:
        """The hub's times rise with the places in a room, so proven words cannot be put into another order."""
        last_seq, last_ms = self._last.get(item.room_uri, (0, 0))
        proven = item.kind is Kind.MESSAGE and not item.from_backup
        if item.seq <= last_seq or (proven and item.ts_ms <= last_ms):
            return False
        self._last[item.room_uri] = item.seq, item.ts_ms if proven else last_ms
        return True

    def _keep_proofs(self, kept: Mapping[bytes, EvidenceRecord]) -> None:
        """By their hash, so that one can be nothing but what its evidence names."""
        changes: dict[Change, bytes | None] = {}
        for record in kept.values():
            value = self._proofs.values.get(record.proof_hash)
            if value is not None:
                changes[(Table.PROOF, "", record.proof_hash)] = value
        if changes:
            self._host.store.save(changes)

    async def _file(self, file: contents.File) -> None:
        await self._flush()
        device = self._host.engine.device
        record = evidence.find(device, file.room_uri, file.message_id)
        if record is None:
            return
        if file.part_index in _parts_of(record, hashlib.sha256(file.ciphertext).digest()):
            keep = inputs.KeepCiphertext
            await self._host.do(lambda n: keep(n, file.room_uri, file.message_id, file.part_index, file.ciphertext))

    async def _flush(self) -> None:
        if not self._waiting:
            return
        entries, self._waiting, self._weight = tuple(self._waiting), [], 0
        taken = await self._host.do(lambda n: inputs.TakeBack(n, entries))
        if not isinstance(taken, int):
            raise CommandRefused("the engine took entries back without saying how many")
        self._done.entries += taken


def _id_in(record: EvidenceRecord) -> bytes | None:
    """The id of the message that an evidence is of, as its own bytes say."""
    try:
        return message_id(record.data)
    except MessageError:
        return None


def _parts_of(record: EvidenceRecord, digest: bytes) -> list[int]:
    """The parts of a message whose ciphertext has this hash."""
    parts = walk(MimiContent.decode(record.data).part)
    return [index for index, part in parts if isinstance(part, ExternalPart) and part.content_hash == digest]
