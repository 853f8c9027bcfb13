# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Scripted extortion: asks strangers, flatters for an hour after a yes, then demands, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.lab.attacker import HOUR_MS, Act, Attacker, Outside, Seen
from privity.lab.harms.moves import asks, slower, writes
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Extortionist(Attacker):
    """The first demand comes a few hours after the yes; two more follow if nobody stops it."""

    pace: float = 12.0
    harm: Harm = Harm.EXTORTION
    every_ms: int = 2 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 1
    stages: dict[int, int] = field(default_factory=dict)

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        self.pace = max(1.0, slower(self.pace, seen.usable))
        acts: list[Act] = []
        for own in seen.usable:
            half = int(self.pace / 2)
            acts += asks(own, outside.people(half, minors=True), 60_000)
            acts += asks(own, outside.people(half + 1, minors=False), 60_000)
            for victim in own.contacts:
                stage = self.stages.get(victim, 0)
                self.stages[victim] = stage + 1
                if stage < 4:
                    acts += [writes(own, (victim,), nth * 45_000, harmful=False) for nth in range(8)]
                elif stage < 7:
                    acts.append(writes(own, (victim,), severe=True))
        return acts
