# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A backup that a device of the account itself made up, a stolen one say: it makes nobody believed and lets nobody in.

Each test begins with true records and changes one thing.
"""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from privity.client.backup import contents
from privity.client.backup.desk_records import MAX_RECORDS
from privity.client.backup.format import Maker, Writer, open_backup
from privity.client.backup.keys import PUBLIC_KEY, BackupKey
from privity.client.engine.checked import SCOPE, CheckedRecord
from privity.client.engine.evidence import EvidenceRecord
from privity.client.engine.from_desk import MAX_FOREIGN, OwnReport
from privity.client.engine.key_log import KEYS
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind, Reaction, State, decode_item, encode_item
from privity.client.engine.state import OWN_KEY, RoomRecord
from privity.client.engine.trust import pinned_account
from privity.client.errors import (
    BackupMalformed,
    BackupNotByDevice,
    BackupOfAnother,
    CheckedKeysChanged,
    LogNotFresh,
    LogRefused,
)
from privity.client.sdk import Device
from privity.identity.device_list import DeviceList
from privity.identity.recovery import root_of
from privity.identity.uris import new_room_uri
from privity.message import compose
from privity.message.content import SinglePart
from privity.mls.codec import u64
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from tests.client.linked import PHRASE, World, heard, world

KEY = BackupKey.of(root_of(PHRASE))
Change = Callable[[contents.Record], contents.Record]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


class Ground:
    """Ann's true backup with words of Bob's, and her new device, connected, with nothing of it yet."""

    def __init__(self, town: World, bob: Device, room: str, records: list[contents.Record], maker: Maker) -> None:
        self.town = town
        self.bob = bob
        self.room = room
        self.records = records
        self.maker = maker
        self.new: Device

    def write(self, *records: contents.Record) -> Path:
        path = self.town.folder / f"{os.urandom(4).hex()}.backup"
        out = io.BytesIO()
        writer = Writer(out, KEY.public, self.maker, 1_800_000_000_000)
        for record in records:
            writer.record(contents.encode(record))
        writer.close()
        path.write_bytes(out.getvalue())
        return path

    def changed(self, change: Change) -> Path:
        return self.write(*map(change, self.records))

    def said(self) -> list[str]:
        return [item.text for item in self.new.read(self.room) if item.kind is Kind.MESSAGE]

    @property
    def trust(self) -> dict[tuple[str, bytes], bytes]:
        """Whom this device believes, and who it is."""
        store = self.new.host.store
        found = {("account", key): pinned_account(value).encode() for key, value in store.scan(Table.PIN, "")}
        found |= {("own list", key): value for key, value in store.scan(Table.PIN, "own")}
        found |= {("compared", key): value for key, value in store.scan(Table.PIN, SCOPE)}
        found |= {("key", key): store.get(Table.OWN, "", key) or b"" for key in (OWN_KEY, PUBLIC_KEY)}
        return found | {("log", KEYS): store.get(Table.LOG, "", KEYS) or b""}


@pytest.fixture
async def ground(town: World) -> AsyncIterator[Ground]:
    bob = await town.person("bob_b")
    room = await town.ann.direct(bob.user_uri)
    await town.ann.send(room, "from ann")
    await heard(bob, room, "from ann")
    for text in ("one", "two", "three"):
        await bob.send(room, text)
        await heard(town.ann, room, text)
    path = await town.ann.backups.make(town.folder / "true.backup")
    own = town.ann.host.engine.device.own
    with path.open("rb") as file:
        lists = (town.ann.host.engine.device.pins.get(own.user_uri),)
        assert isinstance(lists[0], DeviceList)
        found = [contents.decode(data) for _, data in open_backup(file, KEY, (lists[0],)).records()]
    made = Ground(town, bob, room, found, Maker(own.client_uri, own.signature_private))
    await town.ann.close()
    async with await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE) as new:
        await new.caught_up()
        made.new = new
        yield made
    await bob.close()


def on_item(change: Callable[[Item], Item], *, text: str = "two") -> Change:
    def changed(record: contents.Record) -> contents.Record:
        if isinstance(record, contents.Entry) and (item := decode_item(record.item)).text == text:
            return msgspec.structs.replace(record, item=encode_item(change(item)))
        return record

    return changed


def on_evidence(change: Callable[[EvidenceRecord], EvidenceRecord]) -> Change:
    def changed(record: contents.Record) -> contents.Record:
        if isinstance(record, contents.Entry) and record.evidence and decode_item(record.item).text == "two":
            old = msgspec.msgpack.decode(record.evidence[0], type=EvidenceRecord)
            return msgspec.structs.replace(record, evidence=(msgspec.msgpack.encode(change(old)),))
        return record

    return changed


def put(**more: object) -> Callable[[Item], Item]:
    return lambda item: msgspec.structs.replace(item, **more)


def prove(**more: object) -> Callable[[EvidenceRecord], EvidenceRecord]:
    return lambda record: msgspec.structs.replace(record, **more)


async def test_words_are_those_that_are_proven_whatever_the_entry_says(ground: Ground) -> None:
    await ground.new.backups.restore(ground.changed(on_item(put(text="invented", ts_ms=1, clock_differs=True))), PHRASE)
    assert ground.said() == ["from ann", "one", "two", "three"]
    two = next(item for item in ground.new.read(ground.room) if item.text == "two")
    assert two.ts_ms > 1 and not two.from_backup and not two.mine and two.sender == ground.bob.user_uri


def other_words(ground: Ground) -> bytes:
    author = compose.Author(ground.bob.user_uri, ground.room)
    return compose.message(author, SinglePart(compose.PLAIN, b"invented"), random=os.urandom).encode()


CHANGES: dict[str, Callable[[Ground], Change]] = {
    "no evidence at all": lambda _: (
        lambda r: msgspec.structs.replace(r, evidence=()) if isinstance(r, contents.Entry) and b"two" in r.item else r
    ),
    "other words": lambda ground: on_evidence(prove(data=other_words(ground))),
    "another sender": lambda ground: on_evidence(prove(sender_uri=ground.new.user_uri)),
    "another time": lambda _: on_evidence(lambda old: msgspec.structs.replace(old, ts_ms=old.ts_ms + 1)),
    "another room": lambda _: on_evidence(prove(room_uri="mimi://hub.example/r/" + "a" * 26)),
    "another tag": lambda _: on_evidence(prove(tag=bytes(32))),
    "another frank": lambda _: on_evidence(prove(server_frank=bytes(32))),
    "another frank signature": lambda _: on_evidence(prove(frank_signature=bytes(64))),
    "another author signature": lambda _: on_evidence(prove(signature=bytes(64))),
    "another leaf": lambda _: on_evidence(prove(leaf=7)),
    "another epoch": lambda _: on_evidence(prove(epoch=99)),
    "an empty device list": lambda _: on_evidence(prove(device_list=b"")),
    "no leaf": lambda _: on_evidence(prove(leaf_node=b"\x00")),
    "another context": lambda _: on_evidence(prove(context_hash=bytes(32))),
    "the id of another message": lambda _: on_item(put(message_id=b"\x01" + bytes(31), version_id=b"\x01" + bytes(31))),
    "an edit that is none": lambda _: on_item(put(version_id=b"\x01" + bytes(31), state=State.EDITED)),
    "a place before an earlier one": lambda _: on_item(put(seq=1)),
}


async def test_words_of_somebody_else_that_nothing_proves_are_not_shown(ground: Ground) -> None:
    before = ground.trust
    for name, change in CHANGES.items():
        done = await ground.new.backups.restore(ground.changed(change(ground)), PHRASE)
        assert (ground.said(), done.unproven) == (["from ann", "one", "three"], 1), name
    assert ground.trust == before
    await ground.new.backups.restore(ground.write(*ground.records), PHRASE)
    assert ground.said() == ["from ann", "one", "two", "three"], "and what is true still comes"


async def test_words_cannot_be_put_into_the_mouth_of_the_person_as_proven(ground: Ground) -> None:
    """Own words that only the backup has are marked; nobody else's can be passed off as own."""
    claim = put(sender=ground.new.user_uri, mine=True)
    await ground.new.backups.restore(ground.changed(on_item(claim)), PHRASE)
    two = next(item for item in ground.new.read(ground.room) if item.text == "two")
    assert two.sender == ground.bob.user_uri and not two.mine
    own = next(item for item in ground.new.read(ground.room) if item.text == "from ann")
    assert own.mine and own.from_backup
    assert ground.new.host.store.get(Table.EVIDENCE, ground.room, own.message_id) is None


