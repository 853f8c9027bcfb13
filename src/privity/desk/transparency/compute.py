# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The report out of the audit log alone: no table, no clock. Who has the log, or an export of it, gets the same."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import msgspec

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.staff.rights import Role
from privity.desk.transparency.authorities import counting, grouping
from privity.desk.transparency.authorities import reading as of_authorities
from privity.desk.transparency.authorities.model import Exact
from privity.desk.transparency.authorities.replaying import Replay
from privity.desk.transparency.model import (
    AppealsRow,
    CasesRow,
    DecisionsRow,
    ReferralsRow,
    ReportsRow,
    RoleRow,
    TimesRow,
    TransparencyReport,
)
from privity.desk.transparency.period import Period, hours, month_of
from privity.desk.transparency.reading import (
    AppealAnswered,
    AppealLodged,
    CaseOpened,
    Decided,
    Fact,
    MediaViewed,
    ReadLater,
    Referred,
    ReportsTaken,
    Roles,
    read,
)

ESCALATED: Final = "escalate"
"""An action by which nothing is decided yet."""

_CASE_WORKERS: Final = {role.value for role in (Role.MODERATOR, Role.SENIOR, Role.APPEALS, Role.REFERRALS)}

_REFERRALS: Final = {
    Act.REFERRAL_DRAFTED: "drafted",
    Act.REFERRAL_APPROVED: "approved",
    Act.REFERRAL_FINISHED: "finished",
    Act.REFERRAL_WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Computed:
    """The report, and the exact counts behind what it groups, which are there to be compared and for nothing else."""

    report: TransparencyReport
    exact: Exact


def compute(entries: Iterable[Entry], period: Period) -> TransparencyReport:
    """The report alone. Raises EntryUnreadable."""
    return compute_exactly(entries, period).report


def compute_exactly(entries: Iterable[Entry], period: Period) -> Computed:
    """Read every entry before the end of the period; staff and requests are replayed from the first.

    Raises EntryUnreadable.
    """
    found, asked = _Counts(), Replay(period)
    for entry in entries:
        if entry.at_ms >= period.end_ms:
            continue
        found.entries += 1
        of_request = of_authorities.read(entry)
        if of_request is not None:
            asked.add(entry, of_request)
        fact = read(entry)
        if fact is None:
            continue
        if entry.act in (Act.STAFF_JOINED, Act.STAFF_CHANGED, Act.STAFF_ENDED):
            found.staff(entry, fact)
        elif entry.at_ms >= period.start_ms:
            found.add(entry, fact)
    exact = counting.exact(asked)
    report = msgspec.structs.replace(
        found.report(period),
        authorities=grouping.lines(exact, period),
        orders_counted=exact.ever,
        orders=exact.orders,
    )
    return Computed(report, exact)


class _Counts:
    """What has been seen so far."""

    def __init__(self) -> None:
        self.entries = 0
        self._reports: Counter[tuple[str, int, int, str, str]] = Counter()
        self._cases: Counter[str] = Counter()
        self._decided: set[int] = set()
        self._decisions: Counter[tuple[str, str, str, int, str, bool]] = Counter()
        self._waited: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._undone: Counter[bool] = Counter()
        self._appeals: Counter[tuple[str, str, str]] = Counter()
        self._answers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._referrals: Counter[tuple[str, str]] = Counter()
        self._acts: Counter[Act] = Counter()
        self._members: dict[str, frozenset[str]] = {}

    def staff(self, entry: Entry, fact: Fact) -> None:
        if isinstance(fact, Roles) and (entry.act is Act.STAFF_JOINED or entry.about in self._members):
            self._members[entry.about] = frozenset(fact.roles)
        elif entry.act is Act.STAFF_ENDED:
            self._members.pop(entry.about, None)

    def add(self, entry: Entry, fact: Fact) -> None:
        self._acts[entry.act] += 1
        match fact:
            case ReportsTaken():
                self._reports_taken(month_of(entry.at_ms), fact)
            case ReadLater():
                self._cases[fact.source] += fact.opened
            case CaseOpened():
                self._cases[fact.source] += 1
            case Decided():
                self._decision(entry, fact)
            case AppealLodged():
                self._appeals[fact.party, fact.action, "lodged"] += 1
            case AppealAnswered():
                self._appeals[fact.party, fact.action, fact.outcome] += 1
                self._answers[fact.party, fact.action].append(entry.at_ms - fact.lodged_ms)
            case Referred():
                self._referrals[fact.destination, _REFERRALS[entry.act]] += fact.done
            case MediaViewed():
                pass

    def _reports_taken(self, month: str, page: ReportsTaken) -> None:
        for state, reason, level, source, opened in zip(
            page.states, page.reasons, page.levels, page.sources, page.opened, strict=True
        ):
            self._reports[month, reason, level, source, state] += 1
            if opened:
                self._cases[source] += 1

    def _decision(self, entry: Entry, made: Decided) -> None:
        if entry.act is Act.DECISION_UNDONE:
            self._undone[made.appeal is not None] += 1
        if entry.act is not Act.DECISION_EFFECTIVE:
            return
        month = month_of(entry.at_ms)
        self._decisions[month, made.policy, made.action, made.level, made.source, made.automated] += 1
        if made.action == ESCALATED:
            return
        self._decided.add(made.case)
        if made.reported_ms is not None:
            for source in ("", made.source):
                for policy in ("", made.policy):
                    self._waited[source, policy].append(entry.at_ms - made.reported_ms)

    def report(self, period: Period) -> TransparencyReport:
        answered = [waited for times in self._answers.values() for waited in times]
        roles = Counter(role for held in self._members.values() for role in held)
        return TransparencyReport(
            first=period.first,
            last=period.last,
            entries=self.entries,
            reports=sorted(ReportsRow(*key, count) for key, count in self._reports.items()),
            cases_opened=sorted(CasesRow(source, count) for source, count in self._cases.items()),
            cases_decided=len(self._decided),
            proposed=self._acts[Act.DECISION_PROPOSED],
            refused=self._acts[Act.DECISION_REFUSED],
            decisions=sorted(DecisionsRow(*key, count) for key, count in self._decisions.items()),
            times=sorted(
                TimesRow(*of, len(waited), hours(median(waited)), hours(p95(waited)))
                for of, waited in self._waited.items()
            ),
            undone_on_appeal=self._undone[True],
            undone_otherwise=self._undone[False],
            appeals=[self._appeal(*of) for of in sorted({(party, action) for party, action, _ in self._appeals})],
            appeals_median_h=hours(median(answered)) if answered else None,
            appeals_turned_away=self._acts[Act.APPEAL_TURNED_AWAY],
            referrals=[
                ReferralsRow(where, *(self._referrals[where, what] for what in _REFERRALS.values()))
                for where in sorted({where for where, _ in self._referrals})
            ],
            evidence_opened=self._acts[Act.EVIDENCE_OPENED],
            pictures_shown=self._acts[Act.MEDIA_VIEWED],
            members=len(self._members),
            moderators=sum(not held.isdisjoint(_CASE_WORKERS) for held in self._members.values()),
            roles=sorted(RoleRow(role, count) for role, count in roles.items()),
        )

    def _appeal(self, party: str, action: str) -> AppealsRow:
        waited = self._answers[party, action]
        return AppealsRow(
            party,
            action,
            self._appeals[party, action, "lodged"],
            self._appeals[party, action, "uphold"],
            self._appeals[party, action, "overturn"],
            hours(median(waited)) if waited else None,
        )


def p95(values: Sequence[int]) -> int:
    """The smallest value that at least 95 of 100 do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]
