# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented files to send."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

MIB = 1 << 20


def bytes_of(file: Path, size: int) -> Path:
    """A file that nothing can shorten, the same in every run."""
    file.write_bytes(random.Random(size).randbytes(size))
    return file


def harbour(file: Path) -> Path:
    """A picture: sea, a sail and the sun."""
    picture = Image.new("RGB", (480, 300), "#bcd7e2")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 190, 480, 300), fill="#33687f")
    draw.ellipse((340, 30, 410, 100), fill="#f4d27a")
    draw.polygon(((150, 60), (150, 190), (240, 190)), fill="#fbfaf7")
    draw.polygon(((120, 195), (260, 195), (235, 225), (145, 225)), fill="#7a4b2a")
    picture.save(file)
    return file
