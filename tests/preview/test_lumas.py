# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a child hands out to be compared: held to a form, whatever the child says."""

from __future__ import annotations

import pytest

from privity.preview import examining, making
from privity.preview.errors import NotAPicture, NotARecording
from privity.preview.luma import Luma, packed, spread, unpacked
from tests.preview.recordings import film, many_frames, sound, vast

ONE = packed([(2, 3, b"abcdef")], whole=True)


def test_it_comes_back_as_it_was() -> None:
    assert unpacked(ONE, 1, 3) == ((Luma(2, 3, b"abcdef"),), True)
    two = unpacked(packed([(2, 3, b"abcdef"), (1, 1, b"z")], whole=False), 2, 3)
    assert len(two.images) == 2 and not two.whole
    assert "abcdef" not in repr(two)


@pytest.mark.parametrize(
    ("said", "most", "side"),
    [
        (b"", 1, 3),
        (b"\x02" + ONE[1:], 1, 3),
        (ONE[:1], 1, 3),
        (ONE[:-1], 1, 3),
        (ONE + b"x", 2, 3),
        (ONE, 0, 3),
        (ONE, 1, 2),
        (packed([(0, 3, b"")], whole=True), 1, 3),
        (packed([(1 << 31, 1 << 31, b"")], whole=True), 1, 1 << 31),
    ],
)
def test_anything_else_is_no_answer(said: bytes, most: int, side: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        unpacked(said, most, side)


def test_images_are_taken_evenly_from_the_first_on() -> None:
    assert spread(1, 12) == [0] and spread(5, 12) == [0, 1, 2, 3, 4]
    assert spread(100, 4) == [0, 25, 50, 75]


async def test_a_lying_child_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lie(command: object, data: bytes, wall_s: float, most: int, *arguments: object) -> bytes:
        return b"\x01" + b"\xff" * 20

    monkeypatch.setattr("privity.preview.asking.ask", lie)
    with pytest.raises(NotAPicture, match="no answer to the question"):
        await making.make_lumas(b"x")
    with pytest.raises(NotARecording, match="no answer to the question"):
        await examining.make_lumas(b"x")


async def test_a_sound_a_vast_film_and_one_of_a_million_frames_end_in_their_time() -> None:
    for data in (sound(), vast(60_000, 60_000), many_frames(film(), 1_000_000)):
        with pytest.raises(NotARecording):
            await examining.make_lumas(data)
