# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Observations for measuring: ordinary traffic, and a few accounts that do what the rules are about. Seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

BEGIN_MS: Final = 1_780_000_000_000
STEP_MS: Final = 40
"""Between two observations: some two million a day."""
SHARES: Final = {
    ObservedKind.SENT: 85.0,
    ObservedKind.ASKED: 5.0,
    ObservedKind.ACCEPTED: 4.0,
    ObservedKind.ADDED: 1.5,
    ObservedKind.CREATED: 1.0,
    ObservedKind.KNOCKED: 1.0,
    ObservedKind.SHOWED: 0.9,
    ObservedKind.BLOCKED: 0.8,
    ObservedKind.REGISTERED: 0.5,
    ObservedKind.REPORTED: 0.3,
}
"""Percent. Windows with messages are most of what a hub observes."""
FLOODERS: Final = 0.002
"""Of all accounts: young ones that write forty times as much as others, to strangers."""


def observations(count: int, accounts: int, seed: int = 1) -> Iterator[Observed]:
    """So many, over so many accounts, of which some do much and most do little."""
    rnd = random.Random(seed)  # a stream for measuring
    names = [f"mimi://hub.example/u/{n:032x}" for n in range(accounts)]
    flooders = max(int(accounts * FLOODERS), 1)
    busy = list(accumulate(0.3 if n < flooders else 1 / (1 + n % 1000) for n in range(accounts)))
    kinds, shares = list(SHARES), list(accumulate(SHARES.values()))
    for number in range(1, count + 1):
        kind = rnd.choices(kinds, cum_weights=shares)[0]
        actor = rnd.choices(range(accounts), cum_weights=busy)[0]
        at_ms = BEGIN_MS + number * STEP_MS
        yield _one(rnd, number, at_ms, kind, actor, names, actor < flooders)


def _one(
    rnd: random.Random, number: int, at_ms: int, kind: ObservedKind, actor: int, names: list[str], flooder: bool
) -> Observed:
    to_another = kind in (ObservedKind.ASKED, ObservedKind.ACCEPTED, ObservedKind.BLOCKED, ObservedKind.REPORTED)
    sent = kind is ObservedKind.SENT
    many = 20 if flooder else 1
    return Observed(
        number,
        at_ms,
        kind,
        names[actor],
        at_ms - (3_600_000 if flooder else 300 * 86_400_000),
        rnd.choice((AgeBand.ADULT, AgeBand.ADULT, AgeBand.MINOR)),
        rnd.choice(names) if to_another else "",
        rnd.choice((AgeBand.ADULT, AgeBand.MINOR)) if to_another else AgeBand.UNKNOWN,
        mutual=0 if flooder else rnd.randrange(3),
        count=rnd.randrange(1, 4) * many if sent or kind is ObservedKind.ADDED else 1,
        people=many * rnd.randrange(1, 5) if sent else 0,
        rooms=many if sent else 0,
        largest=rnd.randrange(10, 16) if sent else 0,
        room=f"mimi://hub.example/r/{rnd.randrange(1000):032x}" if kind is ObservedKind.KNOCKED else "",
        network=f"{rnd.randrange(50):x}" if kind is ObservedKind.REGISTERED else "",
    )
