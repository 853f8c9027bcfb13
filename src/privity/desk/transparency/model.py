# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The report: counts with what they are counts of. Nothing in it names a person, a case or a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from privity.desk.transparency.authorities.model import Line, OrdersRow

R = TypeVar("R")
K = TypeVar("K")


class ReportsRow(msgspec.Struct, frozen=True, order=True):
    """Reports that the desk took."""

    month: str
    reason: int
    """As the reporter gave it; -1 where the report could not be read."""
    level: int
    source: str
    state: str
    count: int


class CasesRow(msgspec.Struct, frozen=True, order=True):
    """Cases that were opened: by a report, a notice, or the staff."""

    source: str
    count: int


class DecisionsRow(msgspec.Struct, frozen=True, order=True):
    """Decisions that took effect."""

    month: str
    policy: str
    action: str
    level: int
    source: str
    automated: bool
    count: int


class TimesRow(msgspec.Struct, frozen=True, order=True):
    """From the first report of the case to the decision, in hours."""

    source: str
    """Empty: all of them."""
    policy: str
    """Empty: all of them."""
    count: int
    median_h: float
    p95_h: float


class AppealsRow(msgspec.Struct, frozen=True, order=True):
    """Appeals against one kind of decision, by whom it affects or by whoever had reported (`notifier`)."""

    party: str
    action: str
    lodged: int
    upheld: int
    overturned: int
    median_h: float | None
    """From lodging to the answer; None without an answer."""


class ReferralsRow(msgspec.Struct, frozen=True, order=True):
    """Referrals to one destination, by what happened to them in the period."""

    destination: str
    drafted: int
    approved: int
    finished: int
    withdrawn: int


class RoleRow(msgspec.Struct, frozen=True, order=True):
    """Members of staff who had a role when the period ended."""

    role: str
    count: int


class TransparencyReport(msgspec.Struct, frozen=True):
    """One period."""

    first: str
    last: str
    entries: int
    """How many entries of the log were read: all up to the end of the period."""
    reports: list[ReportsRow]
    cases_opened: list[CasesRow]
    cases_decided: int
    proposed: int
    """Decisions that somebody proposed; what took no second person took effect in the same moment."""
    refused: int
    """By the second person."""
    decisions: list[DecisionsRow]
    times: list[TimesRow]
    undone_on_appeal: int
    undone_otherwise: int
    appeals: list[AppealsRow]
    appeals_median_h: float | None
    """Of all that were answered."""
    appeals_turned_away: int
    referrals: list[ReferralsRow]
    evidence_opened: int
    pictures_shown: int
    """Every stage of every picture counts."""
    members: int
    moderators: int
    """Those of them who work on cases."""
    roles: list[RoleRow]
    """One person may have several."""
    authorities: list[Line] = []
    """Requests of authorities, as they are published: what is small is grouped."""
    orders_counted: bool = False
    """Whether anything was ever filed with the legal desk. If not, nothing was counted either."""
    orders: list[OrdersRow] = []
    """Orders of Member States to provide information: exact, as the law asks."""

    @property
    def appeals_answered(self) -> int:
        return sum(row.upheld + row.overturned for row in self.appeals)

    @property
    def reversal_rate(self) -> float | None:
        """The share of answered appeals that overturned the decision; None without any."""
        answered = self.appeals_answered
        return sum(row.overturned for row in self.appeals) / answered if answered else None


Counted = TypeVar("Counted", ReportsRow, DecisionsRow, CasesRow)


def by(rows: Iterable[Counted], key: Callable[[Counted], K]) -> dict[K, int]:
    """The counts of the rows together, by what `key` says of each; in the order of the first of each."""
    found: dict[K, int] = {}
    for row in rows:
        found[key(row)] = found.get(key(row), 0) + row.count
    return found


def total(rows: Iterable[Counted]) -> int:
    return sum(row.count for row in rows)
