# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The index as the desk uses it: open, catch up, look up, compact.

One thread at a time changes it; any number look up meanwhile and wait for nobody.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

import numpy as np

from privity.desk.matching.index import building, compacting, manifest, segment
from privity.desk.matching.index.alone import Alone, alone, alone_now
from privity.desk.matching.index.changes import Change, Changes
from privity.desk.matching.index.errors import (
    AddedTwice,
    ChangesDiffer,
    FilesUnusable,
    NotWritten,
    RadiusInvalid,
    RemovedUnknown,
)
from privity.desk.matching.index.kernel import Kernel, Marks, Words, kernel_for
from privity.desk.matching.index.layout import RADIUS
from privity.desk.matching.index.manifest import Manifest, anchor_of
from privity.desk.matching.index.segment import Segment
from privity.desk.matching.index.tail import Tail

TAIL_MOST: Final = 10_000
"""Rows of the tail, removed ones too, from which on a new base is worth its time."""
DEAD_MOST: Final = 0.05
"""Share of the base that is removed, likewise."""
DEAD_LEAST: Final = 1_000
"""Fewer are never worth it."""


class Match(NamedTuple):
    """An entry that is near.

    Attributes:
        distance: Bits that differ, 0 to 31.
        entry: Its name.
    """

    distance: int
    entry: int


@dataclass(frozen=True, slots=True)
class _View:
    """What a look-up looks through from its beginning to its end."""

    base: Segment
    dead: Marks
    tail: Tail
    kernel: Kernel


