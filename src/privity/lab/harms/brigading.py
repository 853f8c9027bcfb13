# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Brigading by report: fresh accounts report one person within an hour, so that a desk takes them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Brigade(Attacker):
    """One target every six hours, each reported by every account of the brigade; the first on their first day."""

    harm: Harm = Harm.BRIGADING
    every_ms: int = 6 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 12

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        target = outside.people(1, minors=False)
        delays = outside.draw.integers(0, HOUR_MS, len(seen.usable))
        return [
            Act(ActKind.REPORT, own.account, target, int(delay), severe=False)
            for own, delay in zip(seen.usable, delays, strict=True)
        ]
