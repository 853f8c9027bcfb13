# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files through the child: the hashes of pictures, of films by frames, and of what is no picture at all."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from PIL import Image
from tests.desk.house import House
from tests.desk.matching.files import bits_of, film, picture, png
from tests.desk.matching.listed import Plain, a_list, flipped, of_pdq, put
from tests.desk.matching.pictures import waves

from privity.desk.matching.lists.model import Category, HashKind, Incoming
from privity.desk.matching.looking.finding import found
from privity.desk.matching.looking.hashing import Hashed, hashed
from privity.preview import making
from privity.preview.errors import NoSandbox
from privity.preview.luma import Luma, Lumas


def apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


async def test_a_picture_has_the_hash_that_it_has_here() -> None:
    data = picture(1)
    file = await hashed(data, turned=False)
    assert (file.sha256, file.md5) == (hashlib.sha256(data).digest(), hashlib.md5(data).digest())  # noqa: S324  # of lists
    (shot,) = file.shots
    assert shot.sound and not file.film and file.whole and apart(shot.hashes[0].bits, bits_of(data)) <= 2


async def test_a_turned_and_a_mirrored_one_are_found_where_they_are_looked_for(house: House) -> None:
    turned = png(np.ascontiguousarray(np.rot90(waves(1, 160, 200, grain=0))[:, ::-1]))
    put(house, a_list(house), of_pdq(bits_of(picture(1))))
    assert len(found(house.db, Plain(house.db), await hashed(turned, turned=True), house.clock)) == 1
    assert found(house.db, Plain(house.db), await hashed(turned, turned=False), house.clock) == ()


async def test_what_is_clear_does_not_hide_what_people_see() -> None:
    seen = waves(1, 160, 200, grain=0)
    other = waves(2, 160, 200, grain=0)
    clear = np.dstack([other, np.zeros((160, 200), np.uint8)])
    blank = await hashed(png(clear), turned=False)
    assert not blank.shots[0].sound, "all paper, whatever colour lies below"
    solid = np.dstack([seen, np.full((160, 200), 255, np.uint8)])
    file = await hashed(png(solid), turned=False)
    assert apart(file.shots[0].hashes[0].bits, bits_of(png(seen))) <= 2


async def test_every_image_of_a_moving_one_is_looked_at(house: House) -> None:
    frames = [Image.fromarray(waves(seed, 96, 96, grain=0)) for seed in range(6)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    put(house, a_list(house), of_pdq(bits_of(png(waves(4, 96, 96, grain=0)))))
    file = await hashed(out.getvalue(), turned=False)
    assert len(file.shots) == 6
    (hit,) = found(house.db, Plain(house.db), file, house.clock)
    assert hit.sound and hit.distance <= 2


async def test_a_film_is_its_frames_a_second_and_matches_with_three_of_them(house: House) -> None:
    scenes = [waves(seed, 96, 128, grain=0) for seed in range(5)]
    data = film([scene for scene in scenes for _ in range(10)], rate=10)
    known = a_list(house)
    put(house, known, *(of_pdq(bits_of(png(scene)), str(at)) for at, scene in enumerate(scenes[:3])))
    file = await hashed(data, turned=False)
    assert file.film and file.whole and len(file.shots) == 5
    sound = sum(shot.sound for shot in file.shots)
    hits = found(house.db, Plain(house.db), file, house.clock)
    assert [(hit.shots, hit.of_shots) for hit in hits] == [(3, sound)] * 3 and max(hit.distance for hit in hits) <= 31
    put(house, known, sources=["2"])
    assert [(hit.shots, hit.of_shots) for hit in found(house.db, Plain(house.db), file, house.clock)] == [
        (2, sound)
    ] * 2


async def test_a_film_that_lies_about_its_times_is_counted_by_frames() -> None:
    scenes = [waves(seed, 64, 64, grain=0) for seed in range(4)]
    at_once = film([scenes[at // 30] for at in range(120)], rate=1000)
    assert len((await hashed(at_once, turned=False)).shots) == 4


async def test_a_long_film_is_thinned_and_covered_to_its_end(house: House) -> None:
    frames = [waves(1, 32, 32, grain=0)] * 500 + [waves(2, 32, 32, grain=0)] * 20
    data = film(frames, rate=1)
    file = await hashed(data, turned=False)
    assert file.whole and 120 <= len(file.shots) <= 241
    assert apart(file.shots[0].hashes[0].bits, file.shots[-1].hashes[0].bits) > 60


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"x" * 50])
async def test_what_cannot_be_decoded_has_the_hashes_of_its_bytes(house: House, data: bytes) -> None:
    file = await hashed(data, turned=True)
    assert file == Hashed(hashlib.sha256(data).digest(), hashlib.md5(data).digest(), (), False, False)  # noqa: S324  # of lists
    put(house, a_list(house, category=Category.OWN), Incoming(HashKind.MD5, file.md5, ""))
    (hit,) = found(house.db, Plain(house.db), file, house.clock)
    assert (hit.distance, hit.sound) == (0, True)


async def test_a_bomb_of_pixels_and_a_tiny_one_have_no_look() -> None:
    bomb = io.BytesIO()
    Image.new("1", (7_800, 7_800)).save(bomb, "PNG")
    assert (await hashed(bomb.getvalue(), turned=True)).shots == ()
    assert (await hashed(picture(1, 15, 200), turned=True)).shots == ()


async def test_a_blank_picture_is_never_sound_even_where_its_hash_is_on_a_list(house: House) -> None:
    blank = png(np.full((64, 64, 3), 200, np.uint8))
    file = await hashed(blank, turned=False)
    put(house, a_list(house), of_pdq(file.shots[0].hashes[0].bits))
    hits = found(house.db, Plain(house.db), file, house.clock)
    assert hits and not any(hit.sound for hit in hits)


async def test_distance_counts_to_31_and_no_further(house: House) -> None:
    data = picture(3)
    file = await hashed(data, turned=False)
    bits = file.shots[0].hashes[0].bits
    put(house, a_list(house), of_pdq(flipped(bits, 31), "near"), of_pdq(flipped(bits, 32), "far"))
    assert [hit.distance for hit in found(house.db, Plain(house.db), file, house.clock)] == [31]


async def test_a_long_side_is_made_smaller_in_the_child_and_stays_the_same_picture() -> None:
    large = waves(1, 300, 1100, grain=0)
    file = await hashed(png(large), turned=False)
    assert apart(file.shots[0].hashes[0].bits, bits_of(png(large))) <= 10
    (image,) = (await making.make_lumas(png(large))).images
    assert (image.width, image.height) == (1024, 279)


async def test_without_a_sandbox_nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privity.preview.sandbox.holds_here", lambda: False)
    with pytest.raises(NoSandbox):
        await hashed(picture(1), turned=False)


async def test_a_child_that_was_taken_over_can_say_what_it_likes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lie(data: bytes) -> Lumas:
        return Lumas((Luma(16, 16, bytes(256)), Luma(1024, 1, bytes(1024))), True)

    monkeypatch.setattr("privity.preview.making.make_lumas", lie)
    assert len((await hashed(b"x", turned=True)).shots) == 1
