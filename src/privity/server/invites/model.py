# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An invite: a code that admits one account."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LIFETIME_MS: Final = 30 * 86_400_000
"""A forgotten invite must not stay open for ever."""
MAX_CODE: Final = 64


@dataclass(frozen=True, slots=True, repr=False)
class Invite:
    """`code` is shown once, to whoever asked for it; the hub keeps `code_hash`."""

    code: str
    expires_ms: int

    def __repr__(self) -> str:
        return f"<Invite until {self.expires_ms}>"

    @property
    def code_hash(self) -> bytes:
        return code_hash(self.code)


def fresh(random: Callable[[int], bytes], now_ms: int) -> Invite:
    """160 bits, so that its plain hash cannot be guessed back."""
    return Invite(b32encode(random(20)).decode().lower(), now_ms + LIFETIME_MS)


def code_hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
