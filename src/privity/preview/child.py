# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The process that decodes one picture: bytes on standard input, a PNG that was made anew on standard output.

Its arguments say what is made: `whole` is all of the picture, smaller; `square` a square out of it; `grey` what a
member of staff sees of evidence; `several` whether a picture holds more than what is made of it; `lumas` how bright
each point is, for a program that compares and shows it to nobody.

It reads everything and loads its decoders, shuts itself in (`sandbox`), and only then looks at the bytes. Its exit
status says how it went; what it was given never appears in words.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Final

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from privity.preview import sandbox
from privity.preview.limits import (
    CPU_S,
    MAX_IMAGES,
    MAX_LUMA_SIDE,
    MAX_PICTURE,
    MAX_PIXELS,
    MAX_SIDE,
    MEMORY,
    SQUARE,
)
from privity.preview.luma import packed, spread

DECODERS: Final = (GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
"""MPO is what a JPEG with more than one image becomes while it is opened."""
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
ORIENTATION: Final = 0x0112
"""The number of the word in a picture that says how it is to be turned."""
PAPER: Final = "#fbfaf7"
CLOSEST: Final = 95


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


def grey(data: bytes, detail: int, side: int) -> bytes:
    """The first image without colour, upright: `detail` pixels of its longer side, drawn `side` pixels large. Where
    `side` is more than `detail`, what is between them is a blur. What is clear becomes paper.

    Raises what Pillow raises, ValueError for one with too many pixels.
    """
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (detail, detail))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((detail, detail))
        seen = upright.convert("RGBA")
        drawn = Image.alpha_composite(Image.new("RGBA", seen.size, PAPER), seen).convert("L")
        longer = max(drawn.size)
        bare = drawn.resize([max(1, length * side // longer) for length in drawn.size], Image.Resampling.BICUBIC)
    out = io.BytesIO()
    Image.frombytes("L", bare.size, bare.tobytes()).save(out, "PNG")
    return out.getvalue()


def several(data: bytes) -> bytes:
    """Whether there is more than one image in it, as `1` or `2`. Raises what Pillow raises."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        return b"2" if getattr(picture, "is_animated", False) else b"1"


def lumas(data: bytes) -> bytes:
    """How bright each point of its images is, upright, for comparing (`luma.packed`). What is clear becomes paper.

    Raises what Pillow raises, ValueError for one with too many pixels.
    """
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        images = getattr(picture, "n_frames", 1)
        if images == 1:
            picture.draft("L", (MAX_LUMA_SIDE, MAX_LUMA_SIDE))
        made = []
        for number in spread(images, MAX_IMAGES):
            picture.seek(number)
            made.append(_luma(ImageOps.exif_transpose(picture)))
    return packed([(one.width, one.height, one.tobytes()) for one in made], whole=True)


def _luma(image: Image.Image) -> Image.Image:
    """As people see it: the colour below what is clear is not it."""
    if "A" in image.getbands() or "transparency" in image.info:
        seen = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", seen.size, PAPER), seen)
    drawn = image if image.mode == "L" else image.convert("RGB").convert("L")
    drawn.thumbnail((MAX_LUMA_SIDE, MAX_LUMA_SIDE), Image.Resampling.BOX)
    return drawn


MADE: Final[dict[str, Callable[..., bytes]]] = {
    "whole": made_anew,
    "square": square,
    "grey": grey,
    "several": several,
    "lumas": lumas,
}


def main() -> None:
    """Ends this process."""
    what = MADE[sys.argv[1]]
    how = [int(each) for each in sys.argv[2:]]
    data = sys.stdin.buffer.read(MAX_PICTURE + 1)
    for kind in FORMATS:  # whatever is loaded on first use is loaded now
        what(_sample(kind), *how)
    sandbox.answer(lambda: what(data, *how), MEMORY, CPU_S)


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
