# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rooms fall into a fixed number of shards by their URI; a shard is what a worker owns."""

from __future__ import annotations

import zlib
from typing import Final

SHARDS: Final = 64
"""Enough to spread over dozens of workers, few enough to lease again every two seconds. Never to be changed: workers of
two versions run side by side during an upgrade, and must mean the same rooms."""


def shard_of(room_uri: str) -> int:
    """Which of the shards a room is in."""
    return zlib.crc32(room_uri.encode()) % SHARDS
