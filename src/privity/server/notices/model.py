# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A public notice as whoever made it may see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

DAY_MS: Final = 86_400_000
KEPT_MS: Final = 365 * DAY_MS
"""How long a notice can be looked up after it came and after the last that was said of it."""
APPEAL_MS: Final = 183 * DAY_MS
"""How long after the desk's last word an appeal is taken: six months (Regulation (EU) 2022/2065, Article 20(1))."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What the sender takes away. The code is shown once; the hub keeps its hash."""

    receipt: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """What the desk said, and when."""

    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the hub keeps of one: nothing of what it says."""

    receipt: str
    code_hash: bytes = field(repr=False)
    received_ms: int
    appealed_ms: int | None
    lines: tuple[Line, ...]

    def can_appeal(self, now_ms: int) -> bool:
        """Whether the desk has said something, a short while ago, that was not appealed against since."""
        if not self.lines:
            return False
        said_ms = self.lines[-1].at_ms
        appealed = self.appealed_ms is not None and self.appealed_ms >= said_ms
        return not appealed and now_ms < said_ms + APPEAL_MS
