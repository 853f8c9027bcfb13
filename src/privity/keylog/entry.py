# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One epoch as the log holds it: when, and the root of the prefix tree of everything up to then."""

from __future__ import annotations

from dataclasses import dataclass

from privity.keylog.encoding import HASH_BYTES, decode
from privity.mls.codec import Reader, u64


@dataclass(frozen=True, slots=True)
class Entry:
    timestamp_ms: int
    prefix_root: bytes

    def encode(self) -> bytes:
        return u64(self.timestamp_ms) + self.prefix_root

    @classmethod
    def read(cls, r: Reader) -> Entry:
        return cls(r.u64(), r.fixed(HASH_BYTES))

    @classmethod
    def decode(cls, data: bytes) -> Entry:
        """Raise Malformed unless it is exactly one entry."""
        return decode(cls.read, data)
