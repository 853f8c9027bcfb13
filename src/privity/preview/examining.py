# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A film or a sound, by a child that decodes this one and ends: what it is, single stills, and parts to be heard."""

from __future__ import annotations

import struct
import sys
from typing import Final

import msgspec

from privity.preview import asking
from privity.preview.errors import NotARecording
from privity.preview.facts import Recording
from privity.preview.limits import (
    AUDIBLE_CHANNELS,
    AUDIBLE_RATE,
    MAX_AUDIBLE_S,
    MAX_FACTS,
    MAX_FRAME_SIDE,
    MAX_LUMA,
    MAX_MADE,
    MAX_RECORDING,
    MAX_SHOTS,
    RECORDING_WALL_S,
)
from privity.preview.luma import Lumas, unpacked
from privity.preview.making import PNG

COMMAND: Final = (sys.executable, "-I", "-m", "privity.preview.recording_child")
BYTES_A_SECOND: Final = AUDIBLE_RATE * AUDIBLE_CHANNELS * 2


async def examine(recording: bytes) -> Recording:
    """What it is, and how loud it is where. Nothing of it leaves the child. Raises NoSandbox, NotARecording."""
    said = await _made(recording, MAX_FACTS, "facts")
    try:
        return msgspec.json.decode(said, type=Recording)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotARecording("what is said about this file is no answer to the question") from None


async def make_still(recording: bytes, which: int, detail: int, side: int) -> bytes:
    """One of its stills as a PNG without colour that shows `detail` pixels of the longer side, drawn `side` large.

    Raises NoSandbox, NotARecording.
    """
    made = await _made(recording, MAX_MADE, "still", which, detail, side)
    if not made.startswith(PNG):
        raise NotARecording("this film has no such still that can be shown")
    return made


async def make_audible(recording: bytes, from_s: int, seconds: int = MAX_AUDIBLE_S) -> bytes:
    """So many seconds of its sound from there on, at most MAX_AUDIBLE_S, as a WAV file with a head of our own.

    Raises NoSandbox, NotARecording.
    """
    samples = await _made(recording, seconds * BYTES_A_SECOND, "audible", from_s, seconds)
    if not samples or len(samples) % (AUDIBLE_CHANNELS * 2):
        raise NotARecording("this sound has no such part that can be heard")
    form = struct.pack(
        "<4sIHHIIHH",
        b"fmt ",
        16,
        1,
        AUDIBLE_CHANNELS,
        AUDIBLE_RATE,
        BYTES_A_SECOND,
        AUDIBLE_CHANNELS * 2,
        16,
    )
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI", b"RIFF", len(body)) + body


async def make_lumas(recording: bytes) -> Lumas:
    """Frames of a film for comparing. Raises NoSandbox, NotARecording."""
    made = await _made(recording, MAX_LUMA, "lumas")
    try:
        return unpacked(made, MAX_SHOTS + 1, MAX_FRAME_SIDE)
    except ValueError:
        raise NotARecording("what is said about this film is no answer to the question") from None


async def _made(recording: bytes, most: int, *arguments: str | int) -> bytes:
    if len(recording) > MAX_RECORDING:
        raise NotARecording(f"this file has more than {MAX_RECORDING >> 20} MiB")
    try:
        made = await asking.ask(COMMAND, recording, RECORDING_WALL_S, most, *arguments)
    except TimeoutError:
        raise NotARecording("this file takes too long to open") from None
    if made is None:
        raise NotARecording("this is no film or sound that can be opened")
    return made
