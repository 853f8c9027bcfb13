# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A patient groomer: one or two minors a week, many harmless acts between them, and weeks of kindness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.lab.attacker import DAY_MS, HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class PatientGroomer(Attacker):
    """Looks like anybody: asks adults as well, writes with them, and lets a week pass before it goes further."""

    harm: Harm = Harm.GROOMING
    every_ms: int = DAY_MS // 2
    says: AgeBand = AgeBand.ADULT
    accounts: int = 1
    known_since: dict[int, int] = field(default_factory=dict)
    chosen: set[int] = field(default_factory=set)

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts: list[Act] = []
        for own in seen.usable:
            grown = outside.people(1, minors=False)
            acts.append(Act(ActKind.ASK, own.account, grown, harmful=False))
            if outside.draw.random() < 0.12:
                child = outside.people(1, minors=True)
                self.chosen.update(child)
                acts.append(Act(ActKind.ASK, own.account, child, 3 * HOUR_MS))
            for one in own.contacts:
                since = self.known_since.setdefault(one, seen.now_ms)
                harmful = one in self.chosen
                severe = harmful and seen.now_ms - since > 7 * DAY_MS
                acts.append(Act(ActKind.SEND, own.account, (one,), HOUR_MS, severe, harmful))
        return acts
