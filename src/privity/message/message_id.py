# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The id of a message: a hash of who said exactly what where (draft-ietf-mimi-content-08, section 3.3)."""

from __future__ import annotations

import hashlib

from privity.message.content import MimiContent
from privity.message.errors import WrongRoom, WrongSender
from privity.mls.codec import u16


def message_id(data: bytes) -> bytes:
    """The 32-byte id of an encoded mimiContent; sender and room are the ones that the content names."""
    content = MimiContent.decode(data)
    if content.sender_uri is None:
        raise WrongSender("the content names no sender")
    if content.room_uri is None:
        raise WrongRoom("the content names no room")
    return message_id_of(data, content.salt, content.sender_uri, content.room_uri)


def message_id_of(data: bytes, salt: bytes, sender_uri: str, room_uri: str) -> bytes:
    """The same from parts that were decoded already. `data` are the exact bytes."""
    sender, room = sender_uri.encode(), room_uri.encode()
    parts = (u16(len(sender)), sender, u16(len(room)), room, data, salt)
    return b"\x01" + hashlib.sha256(b"".join(parts)).digest()[:31]
