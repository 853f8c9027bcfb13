# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rules are asked for as long as the desk runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from privity.desk.signals.running.runner import Runner

LOOK_S: Final = 15.0
"""After which counters that wait are kept, though nothing new was observed."""


@dataclass(slots=True)
class Asking:
    """One runner as one of the desk's loops (`intake.loop.Work`).

    Attributes:
        more: Waits until there is something new, or so many seconds.
    """

    runner: Runner
    more: Callable[[float], Awaitable[None]]

    async def step(self) -> int:
        """A page; 1 where it waited for one, so that it goes on at once."""
        counted = self.runner.work()
        if not counted:
            await self.more(LOOK_S)
        return counted or 1
