# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the guardians slice as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """`entry` is the ward's GUARD. `pending`: another guardian of the ward has to agree first."""

    ward_uri: str
    guardian_uri: str
    pending: bool
    entry: bytes
    said_ms: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Word:
    """What a guardian said of somebody who would like contact with the ward; no entry is a no."""

    ward_uri: str
    other_uri: str
    guardian_uri: str
    entry: bytes | None
    said_ms: int
    at_ms: int