async def test_reactions_are_proven_like_words(ground: Ground) -> None:
    forged = Reaction(ground.bob.user_uri, "💯", b"\x01" + os.urandom(31))
    await ground.new.backups.restore(ground.changed(on_item(put(reactions=(forged,)))), PHRASE)
    assert all(item.reactions == () for item in ground.new.read(ground.room))


async def test_no_place_of_an_event_to_come_is_taken(ground: Ground) -> None:
    """Else the message that comes there would be hidden."""
    room = ground.new.host.engine.rooms[ground.room]
    future = room.record.cursor + 1
    path = ground.changed(on_item(put(seq=future), text="three"))
    await ground.new.backups.restore(path, PHRASE)
    assert ground.said() == ["from ann", "one", "two"]
    await ground.bob.send(ground.room, "still heard")
    await heard(ground.new, ground.room, "still heard")


async def test_what_this_device_has_seen_itself_is_not_overwritten(ground: Ground) -> None:
    await ground.bob.send(ground.room, "seen here")
    await heard(ground.new, ground.room, "seen here")
    ground.new.preferences.set_draft(ground.room, "written here")
    here = next(item for item in ground.new.read(ground.room) if item.text == "seen here")
    rows = [contents.Row("room", "draft", ground.room.encode(), b"old"), *ground.records]
    about, *rest = ground.changed(on_item(put(seq=here.seq), text="three")), *rows
    await ground.new.backups.restore(about, PHRASE)
    await ground.new.backups.restore(ground.write(ground.records[0], *rest), PHRASE)
    assert [item.text for item in ground.new.read(ground.room) if item.seq == here.seq] == ["seen here"]
    assert ground.new.preferences.draft(ground.room) == "written here"


