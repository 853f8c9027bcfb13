# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub reads of a submitted message: that it is application data for this room, of which epoch, and its tag.

One pass that makes no objects of what the hub only carries. It takes exactly what `mls.messages.envelope` and
`message.safe_aad` take, which a test holds it against: what is stored for everybody must open for everybody.
"""

from __future__ import annotations

from typing import Final

from privity.message.safe_aad import FRANK_AAD, TAG_BYTES
from privity.mls.messages.codepoints import APPLICATION, MLS10, PRIVATE_MESSAGE
from privity.wire.errors import Code, Refusal

_START: Final = MLS10.to_bytes(2, "big") + PRIVATE_MESSAGE.to_bytes(2, "big")
_EPOCH_BYTES: Final = 8


def read(message: bytes, room_uri: str) -> tuple[int, bytes]:
    """Epoch and franking tag of an MLSMessage (RFC 9420, section 6.3.1), or a MALFORMED or NO_FRANK_TAG Refusal."""
    if not message.startswith(_START):
        raise Refusal(Code.MALFORMED, "expected an MLSMessage of MLS 1.0 with a PrivateMessage")
    size = len(message)
    try:
        at, stop = _vector(message, len(_START), size)
        other = message[at:stop] != room_uri.encode()
        at = stop + _EPOCH_BYTES
        epoch, kind = int.from_bytes(message[stop:at], "big"), message[at]
        aad, aad_stop = _vector(message, at + 1, size)
        _, stop = _vector(message, aad_stop, size)  # encrypted_sender_data
        _, stop = _vector(message, stop, size)  # ciphertext
    except IndexError as err:
        raise Refusal(Code.MALFORMED, f"not an MLSMessage: {err}") from None
    if stop != size:
        raise Refusal(Code.MALFORMED, f"{size - stop} bytes are left after the end of the message")
    if kind != APPLICATION:
        raise Refusal(Code.MALFORMED, f"expected content of type {APPLICATION} (application data), got {kind}")
    if other:
        raise Refusal(Code.MALFORMED, "the message is for another group than the room it is sent to")
    return epoch, _tag(message, aad, aad_stop)


def _tag(message: bytes, at: int, stop: int) -> bytes:
    """The franking tag in a SafeAAD: components in rising order, each once, and nothing behind them."""
    found: bytes | None = None
    before = -1
    try:
        at, end = _vector(message, at, stop)
        if end != stop:
            raise Refusal(Code.NO_FRANK_TAG, f"{stop - end} bytes are left after the SafeAAD")
        while at < stop:
            component = message[at] << 8 | message[at + 1]
            if component <= before:
                raise Refusal(Code.NO_FRANK_TAG, f"component {component:#06x} follows {before:#06x} in the SafeAAD")
            start, at = _vector(message, at + 2, stop)
            if component == FRANK_AAD:
                found = message[start:at]
            before = component
    except IndexError as err:
        raise Refusal(Code.NO_FRANK_TAG, f"the authenticated data are not a SafeAAD: {err}") from None
    if found is None:
        raise Refusal(Code.NO_FRANK_TAG, "the authenticated data carry no frank_aad")
    if len(found) != TAG_BYTES:
        raise Refusal(Code.NO_FRANK_TAG, f"a franking tag has {TAG_BYTES} bytes, got {len(found)}")
    return found


def _vector(message: bytes, at: int, stop: int) -> tuple[int, int]:
    """Where the vector at this place begins and ends (section 2.1.2).

    Raises IndexError where `stop` comes first, or where its length could be said shorter.
    """
    if at >= stop:
        raise IndexError(f"it ends before offset {at}")
    size = message[at]
    start = at + 1
    if size >= 0x40:
        kind = size >> 6
        start = at + (1 << kind)
        if kind == 3 or (size := int.from_bytes(message[at:start], "big") & (1 << (8 << kind) - 2) - 1) < _LEAST[kind]:
            raise IndexError(f"the length at offset {at} is not the shortest form")
    if start + size > stop:
        raise IndexError(f"a vector of {size} bytes at offset {start} has {stop - start}")
    return start, start + size


_LEAST: Final = (0, 0x40, 0x4000)
"""The smallest length that each longer form may say."""
