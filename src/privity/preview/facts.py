# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a child says of a film or a sound, within bounds that whoever asked holds it to."""

from __future__ import annotations

from typing import Annotated

import msgspec

from privity.preview.limits import ENVELOPE, MAX_CHANNELS, MAX_FRAME_PIXELS, MAX_PACKETS, MAX_RATE, MAX_STILLS

MAX_MS = 366 * 86_400_000
"""Times beyond a year are no times of a recording; the nearest one is said."""
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,20}\Z")]
Ms = Annotated[int, msgspec.Meta(ge=0, le=MAX_MS)]
Tracks = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Level = Annotated[int, msgspec.Meta(ge=0, le=255)]


class Film(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Its first track of pictures."""

    codec: Name
    width: Annotated[int, msgspec.Meta(ge=1, le=MAX_FRAME_PIXELS)]
    height: Annotated[int, msgspec.Meta(ge=1, le=MAX_FRAME_PIXELS)]
    frames: Annotated[int, msgspec.Meta(ge=1, le=MAX_PACKETS)]
    counted_whole: bool
    """Whether there are no more frames than were counted."""
    stills_ms: Annotated[tuple[Ms, ...], msgspec.Meta(min_length=1, max_length=MAX_STILLS)]
    """Where its stills are, as the film itself says."""
    tracks: Tracks


class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Its first track of sound, decoded."""

    codec: Name
    channels: Annotated[int, msgspec.Meta(ge=1, le=MAX_CHANNELS)]
    rate: Annotated[int, msgspec.Meta(ge=1, le=MAX_RATE)]
    length_ms: Ms
    """By what was decoded, not by what the file says."""
    measured_whole: bool
    """Whether it ends there, and nothing of it failed to decode."""
    peak: Level
    envelope: Annotated[tuple[Level, ...], msgspec.Meta(min_length=1, max_length=ENVELOPE)]
    """From its start to its end: the loudest moment of each part, in any channel."""
    tracks: Tracks


class Recording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A film, a sound, or both in one."""

    container: Name
    claimed_ms: Ms
    """How long the file says that it is; 0 where it says nothing."""
    film: Film | None
    sound: Sound | None
    others: Annotated[int, msgspec.Meta(ge=0, le=1_000)]
    """Tracks that are not opened: of other kinds, or by decoders that are not used here."""
