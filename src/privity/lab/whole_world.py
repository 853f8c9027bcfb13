# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A whole world in the order of time: benign people and abusers together, numbered, with the truth beside it."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import count

import msgspec

from privity.lab.benign_world import benign_days
from privity.lab.cases import abusers
from privity.lab.columns import Columns, observed
from privity.lab.parameters import Parameters
from privity.lab.population import Population
from privity.lab.society import Society
from privity.lab.truth import PART, PARTS, AccountTruth, ActTruth, Benign, ViewTruth
from privity.lab.watching import Nobody
from privity.wire.observed import Observed

Truth = AccountTruth | ActTruth | ViewTruth


class World:
    """One world, to be gone through once. `truth` fills while it is, and whoever goes through it takes it away."""

    def __init__(
        self, seed: int, size: int, days: int, parameters: Parameters, *, activity: float = 1.0, launch: bool = False
    ) -> None:
        self.population = Population(seed, size, days, parameters, launch=launch)
        self.society = Society(self.population, parameters, abusers(self.population, parameters), Nobody())
        self.truth: list[Truth] = []
        self._activity, self._launch = activity, launch
        self._parts: dict[int, Benign] = {}

    def observed(self) -> Iterator[Observed]:
        """Everything, oldest first, numbered from 1."""
        numbers = count(1)
        for one in merge(self._benign(), self.society.observed(), key=lambda one: one.at_ms):
            number = next(numbers)
            case = self.society.case_of(one.account)
            if case is not None:
                self.truth.append(ActTruth(number, case.attacker.harm, case.number))
                self.truth += case.views
                case.views.clear()
            yield msgspec.structs.replace(one, number=number)
        self.truth += [view for case in self.society.cases for view in case.views]
        self.truth += self._accounts()

    def _benign(self) -> Iterator[Observed]:
        for rows in benign_days(self.population, activity=self._activity, launch=self._launch):
            self._noted(rows)
            yield from observed(rows, self.population, 1)

    def _noted(self, rows: Columns) -> None:
        special = rows.part != PART[Benign.PERSON]
        for account, part in zip(rows.account[special].tolist(), rows.part[special].tolist(), strict=True):
            self._parts[account] = Benign(PARTS[part])

    def _accounts(self) -> Iterator[AccountTruth]:
        people = self.population
        for number in range(people.size):
            part, minor = self._parts.get(number, Benign.PERSON), bool(people.minor[number])
            if minor or part is not Benign.PERSON:
                yield AccountTruth(people.uri(number), part, minor)
        for case in self.society.cases:
            for account in case.accounts:
                yield AccountTruth(people.uri(account.number), case.attacker.harm, False, case.number)
