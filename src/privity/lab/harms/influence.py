# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Coordinated influence: many accounts of one hand ask into the same public rooms, and write in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import HOUR_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.harms.moves import asks, writes
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Campaign(Attacker):
    """Every six hours all of them knock at the same three rooms, and ask the same ten people."""

    harm: Harm = Harm.INFLUENCE
    every_ms: int = 6 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 25

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts: list[Act] = []
        rooms, people = outside.rooms(3), outside.people(10, minors=False)
        for own in seen.usable:
            late = int(outside.draw.integers(0, HOUR_MS))
            acts += [Act(ActKind.KNOCK, own.account, (room,), late + nth * 60_000) for nth, room in enumerate(rooms)]
            some = tuple(one for one in people if outside.draw.random() < 0.4)
            acts += asks(own, some, 120_000)
            if own.contacts:
                acts.append(writes(own, own.contacts, late))
        return acts
