# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The time by which things are deleted: the clock's, but for one that has jumped ahead, which is believed a day later.

What is deleted does not come back when the clock is put right. So a jump by more than a day, while the hub ran or while
it did not, is waited out: until it has stood for a day, time goes on from where it was. A clock that goes back is
believed at once, since then less is due.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

JUMP_MS: Final = 86_400_000
"""A hub that was off for less than that is not made to wait, and a clock that is ahead by less does little harm."""
STANDS_MS: Final = 86_400_000
"""How long a clock that jumped has to go on from there, while the hub runs, until it is believed."""
FILE: Final = "clock"


class Kept(msgspec.Struct, frozen=True):
    """What is known from one look to the next, on the disk: a restart does not begin to wait anew, nor end it."""

    believed_ms: int
    doubted_ms: int | None = None
    """What the clock said at the last look, where that is not believed."""
    stood_ms: int = 0
    """For how long it has gone on from there."""


@dataclass(frozen=True, slots=True)
class Time:
    """`now_ms` is what to delete by; `ahead_ms` by how much the clock is ahead of it, 0 where it is believed."""

    now_ms: int
    ahead_ms: int


def go_on(kept: Kept, clock_ms: int, elapsed_ms: int) -> Kept:
    """What is known now, `elapsed_ms` after the last look by a clock that only runs on; 0 when nobody knows."""
    if clock_ms - kept.believed_ms - elapsed_ms <= JUMP_MS:
        return Kept(clock_ms)
    stands = kept.doubted_ms is not None and abs(clock_ms - kept.doubted_ms - elapsed_ms) <= JUMP_MS
    stood_ms = kept.stood_ms + elapsed_ms if stands else 0
    if stood_ms >= STANDS_MS:
        return Kept(clock_ms)
    return Kept(kept.believed_ms + elapsed_ms, clock_ms, stood_ms)


class Believing:
    """The looks of one process."""

    __slots__ = ("_held", "_looked_ms", "_path")

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._looked_ms: int | None = None
        self._held: Kept | None = None

    def look(self, clock_ms: int, running_ms: int, known_ms: int) -> Time:
        """`running_ms` is of a clock that only runs on. `known_ms` is the last moment that the database knows of: where
        nothing was kept it is what is believed, unless it is 0."""
        elapsed_ms = 0 if self._looked_ms is None else running_ms - self._looked_ms
        self._looked_ms = running_ms
        kept = go_on(self._held or self._kept() or Kept(known_ms or clock_ms), clock_ms, elapsed_ms)
        self._held = kept
        with suppress(OSError):  # the disk is full: what is deleted now makes room
            self._keep(kept)
        return Time(kept.believed_ms, 0 if kept.doubted_ms is None else clock_ms - kept.believed_ms)

    def _kept(self) -> Kept | None:
        """None also where the file is damaged: then the database says what was last."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _keep(self, kept: Kept) -> None:
        draft = self._path.with_suffix(f".{os.getpid()}.new")
        draft.write_bytes(msgspec.json.encode(kept))
        draft.replace(self._path)
