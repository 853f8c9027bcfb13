# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A film or a sound of the evidence on its pages: its hash and what it is first, then what a person asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.case import Words
from privity.desk.console.evidence_view import Number, further, of_case
from privity.desk.console.exposure import VIEW_S, Stage
from privity.desk.console.forms import Form
from privity.desk.console.headers import HEARING
from privity.desk.console.media import SHOWN_S
from privity.desk.console.opened_file import Place
from privity.desk.console.pages import page
from privity.desk.console.queue import counted
from privity.desk.console.recordings import TO_BEGIN_S
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.preview.facts import Film, Recording, Sound
from privity.preview.limits import AUDIBLE_CHANNELS, MAX_AUDIBLE_S, MAX_MEASURED_S, MAX_STILLS

NAMES: Final = {
    "aac": "AAC",
    "flac": "FLAC",
    "h264": "H.264",
    "hevc": "H.265",
    "libdav1d": "AV1",
    "matroska": "WebM or Matroska",
    "mov": "MP4 or QuickTime",
    "mp3": "MP3",
    "mp3float": "MP3",
    "mpeg4": "MPEG-4 Visual",
    "ogg": "Ogg",
    "opus": "Opus",
    "pcm_s16le": "not compressed, 16 bits",
    "pcm_u8": "not compressed, 8 bits",
    "vorbis": "Vorbis",
    "vp8": "VP8",
    "vp9": "VP9",
    "wav": "WAV",
}
"""What the readers and decoders of the child are called where people know them."""
PARTS_S: Final = tuple(range(VIEW_S, MAX_AUDIBLE_S + 1, VIEW_S))
"""How long a part to be heard may be."""
WAVE: Final = (480, 96)
"""Width and height of the picture of a sound."""


class OfFile(Form, frozen=True):
    """Which file, and why."""

    report: Number
    position: Number
    part: Number
    words: Words


class StillAsked(OfFile, frozen=True):
    """Which of how many stills, and how much of it."""

    still: Annotated[int, msgspec.Meta(ge=0, lt=MAX_STILLS)]
    of: Annotated[int, msgspec.Meta(ge=1, le=MAX_STILLS)]
    stage: Stage


