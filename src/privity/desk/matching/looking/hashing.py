# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hashes of a file: of its bytes, and of how its images look. A child decodes it; here is only arithmetic."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from privity.preview import examining, making
from privity.preview.errors import NotAPicture, NotARecording
from privity.preview.luma import Luma, Lumas

if TYPE_CHECKING:
    from privity.desk.matching.pdq import Pdq


@dataclass(frozen=True, slots=True)
class Shot:
    """One image of a file: its hash, and where turned ones are looked for those in all eight positions."""

    hashes: tuple[Pdq, ...] = field(repr=False)

    @property
    def sound(self) -> bool:
        """Whether something may follow from a match by itself."""
        return self.hashes[0].sound


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file as its hashes. Without shots it could not be decoded, or shows nothing large enough."""

    sha256: bytes = field(repr=False)
    md5: bytes = field(repr=False)
    shots: tuple[Shot, ...]
    film: bool
    whole: bool
    """Whether the shots are of all of it."""


_FEWEST_BITS: Final = 96
_MOST_BITS: Final = 160


def ordinary(bits: bytes) -> bool:
    """Whether a hash is one that a picture has: half of its bits are set, by the median. Others match what is blank."""
    return _FEWEST_BITS <= int.from_bytes(bits).bit_count() <= _MOST_BITS


async def hashed(data: bytes, *, turned: bool) -> Hashed:
    """Raises NoSandbox; what cannot be decoded has the hashes of its bytes all the same."""
    sha256, md5 = hashlib.sha256(data).digest(), hashlib.md5(data, usedforsecurity=False).digest()
    film = False
    try:
        lumas = await making.make_lumas(data)
    except NotAPicture:
        try:
            lumas, film = await examining.make_lumas(data), True
        except NotARecording:
            return Hashed(sha256, md5, (), False, False)
    shots = await asyncio.to_thread(_shots, lumas, turned)
    return Hashed(sha256, md5, shots, film, lumas.whole)


def _shots(lumas: Lumas, turned: bool) -> tuple[Shot, ...]:
    """NumPy is loaded with the first file: a desk without lists, and every command, does without."""
    return tuple(Shot(_hashes(one, turned)) for one in _large(lumas.images))


def _large(images: Iterable[Luma]) -> Iterable[Luma]:
    from privity.desk.matching.pdq import MIN_SIDE

    return (one for one in images if min(one.width, one.height) >= MIN_SIDE)


def _hashes(image: Luma, turned: bool) -> tuple[Pdq, ...]:
    import numpy as np

    from privity.desk.matching.pdq import pdq, pdq_turned

    grey = np.frombuffer(image.points, np.uint8).reshape(image.height, image.width)
    return pdq_turned(grey) if turned else (pdq(grey),)
