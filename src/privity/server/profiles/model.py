# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person shows of themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """`listed`: whoever types the exact handle finds the account."""

    listed: bool = False
    name: str = ""
    bio: str = ""
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """The words of a profile beside what the account says by itself."""

    user_uri: str
    handle: str
    created_ms: int
    name: str
    bio: str
