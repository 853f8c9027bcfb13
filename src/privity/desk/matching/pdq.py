# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""PDQ: a hash of how a picture looks, the same after it was compressed, scaled or turned grey.

PDQ (Facebook, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm", 2019) blurs the luma twice
with a box, takes 64 x 64 points of it, and sets a bit for each of 16 x 16 cosine coefficients that is above their
median. Everything before the median is linear in the rows and in the columns, so that two small matrices for each size
of picture do all of it at once.

The median decides by comparison alone: where coefficients lie closer to it than rounding, another program may see other
bits. Such a hash is not *stable*, and nothing may follow from it by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

SIDE: Final = 64
"""Points on each side of the blurred picture."""
WAVES: Final = 16
"""Cosine coefficients on each side."""
MIN_SIDE: Final = 16
"""Pixels: a smaller picture shows nothing that could be known again."""
MIN_QUALITY: Final = 50
"""Below, a picture is nearly flat, and flat pictures resemble each other."""
LUMA: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Of red, green and blue."""
UNDECIDED: Final = 2e-6
"""Of the largest coefficient: what rounding in single precision can move one by."""


_AT_ONCE: Final = 64
"""Lines of a picture that are taken together: what the processor's cache holds."""
_POINTS: Final = 8
"""Points down that are taken together, likewise."""


@dataclass(frozen=True, slots=True)
class Pdq:
    """The hash of one picture.

    Attributes:
        bits: 32 bytes, as they are written in hexadecimal.
        quality: 0 to 100: how much there is to see.
        stable: No bit hangs on rounding.
    """

    bits: bytes
    quality: int
    stable: bool

    @property
    def sound(self) -> bool:
        """Whether something may follow from a match by itself."""
        return self.stable and self.quality >= MIN_QUALITY


class TooSmall(ValueError):
    """A picture with fewer pixels than a hash needs."""


def luma(picture: npt.NDArray[np.uint8]) -> Floats:
    """Height x width x 3, red, green and blue -> height x width."""
    grey = np.empty(picture.shape[:2], dtype=np.float32)
    for top in range(0, len(picture), _AT_ONCE):
        some = picture[top : top + _AT_ONCE].astype(np.float32)
        np.matmul(some, LUMA, out=grey[top : top + _AT_ONCE])
    return grey


def pdq(grey: npt.NDArray[np.uint8] | Floats) -> Pdq:
    """The hash of a picture given as its luma, height x width, 0 to 255.

    Raises:
        TooSmall: Of fewer pixels than MIN_SIDE on a side.
    """
    points, waves = _transformed(grey)
    return _of(waves, _quality(points))


def pdq_turned(grey: npt.NDArray[np.uint8] | Floats) -> tuple[Pdq, ...]:
    """The hashes of a picture in its eight positions: four turns, and the same mirrored. The first is `pdq`.

    A turn of the picture only swaps rows with columns and the signs of every other coefficient: all eight cost little
    more than one.
    """
    points, waves = _transformed(grey)
    quality = _quality(points)
    signs = np.where(np.arange(WAVES) % 2 == 0, -1, 1).astype(np.float32)  # wave i + 1 changes its sign when i is even
    flipped = []
    for square in (waves, waves.T):
        for rows in (None, signs):
            for columns in (None, signs):
                turned = square if rows is None else square * rows[:, None]
                flipped.append(turned if columns is None else turned * columns[None, :])
    return tuple(_of(turned, quality) for turned in flipped)


def _transformed(grey: npt.NDArray[np.uint8] | Floats) -> tuple[Floats, Floats]:
    height, width = grey.shape
    if min(height, width) < MIN_SIDE:
        raise TooSmall(f"at least {MIN_SIDE} x {MIN_SIDE} pixels, got {width} x {height}")
    points = _blurred_rows(grey) @ _blur(width).T
    return points, _COSINES @ points @ _COSINES.T


def _blurred_rows(grey: npt.NDArray[np.uint8] | Floats) -> Floats:
    """`_blur(height) @ grey`, a few points at a time: most of that matrix is zero, as points see only what is close."""
    blur = _blur(len(grey))
    rows = np.empty((SIDE, grey.shape[1]), dtype=np.float32)
    for first in range(0, SIDE, _POINTS):
        weights = blur[first : first + _POINTS]
        seen = np.flatnonzero(weights.any(axis=0))
        low, high = int(seen[0]), int(seen[-1]) + 1
        near = grey[low:high].astype(np.float32, copy=False)
        np.matmul(weights[:, low:high], near, out=rows[first : first + _POINTS])
    return rows


def _of(waves: Floats, quality: int) -> Pdq:
    flat = waves.ravel()
    ordered = np.sort(flat)
    middle = ordered[flat.size // 2 - 1]
    gap = min(middle - ordered[flat.size // 2 - 2], ordered[flat.size // 2] - middle)
    bits = np.packbits((flat > middle)[::-1]).tobytes()
    return Pdq(bits, quality, bool(gap > UNDECIDED * np.abs(flat).max()))


def _quality(points: Floats) -> int:
    steps = 0
    for axis in (0, 1):
        steps += int(np.abs(np.trunc(np.diff(points, axis=axis) * np.float32(100) / np.float32(255))).sum())
    return min(steps // 90, 100)


@lru_cache(maxsize=512)
def _blur(n: int) -> Floats:
    """64 x n: which mean of n pixels each of the 64 points is, after the box has gone over them twice."""
    box = -(-n // (2 * SIDE))
    ahead = (box + 2) // 2
    behind = box - ahead
    once = np.zeros((n, n))
    for i in range(n):
        low, high = max(0, i - behind), min(n, i + ahead)
        once[i, low:high] = 1 / (high - low)
    rows = ((np.arange(SIDE) + 0.5) * n / SIDE).astype(int)
    twice: Floats = (once[rows] @ once).astype(np.float32)
    return twice


def _cosines() -> Floats:
    i, j = np.arange(WAVES)[:, None], np.arange(SIDE)[None, :]
    waves: Floats = (np.sqrt(2 / SIDE) * np.cos(np.pi / (2 * SIDE) * (i + 1) * (2 * j + 1))).astype(np.float32)
    return waves


_COSINES: Final = _cosines()
