# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One question to a child that decodes, answers, and ends."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress

from privity.preview import sandbox
from privity.preview.errors import NoSandbox


async def ask(command: Sequence[str], data: bytes, wall_s: float, most: int, *arguments: str | int) -> bytes | None:
    """What the child makes of it; None where it makes nothing, comes to its end, or answers with more than `most`.

    Whatever it answers is the word of a process that strangers may have taken over. Raises NoSandbox, TimeoutError.
    """
    if not sandbox.holds_here():
        raise NoSandbox("on this system no picture, film or sound is opened")
    child = await asyncio.create_subprocess_exec(
        *command,
        *(str(each) for each in arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        start_new_session=True,
    )
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("a child was started without pipes")
    feeding = asyncio.ensure_future(_feed(child.stdin, data))
    try:
        async with asyncio.timeout(wall_s):
            made = await _read(child.stdout, most)
            if made is not None:
                await child.wait()
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await feeding
        await _rest(child.stdout)
        await child.wait()
    return made if child.returncode == 0 else None


async def _read(answer: asyncio.StreamReader, most: int) -> bytes | None:
    try:
        await answer.readexactly(most + 1)
    except asyncio.IncompleteReadError as err:
        return err.partial
    return None


async def _rest(answer: asyncio.StreamReader) -> None:
    """What a child that is gone had still said goes by: its end is not seen before the end of that."""
    while await answer.read(1 << 16):
        pass


async def _feed(question: asyncio.StreamWriter, data: bytes) -> None:
    """A child that is gone takes nothing more."""
    with suppress(ConnectionError):
        question.write(data)
        await question.drain()
    question.close()
