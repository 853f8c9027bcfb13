# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reporting to those who look after a group: to which of their devices, and what they are sent.

The hub says which keys there are. Sealed is only to devices that stand in this device's own tree, whose people have an
office by its own state of the room, and under keys that their leaves have signed: a hub can leave some out, and add
none. Whoever is reported gets nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine import calls, from_desk, reports
from privity.client.engine.flow import Flow, ask
from privity.client.engine.records import Table
from privity.client.engine.reports import OVERHEAD_BYTES, Evidence, reported, weight, with_versions
from privity.client.engine.room_past import was_here
from privity.client.engine.safety_inputs import Report, ReportToModerators, ReportUnread, TakeToDesk
from privity.client.errors import AccountKeyChanged, CommandRefused
from privity.identity.errors import ReportKeyError
from privity.identity.report_key import ReportKey
from privity.identity.uris import user_of
from privity.message import room_report, sealing
from privity.message.errors import UnusableKey
from privity.message.report import (
    MAX_MESSAGES,
    MAX_NOTE,
    MAX_RECIPIENTS,
    AbuseReport,
    Reason,
    ReportedMessage,
    Subject,
)
from privity.message.room_report import ID_BYTES, MAX_PLAIN, RoomReport
from privity.mls.codec import u64
from privity.policy.members import member_of
from privity.policy.roles import Capability
from privity.wire import rest
from privity.wire.errors import Code, Refusal

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.room import Room
    from privity.client.engine.state import Device

SEEN: Final = "report-key-seen"
"""The scope of `Table.PIN` with the highest number of a key that each device is known to have had."""
MAX_ANSWERED: Final = 2_000
"""Keys of one answer that are looked at: more than a room of a thousand people has of such devices."""
MAX_MESSAGES_BYTES: Final = MAX_PLAIN - OVERHEAD_BYTES - 128 * MAX_RECIPIENTS
"""What a report holds of messages beside its note and the names of the devices that it goes to."""
ATTEMPTS: Final = 2
"""Somebody may lose their office just when a report is made."""


def find_moderators(room: Room, accused_uri: str) -> Flow[tuple[str, ...]]:
    """Who would get a report about this person, by user URI."""
    keys = yield from _ask_for_keys(room, accused_uri)
    return tuple(sorted({user_of(client_uri) for client_uri in keys}))


def report_to_moderators(room: Room, command: ReportToModerators) -> Flow[str]:
    """Make it, and hand it to the hub for their inboxes; its id. Raises CommandRefused where nobody can take it."""
    device = room.device
    made = _draft(room, command)
    report_id = device.random(ID_BYTES)
    for attempt in range(1, ATTEMPTS + 1):
        keys = yield from _ask_for_keys(room, made.alleged_uri)
        if not keys:
            raise CommandRefused("nobody else who looks after this conversation can take reports now; ask the desk")
        recipients = room_report.order(list(keys))
        own = device.own
        report = RoomReport(report_id, room.uri, own.client_uri, recipients, command.may_name, made)
        sealed = room_report.seal(report.signed_by(own.signature_private), keys, device.random)
        try:
            yield from ask(calls.report_to_moderators(room.uri, sealed), rest.Done)
        except Refusal as refusal:
            if refusal.code is Code.CONFLICT and attempt < ATTEMPTS:
                continue
            raise
        break
    from_desk.keep_report_to_moderators(device, made, report_id.hex(), command.message_ids)
    return report_id.hex()


def take_to_desk(engine: Engine, command: TakeToDesk) -> Flow[str]:
    """Report the same to the desk; the receipt. Raises CommandRefused."""
    device, report_id = engine.device, command.report_id
    made = next((each for each in from_desk.reports(device.batch) if each.receipt == report_id), None)
    if made is None or not made.to_moderators or made.subject is None:
        raise CommandRefused("this device has made no such report to those who look after a conversation")
    if made.from_backup:
        raise CommandRefused("the device that made this report is gone, and with it what proves it; report it anew")
    if made.desk_receipt:
        raise CommandRefused(f"it was reported to the desk already, under the receipt {made.desk_receipt}")
    number, subject, reason = command.command, Subject(made.subject), Reason(made.reason)
    if subject is Subject.MESSAGES:
        named = from_desk.named_in(device.batch, report_id)
        again = Report(number, made.room_uri, named, reason, command.note)
        receipt = yield from reports.report(engine.room(made.room_uri), again)
    else:
        of = ReportUnread(number, subject, made.user_uri, made.room_uri, reason, command.note)
        receipt = yield from reports.report_unread(device, of)
    from_desk.put(device, from_desk.REPORTS, report_id, msgspec.structs.replace(made, desk_receipt=receipt))
    return receipt


