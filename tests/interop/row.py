# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A row of the table: what is tried with every peer, and why a peer cannot take part in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.interop.circle import Talk

Run = Callable[[Talk], None]


@dataclass(frozen=True)
class Row:
    """`why_not` names the peers that cannot, each with the reason that its interface gives."""

    says: str
    run: Run
    why_not: Mapping[str, str] = field(default_factory=dict)
    suites: tuple[int, ...] = (1, 2, 3)

    @property
    def name(self) -> str:
        """For tests: the function's name."""
        return self.run.__name__


@dataclass(frozen=True)
class Chapter:
    title: str
    rows: tuple[Row, ...]
