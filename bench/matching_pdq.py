# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Our PDQ beside the published implementation: the same bits, where none hangs on rounding, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.clock import cpu_us
from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.matching_index import apart
from privity.desk.matching.pdq import luma, pdq

PEER: Final = "pdqhash"
SIZES: Final = ((512, 512), (480, 640), (1536, 2048))
"""Height and width of what is hashed against the clock."""
MISSING: Final = "pdqhash is missing: make .venv/.exchanges"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of so many pictures: with the same bits; with the same quality; stable; stable and yet with other bits."""

    pictures: int
    same: int
    same_quality: int
    stable: int
    stable_differ: int

    def rows(self, what: str, bar: str | None) -> list[Row]:
        return [
            Row(f"{what}: the same bits", 100 * self.same / self.pictures, "percent", bar),
            Row(f"{what}: the same quality", 100 * self.same_quality / self.pictures, "percent"),
            Row(f"{what}: stable", 100 * self.stable / self.pictures, "percent"),
            Row(f"{what}: stable, and other bits", self.stable_differ, "pictures", "ours <= 0"),
        ]


def rows(pictures: int, samples: int) -> list[Row]:
    """Each in a process with one thread for products of matrices, as a worker has."""
    grained = f"PDQ of {pictures:,} pictures of odd sizes"
    flat = f"PDQ of {pictures // 4:,} of flat blocks, where many coefficients are nothing but rounding"
    speed = [
        Goal(f"PDQ of {width} x {height} pixels, from an array", "per_cpu_s", "ratio >= 5") for height, width in SIZES
    ]
    try:
        of_grained, of_flat = apart(agreement, pictures)
        took = [apart(fast, size, samples) for size in SIZES]
    except (CannotRun, ImportError) as err:
        same = Goal(f"{grained}: the same bits", "percent", "ours >= 98.5")
        return [goal.skipped(str(err)) for goal in (same, *speed)]
    found = [*of_grained.rows(grained, "ours >= 98.5"), *of_flat.rows(flat, None)]
    for goal, (mine, theirs) in zip(speed, took, strict=True):
        found.append(Row(goal.name, 1e6 / mine, goal.unit, goal.bar, PEER, 1e6 / theirs))
    return found


def agreement(pictures: int) -> tuple[Agreement, Agreement]:
    """Of pictures with something to see, and of a quarter as many with flat blocks. Raises CannotRun."""
    if find_spec("pdqhash") is None:
        raise CannotRun(MISSING)
    from tests.desk.matching.pictures import listed

    grained: list[tuple[bool, bool, bool]] = []
    flat: list[tuple[bool, bool, bool]] = []
    for name, picture in listed(pictures + pictures // 4):  # one in five is of blocks
        (flat if name.startswith("blocks") else grained).append(_compared(picture))
    return _counted(grained), _counted(flat)


def _compared(picture: npt.NDArray[np.uint8]) -> tuple[bool, bool, bool]:
    """The same bits; the same quality; stable."""
    import pdqhash

    bits, quality = pdqhash.compute(picture)
    ours = pdq(luma(picture))
    return ours.bits == np.packbits(bits).tobytes(), ours.quality == quality, ours.stable


def _counted(found: list[tuple[bool, bool, bool]]) -> Agreement:
    same, same_quality, stable = (sum(one[i] for one in found) for i in range(3))
    return Agreement(len(found), same, same_quality, stable, sum(one[2] and not one[0] for one in found))


def fast(size: tuple[int, int], samples: int) -> tuple[float, float]:
    """CPU microseconds of ours and theirs, in turns. Raises CannotRun."""
    try:
        import pdqhash
    except ImportError:
        raise CannotRun(MISSING) from None
    from tests.desk.matching.pictures import waves

    picture = waves(3, *size)
    found = cpu_us(
        {"ours": lambda: pdq(luma(picture)), "theirs": lambda: pdqhash.compute(picture)}, samples=samples, calls=3
    )
    return found["ours"], found["theirs"]
