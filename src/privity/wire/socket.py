# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of the device socket `GET /v1/socket` (WebSocket, binary frames, one msgpack array each).

Order: the hub sends `Challenge`, the device `Prove`, the hub `Ready`; then the device sends `Resume` once and gets
every event after its cursors, `CaughtUp`, and from then on events as they happen; where events are gone, `Forgotten`
says so. Any frame that does not decode ends the connection with `Closed` naming why. An event is delivered again until
the device's cursor passes it: the device keeps the cursor in the same transaction as what it did with the event.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

import msgspec

from privity.wire.errors import Code
from privity.wire.numbers import Count


class Frame(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of frames. The first array element is the tag."""


class Challenge(Frame, frozen=True, tag=1):
    """Hub: fresh per connection. `share` is an X25519 public key."""

    nonce: bytes
    share: bytes


class Prove(Frame, frozen=True, tag=2):
    """Device: proves possession of the key its signed device list names (see `wire.session`)."""

    client_uri: str
    share: bytes
    signature: bytes


class Ready(Frame, frozen=True, tag=3):
    """Hub: the session stands. `session` names it in REST requests and ends with this connection."""

    session: str
    now_ms: Count


class Resume(Frame, frozen=True, tag=4):
    """Device: the last event it has kept, per room, and of its inbox. Rooms left out start at the device's join."""

    rooms: dict[str, int]
    inbox: int


class EventKind(IntEnum):
    APPLICATION = 1
    COMMIT = 2
    PROPOSAL = 3
    RESTORED = 4


class Frank(Frame, frozen=True):
    """The hub's word on one message (franking, section 4): not tagged, always inside another frame."""

    server_frank: bytes
    ciphersuite: int
    signature: bytes


class Event(Frame, frozen=True, tag=5):
    """Hub: one event of a room. `seq` counts from 1 without gaps, but for a step of at least `RESTORE_STEP` to one that
    is RESTORED; `ts_ms` strictly increases within a room.

    `message` is an encoded MLSMessage, of one that is RESTORED a `wire.restored.Restored`. `frank` stands on
    application messages only.
    """

    room_uri: str
    seq: Count
    ts_ms: Count
    kind: EventKind
    message: bytes
    frank: Frank | None = None


class InboxKind(IntEnum):
    WELCOME = 1
    REMOVED = 2
    DEVICE_LIST_CHANGED = 3
    REPORT_OUTCOME = 4
    LETTER = 5
    KNOCK = 6
    KNOCK_ENDED = 7
    CONTACTS = 8
    STATEMENT = 9
    ROOM_REPORT = 10


RESTORE_STEP = 1 << 20
"""After the hub's database was put back from a copy, rooms and inboxes go on from a multiple of this that is beyond
what any device has read, however often that happens."""


class Inbox(Frame, frozen=True, tag=6):
    """Hub: one event for this device alone; `seq` counts from 1 without gaps per device, but for a step
    of at least `RESTORE_STEP`.

    WELCOME: `body` is an encoded Welcome, `room_seq` the seq of the commit it belongs to (events after it follow).
    REMOVED: the device is no longer a member as of `room_seq`. DEVICE_LIST_CHANGED: `body` is a user URI in UTF-8.
    REPORT_OUTCOME: `body` is text of the desk for the reporter, or a `wire.standing.ReportLine`. STATEMENT: `body` is a
    `wire.standing.Statement`. LETTER: `body` is what another device of the account sent to this one
    (`POST /v1/account/letters`). KNOCK: `body` is an encoded `identity.room_links.Knock`. KNOCK_ENDED: `body` is the
    URI of a user who does not wait any more. ROOM_REPORT: `body` is the key of a report to those who look after the
    room, sealed to this device, and the report (spec/room-report.md). CONTACTS: `GET /v1/contacts` has something new;
    `body` is empty.
    """

    seq: Count
    kind: InboxKind
    room_uri: str
    room_seq: Count
    body: bytes


class CaughtUp(Frame, frozen=True, tag=7):
    """Hub: everything stored before `Resume` has been sent."""


class Forgotten(Frame, frozen=True, tag=13):
    """Hub: of this room the device gets no event before `seq`, and its cursor is further back.

    They are past the hub's retention, or from before an entry that the device does not know it made. It enters again.
    """

    room_uri: str
    seq: Count


class Submit(Frame, frozen=True, tag=8):
    """Device: an application message (MLSMessage with a PrivateMessage).

    `ref` is 16 random bytes kept with the ciphertext: the hub answers a device that repeats it in the same room with
    the first answer.
    """

    ref: bytes
    room_uri: str
    message: bytes


class Accepted(Frame, frozen=True, tag=9):
    """Hub: durable. Sent after the commit to disk; the submitting device gets no Event for it unless it resumes, or is
    still reading what it has missed."""

    ref: bytes
    seq: Count
    ts_ms: Count
    frank: Frank


class Refused(Frame, frozen=True, tag=10):
    """Hub: a `Submit` was refused and changed nothing."""

    ref: bytes
    code: Code
    message: str
    current_epoch: Count | None = None
    retry_after_ms: Count | None = None


class Ack(Frame, frozen=True, tag=11):
    """Device: has kept everything up to these cursors; the hub may forget what all have kept."""

    rooms: dict[str, int]
    inbox: int


class Typing(Frame, frozen=True, tag=14):
    """Device, and then the hub to the other members who are connected: somebody writes (spec/typing.md).

    It is no event: it has no number and no answer, nobody keeps it, and it may be lost.
    """

    room_uri: str
    epoch: Count
    notice: bytes


class Closed(Frame, frozen=True, tag=12):
    """Hub: last frame before it closes, with the reason."""

    code: Code
    message: str


FromHub = Challenge | Ready | Event | Inbox | CaughtUp | Forgotten | Accepted | Refused | Typing | Closed
FromDevice = Prove | Resume | Submit | Ack | Typing

MAX_FRAME = 1 << 20
"""Bytes of one frame. A franked message of 64 KiB and its envelope fit many times; a Welcome of 1,000 members fits."""

_encoder = msgspec.msgpack.Encoder()
_from_hub: msgspec.msgpack.Decoder[FromHub] = msgspec.msgpack.Decoder(FromHub)
_from_device: msgspec.msgpack.Decoder[FromDevice] = msgspec.msgpack.Decoder(FromDevice)


class BadFrame(ValueError):
    """The bytes are not a frame of this direction."""


def encode(frame: FromHub | FromDevice) -> bytes:
    """One frame as msgpack."""
    return _encoder.encode(frame)


def decode_from_hub(data: bytes) -> FromHub:
    """A frame that a device received. Raises BadFrame."""
    return _decode(_from_hub, data)


def decode_from_device(data: bytes) -> FromDevice:
    """A frame that the hub received. Raises BadFrame, also for a text with the character NUL, which no store keeps."""
    frame = _decode(_from_device, data)
    match frame:
        case Submit() | Typing():
            has_nul = "\0" in frame.room_uri
        case Prove():
            has_nul = "\0" in frame.client_uri
        case _:
            has_nul = any("\0" in room_uri for room_uri in frame.rooms)
    if has_nul:
        raise BadFrame("a text of the frame has the character NUL in it")
    return frame


_Frame = TypeVar("_Frame")


def _decode(decoder: msgspec.msgpack.Decoder[_Frame], data: bytes) -> _Frame:
    if len(data) > MAX_FRAME:
        raise BadFrame(f"frame of {len(data)} bytes is over the limit of {MAX_FRAME}")
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        raise BadFrame(f"not a frame of this direction: {err}") from None
