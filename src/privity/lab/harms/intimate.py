# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Intimate pictures without consent: somebody makes a fresh account to send them to people whom the victim knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import HOUR_MS, Act, Attacker, Outside, Seen
from privity.lab.harms.moves import asks, writes
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Exposer(Attacker):
    """Asks five people at a time, and sends to each who says yes, once. Little of it is seen in numbers."""

    harm: Harm = Harm.INTIMATE
    every_ms: int = 12 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 1

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts: list[Act] = []
        for own in seen.usable:
            acts += asks(own, outside.people(5), 600_000)
            if own.fresh:
                acts.append(writes(own, own.fresh, severe=True))
        return acts
