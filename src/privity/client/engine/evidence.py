# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What proves a message, kept beside it so that it can be reported, and when it is let go (franking note, 5 and 8).

A sender's delete and an expiry empty what is shown; the evidence stays for a grace of 72 hours and is then erased.
Group contexts are large and the same for many messages: each is kept once, by its hash.
"""

from __future__ import annotations

import hashlib

import msgspec

from privity.client.engine import ciphertexts
from privity.client.engine.proven import accepted_under
from privity.client.engine.records import Table
from privity.client.engine.state import Device
from privity.message.franking import Frank, Franked
from privity.mls.codec import u64, vec
from privity.mls.group.outcomes import ApplicationMessage

GRACE_MS = 72 * 3_600_000
"""How long evidence outlives what was deleted or expired: three days to decide on a report."""

_CONTEXT = b"context"


class EvidenceRecord(msgspec.Struct, frozen=True):
    """The bundle of one message. What follows `leaf` is there for messages of others only: it proves authorship."""

    data: bytes
    tag: bytes
    sender_uri: str
    room_uri: str
    ts_ms: int
    server_frank: bytes
    suite_id: int
    frank_signature: bytes
    epoch: int
    leaf: int
    aad: bytes = b""
    signature: bytes = b""
    context_hash: bytes = b""
    leaf_node: bytes = b""
    device_list: bytes = b""
    proof_hash: bytes = b""
    """The proof of the key log under which the sender's leaf was accepted (`proven`)."""

    def __repr__(self) -> str:
        return f"<EvidenceRecord {self.room_uri} {self.ts_ms}>"

    def frank(self) -> Frank:
        return Frank(self.server_frank, self.suite_id, self.frank_signature)

    @classmethod
    def decode(cls, data: bytes) -> EvidenceRecord:
        return msgspec.msgpack.decode(data, type=cls)


def keep(device: Device, franked: Franked, opened: ApplicationMessage, client_uri: str) -> None:
    """Keep the bundle of somebody else's message."""
    context_hash = hashlib.sha256(opened.group_context).digest()
    device.batch.put(Table.EVIDENCE, franked.room_uri, _CONTEXT + context_hash, opened.group_context)
    listed = device.pins.get(franked.sender_uri)
    accepted = accepted_under(device.batch, franked.room_uri, opened.epoch, opened.sender_leaf)
    record = EvidenceRecord(
        *_common(franked),
        opened.epoch,
        opened.sender_leaf,
        opened.aad,
        opened.signature,
        context_hash,
        opened.leaf_node.encode(),
        b"" if listed is None else listed.encode(),
        b"" if accepted is None else accepted.proof_hash,
    )
    device.batch.put(Table.EVIDENCE, franked.room_uri, franked.message_id, msgspec.msgpack.encode(record))


def keep_own(device: Device, franked: Franked, epoch: int, leaf: int) -> None:
    """Keep the bundle of an own message."""
    record = EvidenceRecord(*_common(franked), epoch, leaf)
    device.batch.put(Table.EVIDENCE, franked.room_uri, franked.message_id, msgspec.msgpack.encode(record))


def _common(franked: Franked) -> tuple[bytes, bytes, str, str, int, bytes, int, bytes]:
    frank = franked.frank
    names = (franked.sender_uri, franked.room_uri, franked.ts_ms)
    return (franked.data, franked.tag, *names, frank.server_frank, frank.suite_id, frank.signature)


def find(device: Device, room_uri: str, message_id: bytes) -> EvidenceRecord | None:
    value = device.batch.get(Table.EVIDENCE, room_uri, message_id)
    return None if value is None else EvidenceRecord.decode(value)


def context_of(device: Device, record: EvidenceRecord) -> bytes | None:
    """The bytes of the group context that a bundle names."""
    return device.batch.get(Table.EVIDENCE, record.room_uri, _CONTEXT + record.context_hash)


class Ending(msgspec.Struct, frozen=True):
    """What happens at a time: an entry expires (`seq`), or evidence is erased (no `seq`)."""

    room_uri: str
    message_id: bytes
    seq: int | None


def forget_later(device: Device, room_uri: str, message_id: bytes, at_ms: int, seq: int | None) -> None:
    """At `at_ms` empty the entry at `seq` if there is one; erase the evidence a grace later."""
    if seq is not None:
        _schedule(device, at_ms, Ending(room_uri, message_id, seq))
    _schedule(device, at_ms + GRACE_MS, Ending(room_uri, message_id, None))


def due(device: Device) -> list[Ending]:
    """Take out what is due now; erase the evidence among it; hand back the entries that expire."""
    expiring: list[Ending] = []
    for key, value in device.batch.scan(Table.ERASE, ""):
        if int.from_bytes(key[:8], "big") > device.surely_ms:
            device.wake_surely_at(int.from_bytes(key[:8], "big"))
            break
        device.batch.delete(Table.ERASE, "", key)
        ending = msgspec.msgpack.decode(value, type=Ending)
        if ending.seq is None:
            device.batch.delete(Table.EVIDENCE, ending.room_uri, ending.message_id)
            ciphertexts.forget(device, ending.room_uri, ending.message_id)
        else:
            expiring.append(ending)
    return expiring


def _schedule(device: Device, at_ms: int, ending: Ending) -> None:
    kind = b"\x00" if ending.seq is None else b"\x01"
    name = hashlib.sha256(vec(ending.room_uri.encode()) + kind + ending.message_id).digest()
    device.batch.put(Table.ERASE, "", u64(at_ms) + name, msgspec.msgpack.encode(ending))
    device.wake_surely_at(at_ms)
