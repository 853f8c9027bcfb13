# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How a hash of 256 bits is cut into bands, so that no neighbour within 31 can be missed.

If two hashes differ in at most 31 bits, and the bands may differ in t1, t2, ... bits each, with the sum of all
(t + 1) at least 32, then at least one band differs in no more than its t: were each over its own, they would be 32
together (Norouzi, Punjani, Fleet: "Fast exact search in Hamming space with multi-index hashing", 2014, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, combinations
from typing import Final

import numpy as np
import numpy.typing as npt

BITS: Final = 256
RADIUS: Final = 31
"""The greatest distance within which everything is found."""

SHIFT, WIDTH, NEAR, TABLE, START = range(5)
"""The columns of `Layout.rows`."""


@dataclass(frozen=True)
class Layout:
    """Bands from the lowest bit of the first word on.

    Attributes:
        widths: Bits of each band.
        radii: In how many of them a neighbour may differ.
    """

    widths: tuple[int, ...]
    radii: tuple[int, ...]

    def __post_init__(self) -> None:
        if sum(self.widths) != BITS or len(self.widths) != len(self.radii):
            raise ValueError(f"bands of {BITS} bits together and a radius for each, got {self.widths}, {self.radii}")
        if sum(radius + 1 for radius in self.radii) <= RADIUS:
            raise ValueError(f"radii that reach {RADIUS} together, got {self.radii}")

    @cached_property
    def flips(self) -> npt.NDArray[np.uint64]:
        """All differences that are looked for in the first band, then those in the second, and so on."""
        return np.concatenate(self._flips_of_each)

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """A row for each band, with its first bit, its width, its radius, where its offsets and where its differences
        begin; and one more, which says where the last ends."""
        shifts = accumulate(self.widths, initial=0)
        tables = accumulate(((1 << width) + 1 for width in self.widths), initial=0)
        starts = accumulate((flips.size for flips in self._flips_of_each), initial=0)
        columns = shifts, (*self.widths, 0), (*self.radii, 0), tables, starts
        return np.array(list(zip(*columns, strict=True)), dtype=np.int64)

    @property
    def offsets(self) -> int:
        """How many places of buckets all tables have together."""
        return int(self.rows[-1, TABLE])

    @cached_property
    def _flips_of_each(self) -> list[npt.NDArray[np.uint64]]:
        return [_flips(width, radius) for width, radius in zip(self.widths, self.radii, strict=True)]


def _flips(width: int, radius: int) -> npt.NDArray[np.uint64]:
    found = [sum(1 << bit for bit in bits) for t in range(radius + 1) for bits in combinations(range(width), t)]
    return np.array(sorted(found), dtype=np.uint64)


FEW: Final = Layout((16,) * 16, (1,) * 16)
"""4 MB of offsets."""
MANY: Final = Layout((22,) * 8 + (20,) * 4, (2,) * 8 + (1,) * 4)
"""151 MB of offsets; among ten million, about 2,100 buckets with 5,600 hashes are looked at."""
MANY_FROM: Final = 2_000_000


def layout_for(count: int) -> Layout:
    """The one that answers faster among so many, at a fair price in memory."""
    return MANY if count >= MANY_FROM else FEW
