# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sock-puppet farm: dozens of accounts made from a few networks in a day, kept warm, and sold or used later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.harms.moves import asks
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Farm(Attacker):
    """Makes eight more every four hours, as fast as one network lets it, until it has forty; all change in step."""

    harm: Harm = Harm.FARM
    every_ms: int = 4 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 8
    most: int = 40

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts = [
            Act(ActKind.REGISTER, network=3 + len(seen.own) // 16, after_ms=nth * 60_000)
            for nth in range(min(8, self.most - len(seen.own)))
        ]
        for own in seen.usable:
            acts.append(Act(ActKind.SHOW, own.account, after_ms=int(outside.draw.integers(0, 600_000)), harmful=False))
            acts += asks(own, outside.people(2, minors=False), 30_000)
        return acts
