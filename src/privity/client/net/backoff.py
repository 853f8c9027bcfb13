# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next attempt to connect: doubling, with jitter, up to a minute."""

from __future__ import annotations

from collections.abc import Callable

FIRST_MS = 500
LONGEST_MS = 60_000


def delay_ms(attempt: int, random: Callable[[int], bytes]) -> int:
    """Milliseconds before attempt number `attempt` (from 0): half of the step is fixed, half is random."""
    step = min(LONGEST_MS, FIRST_MS << min(attempt, 16))
    return step // 2 + int.from_bytes(random(4), "big") * (step // 2) // (1 << 32)
