# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""No two hashes within 31 bits escape all bands, and no layout can be made that lets them."""

from __future__ import annotations

import random

import pytest

from privity.desk.matching.index.layout import FEW, MANY, MANY_FROM, RADIUS, Layout, layout_for


def shown(layout: Layout, flipped: set[int]) -> bool:
    """Whether some band differs in no more bits than its radius."""
    start = 0
    for width, radius in zip(layout.widths, layout.radii, strict=True):
        if sum(start <= bit < start + width for bit in flipped) <= radius:
            return True
        start += width
    return False


@pytest.mark.parametrize("layout", [FEW, MANY])
def test_whatever_31_bits_differ_a_band_shows_it(layout: Layout) -> None:
    rnd = random.Random(3)
    for _ in range(2000):
        assert shown(layout, set(rnd.sample(range(256), RADIUS)))
    # The worst that can be: in each band one bit more than it bears, in all bands but one.
    starts = layout.rows[:-1, 0].tolist()
    for spared in range(len(starts)):
        flipped = {
            start + bit for band, start in enumerate(starts) for bit in range(layout.radii[band] + (band != spared))
        }
        assert len(flipped) <= RADIUS
        assert shown(layout, flipped)
    everywhere = {start + bit for band, start in enumerate(starts) for bit in range(layout.radii[band] + 1)}
    assert len(everywhere) == RADIUS + 1
    assert not shown(layout, everywhere), "the bound is the bound"


def test_a_layout_that_could_miss_one_is_refused() -> None:
    assert Layout((16,) * 16, (1,) * 16) == FEW
    with pytest.raises(ValueError, match="radii that reach 31"):
        Layout((16,) * 16, (1,) * 15 + (0,))
    with pytest.raises(ValueError, match="bands of 256 bits"):
        Layout((16,) * 15 + (15,), (1,) * 16)
    with pytest.raises(ValueError, match="a radius for each"):
        Layout((16,) * 16, (1,) * 17)


def test_many_entries_get_the_wide_bands() -> None:
    assert layout_for(MANY_FROM - 1) == FEW
    assert layout_for(MANY_FROM) == MANY
    assert MANY.flips.size == 8 * (1 + 22 + 231) + 4 * 21
