# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures that are the same on every machine: waves and blocks, and noise from whole numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def noise(seed: int, count: int) -> npt.NDArray[np.uint32]:
    """Whole numbers below 2^16 that look random (a mixing of 32 bits, after Knuth's multiplicative hashing)."""
    x = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed * 40503 & 0xFFFFFFFF)
    for shift in (15, 13, 16):
        x ^= x >> np.uint32(shift)
        x *= np.uint32(0x45D9F3B)
    return np.asarray(x >> np.uint32(16))


def waves(seed: int, height: int, width: int, grain: int = 6) -> Picture:
    """Six waves in each colour, and noise of `grain` steps on it."""
    y, x = np.arange(height), np.arange(width)
    draw = iter(noise(seed, 200).tolist())
    colours = []
    for _ in range(3):
        colour = np.full((height, width), 128.0)
        for _ in range(6):
            strength, across, down, start = (next(draw) / 65536 for _ in range(4))
            rows = (10 + 60 * strength) * np.sin(25 * down * y / height + 6.3 * start)
            colour += np.outer(rows, np.cos(25 * across * x / width + start))
        colours.append(colour)
    grained = np.stack(colours, axis=-1)
    if grain:
        grained += noise(seed + 1, grained.size).reshape(grained.shape) % grain
    picture: Picture = np.clip(grained, 0, 255).astype(np.uint8)
    return picture


def blocks(seed: int, height: int, width: int, across: int) -> Picture:
    """Flat blocks, `across` on each side: so regular that many coefficients are nothing but rounding."""
    y, x = np.mgrid[0:height, 0:width]
    shades = (noise(seed, across * across * 3) % 256).reshape(across, across, 3)
    picture: Picture = shades[y * across // height, x * across // width].astype(np.uint8)
    return picture


def listed(count: int) -> list[tuple[str, Picture]]:
    """Pictures of odd sizes with their names, one in five of them of blocks."""
    sizes = noise(7, 2 * count) % 500 + 64
    found = []
    for i in range(count):
        height, width = int(sizes[2 * i]), int(sizes[2 * i + 1])
        if i % 5 == 4:
            across = 2 + i // 5 % 9
            found.append((f"blocks {across}, {width} x {height}, seed {i}", blocks(i, height, width, across)))
        else:
            found.append((f"waves {width} x {height}, seed {i}", waves(i, height, width, grain=i % 4 * 8)))
    return found
