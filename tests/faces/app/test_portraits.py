# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles and their pictures: a square that we made goes out and is shown, whatever somebody put there."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import pytest
from PIL import Image, PngImagePlugin

from privity.client.profiles import Profiles
from privity.faces.app.contacts import MAX_LINES, card
from privity.faces.app.port.asked import Done
from privity.faces.app.port.contacts import OwnProfile, OwnProfileShown, ProfileOf, ProfileShown, PutProfile
from privity.policy.profile import MAX_BIO, MAX_NAME, MAX_PICTURE_BYTES
from privity.preview import sandbox
from privity.preview.errors import NotAPicture
from privity.preview.limits import MAX_PICTURE, SQUARE
from privity.preview.making import PNG, make_square
from privity.wire.contacts import Profile
from tests.client.town import run
from tests.faces.app.scenes import Scene, befriend, problem, scene
from tests.faces.app.test_files import told
from tests.preview.pictures import bomb, picture

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")


def halves(kind: str = "PNG", **named: Any) -> bytes:
    """Red on the left, blue on the right, three times as wide as high."""
    whole = Image.new("RGB", (300, 100), "red")
    whole.paste("blue", (150, 0, 300, 100))
    out = io.BytesIO()
    whole.save(out, kind, **named)
    return out.getvalue()


async def test_a_square_is_cut_where_it_was_asked_for_and_holds_nothing_else() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("where", "a secret place")
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    exif[0x0112] = 6
    given = [
        (halves(pnginfo=words), 0, 0),
        (halves(), 100, 90),
        (halves(), 50, 0),
        (halves("JPEG", quality=95, exif=exif), 0, 0),
    ]
    made = await asyncio.gather(*(make_square(*each) for each in given))
    opened = [Image.open(io.BytesIO(each)) for each in made]
    assert {each.size for each in opened} == {(SQUARE, SQUARE)}
    assert not [each for each in made if b"secret" in each or not each.startswith(PNG)]
    corner, far = (5, SQUARE // 2), (SQUARE - 5, SQUARE // 2)
    seen = [(each.getpixel(corner), each.getpixel(far)) for each in opened[:3]]
    red, blue = (255, 0, 0), (0, 0, 255)
    assert seen == [(red, red), (blue, blue), (red, blue)]
    upright = opened[3].getpixel((SQUARE // 2, 5))
    assert isinstance(upright, tuple)
    assert upright[0] > 200


async def test_even_noise_with_holes_is_small_enough_for_the_hub() -> None:
    noise = Image.frombytes("RGBA", (512, 512), bytes(range(251)) * (512 * 512 * 4 // 251 + 1), "raw")
    noise = Image.effect_noise((512, 512), 120).convert("RGBA")
    out = io.BytesIO()
    noise.save(out, "PNG")
    made = await make_square(out.getvalue())
    assert len(made) <= MAX_PICTURE_BYTES
    assert Image.open(io.BytesIO(made)).mode == "RGB"


@pytest.mark.parametrize("data", [b"", b"<svg/>", picture("BMP"), bomb(100_000, 100_000), picture("PNG")[:60]])
async def test_a_bomb_or_no_picture_makes_no_square(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await make_square(data)


def test_a_profile_goes_out_with_a_picture_that_was_made_anew(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            secret = PngImagePlugin.PngInfo()
            secret.add_text("where", "a secret place")
            raw = halves(pnginfo=secret)
            shaped = await shape(http, at, raw, along="0", close="10")
            assert shaped.startswith(PNG)
            put = PutProfile(account="ann", name=" Ann ", bio="two\nlines", picture=raw, listed=True)
            assert isinstance(await at.page.ask(put), Done)
            own = await at.page.ask(OwnProfile(account="ann"))
            assert isinstance(own, OwnProfileShown)
            assert (own.name, own.bio, own.listed) == ("Ann", "two\nlines", True)
            assert own.picture is not None
            assert own.picture != raw
            await befriend(at.page, "ann", "bob")
            seen = await at.page.ask(ProfileOf(account="bob", user_uri=at.ann))
            assert isinstance(seen, ProfileShown)
            assert (seen.card.handle, seen.card.name, seen.card.picture) == ("ann.x", "Ann", True)
            kept = at.door.house.opened("bob").device.profiles.kept(at.ann)
            assert kept is not None and kept.picture is not None
            assert b"secret" not in kept.picture
            for _ in range(2):  # the second from memory
                status, body = await portrait(http, at, "bob", at.ann)
                assert (status, body) == (200, own.picture)
            assert await portrait(http, at, "ann", at.bob) == (204, b"")
            for wrong in ({"along": "101", "close": "0"}, {"along": "x", "close": "0"}, {"along": "0"}):
                assert msgspec.json.decode(await shape(http, at, raw, **wrong))["name"] == "Malformed"
            too_large = await shape(http, at, bytes(MAX_PICTURE + 1), along="0", close="0")
            assert msgspec.json.decode(too_large)["name"] == "FileTooLarge"
            assert msgspec.json.decode(await shape(http, at, b"no", along="0", close="0"))["name"] == "NotAPicture"
            url = f"{at.page.base}/portraits/bob/{quote(at.ann, safe='')}"
            for call in (http.get(url), http.post(f"{at.page.base}/portraits/bob", data=raw)):
                assert (await call).status in (401, 403), "without the page's secret"
            bad = PutProfile(account="ann", name="Ann", bio="", picture=bomb(90_000, 90_000), listed=True)
            assert await problem(at.page, bad) == "NotAPicture"
            long = PutProfile(account="ann", name="n" * 10_000, bio="", picture=None, listed=True)
            assert await problem(at.page, long) not in ("Bug", "")

    run(story())


def test_what_a_hub_puts_in_a_profile_is_made_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that checks nothing, or is somebody's who means harm."""
    hostile = "<script>\u202egnp\u2066\x00" + "z" + "\u0335" * 300
    told = Profile("mimi://hub.example/u/" + "a" * 26, hostile, hostile * 500, f"{hostile}\n" * 5_000, b"<svg/>", 0)
    shown = card(told)
    for text in (shown.handle, shown.name, shown.bio):
        assert not set(text) & set("\u202e\u2066\x00")
        assert text.count("\u0335") < 9 * text.count("z") + 9
    assert len(shown.name) <= MAX_NAME
    assert len(shown.bio) <= MAX_BIO
    assert len(shown.bio.splitlines()) <= MAX_LINES
    assert "\n" not in shown.name + shown.handle

    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:

            async def of(_: Profiles, user_uri: str) -> Profile:
                return msgspec.structs.replace(told, user_uri=user_uri, picture=bomb(60_000, 60_000))

            monkeypatch.setattr(Profiles, "of", of)
            status, body = await portrait(http, at, "bob", at.ann)
            assert (status, msgspec.json.decode(body)["name"]) == (409, "NotAPicture")

    run(story())


async def shape(http: aiohttp.ClientSession, at: Scene, raw: bytes, **query: str) -> bytes:
    url = f"{at.page.base}/portraits/ann"
    async with http.post(url, params=query, data=raw, headers=told(at.page)) as answer:
        return await answer.read()


async def portrait(http: aiohttp.ClientSession, at: Scene, account: str, user_uri: str) -> tuple[int, bytes]:
    url = f"{at.page.base}/portraits/{account}/{quote(user_uri, safe='')}"
    async with http.get(url, headers=told(at.page)) as answer:
        return answer.status, await answer.read()
