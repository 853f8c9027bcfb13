# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An extortion ring: some accounts only ask and flatter, others only demand, so that no account does both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.lab.attacker import HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class ExtortionRing(Attacker):
    """Even accounts find people; odd ones ask the same people once those trust the ring, and demand."""

    harm: Harm = Harm.EXTORTION
    every_ms: int = 3 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 4
    ripe: list[int] = field(default_factory=list)
    demanded: dict[int, int] = field(default_factory=dict)

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts: list[Act] = []
        for place, own in enumerate(seen.own):
            if own not in seen.usable:
                continue
            if place % 2 == 0:
                for nth, target in enumerate(outside.people(4)):
                    acts.append(Act(ActKind.ASK, own.account, (target,), nth * 600_000))
                for one in own.contacts:
                    acts.append(Act(ActKind.SEND, own.account, (one,), HOUR_MS, harmful=False))
                self.ripe += own.fresh
                continue
            for target in self.ripe[:2]:
                acts.append(Act(ActKind.ASK, own.account, (target,), HOUR_MS // 2))
            del self.ripe[:2]
            for one in own.contacts:
                self.demanded[one] = self.demanded.get(one, 0) + 1
                if self.demanded[one] <= 3:
                    acts.append(Act(ActKind.SEND, own.account, (one,), severe=True))
        return acts
