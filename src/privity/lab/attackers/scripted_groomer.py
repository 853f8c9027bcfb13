# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A scripted groomer: says 14, works through a list of minors at the speed of typing, same words to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.lab.attacker import HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class ScriptedGroomer(Attacker):
    """Every other account says that it is an adult, so that not all are found by one rule."""

    harm: Harm = Harm.GROOMING
    every_ms: int = 2 * HOUR_MS
    says: AgeBand = AgeBand.MINOR
    accounts: int = 2
    said: dict[int, int] = field(default_factory=dict)

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        self.says = AgeBand.ADULT if self.says is AgeBand.MINOR else AgeBand.MINOR
        acts: list[Act] = []
        for own in seen.usable:
            for nth, child in enumerate(outside.people(15, minors=True)):
                acts.append(Act(ActKind.ASK, own.account, (child,), nth * 45_000))
            for child in own.contacts:
                step = self.said.get(child, 0)
                self.said[child] = step + 1
                if step < 9:
                    acts.append(Act(ActKind.SEND, own.account, (child,), step * 1_000, severe=step >= 3))
        return acts
