# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which tests could notice a change, and which are asked first: the quick ones, and those that noticed others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.mutants.coverage import Coverage
from tests.mutants.mutant import Mutant

_WEIGHT = 20
"""A test that noticed one change of a file is asked as early as one that is so many times quicker."""


@dataclass
class Order:
    """`noticed` says how often a test was the one that noticed a change of a file."""

    coverage: Coverage
    noticed: dict[str, Counter[int]] = field(default_factory=dict)

    def of(self, mutant: Mutant) -> list[int]:
        """The tests that could notice: those that run its lines. For what runs at import any could, since a test may
        ask what a constant is without a call; those that run anything of its file come first."""
        if mutant.line_of_function:
            return self.sorted(self.coverage.covering(mutant.file, mutant.line, mutant.last_line), mutant.file)
        near, fit = self.coverage.near(mutant.file), self.coverage.fit()
        return self.sorted(near & fit, mutant.file) + self.sorted(fit - near, mutant.file)

    def sorted(self, tests: set[int], file: str) -> list[int]:
        times, seconds = self.noticed.get(file, Counter()), self.coverage.seconds
        return sorted(tests, key=lambda test: (seconds[test] / (1 + _WEIGHT * times[test]), test))

    def note(self, test: int, file: str) -> None:
        """This test noticed a change of this file."""
        self.noticed.setdefault(file, Counter())[test] += 1
