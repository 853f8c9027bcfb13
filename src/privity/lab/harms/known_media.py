# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Known abusive media on public surfaces: a profile picture that is on a list, and asks that lead people to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.lab.attacker import DAY_MS, Act, ActKind, Attacker, Outside, Seen
from privity.lab.harms.moves import asks
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Shower(Attacker):
    """Shows it at once, and asks a few people a day. Whether the picture is matched is the work of `desk.matching`."""

    harm: Harm = Harm.KNOWN_MEDIA
    every_ms: int = DAY_MS // 2
    says: AgeBand = AgeBand.ADULT
    accounts: int = 1

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts: list[Act] = []
        for own in seen.usable:
            acts.append(Act(ActKind.SHOW, own.account, severe=True))
            acts += asks(own, outside.people(3, minors=False), 300_000)
        return acts
