# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device as the list in force of its user names it, and the code that lets a person begin a reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CODE_LIFETIME_MS: Final = 7 * 86_400_000
"""Whoever asked the operator for it types it in soon; a forgotten one must not stay open."""


@dataclass(frozen=True, slots=True)
class Device:
    client_uri: str
    user_uri: str
    signature_key: bytes
    since_version: int
    """The list version that named this device with this key first."""


@dataclass(frozen=True, slots=True, repr=False)
class ResetCode:
    """Shown once, to the operator; the hub keeps its hash."""

    code: str
    expires_ms: int

    def __repr__(self) -> str:
        return f"<ResetCode until {self.expires_ms}>"
