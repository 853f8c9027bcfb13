# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What happens on the event loop once a transaction is on the disk: events to send, devices that enter or leave."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publish:
    """An event for everyone who listens to the room. `sender` gets `answer` (its Accepted) in its place, if any."""

    room_uri: str
    seq: int
    frame: bytes
    sender: str | None = None
    answer: bytes | None = None


@dataclass(frozen=True, slots=True)
class Enter:
    """A device listens to the room from now on; it has everything up to `seq`."""

    client_uri: str
    room_uri: str
    seq: int


@dataclass(frozen=True, slots=True)
class Part:
    """A device gets nothing more of the room."""

    client_uri: str
    room_uri: str


@dataclass(frozen=True, slots=True)
class ToDevice:
    """An inbox frame for one device."""

    client_uri: str
    seq: int
    frame: bytes


Effect = Publish | Enter | Part | ToDevice


@dataclass(frozen=True, slots=True)
class Listening:
    """A room as a resuming device sees it: it may have events after `from_seq`, up to `until_seq`."""

    room_id: int
    room_uri: str
    from_seq: int
    until_seq: int
    out: bool
    """Whether the device is no longer a member."""
