# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to this device, whose person looks after a group: opened, checked here, kept, settled or passed on.

What came is opened once the room's log has been followed to its end: then its people are known, and most of what is
reported was seen here. Nobody but who looks after the room sees any, and whoever loses the office loses them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from privity.client.engine import evidence, kept_room_reports, reports
from privity.client.engine.flow import Flow
from privity.client.engine.kept_room_reports import How, KeptMessage, KeptRoomReport, Proof
from privity.client.engine.records import Table
from privity.client.engine.report_keys import looks_after, private_of
from privity.client.engine.room_past import KnownHere, keys_of, was_here
from privity.client.engine.safety_inputs import PassOnRoomReport, SettleRoomReport
from privity.client.engine.shown import Notice, RoomChanged, RoomReportArrived
from privity.client.errors import CommandRefused
from privity.identity.errors import IdentityError
from privity.identity.uris import user_of
from privity.message import room_report
from privity.message.authorship import verify_authorship
from privity.message.errors import (
    AuthorshipError,
    BadRoomReport,
    CborError,
    ContentError,
    FrankError,
    RoomReportDoesNotOpen,
    RoomReportError,
)
from privity.message.franking import check_content, verify_frank_signature
from privity.message.message_id import message_id_of
from privity.message.report import AbuseReport, ReportedMessage
from privity.message.room_report import RoomReport
from privity.mls.codec import u64, vec
from privity.wire.socket import Inbox

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.room import Room
    from privity.client.engine.state import Device

CAME: Final = "room-report-came"
"""The scope of `Table.OWN` with what was not opened yet, by number in the inbox and room."""
MAX_CAME: Final = 100
"""What is more is let go unopened: nobody honest reports so much while one room's log is read."""


class Moderation:
    """The reports that come to one device."""

    __slots__ = ("_came", "_device", "_engine", "_offices_after")

    def __init__(self, engine: Engine) -> None:
        self._engine, self._device = engine, engine.device
        rows = engine.device.batch.scan(Table.OWN, CAME)
        self._came = {key: key[8:].decode() for key, _ in rows}
        self._offices_after = -1

    def hear(self, frame: Inbox) -> None:
        """Keep what came until it can be opened. Raises BadRoomReport for what nobody could have sealed."""
        room = self._engine.rooms.get(frame.room_uri)
        if room is None or not room.record.member or len(self._came) >= MAX_CAME:
            return
        room_report.key_id_of(frame.body)
        key = u64(frame.seq) + frame.room_uri.encode()
        self._device.batch.put(Table.OWN, CAME, key, frame.body)
        self._came[key] = frame.room_uri

    def look(self) -> None:
        """Open what can be opened now, and let go what this account has lost its office over."""
        if not self._device.caught_up:
            return
        for key, room_uri in list(self._came.items()):
            room = self._engine.rooms.get(room_uri)
            if room is not None and (room.is_behind or _is_lost(room)):
                continue
            body = self._device.batch.get(Table.OWN, CAME, key)
            self._device.batch.delete(Table.OWN, CAME, key)
            del self._came[key]
            if room is not None and body is not None and looks_after(room):
                self._open(room, body)
        if self._offices_after != self._device.epochs:
            self._offices_after = self._device.epochs
            self._let_go()

    def settle(self, command: SettleRoomReport) -> Flow[None]:
        """Raises CommandRefused."""
        yield from ()
        self._settled(self._kept(command.key), command.how)

    def pass_on(self, command: PassOnRoomReport) -> Flow[str]:
        """To the hub's desk, with the evidence of this device where it has it; the receipt. Raises CommandRefused."""
        kept, device = self._kept(command.key), self._device
        made = kept_room_reports.report_of(device.batch, kept)
        passed = AbuseReport(
            device.own.user_uri,
            kept.accused_uri,
            kept.room_uri,
            made.reason,
            command.note,
            tuple(self._as_known(kept, named, came) for named, came in zip(kept.messages, made.messages, strict=True)),
            made.subject,
            kept.reporter_uri if kept.may_name else "",
        )
        receipt = yield from reports.hand_in(device, passed)
        now = kept_room_reports.find(device.batch, kept.key)
        if now is not None:
            self._settled(now, How.PASSED_ON)
        return receipt

    # Coming in

    def _open(self, room: Room, body: bytes) -> None:
        try:
            made = _opened(self._device, room, body)
            _check_people(room, made)
            messages = tuple(_stands(room, made.report.alleged_uri, each) for each in made.report.messages)
        except (RoomReportError, IdentityError) as err:
            self._device.show(Notice(f"a report about a conversation that you look after was refused: {err}"))
            return
        if _is_known(self._device, made, messages):
            return
        report = made.report
        kept = KeptRoomReport(
            _key(made),
            room.uri,
            report.reporter_uri,
            report.alleged_uri,
            self._device.hub_ms,
            made.may_name,
            messages,
            int(report.subject),
        )
        kept_room_reports.add(self._device.batch, kept, report)
        self._device.show(RoomReportArrived(room.uri, kept.key.hex()))

    def _let_go(self) -> None:
        rooms = self._engine.rooms
        for kept in kept_room_reports.all_of(self._device.batch):
            room = rooms.get(kept.room_uri)
            if room is None or not (_is_lost(room) or looks_after(room)):
                kept_room_reports.forget(self._device.batch, kept)

    # What the person does

    def _kept(self, key: bytes) -> KeptRoomReport:
        kept = kept_room_reports.find(self._device.batch, key)
        if kept is None or not looks_after(self._engine.room(kept.room_uri)):
            raise CommandRefused("this device has no such report")
        return kept

    def _settled(self, kept: KeptRoomReport, how: How) -> None:
        kept_room_reports.put(self._device.batch, kept_room_reports.settled(kept, how))
        self._device.show(RoomChanged(kept.room_uri))

    def _as_known(self, kept: KeptRoomReport, named: KeptMessage, came: ReportedMessage) -> ReportedMessage:
        own = evidence.find(self._device, kept.room_uri, named.message_id)
        return came if own is None or own.data != came.data else reports.reported(self._device, own, authorship=True)


