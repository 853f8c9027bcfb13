# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Influence with cover: accounts of one hand mostly live lives of their own, and act together now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class CoveredInfluence(Attacker):
    """Three acts of cover for each that matters, and six hours between the first and the last of those."""

    harm: Harm = Harm.INFLUENCE
    every_ms: int = 8 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 20

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts: list[Act] = []
        room = outside.rooms(1)
        for own in seen.usable:
            for target in outside.rooms(2):
                wait = int(outside.draw.integers(0, self.every_ms))
                acts.append(Act(ActKind.KNOCK, own.account, (target,), wait, harmful=False))
            for one in outside.people(1, minors=False):
                acts.append(Act(ActKind.ASK, own.account, (one,), HOUR_MS, harmful=False))
            if outside.draw.random() < 0.6:
                wait = int(outside.draw.integers(0, 6 * HOUR_MS))
                acts.append(Act(ActKind.KNOCK, own.account, room, wait))
                if own.contacts:
                    acts.append(Act(ActKind.SEND, own.account, own.contacts, wait + 60_000))
        return acts
