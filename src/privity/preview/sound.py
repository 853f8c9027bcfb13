# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How loud a sound is where, and a part of it to be heard: by what was decoded, never by the times a file claims."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph

from privity.preview import opening
from privity.preview.facts import Sound
from privity.preview.limits import (
    AUDIBLE_CHANNELS,
    AUDIBLE_RATE,
    ENVELOPE,
    LOUDEST,
    MAX_AUDIBLE_S,
    MAX_CHANNELS,
    MAX_MEASURED_S,
    MAX_RATE,
)

FULL: Final = 1 << 15
SAMPLE: Final = "h"
"""16 bits with a sign, as `array` names them."""
MOMENTS: Final = 10
"""Parts of a second of which the loudest sample is kept."""


@dataclass
class Converter:
    """Frames of any kind as samples of 16 bits, one channel after the other; `wanted` is more for the filter to do."""

    wanted: dict[str, str] = field(default_factory=dict)
    _kind: tuple[str, str, int] | None = None
    _graph: Graph | None = None

    def samples(self, frame: AudioFrame) -> Iterator[tuple[int, array[int]]]:
        """How many samples of each channel, and all of them. Raises ValueError, what `av` raises."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._graph is None or kind != self._kind:
            yield from self.rest()
            self._kind, self._graph = kind, self._made(frame)
        self._graph.push(frame)
        yield from self._pulled()

    def rest(self) -> Iterator[tuple[int, array[int]]]:
        """What the filter still holds."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pulled()
            self._graph = None

    def _pulled(self) -> Iterator[tuple[int, array[int]]]:
        while self._graph is not None:
            try:
                made = self._graph.pull()
            except (NothingYet, NothingMore):
                return
            if not isinstance(made, AudioFrame):
                raise TypeError("a sound became something else")
            samples = array(SAMPLE)
            samples.frombytes(bytes(made.planes[0])[: made.samples * made.layout.nb_channels * samples.itemsize])
            yield made.samples, samples

    def _made(self, frame: AudioFrame) -> Graph:
        if not (0 < frame.layout.nb_channels <= MAX_CHANNELS and 0 < frame.sample_rate <= MAX_RATE):
            raise ValueError("no such sound is decoded")
        graph = Graph()
        graph.threads = 1
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate, format=frame.format, layout=frame.layout, time_base=frame.time_base
        )
        graph.link_nodes(
            source, graph.add("aformat", sample_fmts="s16", **self.wanted), graph.add("abuffersink")
        ).configure()
        return graph


@dataclass
class Loudness:
    """The loudest sample of each moment."""

    moments: list[int] = field(default_factory=list)
    ms: float = 0

    def add(self, count: int, rate: int, samples: array[int]) -> None:
        """So many samples of each channel at so many a second."""
        if not count:
            return
        peak = min(FULL, max(max(samples), -min(samples)))
        first = int(self.ms * MOMENTS / 1000)
        self.ms += count * 1000 / rate
        last = max(first, int((self.ms * MOMENTS - 1) / 1000))
        self.moments.extend([0] * (last + 1 - len(self.moments)))
        for at in range(first, last + 1):
            self.moments[at] = max(self.moments[at], peak)

    @property
    def envelope(self) -> tuple[int, ...]:
        columns = min(ENVELOPE, len(self.moments))
        edges = [at * len(self.moments) // columns for at in range(columns + 1)]
        return tuple(level(max(self.moments[edges[at] : edges[at + 1]])) for at in range(columns))


def level(sample: int) -> int:
    """A sample as a level of 0 to 255."""
    return min(255, sample * 256 // FULL)


def facts(container: InputContainer) -> Sound | None:
    """Decodes it. None where there is no sound. Raises ValueError, what `av` raises."""
    tracks = opening.sounds(container)
    if not tracks:
        return None
    stream, converter, loudness = tracks[0], Converter(), Loudness()
    channels = whole = True
    most = MAX_MEASURED_S * 1000
    rate = stream.rate
    for _, frame in opening.decoded(container, stream):
        if frame is None:
            whole = False
            continue
        channels = channels and frame.layout.nb_channels == stream.channels
        rate = frame.sample_rate
        for count, samples in converter.samples(frame):
            loudness.add(count, rate, samples)
        if loudness.ms >= most:
            whole = False
            break
    for count, samples in converter.rest():
        loudness.add(count, rate, samples)
    if not loudness.moments:
        return None
    return Sound(
        stream.codec_context.name,
        stream.channels,
        stream.rate,
        min(most, round(loudness.ms)),
        whole and channels,
        level(max(loudness.moments)),
        loudness.envelope,
        len(tracks),
    )


def audible(data: bytes, from_s: int, seconds: int) -> bytes:
    """The samples of a part, never louder than `LOUDEST`: AUDIBLE_CHANNELS of them for each moment.

    Raises ValueError, what `av` raises.
    """
    start = from_s * AUDIBLE_RATE * AUDIBLE_CHANNELS
    end = start + min(seconds, MAX_AUDIBLE_S) * AUDIBLE_RATE * AUDIBLE_CHANNELS
    heard, seen = array(SAMPLE), 0
    with opening.opened(data) as container:
        for samples in _audible(container):
            heard.extend(samples[max(0, start - seen) : max(0, end - seen)])
            seen += len(samples)
            if seen >= end:
                break
    if not heard:
        raise ValueError("nothing to be heard")
    peak = max(max(heard), -min(heard))
    if peak > LOUDEST:
        heard = array(SAMPLE, [sample * LOUDEST // peak for sample in heard])
    return heard.tobytes()


def _audible(container: InputContainer) -> Iterator[array[int]]:
    converter = Converter({"sample_rates": str(AUDIBLE_RATE), "channel_layouts": "stereo"})
    for _, frame in opening.decoded(container, opening.sounds(container)[0]):
        if frame is not None:
            for _, samples in converter.samples(frame):
                yield samples
    for _, samples in converter.rest():
        yield samples
