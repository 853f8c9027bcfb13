# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the legal desk does by itself, one look at a time: whatever is over ends, and nobody has to press anything.

A clock that jumps ends nothing: the look is put off until the time is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from privity.desk.db.transaction import Db

LOOK_S: Final = 30.0
"""Between two looks: the shortest of the clocks runs half an hour."""

Step = Callable[[Db, int], object]
"""Whatever of one room is over now: the database, and the time."""


@dataclass(frozen=True, slots=True)
class Living:
    """The looks of one desk (`intake.loop.Work`), the rooms in the order in which they are given."""

    db: Db = field(repr=False)
    now_ms: Callable[[], int]
    believed: Callable[[int], bool]
    """Whether this may be the time."""
    steps: Sequence[Step]

    async def step(self) -> int:
        """Always 0: what is left over waits for the next look."""
        now_ms = self.now_ms()
        if self.believed(now_ms):
            for step in self.steps:
                step(self.db, now_ms)
        return 0