# What they are sent


def _draft(room: Room, command: ReportToModerators) -> AbuseReport:
    """Raises CommandRefused."""
    room.require_group()
    own = room.device.own.user_uri
    if room.state.direct:
        raise CommandRefused("nobody looks after a conversation of two; report to the desk")
    if len(command.note.encode()) > MAX_NOTE:
        raise CommandRefused(f"a note has at most {MAX_NOTE} bytes")
    found = with_versions(room, command.message_ids, False, MAX_MESSAGES_BYTES)
    senders = {record.sender_uri for record, _ in found.values()}
    senders |= {command.accused_uri} if command.accused_uri else set()
    if len(senders) > 1:
        raise CommandRefused("a report is about one person, and the messages of that person; make one for each")
    accused = senders.pop() if senders else ""
    if accused == own:
        raise CommandRefused("this is the account's own address")
    if accused and not was_here(room, accused):
        raise CommandRefused(f"{accused} is not and was not in this conversation")
    subject = Subject.MESSAGES if found else Subject.PERSON if accused else Subject.ROOM
    messages = _proven(room, list(found.values()))
    return AbuseReport(own, accused, room.uri, command.reason, command.note, messages, subject)


def _proven(room: Room, found: Sequence[Evidence]) -> tuple[ReportedMessage, ...]:
    """The messages, each with the proof of who wrote it as long as there is room for that.

    Who was there when it was said needs no proof: their devices have the message. Raises CommandRefused.
    """
    left = MAX_MESSAGES_BYTES - sum(weight(bare) for _, bare in found)
    if left < 0 or len(found) > MAX_MESSAGES:
        raise CommandRefused("these messages are too many or too long for one report; choose fewer")
    messages = []
    for record, bare in found:
        proven = reported(room.device, record, authorship=True)
        extra = weight(proven) - weight(bare)
        if extra <= left:
            left -= extra
            messages.append(proven)
        else:
            messages.append(bare)
    return tuple(messages)


# To whom


def _ask_for_keys(room: Room, accused_uri: str) -> Flow[dict[str, bytes]]:
    """By device of those who would get it, the key to seal to."""
    room.require_group()
    answer = yield from ask(calls.room_moderators(room.uri), rest.RoomModerators)
    return _take(room, accused_uri, answer.keys)


def _take(room: Room, accused_uri: str, answered: Sequence[bytes]) -> dict[str, bytes]:
    """What may be sealed to, out of what the hub says: at most so many devices, of as many people as there are."""
    device, own = room.device, room.device.own.user_uri
    leaves = {member_of(leaf).client_uri: leaf for _, leaf in room.require_group().members()}
    in_charge = room.state.who_may(Capability.DELETE_OTHER) - {own, accused_uri}
    newest: dict[str, ReportKey] = {}
    for data in answered[:MAX_ANSWERED]:
        try:
            key = ReportKey.decode(data)
            leaf = leaves.get(key.client_uri)
            if leaf is None or user_of(key.client_uri) not in in_charge or room.leaves.is_going(key.client_uri):
                continue
            key.check(leaf.signature_key)
            sealing.check_usable(key.public)
            device.pins.check_accepted(user_of(key.client_uri))
        except (ReportKeyError, UnusableKey, AccountKeyChanged):
            continue
        known = newest.get(key.client_uri)
        if key.number >= (_seen(device, key.client_uri) if known is None else known.number):
            newest[key.client_uri] = key
    for key in newest.values():
        device.batch.put(Table.PIN, SEEN, key.client_uri.encode(), u64(key.number))
    return {key.client_uri: key.public for key in _evenly(list(newest.values()))}


def _evenly(keys: Sequence[ReportKey]) -> list[ReportKey]:
    """One device of everybody, then a second of everybody, until there are as many as one report goes to."""
    turn: dict[str, int] = {}
    ranked: list[tuple[int, str, ReportKey]] = []
    for key in sorted(keys, key=lambda each: -each.number):
        user_uri = user_of(key.client_uri)
        turn[user_uri] = turn.get(user_uri, 0) + 1
        ranked.append((turn[user_uri], key.client_uri, key))
    return [key for _, _, key in sorted(ranked, key=lambda each: each[:2])][:MAX_RECIPIENTS]


def _seen(device: Device, client_uri: str) -> int:
    return int.from_bytes(device.batch.get(Table.PIN, SEEN, client_uri.encode()) or b"", "big")
