# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages that a homeserver stored for a device whose waiting request it does not wake.

Synapse numbers messages to devices before it stores them, and wakes a reader when its own is stored, though one with a
smaller number may not be yet: the reader then sees nothing until it asks again, which clients do after half a minute.
Here a reader asks again as soon as nothing else comes, so that no round waits, and none pays for idle requests of all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

QUIET_S: Final = 1.0
"""Nobody heard anything for so long."""


class Overlooked:
    """`ask_again` is called with the name of a device that lacks a message."""

    __slots__ = ("_ask_again", "_early", "_last", "_missing")

    def __init__(self, ask_again: Callable[[str], None]) -> None:
        self._ask_again = ask_again
        self._missing: set[tuple[str, bytes]] = set()
        self._early: set[tuple[str, bytes]] = set()
        """Heard before their sender had its answer."""
        self._last = time.monotonic()

    def stored(self, name: str, mark: bytes) -> None:
        """The server has answered that this device will be told of this message."""
        self._note((name, mark), self._early, self._missing)

    def heard(self, name: str, mark: bytes) -> None:
        """It was."""
        self._note((name, mark), self._missing, self._early)

    def _note(self, one: tuple[str, bytes], expected: set[tuple[str, bytes]], other: set[tuple[str, bytes]]) -> None:
        self._last = time.monotonic()
        if one in expected:
            expected.remove(one)
        else:
            other.add(one)

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(QUIET_S / 4)
            if self._missing and time.monotonic() - self._last >= QUIET_S:
                self._last = time.monotonic()
                for name in {name for name, _ in self._missing}:
                    self._ask_again(name)
