# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of a stranger is decoded where nothing else can be done, and comes out as a small one that we made."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from PIL import Image, PngImagePlugin

from privity.faces.app.errors import NoSandbox, NotAPicture
from privity.faces.app.preview import making, sandbox
from privity.faces.app.preview.limits import KEPT, MAX_PICTURE, MAX_SIDE
from privity.faces.app.preview.making import PNG, Previews, make
from tests.client.town import run
from tests.faces.app.scenes import scene
from tests.faces.app.test_files import send, told

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")


def picture(kind: str, size: tuple[int, int] = (40, 30), **named: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **named)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


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
        os.urandom(4096),
    ],
)
async def test_what_is_no_picture_of_these_kinds_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await make(data)


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
        "import os, socket; from privity.faces.app.preview import sandbox; sandbox.limit(1 << 30, 5); sandbox.shut();"
        f" os.write(1, b'shut'); {attack}; os.write(1, b'out')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == b"shut", done.stderr
    assert done.returncode == -signal.SIGSYS


def test_memory_has_an_end() -> None:
    code = (
        "import os; from privity.faces.app.preview import sandbox; sandbox.limit(1 << 28, 5); sandbox.shut()\n"
        "try: bytearray(1 << 29)\n"
        "except MemoryError: os._exit(7)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7


def test_the_oldest_previews_give_way() -> None:
    previews = Previews()
    for number in range(5):
        previews.keep(("room", b"id", number), bytes(KEPT // 4))
    assert previews.find(("room", b"id", 0)) is None
    assert previews.find(("room", b"id", 4)) is not None


def test_a_picture_of_a_message_is_previewed_over_the_port(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = await at.direct()
            sent = await send(http, at, room, picture("JPEG"), filename="a.jpg", kind="image/jpeg")
            fake = await send(http, at, room, b"<script>", filename="b.png", kind="image/png")
            (shown,) = (await at.shown("bob", sent.result.message_id)).files
            assert shown.picture
            await at.shown("bob", fake.result.message_id)
            for _ in range(2):  # the second from memory
                answer = await http.get(place(at, room, sent.result.message_id), headers=told(at.page))
                assert (answer.status, answer.content_type) == (200, "image/png")
                assert (await answer.read()).startswith(PNG)
                assert answer.headers["Content-Security-Policy"].startswith("sandbox")
            answer = await http.get(place(at, room, fake.result.message_id), headers=told(at.page))
            assert (answer.status, (await answer.json())["name"]) == (409, "NotAPicture")
            answer = await http.get(place(at, room, sent.result.message_id), headers={"Origin": at.page.base})
            assert answer.status == 401

    run(story())


def place(at: Any, room: str, message_id: bytes) -> str:
    return f"{at.page.base}/previews/bob/{quote(room, safe='')}/{message_id.hex()}/0"
