# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A link as the hub knows it, and a knock that waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HASH_BYTES: Final = 32
DAY_MS: Final = 86_400_000
LONGEST_MS: Final = 90 * DAY_MS
"""A link that stays for longer is forgotten by who made it, and found by somebody else."""
MAX_LINKS: Final = 20
"""Links of one room that work at once."""
MAX_WAITING: Final = 100
"""People who wait before one room: more are no longer looked at one by one."""
MAX_TOLD: Final = 100
"""Devices that hear of one knock: whoever is in charge is many only in a room that is not looked after."""


@dataclass(frozen=True, slots=True)
class Link:
    """`hash` is that of the link's public half; the hub never has the link."""

    room_uri: str
    hash: bytes
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who asked to be let in. `at_ms` is what their device said, and `came_ms` when it came."""

    room_uri: str
    user_uri: str
    at_ms: int
    came_ms: int
