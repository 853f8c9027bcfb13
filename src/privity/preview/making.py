# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A preview of a picture, by a child that decodes this one and ends."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import Final

from privity.preview import sandbox
from privity.preview.errors import NoSandbox, NotAPicture
from privity.preview.limits import MAX_MADE, MAX_PICTURE, WALL_S

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


async def _made(picture: bytes, *arguments: str | int) -> bytes:
    if not sandbox.holds_here():
        raise NoSandbox("on this system no picture is opened")
    if len(picture) > MAX_PICTURE:
        raise NotAPicture(f"the picture has more than {MAX_PICTURE >> 20} MiB")
    child = await asyncio.create_subprocess_exec(
        *COMMAND,
        *(str(each) for each in arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        start_new_session=True,
    )
    try:
        made, _ = await asyncio.wait_for(child.communicate(picture), WALL_S)
    except TimeoutError:
        raise NotAPicture("the picture takes too long to open") from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if child.returncode != 0 or not made.startswith(PNG) or len(made) > MAX_MADE:
        raise NotAPicture("this is no picture that can be shown")
    return made
