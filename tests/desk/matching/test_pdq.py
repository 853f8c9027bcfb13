# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Our PDQ beside the published one, and what it recognises."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.desk.matching.pictures import Picture, blocks, listed, waves

from privity.desk.matching.pdq import MIN_QUALITY, Pdq, TooSmall, luma, pdq, pdq_turned

VECTORS = [line.split(maxsplit=2) for line in Path(__file__).with_name("pdq_vectors.txt").read_text().splitlines()]
"""What the published implementation (pdqhash 0.2.8) says of the listed pictures: hash, quality, picture."""


def distance(a: Pdq, b: Pdq) -> int:
    return (int.from_bytes(a.bits, "big") ^ int.from_bytes(b.bits, "big")).bit_count()


def compressed(picture: Picture, quality: int) -> Picture:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def test_every_bit_is_the_published_one_where_it_does_not_hang_on_rounding() -> None:
    unstable = 0
    for (name, picture), line in zip(listed(len(VECTORS)), VECTORS, strict=True):
        bits, quality, named = line[0], int(line[1]), line[2]
        assert named == name
        ours = pdq(luma(picture))
        assert ours.quality == quality, name
        if ours.stable:
            assert ours.bits.hex() == bits, name
        else:
            assert name.startswith("blocks"), "only flat, regular pictures hang on rounding"
            unstable += 1
    assert unstable < len(VECTORS) // 8


def test_a_picture_is_known_again_after_what_happens_to_pictures() -> None:
    picture = waves(3, 400, 520)
    known = pdq(luma(picture))
    assert known.sound
    for name, changed in {
        "compressed": compressed(picture, 30),
        "half the size": np.asarray(Image.fromarray(picture).resize((260, 200))),
        "grey": np.repeat(np.asarray(Image.fromarray(picture).convert("L"))[:, :, None], 3, axis=2),
    }.items():
        assert distance(known, pdq(luma(changed))) <= 31, name
    assert distance(known, pdq(luma(waves(4, 400, 520)))) > 90, "another picture is far away"


def test_eight_positions_are_those_of_the_turned_picture() -> None:
    picture = waves(9, 320, 448)
    ours = {one.bits for one in pdq_turned(luma(picture))}
    assert len(ours) == 8
    for mirrored in (picture, picture[:, ::-1]):
        for turns in range(4):
            turned = pdq(luma(np.rot90(mirrored, turns).copy()))  # its 64 points lie half a pixel elsewhere
            assert min(distance(turned, Pdq(bits, 100, True)) for bits in ours) <= 12
    assert pdq_turned(luma(picture))[0] == pdq(luma(picture))


def test_what_shows_nothing_is_not_sound() -> None:
    flat = pdq(np.full((200, 300), 90, dtype=np.uint8))
    assert flat.quality == 0
    assert not flat.stable
    assert not flat.sound
    assert not pdq(luma(blocks(1, 351, 522, 2))).sound
    faint = pdq(luma((waves(3, 400, 520) // 16 + 100).astype(np.uint8)))
    assert faint.quality < MIN_QUALITY
    assert not faint.sound


@pytest.mark.parametrize("shape", [(15, 400), (400, 15), (0, 0)])
def test_a_tiny_picture_has_no_hash(shape: tuple[int, int]) -> None:
    with pytest.raises(TooSmall, match=f"got {shape[1]} x {shape[0]}"):
        pdq(np.zeros(shape, dtype=np.uint8))
    assert pdq(np.zeros((16, 16), dtype=np.uint8)).quality == 0
