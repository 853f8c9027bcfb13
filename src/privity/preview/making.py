# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A preview of a picture, by a child that decodes this one and ends."""

from __future__ import annotations

import sys
from typing import Final

from privity.preview import asking
from privity.preview.errors import NotAPicture
from privity.preview.limits import MAX_IMAGES, MAX_LUMA, MAX_LUMA_SIDE, MAX_MADE, MAX_PICTURE, WALL_S
from privity.preview.luma import Lumas, unpacked

COMMAND: Final = (sys.executable, "-I", "-m", "privity.preview.child")
PNG: Final = b"\x89PNG\r\n\x1a\n"


async def make(picture: bytes) -> bytes:
    """A small PNG of it. Raises NoSandbox, NotAPicture."""
    return await _made(picture, "whole")


async def make_square(picture: bytes, along: int = 50, close: int = 0) -> bytes:
    """A square out of it as a PNG: how far along its longer side, and how close, in percent.

    Raises NoSandbox, NotAPicture.
    """
    return await _made(picture, "square", along, close)


async def make_grey(picture: bytes, detail: int, side: int) -> bytes:
    """A PNG of it without colour that shows `detail` pixels of the longer side, drawn `side` pixels large.

    Raises NoSandbox, NotAPicture.
    """
    return await _made(picture, "grey", detail, side)


async def holds_several(picture: bytes) -> bool:
    """Whether there is more than one image in it: all of the above show the first. Raises NoSandbox, NotAPicture."""
    return await _asked(picture, 1, "several") != b"1"


async def make_lumas(picture: bytes) -> Lumas:
    """Its images for comparing. Raises NoSandbox, NotAPicture."""
    made = await _asked(picture, MAX_LUMA, "lumas")
    try:
        return unpacked(made, MAX_IMAGES, MAX_LUMA_SIDE)
    except ValueError:
        raise NotAPicture("what is said about this picture is no answer to the question") from None


async def _made(picture: bytes, *arguments: str | int) -> bytes:
    made = await _asked(picture, MAX_MADE, *arguments)
    if not made.startswith(PNG):
        raise NotAPicture("this is no picture that can be shown")
    return made


async def _asked(picture: bytes, most: int, *arguments: str | int) -> bytes:
    if len(picture) > MAX_PICTURE:
        raise NotAPicture(f"the picture has more than {MAX_PICTURE >> 20} MiB")
    try:
        made = await asking.ask(COMMAND, picture, WALL_S, most, *arguments)
    except TimeoutError:
        raise NotAPicture("the picture takes too long to open") from None
    if made is None:
        raise NotAPicture("this is no picture that can be shown")
    return made
