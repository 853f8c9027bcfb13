# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Frames that came and cannot be dealt with yet, within bounds: what goes over them comes again after the next Resume.

All rooms and the inbox share one space, so that a hub fills no memory with rooms or numbers of its invention.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from privity.wire.socket import Event, Inbox

F = TypeVar("F", Event, Inbox)

MAX_FRAMES = 10_000
"""Frames held in one place."""
MAX_BYTES = 64 << 20
"""Bytes held in all places together: thousands of messages, and what a phone can spare."""
OVERHEAD = 512
"""What a frame takes beside what it carries."""


@dataclass(slots=True)
class Space:
    """What may still be held."""

    left: int = MAX_BYTES


class Held(Generic[F]):
    """Frames by their number. The first of a number stays: a hub that sends another one contradicts itself."""

    __slots__ = ("_frames", "_most", "_space")

    def __init__(self, space: Space, most: int = MAX_FRAMES) -> None:
        self._space = space
        self._most = most
        self._frames: dict[int, F] = {}

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: F) -> None:
        """Hold it, if there is room."""
        size = _size(frame)
        if frame.seq not in self._frames and len(self._frames) < self._most and size <= self._space.left:
            self._space.left -= size
            self._frames[frame.seq] = frame

    def pop(self, number: int) -> F | None:
        """The frame of this number, which is no longer held."""
        frame = self._frames.pop(number, None)
        if frame is not None:
            self._space.left += _size(frame)
        return frame

    def take(self) -> list[F]:
        """All of them, in order; nothing is held any more."""
        return [frame for number in sorted(self._frames) if (frame := self.pop(number)) is not None]

    def drop_until(self, number: int) -> None:
        """Let go of this number and those before it."""
        for before in [held for held in self._frames if held <= number]:
            self.pop(before)


def _size(frame: Event | Inbox) -> int:
    carried = frame.message if isinstance(frame, Event) else frame.body
    return len(carried) + len(frame.room_uri) + OVERHEAD
