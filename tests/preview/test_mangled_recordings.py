# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Films and sounds cut off at any byte, or with bits that are wrong: each is decoded or refused, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from privity.preview import sandbox
from privity.preview.errors import NotARecording
from privity.preview.examining import examine
from tests.preview.mangling import HOW
from tests.preview.recordings import FILMS, SOUNDS, film, sound

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")

ROOT = Path(__file__).parents[2]
FLIPPED = 12
PROVE_FLIPPED = int(os.environ.get("PRIVITY_PROVE_RECORDINGS", "5000"))
KINDS = {f"{container}-{codec}": (container, codec) for container, codec in (*FILMS, *SOUNDS)}

SOME = ("mp4-libx264", "webm-libvpx-vp9", "ogg-libopus", "mp3-libmp3lame")
"""Those of the ordinary run."""


def recording(kind: str) -> bytes:
    container, codec = KINDS[kind]
    if (container, codec) in SOUNDS:
        return sound(container, codec, 0.3)
    return film(container, codec, 6, sounding="libopus" if container == "webm" else "aac")


async def each_is_decoded_or_refused(data: bytes, how: str, numbers: range) -> str:
    """A sign for each; where a child came to its end, the real one does so by name."""
    signs = ""
    while len(signs) < len(numbers):
        command = [sys.executable, "-m", "tests.preview.mangling", how, str(numbers[len(signs)]), str(numbers.stop)]
        done = subprocess.run(command, input=data, capture_output=True, cwd=ROOT, check=False)
        signs += done.stdout.decode()
        if done.returncode == 0:
            assert len(signs) == len(numbers), done.stderr
            continue
        assert done.returncode < 0, done.stderr
        with pytest.raises(NotARecording):
            await examine(HOW[how](data, numbers[len(signs)]))
        signs += "!"
    return signs


@pytest.mark.parametrize("kind", SOME)
async def test_bits_that_are_wrong(kind: str) -> None:
    signs = await each_is_decoded_or_refused(recording(kind), "flipped", range(FLIPPED))
    assert "+" in signs  # or nothing of this was tried


@pytest.mark.parametrize("kind", SOME)
async def test_bytes_that_are_missing(kind: str) -> None:
    data = recording(kind)
    for start in range(0, len(data), len(data) // 3):
        await each_is_decoded_or_refused(data, "cut", range(start, min(len(data), start + 12)))


@pytest.mark.prove
@pytest.mark.parametrize("kind", KINDS)
async def test_all_bits_that_are_wrong(kind: str) -> None:
    signs = await each_is_decoded_or_refused(recording(kind), "flipped", range(FLIPPED, FLIPPED + PROVE_FLIPPED))
    assert "+" in signs


@pytest.mark.prove
@pytest.mark.parametrize("kind", KINDS)
async def test_every_byte_at_which_it_can_end(kind: str) -> None:
    data = recording(kind)
    await each_is_decoded_or_refused(data, "cut", range(len(data)))