def _is_lost(room: Room) -> bool:
    """Whether this device is to enter a room anew, and does not know its state meanwhile."""
    return room.record.member and (room.group is None or bool(room.record.stopped))


def _opened(device: Device, room: Room, body: bytes) -> RoomReport:
    """Raises RoomReportError."""
    private = private_of(device, room_report.key_id_of(body))
    if private is None:
        raise RoomReportDoesNotOpen("it was sealed to a key that this device does not have, or not any more")
    return room_report.open(body, private, room.uri, device.own.client_uri)


def _check_people(room: Room, made: RoomReport) -> None:
    """Raise RoomReportError unless somebody of this room made it, about somebody of this room who does not get it."""
    report, own = made.report, room.device.own.user_uri
    reporter, accused = user_of(made.client_uri), report.alleged_uri
    if report.reporter_uri != reporter or reporter in (own, accused):
        raise BadRoomReport("it names another reporter than the device that made it, or the reader, or the accused")
    if accused == own or any(user_of(each) in (accused, reporter) for each in made.recipients):
        raise BadRoomReport("it goes to whom it is about, or to who made it")
    if not was_here(room, reporter) or (accused and not was_here(room, accused)):
        raise BadRoomReport("it is from or about somebody who is not and was not in the conversation")
    keys = keys_of(room, made.client_uri)
    if not keys:
        raise BadRoomReport("it was made by a device that is not known here")
    _check_with_one(keys, made.check_signature, RoomReportError)


def _stands(room: Room, accused_uri: str, message: ReportedMessage) -> KeptMessage:
    """What this device can say of one reported message. Raises BadRoomReport for one of another room or person.

    A frank alone proves nothing here: whoever has one of a true message can put other words beside it, and only the
    hub, which has the key, finds that. The signature of the accused's own device is what ties the words to them.
    """
    try:
        content = check_content(message.data, accused_uri, room.uri)
    except (CborError, ContentError, FrankError):
        raise BadRoomReport("it brings what is no message of that person in that conversation") from None
    message_id = message_id_of(message.data, content.salt, accused_uri, room.uri)
    if _is_seen(room, message_id, message.data):
        return KeptMessage(message_id, Proof.SEEN)
    try:
        _check_frank(room, accused_uri, message)
        verify_authorship(message, accused_uri, room.uri, KnownHere(room))
    except (FrankError, AuthorshipError):
        return KeptMessage(message_id, Proof.UNPROVEN)
    return KeptMessage(message_id, Proof.FRANKED)


def _is_seen(room: Room, message_id: bytes, data: bytes) -> bool:
    record = evidence.find(room.device, room.uri, message_id)
    if record is not None:
        return record.data == data
    item = room.timeline.item(message_id)  # the id is a hash of the bytes; their evidence may be gone by now
    return item is not None and not item.from_backup


def _check_frank(room: Room, accused_uri: str, message: ReportedMessage) -> None:
    """Raise FrankError unless a key that this hub has signed franks with signed this one."""
    own = room.device.own
    keys = {room.state.franking_key, own.franking_key, *own.earlier_franking_keys}

    def check(key: bytes) -> None:
        verify_frank_signature(message.frank, key, accused_uri, room.uri, message.ts_ms)

    _check_with_one(keys, check, FrankError)


def _check_with_one(keys: Iterable[bytes], check: Callable[[bytes], None], refusal: type[Exception]) -> None:
    """Raise what the last of these keys is refused with, unless one of them passes."""
    *others, last = keys
    for key in others:
        try:
            check(key)
        except refusal:
            continue
        return
    check(last)


def _is_known(device: Device, made: RoomReport, messages: tuple[KeptMessage, ...]) -> bool:
    """Whether the same person has reported the same before."""
    report, key = made.report, _key(made)
    before = [
        each
        for each in kept_room_reports.all_of(device.batch)
        if (each.room_uri, each.reporter_uri) == (made.room_uri, report.reporter_uri)
    ]
    if any(each.key == key for each in before):
        return True
    if messages:
        covered = {message.message_id for each in before for message in each.messages}
        return all(message.message_id in covered for message in messages)
    same = (int(report.subject), report.alleged_uri)
    return any((each.subject, each.accused_uri) == same and not each.messages and not each.how for each in before)


def _key(made: RoomReport) -> bytes:
    """By reporter, so that nobody takes the name of somebody else's report."""
    return hashlib.sha256(vec(made.report.reporter_uri.encode()) + made.id).digest()[:16]
