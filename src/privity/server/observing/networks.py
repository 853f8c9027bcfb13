# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Names of networks, so that accounts that came from the same one on the same day are seen together.

A name is a MAC of the network under a key that is drawn anew for each day and stands in memory alone. Once the key is
gone nobody can find the network that a name was of, nor ask for the name of a network; and of two days, or after a
restart, a network has different names.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

from privity.server.limits import address_key

DAY_MS: Final = 86_400_000
NAME_BYTES: Final = 8


class Networks:
    """The key of the day. Never in a repr."""

    __slots__ = ("_day", "_key")

    def __init__(self) -> None:
        self._day: int | None = None
        self._key = b""

    def name(self, address: str | None, now_ms: int, random: Callable[[int], bytes]) -> str:
        """16 hex digits; empty where the address is not known."""
        if address is None:
            return ""
        day = now_ms // DAY_MS
        if day != self._day:
            self._day, self._key = day, random(32)
        return hmac.digest(self._key, address_key(address).encode(), "sha256")[:NAME_BYTES].hex()
