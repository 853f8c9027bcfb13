# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub reads of a submitted message is what the library of MLS reads, and both refuse the same bytes."""

from __future__ import annotations

import random

import pytest

from privity.message.errors import MessageError
from privity.message.safe_aad import FRANK_AAD, encode_aad, tag_of
from privity.mls.errors import ProtocolError
from privity.mls.messages.app_data import ComponentData, SafeAAD
from privity.mls.messages.codepoints import APPLICATION, PROPOSAL
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.server.delivery.heading import read
from privity.wire.errors import Code, Refusal

ROOM = "mimi://hub.example/r/some-room"
TAG = bytes(range(32))


def message(
    aad: bytes = encode_aad(TAG), kind: int = APPLICATION, room: str = ROOM, sender: bytes = b"s" * 28
) -> bytes:
    return MLSMessage(PrivateMessage(room.encode(), 7, kind, aad, sender, b"c" * 300)).encode()


def by_the_library(data: bytes) -> tuple[int, bytes] | Code:
    try:
        body = MLSMessage.decode(data).body
    except ProtocolError:
        return Code.MALFORMED
    if not isinstance(body, PrivateMessage) or body.content_type != APPLICATION or body.group_id != ROOM.encode():
        return Code.MALFORMED
    try:
        return body.epoch, tag_of(body.authenticated_data)
    except MessageError:
        return Code.NO_FRANK_TAG


def by_the_hub(data: bytes) -> tuple[int, bytes] | Code:
    try:
        return read(data, ROOM)
    except Refusal as refusal:
        return refusal.code


def test_epoch_and_tag_are_read() -> None:
    assert read(message(), ROOM) == (7, TAG)
    others = SafeAAD((ComponentData(3, b"x" * 70), ComponentData(FRANK_AAD, TAG), ComponentData(0x99, b""))).encode()
    assert read(message(others), ROOM) == (7, TAG)


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", Code.MALFORMED, "expected an MLSMessage of MLS 1.0 with a PrivateMessage"),
        (b"\0\1\0\1" + message()[4:], Code.MALFORMED, "expected an MLSMessage of MLS 1.0 with a PrivateMessage"),
        (message()[:-1], Code.MALFORMED, "a vector of 300 bytes at offset"),
        (message()[:20], Code.MALFORMED, "not an MLSMessage"),
        (message() + b"\0", Code.MALFORMED, "1 bytes are left after the end of the message"),
        (message(kind=PROPOSAL), Code.MALFORMED, r"expected content of type 1 \(application data\), got 2"),
        (message(room=ROOM[:-1]), Code.MALFORMED, "another group"),
        (message().replace(b"\x1c" + b"s" * 28, b"\x40\x1c" + b"s" * 28), Code.MALFORMED, "not the shortest form"),
        (message(b""), Code.NO_FRANK_TAG, "not a SafeAAD"),
        (message(encode_aad(TAG) + b"\0"), Code.NO_FRANK_TAG, "1 bytes are left after the SafeAAD"),
        (message(SafeAAD().encode()), Code.NO_FRANK_TAG, "no frank_aad"),
        (message(SafeAAD((ComponentData(FRANK_AAD, b"t" * 31),)).encode()), Code.NO_FRANK_TAG, "32 bytes, got 31"),
        (
            message(SafeAAD((ComponentData(FRANK_AAD, TAG), ComponentData(FRANK_AAD, TAG))).encode()),
            Code.NO_FRANK_TAG,
            "component 0x0020 follows 0x0020",
        ),
        (message(encode_aad(TAG)[:-1]), Code.NO_FRANK_TAG, "not a SafeAAD"),
    ],
)
def test_what_is_no_franked_message_for_this_room_is_refused_by_name(data: bytes, code: Code, said: str) -> None:
    assert by_the_library(data) == code
    with pytest.raises(Refusal, match=said) as caught:
        read(data, ROOM)
    assert caught.value.code is code


def test_hub_and_library_say_the_same_of_anything() -> None:
    rnd = random.Random(20)
    said: set[object] = set()
    for _ in range(6_000):
        parts = tuple(
            ComponentData(rnd.choice((5, FRANK_AAD, FRANK_AAD, 0x21)), rnd.randbytes(rnd.choice((32, 32, 0, 31, 70))))
            for _ in range(rnd.choice((1, 1, 1, 0, 2)))
        )
        data = bytearray(message(SafeAAD(parts).encode(), rnd.choice((1, 1, 1, 2))))
        for _ in range(rnd.choice((0, 1, 1, 2))):
            at = rnd.randrange(min(len(data), 130))
            data[at] = rnd.choice((0, 1, 0x40, 0x80, 0xC0, data[at] ^ 1, rnd.randrange(256)))
        cut = bytes(data)[: rnd.randrange(len(data))] if rnd.random() < 0.1 else bytes(data)
        found = by_the_hub(cut)
        assert found == by_the_library(cut), cut.hex()
        said.add(found if isinstance(found, Code) else "taken")
    assert said == {"taken", Code.MALFORMED, Code.NO_FRANK_TAG}
