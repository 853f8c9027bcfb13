# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How many calls a second one credential makes: a token bucket, as nobody publishes a limit."""

from __future__ import annotations

from collections.abc import Callable


class Bucket:
    """`now_s` is a clock that never goes back. At most `rate` calls a second over time, `burst` of them at once."""

    def __init__(self, rate: float, burst: int, now_s: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._now_s = now_s
        self._left = float(burst)
        self._at = now_s()

    def wait_s(self) -> float:
        """Take a token, and say how long to wait before using it."""
        now = self._now_s()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        self._left -= 1.0
        return max(0.0, -self._left / self._rate)
