# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From reports to cases: a report joins the open case about its subject, or opens one, in the intake's transaction.

A page of reports is gathered at once, step by step for all of them: each case is read and written once, however many of
its reports are in the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from privity.desk.cases import store
from privity.desk.cases.clusters import FEWEST
from privity.desk.cases.deadlines import deadline_of
from privity.desk.cases.model import DESK, Case, CaseState, Facts, Reporting, SubjectKind
from privity.desk.cases.priority import MANY, Priority, by_the_desk, facts_of, priority
from privity.desk.db.transaction import Db
from privity.desk.intake.findings import Level, Subject
from privity.desk.intake.model import Gathered, Taken

ALIVE: Final = (CaseState.OPEN, CaseState.TAKEN)
ENOUGH: Final = 4
"""Fewer reporters do not lift a case that is proven by the sender's own key, for nobody weighs more than one; where the
hub alone has proven it, fewer than `MANY` do not."""
LOOK_AGAIN: Final = 8
"""A case is weighed anew with each reporter up to this many, and then whenever there are an eighth more: else a hundred
thousand reports about one account would be read a hundred thousand times."""


@dataclass(slots=True)
class _Group:
    """The reports of a page that are about one subject, and what there was before."""

    kind: SubjectKind
    subject: str
    newest: Case | None
    taken: list[Taken] = field(default_factory=list)
    rows: list[Reporting] = field(default_factory=list)
    again: int = 0
    """How many of these reporters had reported in this case before."""
    number: int = 0

    @property
    def alive(self) -> Case | None:
        return self.newest if self.newest is not None and self.newest.state in ALIVE else None


class Gathering:
    """Puts reports into cases. `hours`: the operator's own deadlines, by the name of a reason."""

    def __init__(self, hours: Mapping[str, int]) -> None:
        self._hours = hours

    def __call__(self, db: Db, page: Sequence[Taken], now_ms: int) -> list[Gathered | None]:
        """The case of each report, in order. None for one that names nobody and nothing."""
        known = [(taken, named) for taken in page if (named := subject_of(taken)) is not None]
        counted = [store.count_report(db, taken.reporter_uri, now_ms) for taken, _ in known]
        groups: dict[str, _Group] = {}
        for _, (kind, subject) in known:
            if subject not in groups:
                groups[subject] = _Group(kind, subject, store.newest_of(db, subject))
        for (taken, (_, subject)), (first, weight) in zip(known, counted, strict=True):
            _add(db, groups[subject], taken, first, weight)
        following = store.next_number(db)
        for group in groups.values():
            alive = group.alive
            group.number = following if alive is None else alive.number
            following += alive is None
            if alive is not None:
                before = {row.reporter_uri for row in group.rows if not row.first}
                group.again = sum(store.has_reporter(db, alive.number, uri) for uri in before)
        self._write(db, list(groups.values()), now_ms)
        for group in groups.values():
            _campaign(db, group, now_ms)
        found = {
            taken.number: Gathered(group.number, group.alive is None and at == 0)
            for group in groups.values()
            for at, taken in enumerate(group.taken)
        }
        return [found.get(taken.number) for taken in page]

    def again(self, db: Db, taken: Taken, now_ms: int) -> Gathered | None:
        """The case of a report that could be read, or asked about, only now; the one that it was in is counted anew."""
        number = store.case_of(db, taken.number)
        case = None if number is None else store.find(db, number)
        if case is None:
            (gathered,) = self(db, [taken], now_ms)
            return gathered
        fresh = len(_fresh(db, case.number, taken))
        store.change_report(db, taken.number, taken.level, participated=taken.participated, fresh=fresh)
        count(db, case, case.deadline_ms, case.deadline_basis)
        _campaign(db, _Group(case.kind, case.subject, case, [taken], number=case.number), now_ms)
        return Gathered(case.number, opened=False)

    def _write(self, db: Db, groups: Sequence[_Group], now_ms: int) -> None:
        opened = [group for group in groups if group.alive is None]
        joined = [(group, case) for group in groups if (case := group.alive) is not None]
        changed = [(case, *self._after(db, group, case)) for group, case in joined]
        store.add_cases(
            db,
            [
                store.NewCase(
                    group.number,
                    group.kind,
                    group.subject,
                    self._facts(group, None),
                    priority(facts_of(group.rows)),
                    now_ms,
                    None if group.newest is None else group.newest.number,
                )
                for group in opened
            ],
        )
        store.change_cases(db, changed)
        store.add_reports(
            db,
            [
                (taken.number, group.number, row)
                for group in groups
                for taken, row in zip(group.taken, group.rows, strict=True)
            ],
        )

    def _after(self, db: Db, group: _Group, case: Case) -> tuple[Facts, Priority, int]:
        """What a case is with these reports; its priority is found anew only where that may change it."""
        facts, own = self._facts(group, case), Priority(case.priority, case.because)
        said = priority(facts_of(group.rows))
        if case.set_by is not None:
            more = said if case.set_by == DESK else _not_seen(group.rows, case)
            return facts, _more_urgent(own, more), case.weighed
        if facts.newcomers < FEWEST and facts.reporters < (ENOUGH if facts.level is Level.AUTHORSHIP else MANY):
            return facts, said if said.number < own.number else own, facts.reporters
        if said.number >= own.number and not _due(facts.reporters, case.weighed):
            return facts, own, case.weighed
        rows = [*store.reporting(db, case.number), *group.rows]
        return facts, _priority(rows, store.own_reasons(db, case.number)), facts.reporters

    def _facts(self, group: _Group, case: Case | None) -> Facts:
        before = _NOTHING if case is None else case
        deadlines = [deadline_of(taken.reason, taken.received_ms, self._hours) for taken in group.taken]
        if case is not None:
            deadlines.append((case.deadline_ms, case.deadline_basis))
        deadline_ms, basis = min(deadlines)
        return Facts(
            max([before.level, *(row.level for row in group.rows)]),
            before.reports + len(group.rows),
            before.reporters + len({row.reporter_uri for row in group.rows}) - group.again,
            before.newcomers + sum(row.first for row in group.rows),
            before.proven + sum(row.fresh for row in group.rows),
            before.omitted + sum(taken.omitted for taken in group.taken),
            tuple(sorted({*before.reasons, *(row.reason for row in group.rows)})),
            deadline_ms,
            basis,
        )


