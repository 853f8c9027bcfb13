# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented films and sounds: patterns that grow lighter, test tones, and files that claim what they are not."""

from __future__ import annotations

import io
import math
import struct
from array import array
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Final

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

SIDE: Final = (64, 48)
RATE: Final = 16_000
PER_SECOND: Final = 10
FILMS: Final = (
    ("mp4", "libx264"),
    ("mov", "mpeg4"),
    ("webm", "libvpx-vp9"),
    ("matroska", "libx265"),
    ("webm", "libvpx"),
    ("mp4", "libsvtav1"),
)
SOUNDS: Final = (
    ("wav", "pcm_s16le"),
    ("mp3", "libmp3lame"),
    ("flac", "flac"),
    ("ogg", "libopus"),
    ("adts", "aac"),
    ("mp4", "aac"),
    ("ogg", "vorbis"),
    ("wav", "pcm_u8"),
)


@cache
def film(
    container: str = "mp4",
    codec: str = "libx264",
    frames: int = 30,
    *,
    size: tuple[int, int] = SIDE,
    sounding: str = "",
    one_start: bool = False,
) -> bytes:
    """Frame by frame lighter: frame `n` is as light as `lightness(n, frames)`, its left half darker by a third."""
    out = io.BytesIO()
    options = {"g": str(frames)} if one_start else {"g": "10"}
    if codec == "libx264":
        options |= {"x264-params": f"keyint={options['g']}:scenecut=0:threads=1"}
    if codec == "libx265":
        options = {"x265-params": "log-level=none:pools=none"}
    with av.open(out, "w", format=container) as made:
        made.metadata["title"] = made.metadata["comment"] = "<script>alert(1)</script>"
        seen = made.add_stream(codec, rate=PER_SECOND, options=options)
        assert isinstance(seen, VideoStream)
        seen.width, seen.height = size
        seen.pix_fmt = "yuv420p"
        seen.thread_count = 1
        heard = made.add_stream(sounding, rate=48_000) if sounding else None
        for number in range(frames):
            made.mux(seen.encode(_frame(number, lightness(number, frames), size)))
        made.mux(seen.encode(None))
        if isinstance(heard, AudioStream):
            for frame in _tone([tone(frames / PER_SECOND, rate=48_000)], 48_000, "mono"):
                made.mux(heard.encode(frame))
            made.mux(heard.encode(None))
    return out.getvalue()


def lightness(number: int, frames: int) -> int:
    return 40 + 180 * number // frames


@cache
def sound(container: str = "wav", codec: str = "pcm_s16le", seconds: float = 1.0, loud: float = 0.5) -> bytes:
    rate = 48_000 if codec == "libopus" else RATE
    channels = 2 if codec == "vorbis" else 1  # its encoder makes no other
    return of_samples([tone(seconds, loud, rate)] * channels, container, codec, rate)


def of_samples(
    channels: Sequence[Sequence[int]], container: str = "wav", codec: str = "pcm_s16le", rate: int = RATE
) -> bytes:
    """A sound with these samples in one channel, two or three."""
    out = io.BytesIO()
    layout = ("mono", "stereo", "2.1")[len(channels) - 1]
    with av.open(out, "w", format=container) as made:
        heard = made.add_stream(codec, rate=rate, layout=layout, options={"strict": "experimental"})
        assert isinstance(heard, AudioStream)
        for frame in _tone(channels, rate, layout):
            made.mux(heard.encode(frame))
        made.mux(heard.encode(None))
    return out.getvalue()


def tone(seconds: float, loud: float = 0.5, rate: int = RATE, pitch: int = 400) -> list[int]:
    return [int(32_000 * loud * math.sin(2 * math.pi * pitch * at / rate)) for at in range(int(seconds * rate))]


