# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How bright each point of some images is, as a child hands it out to be compared: 8 bits a point, row after row.

A byte says whether it is all of the file; then for each image its width and height, 32 bits each, and its points.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

_SIZE: Final = struct.Struct("<II")


class Luma(NamedTuple):
    """One image."""

    width: int
    height: int
    points: bytes

    def __repr__(self) -> str:
        return f"Luma({self.width} x {self.height})"


class Lumas(NamedTuple):
    """`whole`: nothing of the file was left out because it is long. That is the child's word, as all of it is."""

    images: tuple[Luma, ...]
    whole: bool


def packed(images: Iterable[tuple[int, int, bytes]], *, whole: bool) -> bytes:
    return bytes([whole]) + b"".join(_SIZE.pack(width, height) + points for width, height, points in images)


def unpacked(said: bytes, most: int, side: int) -> Lumas:
    """At most so many images, none of them longer on a side. Raises ValueError for anything else."""
    if said[:1] not in (b"\0", b"\1"):
        raise ValueError("expected a byte that says whether this is all")
    images: list[Luma] = []
    at = 1
    while at < len(said):
        if len(images) == most or at + _SIZE.size > len(said):
            raise ValueError("expected fewer images, or a whole one")
        width, height = _SIZE.unpack_from(said, at)
        at += _SIZE.size
        if not (0 < width <= side and 0 < height <= side and at + width * height <= len(said)):
            raise ValueError("expected an image of a size that was asked for, with all of its points")
        images.append(Luma(width, height, said[at : at + width * height]))
        at += width * height
    if not images:
        raise ValueError("expected an image")
    return Lumas(tuple(images), said[0] == 1)


def spread(count: int, most: int) -> list[int]:
    """At most so many numbers below `count`, from the first on, evenly."""
    taken = min(count, most)
    return [at * count // taken for at in range(taken)]
