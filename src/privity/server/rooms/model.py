# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the rooms slice as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from privity.server.delivery.model import Head


@dataclass(frozen=True, slots=True)
class Room:
    id: int
    room_uri: str
    direct_pair: str | None
    suite: int
    epoch: int
    epoch_seq: int
    last_seq: int
    last_ts_ms: int
    franking_key: bytes

    @property
    def head(self) -> Head:
        """The end of its log."""
        return Head(self.id, self.room_uri, self.last_seq, self.last_ts_ms)


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """The public group of a room; `version` counts its changes."""

    version: int
    state: bytes
    group_info: bytes


@dataclass(frozen=True, slots=True)
class Right:
    """What a member's message needs to know of its room."""

    head: Head
    epoch: int
    suite: int
    direct_pair: str | None
    franking_key: bytes


@dataclass(frozen=True, slots=True)
class Summary:
    room_uri: str
    epoch: int
    seq: int
    member: bool


@dataclass(frozen=True, slots=True)
class MadeCommit:
    """Who made the commit of an epoch, and its hash."""

    client_uri: str
    hash: bytes
