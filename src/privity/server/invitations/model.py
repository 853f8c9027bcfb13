# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the invitations slice as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invitation:
    """`theirs` is the yes of the one who is invited."""

    room_id: int
    room_uri: str
    user_uri: str
    invited_uri: str
    entry: bytes
    said_ms: int
    invited_ms: int
    theirs: bytes | None


@dataclass(frozen=True, slots=True)
class Word:
    """The newest of a person's entries that name a room."""

    user_uri: str
    room_id: int
    other_uri: str
    entry: bytes
    said_ms: int
