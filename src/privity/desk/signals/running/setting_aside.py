# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One event that cannot be counted, or that a rule chokes on, stops nobody else: it is named, counted and passed over.

Neither should ever happen: numbers are bounded where they come in, and every function of the language has an answer.
What is left are faults of this house, and an attacker who finds one must not end the watch over all others with it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import structlog

CHOKES: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a fault in counting, in a rule or in what follows from it raises. A full disk or a lost connection is none."""

told: Final = structlog.get_logger()


@dataclass(slots=True)
class Aside:
    """What was set aside since the start.

    Attributes:
        counted: By what was done with it and the name of what it raised.
    """

    counted: Counter[str] = field(default_factory=Counter)
    _new: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def total(self) -> int:
        """All of it."""
        return self.counted.total()

    def put(self, what: str, why: str, number: int) -> None:
        """`what`: an "observation", "counting", "rules" or a "hit"; `number`: by which the desk has the observation for
        a week."""
        self.counted[f"{what}:{why}"] += 1
        self._new.setdefault(f"{what}:{why}", number)

    def tell(self) -> None:
        """A line for each name that is new since this was last asked, however many it were. Nobody is named in it."""
        for name, number in self._new.items():
            told.error("desk.signals_set_aside", name=name, first=number, since_start=self.counted[name])
        self._new.clear()
