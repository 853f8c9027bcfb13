# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The four things that take the time, and who does them: compiled code where numba is there, NumPy elsewhere.

Both give the same answers. A hash is four words of 64 bits, the first byte lowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from privity.desk.matching.index.layout import Layout

Words: TypeAlias = npt.NDArray[np.uint64]
"""Hashes, n x 4."""
Counts: TypeAlias = npt.NDArray[np.uint32]
Positions: TypeAlias = npt.NDArray[np.int64]
Distances: TypeAlias = npt.NDArray[np.int64]
Marks: TypeAlias = npt.NDArray[np.uint8]
"""One bit for each position, the lowest first."""

COMPILED_FROM: Final = 20_000
"""Entries. Below, NumPy answers in well under a millisecond, and compiling takes seconds."""


@dataclass(frozen=True, slots=True)
class Bands:
    """What is looked through by bands.

    Attributes:
        hashes: In the order of their first band.
        order: Of each further band in turn: the positions, in the order of that band.
        offsets: Of each band in turn: where the hashes with each value of it begin.
    """

    layout: Layout
    hashes: Words
    order: Counts
    offsets: Counts


class Kernel(Protocol):
    """Who looks, and who sorts."""

    def ready(self) -> None:
        """Do now what the first look-up would have to wait for."""
        ...

    def near(self, bands: Bands, dead: Marks, query: Words, radius: int) -> tuple[Positions, Distances]:
        """All positions within a radius of at most 31 that are not marked, each once, with their distances."""
        ...

    def scan(self, hashes: Words, dead: Marks, query: Words, radius: int) -> tuple[Positions, Distances]:
        """The same among all hashes, one after another."""
        ...

    def values(self, hashes: Words, shift: int, width: int) -> Counts:
        """The value of one band of each hash."""
        ...

    def grouped(self, values: Counts, width: int) -> tuple[Counts, Counts]:
        """Positions in the order of their values (of equal ones, the smaller first), and where each value begins."""
        ...


def kernel_for(count: int) -> Kernel:
    """Who should look through so many."""
    if count >= COMPILED_FROM and find_spec("numba") is not None:
        from privity.desk.matching.index import compiled

        return compiled.Compiled()
    from privity.desk.matching.index import plain

    return plain.Plain()