def on_room(**more: object) -> Change:
    def changed(record: contents.Record) -> contents.Record:
        return msgspec.structs.replace(record, **more) if isinstance(record, contents.RoomSeen) else record

    return changed


async def test_a_remembered_state_of_a_room_is_neither_lowered_nor_raised(ground: Ground) -> None:
    before = RoomRecord.decode(ground.new.host.store.get(Table.ROOM, "", ground.room.encode()) or b"")
    assert before.epoch > 0
    for epoch, cursor in ((0, 0), (1 << 39, 1 << 39)):
        path = ground.changed(on_room(epoch=epoch, context_hash=bytes(32), cursor=cursor))
        await ground.new.backups.restore(path, PHRASE)
        after = ground.new.host.engine.rooms[ground.room].record
        assert before.epoch <= after.epoch < before.epoch + 3 and before.cursor <= after.cursor < before.cursor + 3


IMPOSSIBLE: tuple[dict[str, object], ...] = (
    {"uri": "mimi://elsewhere.example/r/" + "a" * 26},
    {"uri": "../../x"},
    {"cursor": -1},
    {"cursor": 1 << 60},
    {"epoch": 1 << 60},
    {"context_hash": b"short"},
    {"people": ("a", "b", "c")},
    {"name": "x" * 1000},
)


async def test_a_room_that_cannot_be_is_refused_as_a_whole(ground: Ground) -> None:
    before = ground.trust
    for more in IMPOSSIBLE:
        with pytest.raises(BackupMalformed):
            await ground.new.backups.restore(ground.changed(on_room(**more)), PHRASE)
        assert ground.said() == [], more
    assert ground.trust == before


async def test_a_room_of_the_past_is_shown_as_left_and_lets_nobody_in(ground: Ground) -> None:
    """A conversation that this device is not in: nothing can be sent, and no key of it is anywhere."""
    uri = new_room_uri("hub.example", os.urandom)
    seen = contents.RoomSeen(uri, "long ago", False, 9, 4, bytes(32), ())
    done = await ground.new.backups.restore(ground.write(ground.records[0], seen), PHRASE)
    assert done.rooms == 1
    assert ground.new.left_rooms()[uri] == "long ago" and uri not in ground.new.rooms()
    assert ground.new.host.store.scan(Table.MLS, uri) == []
    again = Device.open  # it stays so when the device is opened anew
    await ground.new.close()
    reopened = again(ground.town.new_folder, "four")
    assert reopened.left_rooms()[uri] == "long ago"
    await reopened.close()


