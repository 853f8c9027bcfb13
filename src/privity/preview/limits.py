# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every number that bounds what a picture of a stranger may cost, with its reason."""

from __future__ import annotations

from typing import Final

MAX_PICTURE: Final = 25 << 20
"""Bytes of a picture that is decoded: larger than cameras of telephones make them."""
MAX_PIXELS: Final = 60_000_000
"""A few bytes can claim any number. This many fit into `MEMORY`."""
MAX_SIDE: Final = 1_024
"""Pixels of a preview's longer side."""
SQUARE: Final = 256
"""Pixels of the side of a profile's picture. Even noise of this size fits into what a hub takes."""
MAX_MADE: Final = 8 << 20
"""Bytes of a preview: a picture of this size has at most four for each pixel, and some."""
MEMORY: Final = 1 << 30
CPU_S: Final = 10
WALL_S: Final = 20.0
"""A child that waits for anything waits in vain."""
