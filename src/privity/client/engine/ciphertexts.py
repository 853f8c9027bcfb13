# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ciphertexts of fetched files, kept beside the evidence of their message: should the hub lose one, a report brings it.

They go by message and part, never by hash or URL, and live as long as the evidence of the message; the newest of them
only, within the bounds below. What could not ride in a report is not kept.
"""

from __future__ import annotations

import msgspec

from privity.client.engine.records import Table
from privity.client.engine.state import Device
from privity.message.report import MAX_REPORT
from privity.mls.codec import u32

MAX_KEPT_BYTES = 128 << 20
"""All kept ciphertexts together: dozens of photos, and no more disk than a person would give for it unasked."""
MAX_KEPT = 1_000
"""Kept ciphertexts: their list is written whole with each."""

_LIST = b"ciphertexts"
_CIPHERTEXT = b"ciphertext"


class Kept(msgspec.Struct, frozen=True):
    """One kept ciphertext."""

    room_uri: str
    message_id: bytes
    part_index: int
    size: int

    @property
    def key(self) -> bytes:
        return _key(self.message_id, self.part_index)


def keep(device: Device, room_uri: str, message_id: bytes, part_index: int, ciphertext: bytes) -> None:
    """Keep the bytes of a part as they came. `message_id` is that of the very version that names them."""
    new = Kept(room_uri, message_id, part_index, len(ciphertext))
    known = _listed(device)
    if new in known or len(ciphertext) > MAX_REPORT:
        return
    if device.batch.get(Table.EVIDENCE, room_uri, message_id) is None:
        return  # erased already: nothing is left that these bytes could prove
    listed = [*known, new]
    total = sum(kept.size for kept in listed)
    while total > MAX_KEPT_BYTES or len(listed) > MAX_KEPT:
        oldest = listed.pop(0)
        total -= oldest.size
        device.batch.delete(Table.EVIDENCE, oldest.room_uri, oldest.key)
    device.batch.put(Table.EVIDENCE, room_uri, new.key, ciphertext)
    _save(device, listed)


def find(device: Device, room_uri: str, message_id: bytes, part_index: int) -> bytes | None:
    return device.batch.get(Table.EVIDENCE, room_uri, _key(message_id, part_index))


def forget(device: Device, room_uri: str, message_id: bytes) -> None:
    """Erase what was kept for a message: its evidence goes."""
    listed = _listed(device)
    left = [kept for kept in listed if (kept.room_uri, kept.message_id) != (room_uri, message_id)]
    if len(left) == len(listed):
        return
    for kept in listed:
        if kept not in left:
            device.batch.delete(Table.EVIDENCE, kept.room_uri, kept.key)
    _save(device, left)


def _listed(device: Device) -> list[Kept]:
    """Everything kept, oldest first."""
    value = device.batch.get(Table.EVIDENCE, "", _LIST)
    return [] if value is None else msgspec.msgpack.decode(value, type=list[Kept])


def _save(device: Device, listed: list[Kept]) -> None:
    device.batch.put(Table.EVIDENCE, "", _LIST, msgspec.msgpack.encode(listed))


def _key(message_id: bytes, part_index: int) -> bytes:
    return _CIPHERTEXT + message_id + u32(part_index)
