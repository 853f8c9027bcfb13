# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Stills of a film: spread over all its frames by number, for what it says about times is its maker's word. And shots,
one for each second that it claims, and one for so many frames whatever it claims, for programs that compare."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from privity.preview import opening
from privity.preview.facts import MAX_MS, Film
from privity.preview.limits import (
    FRAMES_A_STILL,
    MAX_FRAME_SIDE,
    MAX_FRAMES,
    MAX_PACKETS,
    MAX_SHOTS,
    MAX_STILLS,
    SHOT_CPU_S,
    SHOT_FRAMES,
)

_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


@dataclass(frozen=True, slots=True)
class Counted:
    """The frames of a film, none of them decoded."""

    times_ms: list[int]
    """In the order in which they are shown, which is not always that in which they stand in the file."""
    starts: list[int]
    """The numbers of those at which a player may start, as the file says."""
    whole: bool

    @property
    def stills(self) -> list[int]:
        """The numbers of the frames that stand for the film."""
        frames = len(self.times_ms)
        count = min(MAX_STILLS, -(-frames // FRAMES_A_STILL))
        return [(2 * at + 1) * frames // (2 * count) for at in range(count)]


def counted(container: InputContainer, stream: VideoStream) -> Counted:
    """Read without decoding."""
    times: list[int] = []
    starts: list[int] = []
    packets = (packet for packet in container.demux(stream) if packet.size)
    for number, packet in enumerate(islice(packets, MAX_PACKETS)):
        at = packet.pts if packet.pts is not None else packet.dts
        seconds = 0 if at is None or packet.time_base is None else at * packet.time_base
        times.append(min(MAX_MS, max(0, round(seconds * 1000))))
        if packet.is_keyframe:
            starts.append(number)
    return Counted(sorted(times), starts, len(times) < MAX_PACKETS)


def facts(container: InputContainer) -> Film | None:
    """None where there is no film. Raises ValueError, what `av` raises."""
    tracks = opening.films(container)
    if not tracks:
        return None
    stream = tracks[0]
    found = counted(container, stream)
    if not found.times_ms:
        return None
    return Film(
        stream.codec_context.name,
        stream.width,
        stream.height,
        len(found.times_ms),
        found.whole,
        tuple(found.times_ms[number] for number in found.stills),
        len(tracks),
    )


def still(data: bytes, which: int, detail: int) -> Image.Image:
    """One of the stills without colour, upright, with at most `detail` pixels on its longer side.

    Raises ValueError, IndexError, what `av` raises.
    """
    with opening.opened(data) as container:
        found = counted(container, opening.films(container)[0])
    wanted = found.stills[which]
    before = bisect_right(found.starts, wanted)
    for start in (found.starts[before - 1] if before else 0, 0):  # a start may be a lie
        frame = _decoded(data, start, wanted)
        if frame is not None:
            return _grey(frame, detail)
    raise ValueError("no frame")


def shots(data: bytes) -> tuple[list[Image.Image], bool]:
    """Frames without colour, small, and whether they are of all of the film.

    Raises ValueError for a film without any, and what `av` raises.
    """
    kept: list[Image.Image] = []
    every, seen, last_s, since = 1, 0, None, 0
    with opening.opened(data) as container:
        for number, (_, frame) in enumerate(opening.decoded(container, opening.films(container)[0])):
            if number >= MAX_FRAMES or time.process_time() > SHOT_CPU_S:
                return _some(kept), False
            since += 1
            if frame is None or (last_s is not None and since < SHOT_FRAMES and not _later(frame, last_s)):
                continue
            last_s, since = frame.time or 0.0, 0
            if seen % every == 0:
                kept.append(_grey(frame, MAX_FRAME_SIDE))
            seen += 1
            if len(kept) > MAX_SHOTS:
                kept, every = kept[::2], 2 * every
    return _some(kept), True


def _later(frame: VideoFrame, last_s: float) -> bool:
    return frame.time is not None and abs(frame.time - last_s) >= 1


def _some(kept: list[Image.Image]) -> list[Image.Image]:
    if not kept:
        raise ValueError("no frame")
    return kept


def _decoded(data: bytes, start: int, wanted: int) -> VideoFrame | None:
    """The frame with this number, or the last one before it that can be decoded."""
    last = None
    with opening.opened(data) as container:
        frames = opening.decoded(container, opening.films(container)[0], start)
        for _, frame in islice(frames, min(wanted - start + 1, MAX_FRAMES)):
            last = frame or last
        return last


def _grey(frame: VideoFrame, detail: int) -> Image.Image:
    longer = max(frame.width, frame.height)
    width, height = (max(1, length * min(detail, longer) // longer) for length in (frame.width, frame.height))
    plane = (small := frame.reformat(width=width, height=height, format="gray", threads=1)).planes[0]
    drawn = Image.frombytes("L", (small.width, small.height), bytes(plane), "raw", "L", plane.line_size)
    turn = _TURNS.get(frame.rotation % 360)
    return drawn if turn is None else drawn.transpose(turn)
