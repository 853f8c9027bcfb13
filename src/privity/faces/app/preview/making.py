# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A preview of a picture: the child that makes it, and those that were made since the account was opened."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import Final

from privity.faces.app.errors import NoSandbox, NotAPicture
from privity.faces.app.preview import sandbox
from privity.faces.app.preview.limits import KEPT, MAX_MADE, MAX_PICTURE, WALL_S

COMMAND: Final = (sys.executable, "-I", "-m", "privity.faces.app.preview.child")
PNG: Final = b"\x89PNG\r\n\x1a\n"


async def make(picture: bytes) -> bytes:
    """A small PNG of it. Raises NoSandbox, NotAPicture."""
    return await _made(picture)


async def make_square(picture: bytes, along: int = 50, close: int = 0) -> bytes:
    """A square out of it as a PNG: how far along its longer side, and how close, in percent.

    Raises NoSandbox, NotAPicture.
    """
    return await _made(picture, str(along), str(close))


async def _made(picture: bytes, *arguments: str) -> bytes:
    if not sandbox.holds_here():
        raise NoSandbox("on this system no picture is opened here; save the file to look at it elsewhere")
    if len(picture) > MAX_PICTURE:
        raise NotAPicture(f"the picture has more than {MAX_PICTURE >> 20} MiB; save the file to look at it")
    child = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
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
        raise NotAPicture("the picture takes too long to open; save the file to look at it") from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if child.returncode != 0 or not made.startswith(PNG) or len(made) > MAX_MADE:
        raise NotAPicture("this is no picture that can be shown; save the file to look at it")
    return made


class Previews:
    """Those of one open account, the newest; gone when it is locked."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes, int], bytes] = {}
        self._bytes = 0

    def find(self, key: tuple[str, bytes, int]) -> bytes | None:
        return self._kept.get(key)

    def keep(self, key: tuple[str, bytes, int], made: bytes) -> None:
        self._bytes += len(made) - len(self._kept.pop(key, b""))
        self._kept[key] = made
        while self._bytes > KEPT:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))))
