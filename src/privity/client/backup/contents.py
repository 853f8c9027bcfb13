# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What stands in a backup, record by record, and what never does.

Every table of a device has a decision here, with its reason. Nothing is copied as it stands in the store where a record
also holds something by which a device acts; what is left of it is named field by field.
"""

from __future__ import annotations

from typing import Final

import msgspec

from privity.client.engine.from_desk import OwnAppeal, OwnReport
from privity.client.engine.records import Table
from privity.client.errors import BackupMalformed
from privity.wire.standing import Statement

KEPT: Final[dict[Table, str]] = {
    Table.TIMELINE: "what was said: the reason for a backup",
    Table.EVIDENCE: "what proves it, while it is kept, and files that this device holds: so it stays reportable",
    Table.PROOF: "proofs of the key log under which the senders of kept evidence were accepted",
    Table.ERASE: "when evidence ends: a backup does not prolong what was to be erased",
    Table.ROOM: "names, people, how far each was read and followed; drafts, what is muted or out of sight",
    Table.PIN: "the people this account has met, with proofs, what they are called, and who was compared",
    Table.LOG: "how far the key log was seen, so that a shorter or another one is told",
    Table.OWN: "what the person set; own reports and appeals, and what was decided about the account; nothing else",
    Table.ARCHIVE: "imported conversations, which prove nothing anyway",
    Table.CONTACT: "when contacts ended, and who was one before there were any: what no entry at the hub says",
}
"""Tables of which something stands in a backup."""
LEFT_OUT: Final[dict[Table, str]] = {
    Table.MLS: "group and ratchet secrets: two devices with one state would break forward secrecy, and each other",
    Table.KEY_PACKAGE: "private keys by which somebody else could come in as this device",
    Table.OUTBOX: "sealed under keys of this device, and sent twice by two of them",
    Table.AHEAD: "a note between this device and its place in a room's log",
    Table.MESSAGE_ID: "follows from the entries",
}
"""Tables of which nothing stands in a backup."""

VERSION: Final = 2
READ: Final = frozenset({1, VERSION})
"""Versions that are read. The first says nothing of the desk."""
CONTEXTS_AGAIN: Final = 16
"""A group context stands again before an entry that needs it once so many others have come since."""


class About(msgspec.Struct, frozen=True, tag="about"):
    """The first record."""

    version: int
    user_uri: str
    handle: str
    hub_host: str
    size: int
    """Bytes that the store gave for all that follows: for the progress alone."""


class LogView(msgspec.Struct, frozen=True, tag="log"):
    """How far the device had seen the key log: its newest signed checkpoint."""

    note: bytes


class RoomSeen(msgspec.Struct, frozen=True, tag="room"):
    """A conversation: what it is called, and the newest state of it that the device was in."""

    uri: str
    name: str
    direct: bool
    cursor: int
    epoch: int
    context_hash: bytes
    people: tuple[str, ...]


class Person(msgspec.Struct, frozen=True, tag="person"):
    """Somebody the account has met: the newest list that was proven, its proof, the handle, a number compared, and what
    `contact_book.Known` holds of an end and of a time before there were contacts."""

    user_uri: str
    device_list: bytes
    proof: bytes
    handle: str
    checked: bytes
    before: bool = False
    own_after: int = -1
    theirs_after: int = -1


class Row(msgspec.Struct, frozen=True, tag="row"):
    """A row as it stands in the store: of a scope in `ROWS` or of the archive, and of nothing else."""

    table: str
    scope: str
    key: bytes
    value: bytes


class Proof(msgspec.Struct, frozen=True, tag="proof"):
    """A proof of the key log that an evidence names by its hash."""

    value: bytes


class Context(msgspec.Struct, frozen=True, tag="context"):
    """A group context that evidence of the next entries names by its hash."""

    value: bytes


class Entry(msgspec.Struct, frozen=True, tag="entry"):
    """An entry of a conversation with the evidence of its versions and reactions, and when that ends (ms)."""

    item: bytes
    evidence: tuple[bytes, ...]
    erase_ms: int | None


class File(msgspec.Struct, frozen=True, tag="file"):
    """The ciphertext of a file that the device holds, after the entry that names it."""

    room_uri: str
    message_id: bytes
    part_index: int
    ciphertext: bytes


class Reported(msgspec.Struct, frozen=True, tag="report"):
    """A report of the account's own, and what became of it. The evidence of it stands with the entries alone."""

    report: OwnReport


class Appealed(msgspec.Struct, frozen=True, tag="appeal"):
    """An appeal of the account's own, and what became of it."""

    appeal: OwnAppeal


class Decided(msgspec.Struct, frozen=True, tag="statement"):
    """What was decided about the account, and why."""

    statement: Statement


OfDesk = Reported | Appealed | Decided
Record = About | LogView | RoomSeen | Person | Row | Proof | Context | Entry | File | OfDesk

ROWS: Final[frozenset[tuple[Table, str]]] = frozenset(
    {
        (Table.ROOM, "read"),
        (Table.ROOM, "draft"),
        (Table.ROOM, "muted"),
        (Table.ROOM, "archived"),
        (Table.OWN, "setting"),
    }
)
"""Scopes whose rows are the person's own and harmless as they are."""

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def encode(record: Record) -> bytes:
    return _encoder.encode(record)


def decode(data: bytes) -> Record:
    """Raises BackupMalformed."""
    try:
        record = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        raise BackupMalformed(f"a record of the backup: {str(err)[:200]}") from None
    if isinstance(record, Row) and not may_stand(record):
        raise BackupMalformed(f"a backup holds no rows of {record.table[:20]!r}, {record.scope[:20]!r}")
    return record


def may_stand(row: Row) -> bool:
    """Whether this row is one that a backup may bring into a store."""
    if row.table == Table.ARCHIVE:
        return True
    return any(row.table == table and row.scope == scope for table, scope in ROWS)
