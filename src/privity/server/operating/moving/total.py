# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a table comes to, whichever engine keeps it and in whatever order it tells its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from privity.server.db.database import Row

_MODULUS: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows, and the sum of their SHA-256: equal for the same rows in any order."""

    rows: int
    digest: int


def total(rows: Iterable[Row]) -> Total:
    """Numbers, text, bytes and nothing are what a row can hold."""
    count = digest = 0
    for row in rows:
        count += 1
        digest += int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(list(row))).digest(), "big")
    return Total(count, digest % _MODULUS)
