# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk knows beside what the hub observed: labels, and whose reports were right. Rules read it as features.

Whoever runs the rules fills this, in memory, from the desk's own tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from privity.desk.signals.counters.periods import DAY_MS, WEEK_MS
from privity.desk.signals.features.labels import LABELS

_EQUAL: Final = 2.0
"""A reporter of whom nothing is known weighs 1: (0 + 1) / (0 + 2) of this."""


class UnknownLabel(ValueError):
    """A word that no rule could read."""


@dataclass(slots=True)
class Known:
    """Labels by account and word, each until when (ms); reports of a reporter that were decided.

    Attributes:
        election: Whether election mode is on.
    """

    election: bool = False
    _labels: dict[str, dict[str, int]] = field(default_factory=dict, repr=False)
    _agreed: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    _swept: int = 0

    def label(self, account: str, word: str, until_ms: int) -> None:
        """Put a label on an account. Raises UnknownLabel."""
        if word not in LABELS:
            raise UnknownLabel(f"a label is one of {', '.join(LABELS)}, got {word!r}")
        self._labels.setdefault(account, {})[word] = until_ms

    def unlabel(self, account: str, word: str) -> None:
        """Take a label off; nothing where it is not there."""
        there = self._labels.get(account, {})
        there.pop(word, None)
        if not there:
            self._labels.pop(account, None)

    def labelled(self, account: str, word: str, at_ms: int) -> bool:
        """Whether it has the label at that time."""
        return self._labels.get(account, {}).get(word, 0) > at_ms

    def agreed(self, account: str, upheld: float, closed: float) -> None:
        """Of a reporter's reports that people decided, how many were right."""
        if not 0 <= upheld <= closed:
            raise ValueError(f"of {closed} decided reports, 0 to {closed} were right, got {upheld}")
        self._agreed[account] = (upheld, closed)

    def agreement(self, account: str) -> tuple[float, float]:
        """Reports that were right, and all that were decided."""
        return self._agreed.get(account, (0.0, 0.0))

    def weight(self, account: str) -> float:
        """What a report by this account weighs: 1 where nothing is known, up to 2, and next to nothing after many
        that were wrong (the mean of a Beta(1, 1) that has seen them, doubled)."""
        upheld, closed = self.agreement(account)
        return _EQUAL * (upheld + 1) / (closed + 2)

    def forget_account(self, account: str) -> None:
        """Let go of the words on an account that is closed, and of how its reports ended."""
        self._labels.pop(account, None)
        self._agreed.pop(account, None)

    def sweep(self, at_ms: int) -> None:
        """Forget labels that were over a week before, once for each day: who counts may be behind others that ask here,
        and needs what there was then."""
        if at_ms // DAY_MS <= self._swept:
            return
        self._swept, over_ms = at_ms // DAY_MS, at_ms - WEEK_MS
        for account in list(self._labels):
            for word in [word for word, until_ms in self._labels[account].items() if until_ms <= over_ms]:
                self.unlabel(account, word)

    def forget(self) -> None:
        """Begin anew."""
        self._labels.clear()
        self._agreed.clear()
        self._swept = 0
        self.election = False
