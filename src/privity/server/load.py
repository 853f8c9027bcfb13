# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How much waits to be stored, as `shedding` counts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MESSAGES_A_WRITE: Final = 10
"""Messages that cost the writer as much as a transaction of anything else does."""


class Load:
    """Filled in by the delivery slice, which has the messages that wait."""

    __slots__ = ("_messages",)

    def __init__(self) -> None:
        self._messages: Callable[[], int] = lambda: 0

    def watch(self, messages: Callable[[], int]) -> None:
        """`messages` says how many wait for a transaction."""
        self._messages = messages

    def beside(self, writes: int) -> int:
        """Transactions that wait, with the messages that wait beside them."""
        return writes + self._messages() // MESSAGES_A_WRITE