_NOTHING: Final = Facts(Level.TIP, 0, 0, 0, 0, 0, (), 0, "")


def count(db: Db, case: Case, deadline_ms: int, basis: str) -> None:
    """Count a case anew, after reports were moved."""
    rows, own_reasons = store.reporting(db, case.number), store.own_reasons(db, case.number)
    proven, level = store.proven(db, case.number)
    reporters = len({row.reporter_uri for row in rows})
    facts = Facts(
        level,
        len(rows),
        reporters,
        sum(row.first for row in rows),
        proven,
        store.omitted(db, case.number),
        tuple(sorted({*own_reasons, *(row.reason for row in rows)})),
        deadline_ms,
        basis,
    )
    found = _priority(rows, own_reasons)
    if case.set_by is not None:
        own = Priority(case.priority, case.because)
        found = _more_urgent(own, found) if case.set_by == DESK else own
    store.change_cases(db, [(case, facts, found, reporters)])


def subject_of(taken: Taken) -> tuple[SubjectKind, str] | None:
    """What the case of this report is about."""
    if taken.subject is Subject.ROOM and taken.room_uri:
        return SubjectKind.ROOM, taken.room_uri
    if taken.accused_uri:
        return SubjectKind.ACCOUNT, taken.accused_uri
    if taken.subject is Subject.NOTICE:
        return (SubjectKind.ROOM, taken.room_uri) if taken.room_uri else (SubjectKind.PUBLIC, taken.reporter_uri)
    return None


def _not_seen(rows: Sequence[Reporting], case: Case) -> Priority:
    """What is proven for reasons that the case did not have when somebody set its priority: that they have not seen."""
    return priority(facts_of([row for row in rows if row.level > Level.TIP and row.reason not in case.reasons]))


def _more_urgent(own: Priority, other: Priority) -> Priority:
    """What machines set, reports only make more urgent, and so does what a person had not seen."""
    return other if other.number < own.number else own


def _priority(rows: Sequence[Reporting], own_reasons: Sequence[int]) -> Priority:
    return priority([*facts_of(rows), *map(by_the_desk, own_reasons)])


def _add(db: Db, group: _Group, taken: Taken, first: bool, weight: float) -> None:
    """One more report of the group: how much of it is new, and whether its reporter is."""
    alive, seen = group.alive, {one.message_id for other in group.taken for one in other.proven}
    fresh = {one.message_id for one in taken.proven} if alive is None else _fresh(db, alive.number, taken)
    group.taken.append(taken)
    group.rows.append(
        Reporting(
            taken.reporter_uri,
            taken.received_ms,
            taken.room_uri or "",
            taken.reason,
            taken.level,
            first,
            taken.participated,
            len(fresh - seen),
            weight,
        )
    )


def _fresh(db: Db, number: int, taken: Taken) -> set[bytes]:
    """The messages of a report that no other in the case has proven."""
    return {one.message_id for one in taken.proven if not store.proven_before(db, number, taken.number, one)}


def _campaign(db: Db, group: _Group, now_ms: int) -> None:
    """Cases of several accounts to which the same was proven belong together."""
    for found in (mark for taken in group.taken for one in taken.proven for mark in one.marks):
        first = store.mark(db, found, group.number)
        if first is None or first == group.number:
            continue
        other, own = store.find(db, first), store.find(db, group.number)
        if other is None or own is None or other.subject == group.subject or own.campaign is not None:
            continue
        campaign = other.campaign
        if campaign is None:
            campaign = store.add_campaign(db, now_ms)
            store.set_campaign(db, first, campaign)
        store.set_campaign(db, group.number, campaign)


def _due(reporters: int, weighed: int) -> bool:
    return reporters > weighed and (reporters <= LOOK_AGAIN or reporters >= weighed + weighed // LOOK_AGAIN)