async def test_a_device_heeds_the_newest_state_that_the_lost_one_was_in(ground: Ground) -> None:
    """Recovered with the backup before it connects, it refuses an older state of the room than the lost one knew."""
    await ground.new.close()
    folder = ground.town.folder / "newer"
    path = ground.changed(on_room(epoch=1000, context_hash=bytes(32)))
    async with Device.open(ground.town.new_folder, "four"):
        pass
    device = await Device.recovered(folder, "five", ground.town.hub, handle="ann_a", phrase=PHRASE)
    assert await device.backups.heed(path, PHRASE) == 1
    async with device:
        await device.caught_up()
        record = device.host.engine.rooms[ground.room].record
        assert "epoch 1000" in record.stopped and not record.member


async def test_a_log_that_is_shorter_than_it_was_is_a_rollback(ground: Ground) -> None:
    keys = ground.town.context.keys
    name = keys.log_verifier("hub.example/keylog").name
    longer = sign_checkpoint(keys.log, Checkpoint(name, 1_000_000, os.urandom(32))).encode()
    path = ground.write(ground.records[0], contents.LogView(longer), *ground.records[2:])
    device = await Device.recovered(
        ground.town.folder / "newer", "five", ground.town.hub, handle="ann_a", phrase=PHRASE
    )
    await device.backups.heed(path, PHRASE)
    async with device:
        with pytest.raises(LogNotFresh, match="older key log than before"):
            await device.devices()
        with pytest.raises(LogNotFresh):
            await device.backups.restore(path, PHRASE)
        assert device.host.engine.device.log.size == 1_000_000, "what was seen stays seen"


async def test_on_a_device_that_has_seen_the_log_a_longer_one_is_an_alarm(ground: Ground) -> None:
    keys = ground.town.context.keys
    name = keys.log_verifier("hub.example/keylog").name
    before = ground.new.host.engine.device.log.size
    longer = sign_checkpoint(keys.log, Checkpoint(name, 1_000_000, os.urandom(32))).encode()
    path = ground.write(ground.records[0], contents.LogView(longer), *ground.records[2:])
    told = ground.new.host.follow()
    with pytest.raises(LogNotFresh, match="had seen 1000000 entries"):
        await ground.new.backups.restore(path, PHRASE)
    assert ground.said() == [] and ground.new.host.engine.device.log.size >= before
    while ground.new.host.engine.device.log.alarm is None:
        await told.get()
    with pytest.raises(LogRefused, match="in doubt"):
        await ground.new.backups.restore(ground.write(*ground.records), PHRASE)
    assert ground.said() == []


async def test_a_log_view_that_the_log_did_not_sign_is_refused(ground: Ground) -> None:
    name = ground.town.context.keys.log_verifier("hub.example/keylog").name
    forged = sign_checkpoint(os.urandom(32), Checkpoint(name, 5, os.urandom(32))).encode()
    before = ground.trust
    for note in (forged, b"not a note"):
        with pytest.raises(LogRefused):
            await ground.new.backups.restore(ground.write(ground.records[0], contents.LogView(note)), PHRASE)
    assert ground.trust == before


async def test_a_comparison_is_never_believed_and_a_changed_one_stops_what_is_sent(ground: Ground) -> None:
    new, bob = ground.new, ground.bob.user_uri
    await new.verify(bob)
    pins = new.host.engine.device.pins
    own, theirs = pins.get(new.user_uri), pins.get(bob)
    assert own is not None and theirs is not None
    same = CheckedRecord("1" * 60, 5, own.recovery_key, theirs.recovery_key)
    person = contents.Person(bob, theirs.encode(), b"", "bob_b", msgspec.msgpack.encode(same))
    done = await new.backups.restore(ground.write(ground.records[0], person), PHRASE)
    assert done.compare_again == [bob]
    assert new.host.store.get(Table.PIN, SCOPE, bob.encode()) is None
    other = msgspec.msgpack.encode(CheckedRecord("1" * 60, 5, own.recovery_key, bytes(32)))
    changed = msgspec.structs.replace(person, checked=other)
    await new.backups.restore(ground.write(ground.records[0], changed), PHRASE)
    with pytest.raises(CheckedKeysChanged):
        await new.send(ground.room, "to whom?")
    await new.checked.take_back(bob)
    with pytest.raises(BackupMalformed):
        broken = msgspec.structs.replace(person, checked=b"\xc1")
        await new.backups.restore(ground.write(ground.records[0], broken), PHRASE)