def _frame(number: int, light: int, size: tuple[int, int]) -> av.VideoFrame:
    width, height = size
    frame = av.VideoFrame(width, height, "yuv420p")
    for at, plane in enumerate(frame.planes):
        if at:
            plane.update(b"\x80" * plane.buffer_size)
            continue
        row = bytes([light * 2 // 3]) * (width // 2) + bytes([light]) * (width - width // 2)
        plane.update(row.ljust(plane.line_size, b"\0") * height)
    frame.pts, frame.time_base = number, Fraction(1, PER_SECOND)
    return frame


def _tone(channels: Sequence[Sequence[int]], rate: int, layout: str) -> list[av.AudioFrame]:
    frames = []
    for start in range(0, len(channels[0]), 1024):
        parts = [channel[start : start + 1024] for channel in channels]
        frame = av.AudioFrame("s16", layout, len(parts[0]))
        woven = array("h", [sample for moment in zip(*parts, strict=True) for sample in moment]).tobytes()
        frame.planes[0].update(woven.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        frames.append(frame)
    return frames


# what lies


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of an MP4."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


INSIDE: Final = (b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"dinf")


def with_box(data: bytes, kind: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """An MP4 with the contents of every box of this kind changed, and all around it fitted."""
    out, at = b"", 0
    while at + 8 <= len(data):
        size, named = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + size]
        if named == kind:
            body = change(body)
        elif named in INSIDE:
            body = with_box(body, kind, change)
        out += box(named, body)
        at += size
    return out


def turned(data: bytes) -> bytes:
    """An MP4 whose film is to be shown a quarter turn further, clockwise."""

    def change(head: bytes) -> bytes:
        matrix = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
        return head[:40] + matrix + head[76:]

    return with_box(data, b"tkhd", change)


def hiding(data: bytes, ms: int) -> bytes:
    """An MP4 whose edit list leaves out its beginning."""

    def change(body: bytes) -> bytes:
        return body[:12] + struct.pack(">i", ms * 10_240 // 1000) + body[16:]

    return with_box(data, b"elst", change)


def many_frames(data: bytes, count: int) -> bytes:
    """An MP4 that claims so many frames of a byte each."""
    claims = with_box(data, b"stsz", lambda body: body[:4] + struct.pack(">II", 1, count))
    return with_box(claims, b"stts", lambda body: struct.pack(">IIII", 0, 1, count, 1))


def endless(data: bytes) -> bytes:
    """An MP4 that counts in seconds what it should not, and claims to last a century."""

    def change(body: bytes) -> bytes:
        return body[:12] + struct.pack(">II", 1, 0x7FFFFFFF) + body[20:]

    return with_box(with_box(data, b"mvhd", change), b"mdhd", change)


def lasting(data: bytes, ms: float) -> bytes:
    """A WebM that claims to last this long."""
    at = data.index(b"\x44\x89\x88") + 3
    return data[:at] + struct.pack(">d", ms) + data[at + 8 :]


def elsewhere(data: bytes, path: str) -> bytes:
    """An MP4 that says its pictures are in another file, in both ways that there are."""
    url = box(b"url ", struct.pack(">I", 0), b"file://" + path.encode() + b"\0")
    named = path.encode()[1:]
    alias = struct.pack(">I6xH", 0, 150).ljust(14, b"\0")
    alias = (b"\0" * 4) + alias + bytes([27]) + b"volume".ljust(27, b"\0") + b"\0" * 12
    alias += bytes([min(63, len(named))]) + named[:63].ljust(63, b"\0") + b"\0" * 16 + struct.pack(">hh", 1, 1)
    alias += b"\0" * 16 + struct.pack(">HH", 2, len(named)) + named + struct.pack(">h", -1)
    return with_box(data, b"dref", lambda body: struct.pack(">II", 0, 2) + url + box(b"alis", alias))


def nested(levels: int) -> bytes:
    """An MP4 that is boxes within boxes and nothing else, each claiming all that is left."""
    return box(b"ftyp", b"isom\0\0\0\0") + b"".join(
        struct.pack(">I4s", 8 * (levels - at), b"moov") for at in range(levels)
    )


def element(name: bytes, *parts: bytes) -> bytes:
    """An element of a Matroska file."""
    body = b"".join(parts)
    return name + struct.pack(">Q", len(body) | 1 << 56) + body


def vast(width: int, height: int) -> bytes:
    """A film of a few bytes that claims frames of this size, in its head and in its only frame."""
    head = element(b"\x1aE\xdf\xa3", element(b"\x42\x82", b"webm"))
    said = element(b"\xe0", element(b"\xb0", struct.pack(">I", width)), element(b"\xba", struct.pack(">I", height)))
    track = element(
        b"\xae",
        element(b"\xd7", b"\1"),
        element(b"\x73\xc5", b"\1"),
        element(b"\x83", b"\1"),
        element(b"\x86", b"V_VP8"),
        said,
    )
    frame = b"\x50\x42\0\x9d\x01\x2a" + struct.pack("<HH", min(width, 0x3FFF), min(height, 0x3FFF)) + b"\x55" * 600
    block = element(b"\xa3", b"\x81\0\0\x80", frame)
    return head + element(
        b"\x18\x53\x80\x67",
        element(b"\x16\x54\xae\x6b", track),
        element(b"\x1f\x43\xb6\x75", element(b"\xe7", b"\0"), block),
    )
