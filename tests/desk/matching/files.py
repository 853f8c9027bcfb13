# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures and films as files, of the invented waves."""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
import numpy as np
from PIL import Image
from tests.desk.matching.pictures import Picture, waves

from privity.desk.matching.pdq import pdq


def png(picture: Picture) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def picture(seed: int, height: int = 160, width: int = 200) -> bytes:
    return png(waves(seed, height, width, grain=0))


def grey(data: bytes) -> Picture:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


def bits_of(data: bytes) -> bytes:
    """Its hash, worked out here."""
    return pdq(grey(data)).bits


def film(pictures: Sequence[Picture], rate: int = 10, times: Sequence[int] | None = None) -> bytes:
    """One frame of each, so many a second, or at these moments of that clock."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
        for number, each in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(each, format="rgb24")
            frame.pts = number if times is None else times[number]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()
