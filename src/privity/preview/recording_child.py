# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The process that decodes one film or sound: bytes on standard input, what its arguments ask for on standard output.

`facts` is what is known of it, as JSON; `still` one frame, grey, as a PNG; `audible` samples of a part of its sound;
`lumas` how bright each point of some frames is, for a program that compares and shows them to nobody.
It shuts itself in like the one for pictures (`child`), which needs none of these decoders and starts without them.
"""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Callable
from typing import Final

import av.logging
import msgspec
from PIL import Image

from privity.preview import film, opening, sandbox, sound
from privity.preview.facts import MAX_MS, Recording
from privity.preview.limits import MAX_RECORDING, RECORDING_CPU_S, RECORDING_MEMORY
from privity.preview.luma import packed


def facts(data: bytes) -> bytes:
    """Raises ValueError, what `av` raises."""
    with opening.opened(data) as container:
        name, claimed = opening.reader_of(data), (container.duration or 0) // 1000
        seen, tracks = film.facts(container), len(container.streams)
    with opening.opened(data) as container:
        heard = sound.facts(container)
    if seen is None and heard is None:
        raise ValueError("neither film nor sound")
    others = tracks - sum(found.tracks for found in (seen, heard) if found is not None)
    return msgspec.json.encode(Recording(name, min(MAX_MS, max(0, claimed)), seen, heard, max(0, others)))


def still(data: bytes, which: int, detail: int, side: int) -> bytes:
    """One still of `detail` pixels, drawn `side` pixels large. Raises ValueError, what `av` raises."""
    return _png(film.still(data, which, detail), side)


def lumas(data: bytes) -> bytes:
    """Its frames for comparing (`luma.packed`). Raises ValueError, what `av` raises."""
    frames, whole = film.shots(data)
    return packed([(one.width, one.height, one.tobytes()) for one in frames], whole=whole)


MADE: Final[dict[str, Callable[..., bytes]]] = {
    "facts": facts,
    "still": still,
    "audible": sound.audible,
    "lumas": lumas,
}


def main() -> None:
    """Ends this process."""
    what = MADE[sys.argv[1]]
    how = [int(each) for each in sys.argv[2:]]
    data = sys.stdin.buffer.read(MAX_RECORDING + 1)
    av.logging.set_level(None)
    _png(Image.new("L", (1, 1)), 1)  # whatever is loaded on first use is loaded now
    facts(_sample())
    sandbox.answer(lambda: what(data, *how), RECORDING_MEMORY, RECORDING_CPU_S)


def _png(drawn: Image.Image, side: int) -> bytes:
    longer = max(drawn.size)
    bare = drawn.resize([max(1, length * side // longer) for length in drawn.size], Image.Resampling.BICUBIC)
    out = io.BytesIO()
    bare.save(out, "PNG")
    return out.getvalue()


def _sample() -> bytes:
    """A tenth of a second of silence."""
    silence = bytes(1600)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(silence)) + silence
    return struct.pack("<4sI", b"RIFF", len(body)) + body


if __name__ == "__main__":
    main()
