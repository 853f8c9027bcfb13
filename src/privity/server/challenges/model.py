# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the challenges slice as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Challenge:
    """What stands against an account by one decision, until a time."""

    user_uri: str
    decision: str
    since_ms: int
    until_ms: int
