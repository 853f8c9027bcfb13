# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who watches a world: nobody, or the shipped rules as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from privity.desk.cases.priority import LOWEST
from privity.message.report import Reason
from privity.wire.observed import Observed


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule held for an account, and this follows."""

    account: str
    rule: str
    slow_hours: int = 0
    hide_hours: int = 0
    review: bool = False
    priority: int = LOWEST
    """Of the case that people are asked with; 0 is the most urgent."""
    reason: Reason = Reason.OTHER
    """What that case is about."""


class Watcher(Protocol):
    """Sees what the hub observes, in order. Beside it stand the lists of the desk, and the aids on people's devices."""

    matching: bool
    """Public pictures are compared with lists."""
    aids: bool
    """Devices warn their own people."""

    def seen(self, observed: Observed) -> Sequence[Finding]:
        """What follows from it."""
        ...


class Nobody:
    """The arm without any signal."""

    matching = False
    aids = False

    def seen(self, observed: Observed) -> Sequence[Finding]:
        return ()
