# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of a stranger is decoded where nothing else can be done, and comes out as a small one that we made."""

from __future__ import annotations

import asyncio
import io
import signal
import subprocess
import sys
from random import Random
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from privity.preview import making, sandbox
from privity.preview.errors import NoSandbox, NotAPicture
from privity.preview.limits import MAX_PICTURE, MAX_SIDE
from privity.preview.making import PNG, holds_several, make, make_grey
from tests.preview.pictures import bomb, picture

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")


async def test_each_kind_comes_out_as_a_small_png_without_what_else_it_held() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("where", "a secret place")
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "a secret place"
    given = [
        picture("PNG", pnginfo=words),
        picture("JPEG", exif=exif),
        picture("WEBP"),
        picture("GIF"),
        picture("JPEG", (3000, 2000)),
    ]
    made = await asyncio.gather(*(make(each) for each in given))
    sizes = [Image.open(io.BytesIO(each)).size for each in made]
    assert sizes == [(40, 30), (30, 40), (40, 30), (40, 30), (MAX_SIDE, 683)]
    for each in made:
        assert each.startswith(PNG)
        assert b"secret" not in each
        assert Image.open(io.BytesIO(each)).info.keys() <= {"dpi"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        picture("BMP"),
        picture("TIFF"),
        picture("PNG")[:60],
        bomb(100_000, 100_000),
        bomb(65_535, 900),
        Random(7).randbytes(4096),
    ],
)
async def test_what_is_no_picture_of_these_kinds_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await make(data)


async def test_a_jpeg_with_more_than_one_image_is_its_first_and_said_to_hold_several() -> None:
    more: dict[str, Any] = {"save_all": True, "append_images": [Image.new("RGB", (40, 30), "red")]}
    several = [picture("MPO", **more), picture("GIF", **more), picture("WEBP", **more), picture("PNG", **more)]
    for given in several:
        shown = Image.open(io.BytesIO(await make(given))).convert("RGB")
        assert shown.size == (40, 30)
        assert shown.getpixel((20, 15)) == pytest.approx((0, 128, 128), abs=3)
    assert [await holds_several(given) for given in several] == [True] * 4
    assert [await holds_several(picture(kind)) for kind in ("JPEG", "GIF", "WEBP", "PNG")] == [False] * 4
    with pytest.raises(NotAPicture):
        await holds_several(b"")


async def test_a_picture_that_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "COMMAND", ("/nowhere",))
    with pytest.raises(NotAPicture, match="MiB"):
        await make(b"x" * (MAX_PICTURE + 1))


async def test_a_decoder_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "COMMAND", (sys.executable, "-c", "import time; time.sleep(1000)"))
    monkeypatch.setattr(making, "WALL_S", 0.2)
    with pytest.raises(NotAPicture, match="too long"):
        await make(picture("PNG"))


async def test_without_a_sandbox_nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "holds_here", lambda: False)
    with pytest.raises(NoSandbox):
        await make(picture("PNG"))


@pytest.mark.parametrize(
    "attack",
    [
        "socket.socket()",
        "os.open('/etc/passwd', os.O_RDONLY)",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.listdir('/proc')",
        "os.chmod('/tmp', 0o777)",
    ],
)
def test_a_decoder_that_was_taken_over_can_do_nothing(attack: str) -> None:
    code = (
        "import os, socket; from privity.preview import sandbox; sandbox.limit(1 << 30, 5); sandbox.shut();"
        f" os.write(1, b'shut'); {attack}; os.write(1, b'out')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == b"shut", done.stderr
    assert done.returncode == -signal.SIGSYS


def test_memory_has_an_end() -> None:
    code = (
        "import os; from privity.preview import sandbox; sandbox.limit(1 << 28, 5); sandbox.shut()\n"
        "try: bytearray(1 << 29)\n"
        "except MemoryError: os._exit(7)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7


async def test_without_colour_and_only_as_sharp_as_asked() -> None:
    striped = Image.new("RGB", (400, 200), "white")
    for left in range(0, 400, 4):
        striped.paste((200, 0, 0), (left, 0, left + 2, 200))
    out = io.BytesIO()
    striped.save(out, "PNG")
    veiled, clear = [Image.open(io.BytesIO(await make_grey(out.getvalue(), *how))) for how in ((16, 240), (400, 400))]
    assert (veiled.mode, veiled.size, clear.mode, clear.size) == ("L", (240, 120), "L", (400, 200))
    assert _contrast(clear) > 100
    assert _contrast(veiled) < 10


async def test_what_is_clear_becomes_paper() -> None:
    shown = Image.open(io.BytesIO(await make_grey(picture("PNG", (40, 30)), 16, 16)))
    assert shown.size == (16, 12)
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(await make_grey(out.getvalue(), 16, 16))).getextrema() == (250, 250)


@pytest.mark.parametrize("data", [bomb(100_000, 100_000), bomb(65_535, 900), b"<svg/>", b""])
async def test_what_no_picture_is_comes_out_grey_neither(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await make_grey(data, 160, 160)


async def test_the_widest_and_the_thinnest_come_out() -> None:
    assert Image.open(io.BytesIO(await make_grey(picture("PNG", (3000, 1)), 160, 160))).size == (160, 1)


def _contrast(shown: Image.Image) -> int:
    """The distance between the lightest and the darkest of its pixels, away from its edges."""
    within = shown.crop((8, 8, shown.width - 8, shown.height - 8)).tobytes()
    return max(within) - min(within)