class Index:
    """All entries within 31 bits of a hash. `Index.open` gives one.

    Attributes:
        sequence: The last change that it knows.
        made_anew: Why the files were written anew when it was opened, or None.
    """

    def __init__(self, folder: Path, changes: Changes) -> None:
        """Map the files and replay what came after them. Raises FilesUnusable, or what `catch_up` raises."""
        self._folder = folder
        self._writing = Lock()
        self._child: tuple[compacting.Child, Alone] | None = None
        self._patience = 1
        self._last: Change | None = None  # since the manifest
        self._adopt(*_mapped(folder), Tail(), [])
        self.made_anew: FilesUnusable | None = None
        self.sequence, self._last = self._manifest.sequence, None
        if self.sequence and anchor_of(next(changes.after(self.sequence - 1), None)) != self._manifest.anchor:
            raise ChangesDiffer(f"change {self.sequence} is not the one that the files end with")
        self.catch_up(changes)

    @classmethod
    def open(cls, folder: Path, changes: Changes) -> Index:
        """The index in a folder that nobody else may read; made anew from all changes where its files cannot be used.

        Raises ChangesWrong or HashInvalid, or NotWritten where there is no room for new files.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        try:
            found = cls(folder, changes)
        except FilesUnusable as err:
            with alone(folder):
                building.build(folder, changes, _unused_generation(folder))
            found = cls(folder, changes)
            found.made_anew = err
        found._clear()
        return found

    def close(self) -> None:
        """End a compaction that goes on. Look-ups that go on come to their end."""
        with self._writing:
            if self._child is not None:
                child, right = self._child
                self._child = None
                child.stop()
                right.give_back()

    def __len__(self) -> int:
        """Entries that are there."""
        return len(self._view.base) - self._removed_in_base + self._view.tail.standing_count

    @property
    def generation(self) -> int:
        """How often the base was written anew; it grows with each compaction."""
        return self._manifest.generation

    def within(self, bits: bytes, radius: int = RADIUS) -> list[Match]:
        """All entries within a radius of a hash, the nearest first. Raises HashInvalid or RadiusInvalid."""
        if not 0 <= radius <= RADIUS:
            raise RadiusInvalid(f"a radius of 0 to {RADIUS} expected, got {radius}")
        query, view = building.words_of(bits), self._view
        positions, apart = view.kernel.near(view.base.bands, view.dead, query, radius)
        found = list(map(Match, apart.tolist(), view.base.entries[positions].tolist()))
        if view.tail.count:
            entries, apart = view.tail.near(view.kernel, query, radius)
            found += map(Match, apart.tolist(), entries.tolist())
        return sorted(found)

    def catch_up(self, changes: Changes) -> int:
        """Take in all changes that came since; how many. Each is visible to whoever looks up after it.

        Raises ChangesWrong or HashInvalid at a change that cannot be; those before it are taken in.
        """
        with self._writing:
            count = 0
            for change in changes.after(self.sequence):
                self._take(change)
                count += 1
            return count

    def compact_if_due(self) -> bool:
        """Begin a compaction when there is reason to, or make use of one that has ended; whether the base is a new one.

        Returns at once, but for opening the new base: looking up goes on meanwhile. To be called every few seconds.
        Raises NotWritten (waits for twice as many changes before it tries again), or FilesUnusable where somebody else
        took the files away: what is mapped answers on until the index is opened anew.
        """
        with self._writing:
            if self._child is None:
                if manifest.read(self._folder).generation != self.generation:  # another process was faster
                    self._carry_over(*_mapped(self._folder))
                    return True
                if self._due():
                    self._begin()
                return False
            child, right = self._child
            if not child.ended():
                return False
            self._child = None
            with right:
                self._use(child)
            return True

    def compact(self) -> None:
        """Write a new base now, and wait for it. Raises NotWritten or FilesUnusable."""
        with self._writing:
            if self._child is not None:
                child, right = self._child
                self._child = None
                with right:
                    self._use(child)
            with alone(self._folder):
                if manifest.read(self._folder).generation != self.generation:
                    self._carry_over(*_mapped(self._folder))
                try:
                    self._swap(compacting.compacted(self._folder, self._job()))
                except OSError as err:
                    raise NotWritten(f"a compaction failed: {err.strerror}") from None

    def _due(self) -> bool:
        tail, gone = self._view.tail.count, self._removed_in_base
        return (
            tail > TAIL_MOST * self._patience
            or gone > max(DEAD_LEAST, DEAD_MOST * len(self._view.base)) * self._patience
        )

    def _begin(self) -> None:
        right = alone_now(self._folder)
        if right is None:
            return
        try:
            self._child = compacting.Child(self._folder, self._job(), right), right
        except NotWritten:
            right.give_back()
            self._patience *= 2
            raise

    def _use(self, child: compacting.Child) -> None:
        try:
            self._swap(child.manifest())
        except (NotWritten, OSError) as err:
            self._patience *= 2
            raise err if isinstance(err, NotWritten) else NotWritten(f"no new manifest: {err.strerror}") from None
        self._patience = 1

    def _job(self) -> compacting.Job:
        hashes, entries = self._view.tail.standing()
        anchor = self._manifest.anchor if self._last is None else anchor_of(self._last)
        return compacting.Job(self.sequence, anchor, self._view.dead.copy(), hashes, entries)

    def _swap(self, fresh: Manifest) -> None:
        """From here on the fresh one is the index. Raises OSError or FilesUnusable; then the old one stays."""
        kernel = kernel_for(fresh.count)
        kernel.ready()
        base = segment.open_segment(self._folder, fresh)
        manifest.replace(self._folder, fresh)
        self._carry_over(fresh, base, kernel)
        for path in segment.others(self._folder, fresh.generation):
            shutil.rmtree(path, ignore_errors=True)

    def _carry_over(self, found: Manifest, base: Segment, kernel: Kernel) -> None:
        """Look through another base from now on, and through what came after it."""
        tail = self._view.tail.since(found.sequence)
        self._adopt(found, base, kernel, tail, [one for one in self._removed if one[0] > found.sequence])
        if found.sequence > self.sequence:
            self.sequence, self._last = found.sequence, None

    def _adopt(
        self, found: Manifest, base: Segment, kernel: Kernel, tail: Tail, removed: list[tuple[int, int, Words]]
    ) -> None:
        dead = np.zeros(len(base) // 8 + 1, dtype=np.uint8)
        wanted = {base.position(entry, words) for _, entry, words in removed}
        places = {place for place in wanted if place is not None}
        for place in places:
            _mark(dead, place)
        self._manifest, self._removed, self._removed_in_base = found, removed, len(places)
        self._view = _View(base, dead, tail, kernel)

    def _take(self, change: Change) -> None:
        words = building.checked(change, self.sequence)
        tail, place = self._view.tail, self._place(change.entry, words)
        if change.added:
            if change.entry in tail or place is not None:
                raise AddedTwice(f"change {change.sequence} adds an entry that is there")
            tail.add(change.sequence, change.entry, words)
        else:
            if not tail.remove(change.entry, words):
                if place is None:
                    raise RemovedUnknown(f"change {change.sequence} removes an entry that is not there")
                _mark(self._view.dead, place)
                self._removed_in_base += 1
            self._removed.append((change.sequence, change.entry, words))
        self.sequence, self._last = change.sequence, change

    def _place(self, entry: int, words: Words) -> int | None:
        """Where an entry stands in the base, unless it is marked as removed."""
        place = self._view.base.position(entry, words)
        return None if place is None or self._view.dead[place >> 3] >> (place & 7) & 1 else place

    def _clear(self) -> None:
        """What a process that was killed has left."""
        right = alone_now(self._folder)
        if right is None:
            return
        with right:
            for path in segment.others(self._folder, self.generation):
                shutil.rmtree(path, ignore_errors=True)
            (self._folder / compacting.JOB).unlink(missing_ok=True)


def _mark(dead: Marks, place: int) -> None:
    dead[place >> 3] |= np.uint8(1 << (place & 7))


def _mapped(folder: Path) -> tuple[Manifest, Segment, Kernel]:
    """What the manifest names, and who looks through it, ready. Raises FilesUnusable."""
    while True:
        found = manifest.read(folder)
        kernel = kernel_for(found.count)
        try:
            with ThreadPoolExecutor(1) as pool:
                base = pool.submit(segment.open_segment, folder, found)
                kernel.ready()  # seconds on the first time, while another core reads the files
            return found, base.result(), kernel
        except FilesUnusable:
            if manifest.read(folder).generation == found.generation:
                raise  # or else somebody has compacted meanwhile


def _unused_generation(folder: Path) -> int:
    return 1 + max((int(path.name.partition("-")[2]) for path in folder.glob("segment-*")), default=0)
