# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was asked to be sent and is not acknowledged: kept, sealed, submitted, sealed anew after a race.

Content is fixed when it is asked for (so is its message id); it is sealed only when the device is caught up and no
proposal waits to be committed. The sealed bytes are saved with their ref before they leave. After a crash the same
bytes go out under the same ref; only a refusal for a passed epoch makes the device seal anew, under a new ref.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from privity.client.engine import tokens
from privity.client.engine.records import Table
from privity.client.engine.state import Device, OutboxRecord
from privity.message.content import MimiContent
from privity.message.franking import make_tag
from privity.message.message_id import message_id_of
from privity.message.safe_aad import encode_aad
from privity.mls.codec import u64
from privity.mls.group import Group
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.wire.socket import Submit

PADDING = 256
"""Sealed content is padded to multiples of this, so that its size says little about its kind."""

MAX_UNSENT = 1000
"""Messages that may wait in one room."""


class Outbox:
    """The outbox of one room."""

    __slots__ = ("_device", "_room_uri", "_sent")

    def __init__(self, device: Device, room_uri: str) -> None:
        self._device = device
        self._room_uri = room_uri
        self._sent: set[bytes] = set()

    def entries(self) -> Iterator[tuple[bytes, OutboxRecord]]:
        for key, value in self._device.batch.scan(Table.OUTBOX, self._room_uri):
            yield key, OutboxRecord.decode(value)

    def is_empty(self) -> bool:
        return not self._device.batch.scan(Table.OUTBOX, self._room_uri, limit=1)

    def is_full(self) -> bool:
        return len(self._device.batch.scan(Table.OUTBOX, self._room_uri)) >= MAX_UNSENT

    def add(self, content: MimiContent, token: str = "") -> bytes:
        """Keep content for sending; its message id. With a token the same is not sent twice."""
        data = content.encode()
        message_id = message_id_of(data, content.salt, self._device.own.user_uri, self._room_uri)
        rows = self._device.batch.scan(Table.OUTBOX, self._room_uri)
        number = int.from_bytes(rows[-1][0], "big") + 1 if rows else 0
        self._put(u64(number), OutboxRecord(data, message_id, token=token))
        if token:
            tokens.note(self._device, self._room_uri, token, message_id)
        return message_id

    def submit(self, group: Group) -> None:
        """Seal what is not sealed, and send what was not sent on this connection."""
        for key, entry in list(self.entries()):
            if not entry.ref:
                entry = self._seal(key, entry, group)
            if entry.ref not in self._sent:
                self._sent.add(entry.ref)
                self._device.transmit(Submit(entry.ref, self._room_uri, entry.message))

    def connection_lost(self) -> None:
        """Whatever was sent may be lost: send it again next time."""
        self._sent.clear()

    def by_ref(self, ref: bytes) -> tuple[bytes, OutboxRecord] | None:
        return next(((key, entry) for key, entry in self._sealed() if entry.ref == ref), None)

    def by_message(self, message: bytes) -> tuple[bytes, OutboxRecord] | None:
        """The entry that was sealed to exactly these bytes: how a device knows its own message in the log."""
        return next(((key, entry) for key, entry in self._sealed() if entry.message == message), None)

    def epoch_of(self, entry: OutboxRecord) -> int:
        """The epoch that a sealed entry was sealed in."""
        body = MLSMessage.decode(entry.message).body
        assert isinstance(body, PrivateMessage)  # `_seal` made it
        return body.epoch

    def unseal(self, key: bytes, entry: OutboxRecord) -> None:
        """The epoch has passed: forget the sealed bytes, so that the content is sealed anew."""
        self._put(key, msgspec.structs.replace(entry, ref=b"", message=b""))

    def retry_later(self, entry: OutboxRecord) -> None:
        """The hub could not take it now: send the same bytes again."""
        self._sent.discard(entry.ref)

    def withdraw(self, key: bytes, entry: OutboxRecord) -> None:
        """It will not be sent: whoever asked for it may ask again."""
        self.remove(key)
        if entry.token:
            tokens.forget(self._device, self._room_uri, entry.token)

    def remove(self, key: bytes) -> None:
        self._device.batch.delete(Table.OUTBOX, self._room_uri, key)

    def _sealed(self) -> Iterator[tuple[bytes, OutboxRecord]]:
        """What may be at the hub. The rest has neither ref nor bytes, and nobody can accept or refuse it."""
        return ((key, entry) for key, entry in self.entries() if entry.ref)

    def _seal(self, key: bytes, entry: OutboxRecord, group: Group) -> OutboxRecord:
        salt = MimiContent.decode(entry.content).salt
        aad = encode_aad(make_tag(entry.content, salt))
        random = self._device.random
        message = group.encrypt(entry.content, aad=aad, padding_to=PADDING, random=random)
        sealed = msgspec.structs.replace(entry, ref=random(16), message=message)
        self._put(key, sealed)
        return sealed

    def _put(self, key: bytes, entry: OutboxRecord) -> None:
        self._device.batch.put(Table.OUTBOX, self._room_uri, key, entry.encode())
