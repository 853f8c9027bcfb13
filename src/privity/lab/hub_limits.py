# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The limits of the hub, as an abuser meets them: the same table, with a clock that the world turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from privity.server.limits import LIMITS, Limit, fresh_ask

FRESH: Final = "contact.ask_fresh"
"""The one bucket of an account's first day and first week."""


@dataclass(frozen=True, slots=True)
class HubRules:
    """What a hub lets accounts do; another than ours is a question: what would it change?

    Attributes:
        limits: The hub's table.
        first_days: Whether an account asks fewer in its first days. Who comes by an invite does not (ADR 51), so that
            on a hub by invite nobody does.
        limited_known_ms: A limited account writes only with whom it has talked for so long; 0, as our hub: with all
            with whom it has begun.
    """

    limits: Mapping[str, Limit]
    first_days: bool = True
    limited_known_ms: int = 0


OURS: Final = HubRules(LIMITS)
"""The hub as it is."""


class Buckets:
    """One bucket for each limit and account (or address), as the hub keeps them."""

    def __init__(self, hub: HubRules) -> None:
        self._limits, self._first_days = hub.limits, hub.first_days
        self._full_at: dict[tuple[str, int], int] = {}

    def taken(self, name: str, whose: int, now_ms: int) -> bool:
        """Take one, if there is one."""
        full_at = self._less(self._limits[name], (name, whose), now_ms)
        if full_at is None:
            return False
        self._full_at[name, whose] = full_at
        return True

    def asked(self, whose: int, born_ms: int, now_ms: int) -> bool:
        """Take one ask for contact, where the bucket of asks and that of an account's first days both have one."""
        name = fresh_ask(now_ms - born_ms) if self._first_days else None
        if name is None:
            return self.taken("contact.ask", whose, now_ms)
        fresh_at = self._less(self._limits[name], (FRESH, whose), now_ms)
        if fresh_at is None or not self.taken("contact.ask", whose, now_ms):
            return False
        self._full_at[FRESH, whose] = fresh_at
        return True

    def _less(self, limit: Limit, bucket: tuple[str, int], now_ms: int) -> int | None:
        """When the bucket would be full again without one more; None where it has none."""
        full_at = max(self._full_at.get(bucket, now_ms), now_ms) + limit.refill_ms
        return None if full_at - now_ms > limit.burst * limit.refill_ms else full_at