class SoundAsked(OfFile, frozen=True):
    """Which part of it."""

    from_s: Annotated[int, msgspec.Meta(ge=0, le=MAX_MEASURED_S)]
    seconds: Annotated[int, msgspec.Meta(ge=VIEW_S, le=MAX_AUDIBLE_S, multiple_of=VIEW_S)]


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of the picture of a sound."""

    x: float
    y: float
    height: float


async def _examine(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(OfFile)
    found = await asked.console.recordings.examine(acting, _place(asked, number, wanted), wanted.words)
    film, sound = found.recording.film, found.recording.sound
    return asked.html(
        "recording.html",
        number=number,
        fields=_fields(wanted),
        place=wanted,
        digest=found.digest,
        facts=tuple(facts(found.recording)),
        stills=() if film is None else tuple(clock(at) for at in film.stills_ms),
        sound=sound,
        bars=() if sound is None else tuple(bars(sound)),
        wave=WAVE,
        ends=() if sound is None else (clock(0), clock(sound.length_ms)),
        starts=() if sound is None else tuple((at, clock(at * 1000)) for at in starts(sound)),
        parts=tuple((seconds, seconds // VIEW_S) for seconds in PARTS_S),
        alone=film is None,
        stages=tuple(Stage),
        seconds=SHOWN_S,
        budget=asked.console.recordings.standing(acting),
    )


async def _still(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(StillAsked)
    place = _place(asked, number, wanted)
    revealed = await asked.console.recordings.reveal(acting, place, wanted.still, wanted.stage, wanted.words)
    response = asked.html(
        "still.html",
        number=number,
        whole=_fields(wanted),
        fields=_fields(wanted) | {"of": wanted.of},
        place=wanted,
        stage=wanted.stage,
        further=further(wanted.stage),
        address=revealed.address,
        budget=revealed.left,
        seconds=SHOWN_S,
    )
    response.headers["Refresh"] = f"{SHOWN_S}; url=/case/{number}"
    return response


async def _hear(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(SoundAsked)
    place = _place(asked, number, wanted)
    revealed = await asked.console.recordings.hear(acting, place, wanted.from_s, wanted.seconds, wanted.words)
    stands = wanted.seconds + TO_BEGIN_S
    response = asked.html(
        "hearing.html",
        number=number,
        fields=_fields(wanted),
        place=wanted,
        begins=clock(wanted.from_s * 1000),
        address=revealed.address,
        budget=revealed.left,
        seconds=stands,
    )
    response.headers["Refresh"] = f"{stands}; url=/case/{number}"
    response.headers["Content-Security-Policy"] = HEARING
    return response


async def _heard(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(OfFile)
    await asked.console.recordings.heard_whole(acting, _place(asked, number, wanted), wanted.words)
    return asked.go(f"/case/{number}")


async def _sound(asked: Asked, acting: Acting) -> web.Response:
    return web.Response(body=asked.console.recordings.fetch(acting, asked.parts["address"]), content_type="audio/wav")


def facts(found: Recording) -> Iterator[tuple[str, str]]:
    """What a recording is, in words."""
    yield "Container", NAMES.get(found.container, found.container)
    yield "Length", f"{clock(found.claimed_ms)}, as the file says" if found.claimed_ms else "the file does not say"
    yield "Film", "none" if found.film is None else _film(found.film)
    yield "Sound", "none" if found.sound is None else _sounding(found.sound)
    if found.others:
        yield "Not opened", f"{counted(found.others, 'track')} of other kinds"


def clock(ms: int) -> str:
    """As players write it: 4:07, 1:02:09."""
    seconds = ms // 1000
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def starts(sound: Sound) -> range:
    """The seconds at which a part to be heard may begin."""
    return range(0, max(1, -(-sound.length_ms // 1000)), VIEW_S)


def bars(sound: Sound) -> Iterator[Bar]:
    """The sound as a picture: from its start to its end, each column as high as it is loud there."""
    width, height = WAVE
    step = width / len(sound.envelope)
    for at, level in enumerate(sound.envelope):
        high = max(1.0, level * height / 255)
        yield Bar(round(at * step, 2), round((height - high) / 2, 2), round(high, 2))


def _film(film: Film) -> str:
    more = "" if film.counted_whole else ", and more"
    tracks = f"; the first of {film.tracks} tracks" if film.tracks > 1 else ""
    name = NAMES.get(film.codec, film.codec)
    return f"{name}, {film.width} × {film.height}, {counted(film.frames, 'frame')}{more}{tracks}"


def _sounding(sound: Sound) -> str:
    said = [
        NAMES.get(sound.codec, sound.codec),
        counted(sound.channels, "channel"),
        f"{sound.rate} samples a second",
        f"{clock(sound.length_ms)} decoded" + ("" if sound.measured_whole else ", which is not all of it"),
        f"at its loudest {sound.peak * 100 // 255} % of what a file can hold",
    ]
    if sound.channels > AUDIBLE_CHANNELS:
        said.append(f"heard here as {AUDIBLE_CHANNELS} channels")
    if sound.tracks > 1:
        said.append(f"the first of {sound.tracks} tracks")
    return ", ".join(said)


def _place(asked: Asked, number: int, wanted: OfFile) -> Place:
    """Raises NotOfThisCase."""
    of_case(asked.db, number, wanted.report)
    return Place(number, wanted.report, wanted.position, wanted.part)


def _fields(wanted: OfFile) -> dict[str, int | str]:
    return {"report": wanted.report, "position": wanted.position, "part": wanted.part, "words": wanted.words}


PAGES: Final = (
    page("POST", "/case/{number}/recording", Right.OPEN_EVIDENCE, _examine),
    page("POST", "/case/{number}/still", Right.OPEN_EVIDENCE, _still),
    page("POST", "/case/{number}/sound", Right.OPEN_EVIDENCE, _hear),
    page("POST", "/case/{number}/heard", Right.OPEN_EVIDENCE, _heard),
    page("GET", "/sound/{address}", Right.OPEN_EVIDENCE, _sound),
)
