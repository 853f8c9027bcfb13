# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same message asked for twice: a page whose daemon ended does not know what came through, and asks again.

Whoever asks gives each message a word of its own. The same word in the same room is the same message, also after a
crash: it is kept in the transaction that puts the message into the outbox.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from privity.client.engine.records import Table
from privity.mls.codec import u64, vec

if TYPE_CHECKING:
    from privity.client.engine.state import Device

SCOPE, ORDER, NEXT = "token", "token order", b"next token"
KEPT = 1_000
"""Words that are remembered, the newest: a page asks again for what it asked for last."""
MAX_TOKEN = 100
"""Characters of a word."""


class Known(msgspec.Struct, frozen=True):
    """What a word stands for."""

    message_id: bytes
    number: int


def find(device: Device, room_uri: str, token: str) -> bytes | None:
    """The id of the message that was asked for by this word."""
    value = device.batch.get(Table.OWN, SCOPE, _key(room_uri, token))
    return None if value is None else _decoder.decode(value).message_id


def note(device: Device, room_uri: str, token: str, message_id: bytes) -> None:
    """From now on the word stands for this message. The oldest word is forgotten for it."""
    batch, key = device.batch, _key(room_uri, token)
    kept = batch.get(Table.OWN, "", NEXT)
    number = 0 if kept is None else int.from_bytes(kept, "big")
    batch.put(Table.OWN, SCOPE, key, _encoder.encode(Known(message_id, number)))
    batch.put(Table.OWN, ORDER, u64(number), key)
    batch.put(Table.OWN, "", NEXT, u64(number + 1))
    if number >= KEPT:
        _forget(device, u64(number - KEPT))


def forget(device: Device, room_uri: str, token: str) -> None:
    """The message came to nothing: the word stands for none."""
    value = device.batch.get(Table.OWN, SCOPE, _key(room_uri, token))
    if value is not None:
        _forget(device, u64(_decoder.decode(value).number))


def _forget(device: Device, number: bytes) -> None:
    key = device.batch.get(Table.OWN, ORDER, number)
    if key is not None:
        device.batch.delete(Table.OWN, ORDER, number)
        device.batch.delete(Table.OWN, SCOPE, key)


def _key(room_uri: str, token: str) -> bytes:
    return hashlib.sha256(vec(room_uri.encode()) + token.encode()).digest()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Known)
