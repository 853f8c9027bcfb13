# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Grooming: an adult who says 14 asks minors, writes with whoever answers for days, and then asks for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.lab.attacker import HOUR_MS, Act, Attacker, Outside, Seen
from privity.lab.harms.moves import asks, slower, writes
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Groomer(Attacker):
    """Lies about age; harm begins with the first message to a minor, severe it becomes after two days."""

    pace: float = 6.0
    says: AgeBand = AgeBand.MINOR
    harm: Harm = Harm.GROOMING
    every_ms: int = 6 * HOUR_MS
    accounts: int = 1
    stages: dict[int, int] = field(default_factory=dict)

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        self.pace = max(1.0, slower(self.pace, seen.usable))
        acts: list[Act] = []
        for own in seen.usable:
            acts += asks(own, outside.people(int(self.pace), minors=True), 10 * 60_000)
            for child in own.contacts:
                stage = self.stages.get(child, 0)
                self.stages[child] = stage + 1
                severe = 8 <= stage < 12
                if stage < 12:
                    acts.append(writes(own, (child,), severe=severe))
        return acts
