# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What another device of this account had seen, out of a backup: it makes this one more careful, and shows more.

Nothing here lets anybody in, trusts a key, enters a room or forgets what this device has seen itself. A place in a
timeline is given only where this device has no event to come: a backup that filled the future would silence a room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from privity.client.engine import checked, evidence
from privity.client.engine.effects import Finished
from privity.client.engine.from_backup import ReturnedEntry
from privity.client.engine.records import Table
from privity.client.engine.room import Room
from privity.client.engine.shown import AccountReset, Kind, RoomChanged, State, encode_item
from privity.client.engine.state import Device, RoomRecord
from privity.client.errors import BackupMalformed, LogRefused
from privity.keylog.verify import View
from privity.mls.codec import u64
from privity.tlog.checkpoint import verify_checkpoint
from privity.tlog.errors import TlogError
from privity.tlog.note import SignedNote

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.inputs import HeedPerson, RememberSeen, TakeBack


def remember_seen(engine: Engine, command: RememberSeen) -> None:
    """A room that this device has never been in is kept as one that it is not in, and never entered in an older state
    than the other device was in. A room that it knows stays as it is."""
    if command.note:
        _heed_log(engine.device, command.note)
    new = []
    for seen in command.rooms:
        if seen.uri in engine.rooms:
            continue
        record = RoomRecord(
            seen.uri,
            cursor=seen.cursor,
            joined_seq=seen.cursor,
            direct=seen.direct,
            name=seen.name,
            member=False,
            epoch=seen.epoch,
            context_hash=seen.context_hash,
            people=seen.people,
        )
        room = engine.rooms[seen.uri] = Room(engine.device, record, None)
        room.save()
        engine.device.show(RoomChanged(seen.uri))
        new.append(seen.uri)
    engine.device.effects.append(Finished(command.command, tuple(new)))


def _heed_log(device: Device, note: bytes) -> None:
    """A device that has seen nothing of the log yet must find it as long as the other one did; one that has compares.

    Whoever made the backup cannot make up a log: its own key must have signed the checkpoint.
    """
    log = device.log
    try:
        checkpoint = verify_checkpoint(SignedNote.decode(note), log.keys.policy.log)
    except TlogError as err:
        raise LogRefused(
            f"the backup has seen a key log that is not this hub's ({err}): either the hub began another one, or it"
            " shows you another than before"
        ) from None
    if log.view is None:
        log.expect(View(checkpoint.size, checkpoint.root, 0), note)
    else:
        device.gossip.compare(note, device.own.user_uri)


def take_back(engine: Engine, command: TakeBack) -> None:
    taken = sum(_take(engine, entry) for entry in command.entries)
    for room_uri in dict.fromkeys(entry.item.room_uri for entry in command.entries):
        engine.device.show(RoomChanged(room_uri))
    engine.device.effects.append(Finished(command.command, taken))


def _take(engine: Engine, entry: ReturnedEntry) -> bool:
    """Whether there was a place for it."""
    device, item = engine.device, entry.item
    room = engine.rooms.get(item.room_uri)
    if room is None or not 0 < item.seq <= room.record.cursor:
        return False
    place = u64(item.seq)
    ids = (*item.version_ids(), *(each.message_id for each in item.reactions)) if item.kind is Kind.MESSAGE else ()
    taken = any(device.batch.get(Table.MESSAGE_ID, item.room_uri, each) is not None for each in ids)
    if taken or device.batch.get(Table.TIMELINE, item.room_uri, place) is not None:
        return False
    device.batch.put(Table.TIMELINE, item.room_uri, place, encode_item(item))
    for each in item.reactions:
        device.batch.put(Table.MESSAGE_ID, item.room_uri, each.message_id, b"r" + place)
    for each_id in ids[: len(item.version_ids())]:
        device.batch.put(Table.MESSAGE_ID, item.room_uri, each_id, b"o" + place)
    if item.kind is Kind.MESSAGE:
        device.batch.put(Table.MESSAGE_ID, item.room_uri, item.message_id, b"m" + place)
    for digest, value in entry.contexts.items():
        device.batch.put(Table.EVIDENCE, item.room_uri, b"context" + digest, value)
    for message_id, record in entry.evidence.items():
        device.batch.put(Table.EVIDENCE, item.room_uri, message_id, msgspec.msgpack.encode(record))
    _schedule(device, entry)
    return True


def _schedule(device: Device, entry: ReturnedEntry) -> None:
    """What was to disappear does so here too, and what was to be erased is, three days from now at the latest."""
    item = entry.item
    if item.expires_ms is not None and item.state in (State.SHOWN, State.EDITED):
        evidence.forget_later(device, item.room_uri, item.message_id, item.expires_ms, item.seq)
    elif entry.evidence and entry.erase_ms is not None:
        at_ms = min(entry.erase_ms - evidence.GRACE_MS, device.now_ms)
        for message_id in entry.evidence:
            evidence.forget_later(device, item.room_uri, message_id, at_ms, None)


def heed_person(device: Device, command: HeedPerson) -> None:
    """A reset since then waits for a person's word, although this device never saw other keys."""
    account, before = device.pins.account(command.user_uri), command.recovery_key
    differs = before and account is not None and account.in_force.recovery_key != before
    if differs and device.pins.ask_again(command.user_uri):
        device.show(AccountReset(command.user_uri))
    again = bool(command.checked) and _heed_check(device, command.user_uri, command.checked)
    device.effects.append(Finished(command.command, again))


def _heed_check(device: Device, user_uri: str, value: bytes) -> bool:
    """A number that is another one now stops what is sent to that person, as it would have on the other device. One
    that is the same is compared anew: that it was compared once is a trust that no backup brings."""
    if checked.find(device, user_uri) is not None:
        return False
    try:
        record = msgspec.msgpack.decode(value, type=checked.CheckedRecord)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BackupMalformed("a number that was compared is no such record") from None
    if (record.own_key, record.their_key) != checked.keys(device, user_uri):
        device.batch.put(Table.PIN, checked.SCOPE, user_uri.encode(), msgspec.msgpack.encode(record))
    return True
