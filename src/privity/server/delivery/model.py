# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What delivery works with: messages on their way into the log, and what happens on the event loop afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from privity.wire.socket import Submit


class Checked(NamedTuple):
    """A message whose form is right. Whether its sender may send it is asked within the transaction."""

    client_uri: str
    user_uri: str
    submit: Submit
    epoch: int
    tag: bytes
    settled: Callable[[bytes | None], None] | None = None
    """For another worker that waits: called with the refusal, if there is one, and in any case at the end with None."""


class Head(NamedTuple):
    """The end of a room's log within one transaction."""

    room_id: int
    room_uri: str
    seq: int
    ts_ms: int

    def next(self, now_ms: int) -> Head:
        """The place of the next event: one further, and later than the last."""
        return Head(self.room_id, self.room_uri, self.seq + 1, max(now_ms, self.ts_ms + 1))


class Look(NamedTuple):
    """What the database knows about one message and its sender, who is a member of the room."""

    room_id: int
    last_seq: int
    last_ts_ms: int
    epoch: int
    suite: int
    direct_pair: str | None
    franking_key: bytes
    restricted: bool
    """Whether any decision stands, or stood until lately, against the sender or the room."""
    earlier: bytes | None
    """The frame that the same device stored in this room under the same ref."""


class NewEvent(NamedTuple):
    """A row of the log that is to be."""

    room_id: int
    seq: int
    ts_ms: int
    kind: int
    sender: str | None
    ref: bytes | None
    frame: bytes


class Publish(msgspec.Struct, frozen=True, array_like=True, tag="publish"):
    """An event for everyone who listens to the room. `sender` gets `answer` (its Accepted) in its place, if any."""

    room_uri: str
    seq: int
    frame: bytes
    sender: str | None = None
    answer: bytes | None = None


class Enter(msgspec.Struct, frozen=True, array_like=True, tag="enter"):
    """A device listens to the room from now on; it has everything up to `seq`."""

    client_uri: str
    room_uri: str
    seq: int


class Part(msgspec.Struct, frozen=True, array_like=True, tag="part"):
    """A device gets nothing more of the room."""

    client_uri: str
    room_uri: str


class ToDevice(msgspec.Struct, frozen=True, array_like=True, tag="to_device"):
    """An inbox frame for one device."""

    client_uri: str
    seq: int
    frame: bytes


Effect = Publish | Enter | Part | ToDevice


@dataclass(frozen=True, slots=True)
class End:
    """The end of a room's log, and the epoch that the room is in there."""

    room_id: int
    room_uri: str
    last_seq: int
    last_ts_ms: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Listening:
    """A room as a resuming device sees it: it may have events after `from_seq`, up to `until_seq`."""

    room_id: int
    room_uri: str
    from_seq: int
    until_seq: int
    out: bool
    """Whether the device is no longer a member."""
