# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A film or a sound of a stranger: what it is, single grey stills, and quiet parts to be heard, and no way out of the
child that decodes it.
"""

from __future__ import annotations

import asyncio
import io
import json
import signal
import subprocess
import sys
import wave
from array import array
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from privity.preview import asking, examining, making, opening, sandbox
from privity.preview.errors import NoSandbox, NotAPicture, NotARecording
from privity.preview.examining import examine, make_audible, make_still
from privity.preview.facts import MAX_MS, Recording
from privity.preview.limits import (
    AUDIBLE_RATE,
    ENVELOPE,
    LOUDEST,
    MAX_AUDIBLE_S,
    MAX_RECORDING,
    MAX_STILLS,
)
from tests.preview import recordings
from tests.preview.children import watched
from tests.preview.pictures import bomb, picture
from tests.preview.recordings import FILMS, SOUNDS, film, lightness, of_samples, sound, tone

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")


def looked(png: bytes) -> Image.Image:
    shown = Image.open(io.BytesIO(png))
    assert shown.mode == "L"
    return shown


def samples(wav: bytes) -> array[int]:
    with wave.open(io.BytesIO(wav)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (2, 2, AUDIBLE_RATE)
        return array("h", opened.readframes(opened.getnframes()))


def some(kinds: Sequence[tuple[str, str]]) -> list[Any]:
    """All of them; the ordinary run has every other one."""
    return [
        pytest.param(*kind, id="-".join(kind), marks=[pytest.mark.prove] if number % 2 else [])
        for number, kind in enumerate(kinds)
    ]


# what is there


@pytest.mark.parametrize(("container", "codec"), some(FILMS))
async def test_a_film_says_what_it_is_and_shows_grey_stills(container: str, codec: str) -> None:
    data = film(container, codec)
    found = await examine(data)
    assert found.film is not None
    assert (found.film.width, found.film.height, found.film.frames) == (64, 48, 30)
    assert found.film.counted_whole
    assert list(found.film.stills_ms) == pytest.approx([700, 2200], abs=250)
    assert (found.sound, found.others) == (None, 0)
    assert found.claimed_ms == pytest.approx(3000, abs=150)
    first, second = [looked(await make_still(data, which, 32, 32)) for which in (0, 1)]
    assert first.size == second.size == (32, 24)
    for shown, number in ((first, 7), (second, 22)):
        assert shown.getpixel((26, 12)) == pytest.approx(_full(lightness(number, 30)), abs=12)
        assert shown.getpixel((6, 12)) == pytest.approx(_full(lightness(number, 30) * 2 // 3), abs=12)


@pytest.mark.parametrize(("container", "codec"), some(SOUNDS))
async def test_a_sound_says_how_loud_it_is_and_can_be_heard(container: str, codec: str) -> None:
    data = sound(container, codec)
    found = await examine(data)
    assert found.film is None
    assert found.sound is not None
    assert found.sound.length_ms == pytest.approx(1000, abs=130)  # a format may add what it needs to begin and to end
    assert found.sound.measured_whole
    assert found.sound.peak == pytest.approx(125, abs=16)
    assert len(found.sound.envelope) == pytest.approx(10, abs=1)
    heard = samples(await make_audible(data, 0))
    assert len(heard) / 2 / AUDIBLE_RATE == pytest.approx(1.0, abs=0.13)
    assert max(max(heard), -min(heard)) == pytest.approx(LOUDEST, abs=40)
    within = heard[AUDIBLE_RATE // 2 : 3 * AUDIBLE_RATE // 2 : 2]  # the second quarter of it, and the third
    crossings = sum(before < 0 <= after for before, after in pairwise(within))
    assert crossings == pytest.approx(200, abs=6)  # it is the tone that went in


async def test_a_film_with_sound_has_both() -> None:
    found = await examine(film("mp4", "libx264", sounding="aac"))
    assert found.film is not None
    assert found.sound is not None
    assert found.sound.length_ms == pytest.approx(3000, abs=130)


async def test_a_film_that_lies_on_its_side_is_shown_upright() -> None:
    shown = looked(await make_still(recordings.turned(film()), 1, 32, 32))
    assert shown.size == (24, 32)
    (_, above), (below, _) = _range(shown.crop((0, 0, 24, 12))), _range(shown.crop((0, 20, 24, 32)))
    assert above < below - 20  # the dark left half is above


async def test_a_still_is_only_as_sharp_as_asked() -> None:
    veiled, clear = [looked(await make_still(film(size=(320, 240)), 0, detail, 240)) for detail in (4, 240)]
    assert veiled.size == clear.size == (240, 180)
    edges = [high - low for low, high in (_range(shown.crop((116, 90, 124, 91))) for shown in (veiled, clear))]
    assert edges[0] < edges[1] / 3


async def test_where_a_player_can_start_only_at_the_start_the_end_is_shown_all_the_same() -> None:
    data = film(frames=90, one_start=True)
    found = await examine(data)
    assert found.film is not None
    last = len(found.film.stills_ms) - 1
    shown = looked(await make_still(data, last, 32, 32))
    assert shown.getpixel((26, 12)) == pytest.approx(_full(lightness(78, 90)), abs=12)


async def test_starts_that_are_lies_change_no_still() -> None:
    honest = film(frames=90, one_start=True)
    lying = recordings.with_box(
        honest, b"stss", lambda body: body[:4] + (1).to_bytes(4, "big") + (75).to_bytes(4, "big")
    )
    one, other = [looked(await make_still(data, 3, 32, 32)) for data in (honest, lying)]
    assert other.getpixel((26, 12)) == pytest.approx(one.getpixel((26, 12)), abs=12)


async def test_what_a_film_says_is_to_be_left_out_is_shown() -> None:
    honest, hiding = film(), recordings.hiding(film(), 2000)
    assert hiding != honest
    one, other = await examine(honest), await examine(hiding)
    assert one.film is not None
    assert other.film is not None
    assert one.film.frames == other.film.frames == 30
    assert await make_still(hiding, 0, 32, 32) == await make_still(honest, 0, 32, 32)


async def test_a_long_film_has_as_many_stills_as_any() -> None:
    found = await examine(film(frames=600, one_start=True))
    assert found.film is not None
    assert len(found.film.stills_ms) == MAX_STILLS
    assert list(found.film.stills_ms) == sorted(found.film.stills_ms)


async def test_a_sudden_noise_hurts_nobody_and_silence_stays_silent() -> None:
    quiet, loud = tone(1, 0.01), tone(0.2, 1.0)
    data = of_samples([[*quiet, *loud, *quiet]])
    found = await examine(data)
    assert found.sound is not None
    assert found.sound.peak > 240
    assert [level > 128 for level in found.sound.envelope[:9]] == [False] * 9
    assert [level > 128 for level in found.sound.envelope[10:12]] == [True] * 2
    assert [level > 128 for level in found.sound.envelope[13:]] == [False] * 9
    heard = samples(await make_audible(data, 0))
    assert max(max(heard), -min(heard)) <= LOUDEST
    alone = samples(await make_audible(of_samples([tone(1, 0.1)]), 0))
    assert 2000 < max(alone) <= 3200  # nothing is made louder


async def test_what_is_opposite_on_both_sides_is_heard() -> None:
    left = tone(1)
    data = of_samples([left, [-sample for sample in left]])
    found = await examine(data)
    assert found.sound is not None
    assert found.sound.channels == 2
    assert max(samples(await make_audible(data, 0))) > LOUDEST // 2


async def test_a_sound_is_heard_in_parts_and_nothing_is_left_out() -> None:
    data = of_samples([[at * 4 for at in range(4000) for _ in range(300)]])  # 75 seconds that rise
    first, second = [samples(await make_audible(data, start)) for start in (0, MAX_AUDIBLE_S)]
    assert (len(first), len(second)) == (2 * MAX_AUDIBLE_S * AUDIBLE_RATE, 2 * 15 * AUDIBLE_RATE)
    assert first[-1] == pytest.approx(LOUDEST, abs=4)
    assert second[0] / second[-1] == pytest.approx(0.8, abs=0.01)
    with pytest.raises(NotARecording):
        await make_audible(data, 76)


# what it may not be


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 999,
        picture("PNG"),
        picture("GIF"),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
        b"1\n00:00:01,000 --> 00:00:02,000\n<font>words</font>\n",
        b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>",
        b"RIFF\0\0\0\0AVI LIST",
        b"FLV\x01\x05\0\0\0\x09",
        b"ID3\x04\0\0\0\0\0\x08........#EXTM3U\n",
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
    ],
    ids=lambda data: f"{len(data)}-{data[:6].hex()}",
)
def test_no_reader_is_tried_for_anything_else(data: bytes) -> None:
    with pytest.raises(ValueError, match="no reader"):
        opening.reader_of(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bomb(100_000, 100_000),
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n",
        b"\xff\xfb" + b"\xff" * 4000,
        b"OggS" + b"\xff" * 4000,
        b"fLaC" + b"\0" * 4000,
        b"\x1aE\xdf\xa3" + b"\x42" * 4000,
        recordings.box(b"ftyp", b"isom"),
        recordings.nested(100_000),
        recordings.vast(100_000, 100_000),
        recordings.vast(16_383, 16_383),
    ],
    ids=lambda data: f"{len(data)}-{data[:6].hex()}",
)
async def test_what_is_no_film_or_sound_of_these_kinds_is_refused(data: bytes) -> None:
    with pytest.raises(NotARecording):
        await examine(data)


@pytest.mark.parametrize("data", [b"", picture("PNG"), recordings.vast(16_383, 16_383)], ids=len)
async def test_of_what_is_none_nothing_is_shown_or_heard(data: bytes) -> None:
    for asked in (make_still(data, 0, 160, 160), make_audible(data, 0)):
        with pytest.raises(NotARecording):
            await asked


async def test_frames_that_are_not_there_are_not_counted() -> None:
    data = recordings.many_frames(film(), 1_000_000_000)
    try:
        found = await examine(data)
    except NotARecording:
        return
    assert found.film is not None
    assert found.film.frames <= len(data)


async def test_a_film_that_claims_to_last_a_century_is_looked_at_by_its_frames() -> None:
    data = recordings.endless(film())
    found = await examine(data)
    assert found.film is not None
    assert found.claimed_ms > 8 * 3_600_000
    assert found.film.frames == 30
    honest, claims = [looked(await make_still(each, 1, 32, 32)) for each in (film(), data)]
    assert claims.tobytes() == honest.tobytes()


@pytest.mark.parametrize("ms", [1e300, float("inf"), float("nan"), -1.0, 0.0])
async def test_a_length_that_is_none_is_no_trouble(ms: float) -> None:
    found = await examine(recordings.lasting(film("webm", "libvpx-vp9"), ms))
    assert found.film is not None
    assert found.film.frames == 30
    assert 0 <= found.claimed_ms <= MAX_MS


async def test_a_film_that_names_another_file_does_not_get_it(tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(film(frames=50))
    data = recordings.elsewhere(film(), str(other))
    assert other.name.encode() in data
    try:
        found = await examine(data)
    except NotARecording:
        return
    assert found.film is not None
    assert found.film.frames == 30


async def test_a_place_where_nothing_is_is_refused() -> None:
    for asked in (
        make_still(film(), 2, 32, 32),
        make_still(film(), 99, 32, 32),
        make_still(sound(), 0, 32, 32),
        make_audible(film(), 0),
        make_audible(sound(), 5),
    ):
        with pytest.raises(NotARecording):
            await asked


async def test_a_recording_that_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "COMMAND", ("/nowhere",))
    with pytest.raises(NotARecording, match="MiB"):
        await examine(b"x" * (MAX_RECORDING + 1))


async def test_without_a_sandbox_nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "holds_here", lambda: False)
    with pytest.raises(NoSandbox):
        await examine(film())


async def test_a_decoder_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    born = watched(monkeypatch)
    monkeypatch.setattr(examining, "COMMAND", (sys.executable, "-c", "import time; time.sleep(1000)"))
    monkeypatch.setattr(examining, "RECORDING_WALL_S", 0.2)
    with pytest.raises(NotARecording, match="too long"):
        await examine(film())
    (child,) = born
    assert child.returncode == -signal.SIGKILL


# what a child that was taken over may say


SAID = {
    "container": "mov",
    "claimed_ms": 1,
    "film": {
        "codec": "h264",
        "width": 1,
        "height": 1,
        "frames": 1,
        "counted_whole": True,
        "stills_ms": [0],
        "tracks": 1,
    },
    "sound": None,
    "others": 0,
}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "null",
        "[]",
        "\udcff",
        json.dumps(SAID | {"container": "<script>"}),
        json.dumps(SAID | {"container": "mov\n"}),
        json.dumps(SAID | {"claimed_ms": -1}),
        json.dumps(SAID | {"claimed_ms": 1e300}),
        json.dumps(SAID | {"others": 10**9}),
        json.dumps(SAID | {"more": 1}),
        json.dumps(SAID | {"film": SAID["film"] | {"stills_ms": [0] * (MAX_STILLS + 1)}}),  # type: ignore[operator]
        json.dumps(SAID | {"film": SAID["film"] | {"stills_ms": []}}),  # type: ignore[operator]
        json.dumps(SAID | {"film": SAID["film"] | {"width": 10**9}}),  # type: ignore[operator]
        json.dumps(SAID) + " " * (32 << 10),
        json.dumps(
            SAID
            | {
                "sound": {
                    "codec": "aac",
                    "channels": 1,
                    "rate": 8000,
                    "length_ms": 1,
                    "measured_whole": True,
                    "peak": 1,
                    "envelope": [0] * (ENVELOPE + 1),
                    "tracks": 1,
                }
            }
        ),
    ],
    ids=range(15),
)
async def test_what_a_child_says_is_held_to_its_bounds(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    _says(monkeypatch, said.encode("utf-8", "surrogateescape"))
    with pytest.raises(NotARecording):
        await examine(film())


async def test_what_a_child_says_within_them_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    _says(monkeypatch, json.dumps(SAID).encode())
    assert isinstance(await examine(film()), Recording)


@pytest.mark.parametrize("made", [b"", b"RIFF", b"\x89PNG", b"GIF89a", b"x" * 101], ids=len)
async def test_what_a_child_makes_is_a_png_or_samples(monkeypatch: pytest.MonkeyPatch, made: bytes) -> None:
    _says(monkeypatch, made)
    with pytest.raises(NotARecording):
        await make_still(film(), 0, 32, 32)
    if len(made) % 4:
        with pytest.raises(NotARecording):
            await make_audible(sound(), 0)


async def test_a_child_that_goes_on_and_on_fills_nobodys_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    born = watched(monkeypatch)
    endless = (sys.executable, "-c", "import os\nwhile True: os.write(1, b'\\x89PNG\\r\\n\\x1a\\n' * 8192)")
    monkeypatch.setattr(examining, "COMMAND", endless)
    monkeypatch.setattr(making, "COMMAND", endless)
    with pytest.raises(NotARecording):
        await make_still(film(), 0, 32, 32)
    with pytest.raises(NotAPicture):
        await making.make(picture("PNG"))
    with pytest.raises(NotARecording):
        await make_audible(sound(), 0)
    for number in range(8):  # whether or not the last of it was read when the child ended
        async with asyncio.timeout(60):
            assert await asking.ask(endless, b"x" * number * 100_000, 60, (1, 16 << 10, 8 << 20)[number % 3]) is None
    assert [child.returncode for child in born] == [-signal.SIGKILL] * 11


async def test_a_child_that_takes_nothing_and_ends_is_no_more_than_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "COMMAND", (sys.executable, "-c", "raise SystemExit(0)"))
    with pytest.raises(NotARecording):
        await examine(film() + b"\0" * (4 << 20))


# the child


@pytest.mark.parametrize(
    "attack",
    [
        "av.open('/etc/passwd', format='mov')",
        "av.open('http://127.0.0.1:1/a.mp4', format='mov')",
        "threading.Thread(target=print).start()",
        "graph = Graph(); graph.add('anullsrc').link_to(graph.add('anullsink')); graph.threads = 0",
    ],
)
def test_its_libraries_open_and_start_nothing(attack: str) -> None:
    code = (
        "import os, threading, av; from av.filter import Graph; from privity.preview import sandbox\n"
        f"sandbox.limit(3 << 29, 5); sandbox.shut(); os.write(1, b'shut')\n{attack}\nos.write(1, b'out')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == b"shut", done.stderr
    assert done.returncode == -signal.SIGSYS


def test_computing_has_an_end() -> None:
    code = "from privity.preview import sandbox; sandbox.limit(3 << 29, 1); sandbox.shut()\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_pictures_and_pages_start_without_the_decoders_of_films() -> None:
    code = (
        "import sys, privity.preview.child, privity.desk.console.app, privity.faces.app.previews;"
        " print('av' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def _range(shown: Image.Image) -> tuple[int, int]:
    """Its darkest pixel and its lightest."""
    return min(shown.tobytes()), max(shown.tobytes())


def _full(light: int) -> int:
    """A lightness as films keep it, of 16 to 235, as pictures have it."""
    return (light - 16) * 255 // 219


def _says(monkeypatch: pytest.MonkeyPatch, made: bytes) -> None:
    code = f"import os, sys; sys.stdin.buffer.read(); os.write(1, {made!r})"
    monkeypatch.setattr(examining, "COMMAND", (sys.executable, "-c", code))
