# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An invite: a code that admits one account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from privity.server.one_time_code import code_hash, fresh_code

LIFETIME_MS: Final = 30 * 86_400_000
"""A forgotten invite must not stay open for ever."""


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
    return Invite(fresh_code(random), now_ms + LIFETIME_MS)
