# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub observes of abusers and of those who answer them, and hands to whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from privity.lab.population import Population
from privity.lab.watching import Finding, Watcher
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind


class Observing:
    """Numbers observations from 1. `found` is told what the watcher finds."""

    def __init__(self, population: Population, watcher: Watcher, found: Callable[[Finding, int], None]) -> None:
        self._population, self._watcher, self._found = population, watcher, found
        self._numbers = count(1)

    def seen(self, kind: ObservedKind, at_ms: int, who: int, other: int = -1, **more: Any) -> Iterator[Observed]:
        """One observation; what is found in it follows once it was taken. `more` names further fields of it."""
        population = self._population
        observed = Observed(
            next(self._numbers),
            at_ms,
            kind,
            population.uri(who),
            int(population.born_ms[who]),
            population.says(who),
            "" if other < 0 else population.uri(other),
            AgeBand.UNKNOWN if other < 0 else population.says(other),
            **more,
        )
        yield observed
        for finding in self._watcher.seen(observed):
            self._found(finding, at_ms)
