# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bulk spam: a program asks as many listed people as the hub lets it, and sends to all who said yes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.harms.moves import asks, slower, writes
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Spammer(Attacker):
    """Pace: people asked in an hour, for each account. It halves after each time that it was limited."""

    pace: float = 30.0
    harm: Harm = Harm.SPAM
    every_ms: int = HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 2

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        self.pace = max(2.0, slower(self.pace, seen.usable))
        acts: list[Act] = []
        for own in seen.usable:
            acts += asks(own, outside.people(int(self.pace), minors=False), 4_000)
            if own.contacts:
                acts += [writes(own, own.contacts[-100:], nth * 15_000) for nth in range(3)]
                acts += [Act(ActKind.CREATE, own.account), Act(ActKind.ADD, own.account, own.contacts[-50:], 1_000)]
        return acts
