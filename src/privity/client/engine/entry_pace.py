# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How often a device enters one room again: a few times at once, then only as time passes.

Each entry makes work for everybody in the room, and whoever refuses it enters again too. Without a bound, a hub or a
member who spoils the room after each entry would keep all devices in it busy for ever.
"""

from __future__ import annotations

from privity.client.errors import CommandRefused

FREE = 5
"""Entries of one device into one room within the window: more than any honest accident takes."""
WINDOW_MS = 600_000


class TooSoon(CommandRefused):
    """This device has entered the room too often lately; it does so again after `wait_ms`."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(
            f"this device entered the conversation {FREE} times within {WINDOW_MS // 60_000} minutes; it waits"
            f" {-(-wait_ms // 1000)} seconds before it does so again"
        )
        self.wait_ms = wait_ms


class EntryPace:
    """The latest entries into one room."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: tuple[int, ...] = ()

    def check(self, now_ms: int) -> None:
        """Raise TooSoon when there were too many lately."""
        recent = [at for at in self._entries if 0 <= now_ms - at < WINDOW_MS]
        if len(recent) >= FREE:
            raise TooSoon(recent[0] + WINDOW_MS - now_ms)

    def note(self, now_ms: int) -> None:
        """There was one more."""
        self._entries = (*self._entries, now_ms)[-FREE:]
