# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A spammer that stays under limits: many accounts, none of which does more than a busy person, after days of rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import DAY_MS, HOUR_MS, Act, ActKind, Attacker, Outside, Seen, Told
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class QuietSpammer(Attacker):
    """An account that was limited rests for good; the others go on more slowly."""

    harm: Harm = Harm.SPAM
    every_ms: int = 4 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 12
    each: int = 3

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        if any(own.told is Told.LIMITED for own in seen.own):
            self.each = max(1, self.each - 1)
        acts: list[Act] = []
        for own in seen.usable:
            if own.age_ms < 2 * DAY_MS or own.told is Told.LIMITED:
                continue
            for target in outside.people(self.each, minors=False):
                wait = int(outside.draw.integers(0, self.every_ms))
                acts.append(Act(ActKind.ASK, own.account, (target,), wait))
            if own.fresh:
                acts.append(Act(ActKind.SEND, own.account, own.fresh, int(outside.draw.integers(0, HOUR_MS))))
        return acts
