# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The limits of the hub, as an abuser meets them: the same table, with a clock that the world turns."""

from __future__ import annotations

from privity.server.limits import LIMITS


class Buckets:
    """One bucket for each limit and account (or address), as the hub keeps them."""

    def __init__(self) -> None:
        self._full_at: dict[tuple[str, int], int] = {}

    def taken(self, name: str, whose: int, now_ms: int) -> bool:
        """Take one, if there is one."""
        limit = LIMITS[name]
        full_at = max(self._full_at.get((name, whose), now_ms), now_ms)
        if full_at + limit.refill_ms - now_ms > limit.burst * limit.refill_ms:
            return False
        self._full_at[name, whose] = full_at + limit.refill_ms
        return True
