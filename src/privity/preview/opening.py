# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Films and sounds opened from memory, by one named reader, for a short list of decoders, and nothing else.

The library could read a playlist, follow an address or guess a format. Here the first bytes name the reader, whatever
else a file asks to have opened is refused, and each decoder runs in this one thread.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from privity.preview.limits import MAX_CHANNELS, MAX_FRAME_PIXELS, MAX_RATE

FILM_DECODERS: Final = ("h264", "hevc", "vp8", "vp9", "libdav1d", "mpeg4")
SOUND_DECODERS: Final = ("aac", "mp3float", "opus", "vorbis", "flac", "pcm_s16le", "pcm_u8")
_DECODERS: Final = ",".join((*FILM_DECODERS, *SOUND_DECODERS))
_ID3: Final = 10
"""Bytes of the head of a tag before a sound."""


def reader_of(data: bytes) -> str:
    """The one reader that is tried, by the first bytes. Raises ValueError."""
    if data[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    if data[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if data[:4] == b"OggS":
        return "ogg"
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    sound = data[_after_tag(data) :][:2]
    if len(sound) == 2 and sound[0] == 0xFF and sound[1] & 0xF6 == 0xF0:
        return "aac"
    if len(sound) == 2 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0:
        return "mp3"
    raise ValueError("no reader for these bytes")


@contextmanager
def opened(data: bytes) -> Iterator[InputContainer]:
    """Raises ValueError, MemoryError, what `av` raises."""
    with av.open(
        io.BytesIO(data),
        "r",
        format=reader_of(data),
        container_options={
            "codec_whitelist": _DECODERS,
            "protocol_whitelist": "none",
            "ignore_editlist": "1",  # what a file says is to be left out is in it all the same
        },
        options={"max_pixels": str(MAX_FRAME_PIXELS)},
        metadata_errors="ignore",
        io_open=_refused,
    ) as container:
        yield container


def films(container: InputContainer) -> list[VideoStream]:
    """The tracks of pictures that are opened; the picture on a sound's cover is none. Raises ValueError."""
    found = []
    for stream in container.streams.video:
        if stream.codec_context is None or stream.codec_context.name not in FILM_DECODERS:
            continue
        if not 0 < stream.width * stream.height <= MAX_FRAME_PIXELS:
            raise ValueError("no such frame is decoded")
        _alone(stream)
        stream.codec_context.options = {"max_pixels": str(MAX_FRAME_PIXELS)}
        found.append(stream)
    return found


def sounds(container: InputContainer) -> list[AudioStream]:
    """The tracks of sound that are opened. Raises ValueError."""
    found = []
    for stream in container.streams.audio:
        if stream.codec_context is None or stream.codec_context.name not in SOUND_DECODERS:
            continue
        if not (0 < stream.channels <= MAX_CHANNELS and 0 < stream.rate <= MAX_RATE):
            raise ValueError("no such sound is decoded")
        _alone(stream)
        found.append(stream)
    return found


def decoded(container: InputContainer, stream: Any, start: int = 0) -> Iterator[tuple[int, Any]]:
    """How many packets have been read, and each frame, from packet number `start` on; frames that cannot be decoded
    are left out, as players do it, and said with None.
    """
    for number, packet in enumerate(container.demux(stream)):
        if number < start:
            continue
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            yield number, None
            continue
        for frame in frames:
            yield number, frame


def _alone(stream: VideoStream | AudioStream) -> None:
    stream.codec_context.thread_count = 1
    stream.codec_context.thread_type = "NONE"


def _after_tag(data: bytes) -> int:
    """Where a sound begins that has a tag before it."""
    if data[:3] != b"ID3" or len(data) < _ID3:
        return 0
    size = 0
    for seven in data[6:_ID3]:
        size = size << 7 | seven & 0x7F
    return _ID3 + size


def _refused(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    """A file that names another one is read without it."""
    raise ValueError("nothing else is opened")
