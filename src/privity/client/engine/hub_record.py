# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's own keys as its key log shows them to everybody (`s:HOST`): what this device pinned must be among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine.flow import Flow
from privity.client.engine.records import Table
from privity.client.engine.shown import LogAlarm, Notice
from privity.client.engine.trust import MAX_ASKED, NotInLog
from privity.client.errors import LogNotFresh
from privity.identity.server_record import ServerRecord, first_record, next_record
from privity.keylog.labels import server_label
from privity.keylog.proof import LookupProof
from privity.wire.keylog import Looked

if TYPE_CHECKING:
    from privity.client.engine.state import Device

RECORD = b"hub-record"
PROOF = b"hub-record-proof"
MAX_RECORDS = 1_000
"""Versions in one answer: a hub that changed its keys daily would take three years for as many."""


def kept_record(device: Device) -> ServerRecord | None:
    """The newest record that was proven to this device."""
    value = device.batch.get(Table.LOG, "", RECORD)
    return None if value is None else ServerRecord.decode(value)


def kept_proof(device: Device) -> bytes | None:
    """A proof of that record, for somebody else."""
    return device.batch.get(Table.LOG, "", PROOF)


def look_at_hub(device: Device) -> Flow[bytes]:
    """Look the hub's record up, and follow it; the proof of the newest.

    Raises LogRefused and its kind, or an IdentityError of the record.
    """
    label = server_label(device.own.hub_host)
    for _ in range(MAX_ASKED):
        known, size = kept_record(device), device.log.size
        version, bring = (0, ()) if known is None else (known.version, ((known.encode(),),))
        answer = yield from device.returns.look_up(label, version, size, bring)
        if device.log.size == size and kept_record(device) == known:
            _take(device, known, answer, label)
            return answer.proof
    raise LogNotFresh(f"the key log changed {MAX_ASKED} times while its hub was looked up")


def _take(device: Device, known: ServerRecord | None, answer: Looked, label: bytes) -> None:
    found = device.log.check_lookup(answer.proof, label)
    if found.value is None:
        raise NotInLog(f"the key log of {device.own.hub_host} holds no record of its hub")
    if not answer.values or answer.values[-1] != found.value or len(answer.values) > MAX_RECORDS:
        raise NotInLog("the newest record that the hub shows of itself is not the one in its key log")
    record = known
    keys: list[bytes] = []
    for value in answer.values:
        if record is None:
            record = first_record(value, device.own.hub_host)
        elif value != record.encode():
            record = next_record(record, value)
        keys.append(record.franking_key)
    if record is None or record.version != found.version:
        raise NotInLog(f"the hub's record stands in its key log as version {found.version}")
    device.log.remember(found.view, found.opened, LookupProof.decode(answer.proof).head.note)
    device.batch.put(Table.LOG, "", RECORD, record.encode())
    if record != known or kept_proof(device) is None:
        device.batch.put(Table.LOG, "", PROOF, answer.proof)
    if known is None and device.own.franking_key not in keys:
        device.show(
            LogAlarm(
                "the key for reports that the hub gave this device stands in no record of its key log: it showed this"
                " device another key than everybody else"
            )
        )
    for key in keys:
        device.note_franking_key(key)
    if record != known and record.external_sender_key != device.own.hub_key:
        device.show(Notice("the hub's key for proposals is another than the one this device knows: rooms keep theirs"))
