# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What every decoder must be: total and canonical."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Decoder:
    """`decode` raises one of `refusals` for bad bytes; `encode` gives back the bytes of what it accepted."""

    name: str
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes] | None
    refusals: tuple[type[Exception], ...]

    def check(self, data: bytes) -> None:
        """Raise whatever a decoder must not do with these bytes."""
        try:
            value = self.decode(data)
        except self.refusals:
            return
        if self.encode is not None and self.encode(value) != data:
            raise AssertionError(f"{self.name} accepts {data.hex()} and encodes it as {self.encode(value).hex()}")
