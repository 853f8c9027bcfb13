# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the contacts slice as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DAY_MS: Final = 86_400_000
ASK_KEPT_MS: Final = 30 * DAY_MS
"""How long a request waits for the other, and how long a no keeps further ones from being shown."""
MEETING_KEPT_MS: Final = DAY_MS
"""How long a used code waits for a device of its maker."""


class How(StrEnum):
    """What somebody did towards a contact."""

    ASKED = "asked"
    GRANTED = "granted"
    MET = "met"
    BEFORE = "before"
    """There were no contacts yet, and the two had a direct room."""


class Who(StrEnum):
    """Whose requests are looked for."""

    ANYBODY = "anybody"
    IN_A_GROUP = "in a group"
    """With the person."""
    VOUCHED = "vouched"
    """A guardian agreed to them."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`target` is a handle or a user URI, as it was asked for."""

    user_uri: str
    target: str
    entry: bytes
    said_ms: int
    asked_ms: int


@dataclass(frozen=True, slots=True)
class Side:
    """One thing that one of two contacts said for it."""

    user_uri: str
    other_uri: str
    how: How
    entry: bytes | None
    said_ms: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """`user_uri` used a code of `maker_uri`."""

    user_uri: str
    maker_uri: str
    entry: bytes
    said_ms: int
    met_ms: int


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code, by its hash."""

    code_hash: bytes
    user_uri: str
    purpose: str
    expires_ms: int
