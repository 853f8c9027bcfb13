# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bus as workers see it. It promises nothing: what is said may come late, twice or never."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol


class NoAnswer(Exception):
    """Nobody answered in time. What was asked may have been done, or not."""


class Nobody(NoAnswer):
    """There is nobody who would answer."""


class Bus(Protocol):
    """Subjects are dotted names without spaces. Everything happens on the event loop."""

    def say(self, subject: str, words: bytes) -> None:
        """To everybody who listens, in the order in which it is said. Never waits; what cannot be sent is lost."""

    async def ask(self, subject: str, words: bytes, timeout_s: float) -> bytes:
        """To the one who answers on this subject. Raises NoAnswer, at once where it is Nobody."""

    async def listen(self, subject: str, hear: Callable[[bytes], None]) -> None:
        """Call `hear` with whatever others say from now on; what this worker says itself does not come back."""

    async def answer(self, subject: str, reply: Callable[[bytes], Awaitable[bytes | None]]) -> None:
        """Answer what is asked from now on. `reply` is begun in the order of the questions; None is no answer."""

    def when_back(self, call: Callable[[], None]) -> None:
        """Call this whenever the bus was away and is there again: what was said meanwhile is lost."""

    async def close(self) -> None:
        """Send what waits, then end."""
