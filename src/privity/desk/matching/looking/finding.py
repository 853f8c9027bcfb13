# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The entries that a file matches: those of its bytes first, then those near its images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from privity.desk.db.transaction import Db
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.model import HashKind
from privity.desk.matching.looking.hashing import Hashed, Shot
from privity.desk.matching.looking.policy import RADIUS, Hit


class Near(Protocol):
    """An entry, and in how many bits it differs."""

    @property
    def entry(self) -> int: ...

    @property
    def distance(self) -> int: ...


class Within(Protocol):
    """The index of similar hashes."""

    def within(self, bits: bytes, radius: int = RADIUS) -> Sequence[Near]: ...


def found(db: Db, index: Within, file: Hashed, now_ms: int) -> tuple[Hit, ...]:
    """All entries that match, the nearest first."""
    hits = [*_of_bytes(db, file, now_ms), *_of_images(db, index, file, now_ms)]
    return tuple(sorted(hits, key=lambda hit: (hit.distance, hit.entry.number)))


def _of_bytes(db: Db, file: Hashed, now_ms: int) -> Iterator[Hit]:
    for kind, value in ((HashKind.SHA256, file.sha256), (HashKind.MD5, file.md5)):
        for entry in lists.exactly(db, kind, value, now_ms):
            yield Hit(entry, 0, sound=True)


def _of_images(db: Db, index: Within, file: Hashed, now_ms: int) -> Iterator[Hit]:
    near = [_near(index, shot) for shot in file.shots]
    known = lists.entries(db, sorted({entry for here in near for entry in here}), now_ms)
    of_list = {entry.number: entry.list for entry in known}
    sound = [here for shot, here in zip(file.shots, near, strict=True) if shot.sound]
    shots = Counter(one for here in sound for one in {of_list[entry] for entry in here if entry in of_list})
    for entry in known:
        nearest = min(here[entry.number] for here in near if entry.number in here)
        certain = any(entry.number in here for here in sound)
        if file.film:
            yield Hit(entry, nearest, certain, shots[entry.list], len(sound))
        else:
            yield Hit(entry, nearest, certain)


def _near(index: Within, shot: Shot) -> Mapping[int, int]:
    """The entries near an image in any of its positions, and how near."""
    here: dict[int, int] = {}
    for bits in dict.fromkeys(each.bits for each in shot.hashes):
        for near in index.within(bits, RADIUS):
            here[near.entry] = min(near.distance, here.get(near.entry, near.distance))
    return here
