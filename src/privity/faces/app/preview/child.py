# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The process that decodes one picture: bytes on standard input, a PNG that was made anew on standard output.

Without arguments it is all of the picture, smaller; with two, a square out of it (`square`).

It reads everything and loads its decoders, shuts itself in (`sandbox`), and only then looks at the bytes. Its exit
status says how it went; what it was given never appears in words.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Final

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from privity.faces.app.preview import sandbox
from privity.faces.app.preview.limits import CPU_S, MAX_PICTURE, MAX_PIXELS, MAX_SIDE, MEMORY, SQUARE

DECODERS: Final = (GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
ORIENTATION: Final = 0x0112
"""The number of the word in a picture that says how it is to be turned."""
PAPER: Final = "#fbfaf7"
CLOSEST: Final = 95
REFUSED: Final = 3
"""Not a picture of these kinds, or larger than any that is looked at."""


def made_anew(data: bytes) -> bytes:
    """The first image of a picture as a small PNG, upright, without a word of what else the file held.

    Raises what Pillow raises, ValueError for one with too many pixels.
    """
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
        clear = "A" in upright.getbands() or "transparency" in upright.info
        plain = upright.convert("RGBA" if clear else "RGB")
        bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    out = io.BytesIO()
    bare.save(out, "PNG")
    return out.getvalue()


def square(data: bytes, along: int, close: int) -> bytes:
    """A square of the first image, upright and without anything else that the file held: `along` percent of the way
    along the longer side, and `close` percent closer than the largest. What is clear becomes paper.

    Raises what Pillow raises, ValueError for one with too many pixels or with none left.
    """
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(picture)
        side = max(1, min(upright.size) * (100 - min(close, CLOSEST)) // 100)
        left, top = ((length - side) * (along if length == max(upright.size) else 50) // 100 for length in upright.size)
        part = upright.crop((left, top, left + side, top + side)).convert("RGBA").resize((SQUARE, SQUARE))
        bare = Image.alpha_composite(Image.new("RGBA", part.size, PAPER), part).convert("RGB")
    out = io.BytesIO()
    Image.frombytes("RGB", bare.size, bare.tobytes()).save(out, "PNG")
    return out.getvalue()


def main() -> None:
    """Ends this process."""
    along, close = (int(each) for each in sys.argv[1:3]) if len(sys.argv) == 3 else (None, None)

    def made(picture: bytes) -> bytes:
        return made_anew(picture) if along is None or close is None else square(picture, along, close)

    data = sys.stdin.buffer.read(MAX_PICTURE + 1)
    for kind in FORMATS:  # whatever is loaded on first use is loaded now
        made(_sample(kind))
    sandbox.limit(MEMORY, CPU_S)
    sandbox.shut()
    try:
        picture = memoryview(made(data))
    except Exception:  # noqa: BLE001  # decoders raise whatever they like about bytes of strangers
        os._exit(REFUSED)
    while picture:
        picture = picture[os.write(1, picture) :]
    os._exit(0)


def _sample(kind: str) -> bytes:
    """A small picture that needs turning, and making smaller."""
    lying = Image.Exif()
    lying[ORIENTATION] = 6
    out = io.BytesIO()
    named = {} if kind == "GIF" else {"exif": lying}
    Image.new("RGB", (MAX_SIDE + 1, 2)).save(out, kind, **named)
    return out.getvalue()


if __name__ == "__main__":
    main()
