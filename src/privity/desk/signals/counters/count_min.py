# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rates of very many names in a table of a fixed size (G. Cormode, S. Muthukrishnan, 2005), with decay.

A name's sum is never too low, and too high by more than e / width of everything that is counted in one of e^depth
cases at the most; only the smallest of a name's cells grows (C. Estan, G. Varghese, 2002), which keeps it lower.
"""

from __future__ import annotations

from array import array
from math import exp
from typing import Final

from privity.desk.signals.counters.errors import CountersUnlike, CountersUnreadable

WIDTH: Final = 4096
DEPTH: Final = 4
_FAR: Final = 30
"""Periods after which sums are written anew, so that their scale stays within what a float holds."""

Packed = tuple[int, int, bytes]


class CountMin:
    """Sums by name. Values are held as they would be at `since_ms`: nothing has to be touched to let them decay.

    Args:
        period_ms: After which what was counted is 1/e of itself.
        at_ms: Now.
    """

    __slots__ = ("_cells", "_period_ms", "_since_ms")

    def __init__(self, period_ms: int, at_ms: int = 0) -> None:
        self._period_ms = period_ms
        self._since_ms = at_ms
        self._cells = array("d", bytes(8 * WIDTH * DEPTH))

    def add(self, name: int, amount: float, at_ms: int) -> None:
        """Count for a name of 63 bits (`Marks.name`)."""
        if at_ms - self._since_ms > _FAR * self._period_ms:
            self._begin_at(at_ms)
        cells = self._cells
        places = _places(name)
        least = min([cells[place] for place in places]) + amount * exp((at_ms - self._since_ms) / self._period_ms)
        for place in places:
            if cells[place] < least:
                cells[place] = least

    def of(self, name: int, at_ms: int) -> float:
        """The sum of a name."""
        cells = self._cells
        least = min([cells[place] for place in _places(name)])
        return least * exp(min((self._since_ms - at_ms) / self._period_ms, _FAR))

    def merge(self, other: CountMin) -> None:
        """Count what another one counted, too. Raises CountersUnlike."""
        if other._period_ms != self._period_ms:
            raise CountersUnlike(f"expected a period of {self._period_ms} ms, got {other._period_ms}")
        self._begin_at(max(self._since_ms, other._since_ms))
        scale = exp((other._since_ms - self._since_ms) / self._period_ms)
        self._cells = array("d", [a + b * scale for a, b in zip(self._cells, other._cells, strict=True)])

    def packed(self) -> Packed:
        """What `unpacked` takes."""
        return (self._period_ms, self._since_ms, self._cells.tobytes())

    @classmethod
    def unpacked(cls, packed: Packed) -> CountMin:
        """The sums again, or CountersUnreadable."""
        period_ms, since_ms, cells = packed
        if period_ms <= 0 or len(cells) != 8 * WIDTH * DEPTH:
            raise CountersUnreadable(f"expected {WIDTH} x {DEPTH} cells and a period, got {len(cells)} bytes")
        self = cls(period_ms, since_ms)
        self._cells = array("d", cells)
        return self

    def _begin_at(self, at_ms: int) -> None:
        scale = exp((self._since_ms - at_ms) / self._period_ms)
        self._cells = array("d", [cell * scale for cell in self._cells])
        self._since_ms = at_ms


def _places(name: int) -> list[int]:
    first, step = name & 0xFFFFFFFF, name >> 32 | 1
    return [row * WIDTH + (first + row * step) % WIDTH for row in range(DEPTH)]
