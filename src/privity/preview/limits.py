# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every number that bounds what a picture, a film or a sound of a stranger may cost, with its reason."""

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
MAX_LUMA_SIDE: Final = 1_024
"""Pixels of the longer side of what is handed out to be compared: larger ones are made smaller."""
MAX_FRAME_SIDE: Final = 512
"""The same of a frame of a film, of which there are many."""
MAX_IMAGES: Final = 12
"""Images of one picture that are compared: spread over all of them."""
MAX_SHOTS: Final = 240
"""Frames of a film that are compared: where there are more, every second one is left out, again and again."""
SHOT_FRAMES: Final = 30
"""Frames after which there is another one to compare, whatever times the film claims; a second otherwise."""
SHOT_CPU_S: Final = 20
"""Seconds of computing after which what was decoded of a film has to be enough."""
MAX_LUMA: Final = 64 << 20
"""Bytes of all that is handed out of one file to be compared."""
MEMORY: Final = 1 << 30
CPU_S: Final = 10
WALL_S: Final = 20.0
"""A child that waits for anything waits in vain."""

MAX_RECORDING: Final = 32 << 20
"""Bytes of a film or a sound: what a hub stores of one file."""
MAX_FRAME_PIXELS: Final = 4096 * 2304
"""Pixels of one frame of a film: what telephones make. Those that a decoder holds fit into the memory."""
MAX_PACKETS: Final = 1_000_000
"""Pieces of a film that are counted: more than nine hours of one. A few bytes can claim any number."""
MAX_FRAMES: Final = 20_000
"""Frames that are decoded on the way to one still: ten minutes of a film that plays only from its start."""
MAX_STILLS: Final = 12
"""Stills of a film. They stand for it and are not all of it."""
FRAMES_A_STILL: Final = 25
"""A short film has one still for each so many frames: by number, for the times in a film are its maker's word."""
MAX_CHANNELS: Final = 8
MAX_RATE: Final = 192_000
"""Samples a second of any recording that a person made."""
MAX_MEASURED_S: Final = 3_600
"""Seconds of a sound that are decoded to say how loud it is where; what is beyond cannot be heard here either."""
ENVELOPE: Final = 240
"""Columns of the picture of a sound."""
AUDIBLE_RATE: Final = 16_000
"""Samples a second of what is made to be heard: speech, and enough of everything else to know what it is."""
AUDIBLE_CHANNELS: Final = 2
"""Two: in one, a sound that is opposite on both sides would be silence."""
MAX_AUDIBLE_S: Final = 60
"""Seconds that are made to be heard at a time."""
LOUDEST: Final = 1 << 13
"""The highest sample of what is made to be heard, a quarter of full scale: nobody is to be hurt by a sudden noise."""
MAX_FACTS: Final = 16 << 10
"""Bytes of what is said about a recording."""
RECORDING_MEMORY: Final = 3 << 29
"""1.5 GiB: the libraries take a part, and a decoder may hold seventeen frames of four bytes a pixel."""
RECORDING_CPU_S: Final = 30
RECORDING_WALL_S: Final = 60.0
"""An hour of sound, or a minute of a large film without places to start at, on a machine that does other things."""
