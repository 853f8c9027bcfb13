# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Nonces of staff requests: each is taken once within the time in which its signature counts."""

from __future__ import annotations

from typing import Final

from privity.wire.errors import Code, Refusal
from privity.wire.staff import MAX_SKEW_MS

MAX_NONCES: Final = 100_000
"""Far above what a desk asks in two minutes."""


class Nonces:
    """Kept in memory. After a restart the skew still bounds a replay: requests from before `started_ms` are refused."""

    __slots__ = ("_seen", "_started_ms")

    def __init__(self, started_ms: int) -> None:
        self._seen: dict[bytes, int] = {}
        self._started_ms = started_ms

    def take(self, nonce: bytes, time_ms: int, now_ms: int) -> None:
        """Take a nonce, or raise REPLAYED."""
        if abs(now_ms - time_ms) > MAX_SKEW_MS or time_ms < self._started_ms:
            raise Refusal(Code.REPLAYED, f"the request's time is more than {MAX_SKEW_MS} ms off, or before the start")
        if nonce in self._seen:
            raise Refusal(Code.REPLAYED, "the nonce was used before")
        if len(self._seen) >= MAX_NONCES:
            self._seen = {known: at for known, at in self._seen.items() if now_ms - at <= MAX_SKEW_MS}
            if len(self._seen) >= MAX_NONCES:
                raise Refusal(Code.TOO_MANY, f"more than {MAX_NONCES} staff requests", limit="staff.nonces")
        self._seen[nonce] = time_ms
