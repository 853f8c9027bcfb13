# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking for words, files and keys in everything that hub and desk have written, in every form they might have."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = 8
"""Bytes by which a place in a file is recognised as worth a closer look: chance meets 64 random bits never."""
SLICE = 24
DISTINCT = 12
"""A slice of a file is looked for where it has this many different bytes: runs of zeros stand in every database."""
SLICES = 8


@dataclass(slots=True)
class Needles:
    """What must not be found. `names` says of each form what it is a form of, without showing it."""

    names: dict[bytes, str] = field(default_factory=dict)

    def add(self, raw: bytes, name: str) -> None:
        for form in forms(raw):
            self.names[form] = name

    def add_file(self, data: bytes, name: str) -> int:
        """Slices from all over a file; how many of them say enough to be looked for."""
        found = list(telling_slices(data))
        for piece in found:
            self.add(piece, f"part of {name}")
        return len(found)


@dataclass(frozen=True, slots=True)
class Searched:
    """How much was looked through, and what was found where."""

    files: int
    size: int
    found: tuple[str, ...]


def search(paths: Iterable[Path], needles: Needles) -> Searched:
    """Every byte of every file, once, however many needles there are."""
    starts: dict[bytes, list[bytes]] = {}
    for needle in needles.names:
        starts.setdefault(needle[:PREFIX], []).append(needle)
    files = size = 0
    found: list[str] = []
    for path in paths:
        data = path.read_bytes()
        files, size = files + 1, size + len(data)
        found += [f"{needles.names[needle]} in {path.name}" for needle in _in(data, starts)]
    return Searched(files, size, tuple(dict.fromkeys(found)))


def _in(data: bytes, starts: Mapping[bytes, list[bytes]]) -> Iterator[bytes]:
    for place in range(len(data) - PREFIX + 1):
        candidates = starts.get(data[place : place + PREFIX])
        if candidates is not None:
            yield from (needle for needle in candidates if data.startswith(needle, place))


def forms(raw: bytes) -> list[bytes]:
    """How bytes may stand in a file: as they are, as hex, as base64 at each of the three offsets."""
    encoded = [base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)]
    return [raw, raw.hex().encode(), *encoded]


def telling_slices(data: bytes) -> Iterator[bytes]:
    """Slices spread over a file, each with enough different bytes that chance does not make it elsewhere."""
    room = max(1, len(data) - SLICE)
    for number in range(SLICES):
        piece = data[room * number // SLICES :][:SLICE]
        if len(set(piece)) >= DISTINCT:
            yield piece
