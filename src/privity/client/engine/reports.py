# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making a report: the kept evidence of messages, and the files that only this device still has, sealed to the desk.

A report of something of which nothing was read has no messages and proves nothing; an appeal goes the same way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from privity.client.engine import calls, ciphertexts, evidence, from_desk
from privity.client.engine.flow import Flow, ask
from privity.client.engine.safety_inputs import LodgeAppeal, Report, ReportUnread
from privity.client.engine.state import Device
from privity.client.errors import CommandRefused
from privity.message import sealed_report
from privity.message.appeal import MAX_TEXT, Appeal
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.report import MAX_MESSAGES, MAX_NOTE, MAX_REPORT, AbuseReport, Authorship, ReportedMessage
from privity.wire import rest
from privity.wire.errors import Refusal

if TYPE_CHECKING:
    from privity.client.engine.room import Room

Evidence = tuple[evidence.EvidenceRecord, ReportedMessage]

OVERHEAD_BYTES = 32 << 10
"""What a report takes beside its messages, the longest note included."""
MESSAGE_BYTES = 512
"""What a message takes beside its content and its proof of authorship: frank, numbers, lengths."""
MAX_RECEIPT = 200
"""Characters of a receipt that are kept."""
RIDING_BYTES = 16
"""What a ciphertext costs in a report beside its own bytes: index, length, and the growth of the map around it."""


def report(room: Room, command: Report) -> Flow[str]:
    """Seal the kept evidence to the desk's pinned key, and hand it to the hub; the receipt."""
    device = room.device
    found = with_versions(room, command.message_ids, command.authorship, MAX_REPORT - OVERHEAD_BYTES)
    senders = {record.sender_uri for record, _ in found.values()}
    if len(senders) != 1:
        raise CommandRefused("a report is about the messages of one person; make one for each")
    messages = tuple(message for _, message in found.values())
    made = AbuseReport(
        device.own.user_uri,
        senders.pop(),
        command.room_uri,
        command.reason,
        command.note,
        messages,
        command.subject,
        command.escalated_for,
    )
    complete = yield from _with_lost_files(device, tuple(found), made)
    return (yield from hand_in(device, complete))


def report_unread(device: Device, command: ReportUnread) -> Flow[str]:
    """Report a person, a room, a profile or an invitation; the receipt."""
    own = device.own.user_uri
    if command.user_uri == own:
        raise CommandRefused("this is the account's own address")
    made = AbuseReport(
        own, command.user_uri, command.room_uri, command.reason, command.note, (), subject=command.subject
    )
    return (yield from hand_in(device, made))


def lodge_appeal(device: Device, command: LodgeAppeal) -> Flow[str]:
    """Hand in an appeal, and no other against the same while the desk says nothing of it; the receipt."""
    before = from_desk.appeal_to(device.batch, command.about, command.reference)
    if before is not None and not before.lines and not before.from_backup:
        raise CommandRefused("this device has appealed against this already; the answer comes by itself")
    if not command.text.strip() or len(command.text.encode()) > MAX_TEXT:
        raise CommandRefused(f"an appeal says in 1 to {MAX_TEXT} bytes what is wrong with the decision")
    made = Appeal(command.about, command.reference, device.own.user_uri, command.text)
    receipt = yield from _seal_and_send(device, made)
    from_desk.keep_appeal(device, made, receipt)
    return receipt


def hand_in(device: Device, made: AbuseReport) -> Flow[str]:
    """Seal it to the desk, hand it to the hub, and remember it; the receipt."""
    if len(made.note.encode()) > MAX_NOTE:
        raise CommandRefused(f"a note to the desk has at most {MAX_NOTE} bytes")
    receipt = yield from _seal_and_send(device, made)
    from_desk.keep_report(device, made, receipt)
    return receipt


def _seal_and_send(device: Device, content: sealed_report.Content) -> Flow[str]:
    intake = device.own.intake_key
    if intake is None:
        raise CommandRefused("this hub has no desk that takes reports")
    answer = yield from ask(calls.report(sealed_report.seal(intake, content)), rest.ReportReceived)
    return answer.receipt[:MAX_RECEIPT]


def with_versions(room: Room, named: tuple[bytes, ...], authorship: bool, left: int) -> dict[bytes, Evidence]:
    """The evidence of the named messages, and of their other versions, the newest first, as far as these fit into so
    many bytes.

    Who edits an insult into a harmless word, or deletes it, is reported for the insult all the same.
    """
    found: dict[bytes, Evidence] = {}
    for message_id in (*named, *_versions(room, named)):
        record = None if message_id in found else evidence.find(room.device, room.uri, message_id)
        if record is None:
            if message_id in named and message_id not in found:
                raise CommandRefused("this device has no evidence of one of these messages (any more)")
            continue
        message = reported(room.device, record, authorship)
        left -= weight(message)
        if message_id not in named and (left < 0 or len(found) >= MAX_MESSAGES):
            break
        found[message_id] = record, message
    return dict(sorted(found.items(), key=lambda pair: pair[1][0].ts_ms))


def _versions(room: Room, named: tuple[bytes, ...]) -> list[bytes]:
    items = (room.timeline.item(message_id) for message_id in named)
    return [message_id for item in items if item is not None for message_id in item.version_ids()]


def weight(message: ReportedMessage) -> int:
    """At least what a message takes in a report."""
    proof = message.authorship
    parts = (
        () if proof is None else (proof.aad, proof.signature, proof.group_context, proof.leaf_node, proof.device_list)
    )
    return len(message.data) + sum(len(part) for part in parts) + MESSAGE_BYTES


def reported(device: Device, record: evidence.EvidenceRecord, authorship: bool) -> ReportedMessage:
    """One message as a report carries it; with the proof of authorship where the reporter consents and it was kept."""
    proof: Authorship | None = None
    context = evidence.context_of(device, record)
    if authorship and record.signature and context is not None:
        proof = Authorship(
            record.epoch,
            record.leaf,
            record.aad,
            record.signature,
            context,
            record.leaf_node,
            record.device_list,
        )
    return ReportedMessage(record.data, record.frank(), record.ts_ms, proof)


def _with_lost_files(device: Device, message_ids: tuple[bytes, ...], made: AbuseReport) -> Flow[AbuseReport]:
    """The report with the ciphertexts that the hub does not say it has and this device does, as long as all fits."""
    left = MAX_REPORT - len(made.encode())
    messages = []
    for message_id, message in zip(message_ids, made.messages, strict=True):
        riding: dict[int, bytes] = {}
        for index, part in walk(MimiContent.decode(message.data).part):
            if not isinstance(part, ExternalPart):
                continue
            kept = ciphertexts.find(device, made.room_uri, message_id, index)
            if kept is None or len(kept) + RIDING_BYTES > left:
                continue
            if (yield from _is_lost(part.content_hash)):
                riding[index] = kept
                left -= len(kept) + RIDING_BYTES
        messages.append(replace(message, attachments=riding))
    return replace(made, messages=tuple(messages))


def _is_lost(content_hash: bytes) -> Flow[bool]:
    try:
        yield from ask(calls.blob_stored(content_hash), rest.BlobStored)
    except Refusal:
        return True
    return False