async def test_keys_that_do_not_follow_the_old_ones_are_told_and_none_is_taken(ground: Ground) -> None:
    new, bob = ground.new, ground.bob.user_uri
    await new.devices(bob)
    before = ground.trust
    ghost = ground.new.host.engine.device.pins.get(ground.new.user_uri)
    assert ghost is not None
    person = contents.Person(bob, ghost.encode(), b"", "mallory", b"")
    done = await new.backups.restore(ground.write(ground.records[0], person), PHRASE)
    assert done.differing == [bob]
    assert ground.trust == before and ground.new.names.handle(bob) == "bob_b", "that of a contact was there first"


async def test_a_backup_of_somebody_else_is_refused(ground: Ground) -> None:
    about = ground.records[0]
    assert isinstance(about, contents.About)
    others = msgspec.structs.replace(about, user_uri=ground.bob.user_uri)
    with pytest.raises(BackupOfAnother):
        await ground.new.backups.restore(ground.write(others), PHRASE)
    with pytest.raises(BackupMalformed, match="version"):
        await ground.new.backups.restore(
            ground.write(msgspec.structs.replace(about, version=contents.VERSION + 1)), PHRASE
        )
    own = ground.bob.host.engine.device.own
    ground.maker = Maker(own.client_uri, own.signature_private)
    with pytest.raises(BackupOfAnother):
        await ground.new.backups.restore(ground.write(about), PHRASE)
    ground.maker = Maker(ground.town.ann.client_uri, own.signature_private)
    with pytest.raises(BackupNotByDevice):
        await ground.new.backups.restore(ground.write(about), PHRASE)


NO_RECORDS = (
    contents.Entry(b"\xc1", (), None),
    contents.Entry(encode_item(Item("r", 1, 1, Kind.LINE)), (b"\xc1",), None),
    contents.Person("not a uri", b"", b"", "", b""),
    contents.Person("mimi://hub.example/u/" + "a" * 26, b"", b"", "Not A Handle!", b""),
)


async def test_records_that_are_not_what_they_say_are_refused_by_name(ground: Ground) -> None:
    for record in NO_RECORDS:
        with pytest.raises(BackupMalformed):
            await ground.new.backups.restore(ground.write(ground.records[0], record), PHRASE)


async def test_more_of_the_desk_than_a_device_keeps_is_refused(ground: Ground) -> None:
    flood = [contents.Reported(OwnReport(f"invented-{number}", 1)) for number in range(MAX_RECORDS + 1)]
    with pytest.raises(BackupMalformed, match="at most"):
        await ground.new.backups.restore(ground.write(ground.records[0], *flood), PHRASE)
    assert len(ground.new.safety.reports()) <= MAX_FOREIGN


async def test_a_file_that_is_not_the_one_a_message_names_is_not_kept(ground: Ground) -> None:
    two = next(
        decode_item(record.item)
        for record in ground.records
        if isinstance(record, contents.Entry) and decode_item(record.item).text == "two"
    )
    strange = contents.File(ground.room, two.message_id, 0, b"something else")
    unknown = contents.File(ground.room, bytes(32), 0, b"something else")
    await ground.new.backups.restore(ground.write(*ground.records, strange, unknown), PHRASE)
    assert ground.said() == ["from ann", "one", "two", "three"]
    kept = ground.new.host.store.scan(Table.EVIDENCE, ground.room)
    assert all(value != b"something else" for _, value in kept)


async def test_what_has_expired_since_comes_back_empty(ground: Ground) -> None:
    """Own words that were to disappear do so although the backup has them."""
    gone = put(expires_ms=1)
    await ground.new.backups.restore(ground.changed(on_item(gone, text="from ann")), PHRASE)
    own = next(item for item in ground.new.read(ground.room) if item.mine)
    assert own.state is State.EXPIRED and own.content == b"" and own.text == ""
    assert ground.new.host.store.get(Table.TIMELINE, ground.room, u64(own.seq)) is not None
