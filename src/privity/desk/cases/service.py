# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people and the other slices do with cases. Each act is one transaction, and an entry of the audit log in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import gathering, store
from privity.desk.cases.clusters import clusters as clusters_of
from privity.desk.cases.errors import (
    BadPriority,
    CaseInOtherState,
    CaseIsTaken,
    CasesDiffer,
    CaseUnknown,
    NotOfThisCase,
)
from privity.desk.cases.model import (
    DESK,
    OWN,
    Case,
    CaseEvent,
    CaseState,
    CaseView,
    Clusters,
    Counts,
    EventKind,
    Held,
    Outcome,
    Page,
    Place,
    View,
)
from privity.desk.cases.priority import HIGHEST, LOWEST, Priority
from privity.desk.cases.words import worded
from privity.desk.db.transaction import Db, transaction
from privity.desk.intake import findings as intake
from privity.desk.intake import unopened
from privity.desk.intake.findings import LEVELS, Level, ReportFinding
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

PAGE: Final = 50
"""Cases on a page of the queue."""
MAX_PAGE: Final = 500
SHOWN: Final = 500
"""Reports shown with a case, the oldest first; the numbers count all of them."""
_START: Final = Place(-1, -1, -1)


def queue(
    db: Db,
    acting: Acting,
    view: View,
    after: Place | None = None,
    limit: int = PAGE,
    text: str = "",
    *,
    now_ms: int,
) -> Page:
    """Some of the cases of a view. `text` is looked for by `View.SEARCH` alone. Raises NotYourRole."""
    acting.must(Right.SEE_QUEUE)
    start, wanted = after or _START, min(max(limit, 1), MAX_PAGE) + 1
    match view:
        case View.OPEN:
            found = store.open_after(db, start, wanted)
        case View.MINE:
            found = store.mine_after(db, acting.who, start, wanted)
        case View.OVERDUE:
            found = store.overdue_after(db, now_ms, start, wanted)
        case View.SEARCH:
            found = _searched(db, text.strip(), start, wanted)
    shown = found[: wanted - 1]
    more = len(found) == wanted
    return Page(tuple(shown), Place(shown[-1].priority, shown[-1].deadline_ms, shown[-1].number) if more else None)


def counts(db: Db, now_ms: int) -> Counts:
    """How much waits. It says nothing of any case."""
    return Counts(*store.counted(db, now_ms), unopened.waiting(db))


def case(db: Db, acting: Acting, number: int) -> CaseView:
    """Everything about a case but words. Raises NotYourRole or CaseUnknown."""
    acting.must(Right.SEE_CASE)
    found = _known(db, number)
    listed = store.reports_of(db, number, 0, SHOWN)
    reports = tuple(one for report, _ in listed if (one := intake.finding(db, report)) is not None)
    campaign = () if found.campaign is None else store.in_campaign(db, found.campaign, number, SHOWN)
    newest = store.newest_of(db, found.subject)
    return CaseView(
        found,
        reports,
        _history(db, found, reports),
        clusters(db, number),
        tuple(record for report in reports for record in report.evidence),
        campaign,
        newest.number if newest is not None and newest.number > number else None,
    )


def clusters(db: Db, number: int) -> Clusters:
    """What ties the reporters of a case to each other."""
    return clusters_of(store.reporting(db, number))


def weights(db: Db, number: int) -> Mapping[str, float]:
    """What the word of each reporter of a case counts, between 0 and 1."""
    return {one.reporter_uri: one.weight for one in store.reporting(db, number)}


def take(db: Db, acting: Acting, number: int, now_ms: int) -> None:
    """Raises NotYourRole, CaseUnknown, CaseIsTaken or CaseInOtherState."""
    acting.must(Right.WORK_CASE)
    with transaction(db):
        found = _alive(db, number)
        if found.state is CaseState.TAKEN:
            raise CaseIsTaken(f"case {number} is with {found.taken_by}")
        store.set_state(db, number, CaseState.TAKEN, acting.who)
        _act(db, acting.who, number, Act.CASE_TAKEN, EventKind.TAKEN, "", now_ms)


def release(db: Db, acting: Acting, number: int, now_ms: int) -> None:
    """Back into the queue; whoever may work on cases may take it from a colleague who is away.

    Raises NotYourRole, CaseUnknown or CaseInOtherState.
    """
    acting.must(Right.WORK_CASE)
    with transaction(db):
        found = _known(db, number)
        if found.state is not CaseState.TAKEN:
            raise CaseInOtherState(f"expected a case that somebody works on, case {number} is {found.state.value}")
        store.set_state(db, number, CaseState.OPEN)
        words = "" if found.taken_by == acting.who else f"it was with {found.taken_by}"
        _act(db, acting.who, number, Act.CASE_RELEASED, EventKind.RELEASED, words, now_ms)


def note(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> None:
    """Raises NotYourRole, CaseUnknown or NoteMissing."""
    acting.must(Right.WORK_CASE)
    said = worded("a note", words)
    with transaction(db):
        _known(db, number)
        _act(db, acting.who, number, Act.CASE_NOTED, EventKind.NOTED, said, now_ms)


def prioritise(db: Db, acting: Acting, number: int, priority: int, reason: str, now_ms: int) -> None:
    """Set by a person, a priority stays whatever is reported, but for what is proven for a reason that they have not
    seen in it. Raises NotYourRole, BadPriority, NoteMissing, ..."""
    acting.must(Right.WORK_CASE)
    if not HIGHEST <= priority <= LOWEST:
        raise BadPriority(f"a priority is {HIGHEST} to {LOWEST}, got {priority}")
    said = worded("the reason for a priority", reason)
    with transaction(db):
        found = _alive(db, number)
        store.set_priority(db, number, Priority(priority, (f"set by hand: {said}",)), acting.who)
        words = f"from {found.priority} to {priority}: {said}"
        _act(db, acting.who, number, Act.CASE_PRIORITISED, EventKind.PRIORITISED, words, now_ms, priority=priority)


def join(db: Db, acting: Acting, number: int, into: int, now_ms: int) -> None:
    """Make one case of two about the same subject: its reports move, and it is closed. The other becomes as urgent as
    the more urgent of them.

    Raises NotYourRole, CaseUnknown, CasesDiffer or CaseInOtherState.
    """
    acting.must(Right.WORK_CASE)
    with transaction(db):
        source, target = _alive(db, number), _alive(db, into)
        if number == into or source.subject != target.subject:
            raise CasesDiffer(f"expected two cases about the same subject, got {number} and {into}")
        store.move(db, number, into)
        store.set_state(db, number, CaseState.CLOSED)
        kept = target if target.deadline_ms <= source.deadline_ms else source
        gathering.count(db, target, kept.deadline_ms, kept.deadline_basis)
        gathering.count(db, source, source.deadline_ms, source.deadline_basis)
        _as_urgent(db, source, into)
        n = _act(db, acting.who, number, Act.CASE_JOINED, EventKind.JOINED, f"into case {into}", now_ms, into=into)
        store.add_event(db, into, CaseEvent(now_ms, acting.who, EventKind.JOINED, f"case {number} came to it", n))


def _as_urgent(db: Db, source: Case, into: int) -> None:
    """What a machine or a person said of the one is not lost by joining it to the other."""
    found = _known(db, into)
    if source.priority < found.priority:
        because = (*found.because, f"as urgent as case {source.number}, which came to it")
        store.set_priority(db, into, Priority(source.priority, because), source.set_by or DESK)


def reopen(db: Db, acting: Acting, number: int, reason: str, now_ms: int) -> None:
    """A decided case is open again; how it ended no longer counts for its reporters.

    Raises NotYourRole, CaseUnknown, NoteMissing or CaseInOtherState.
    """
    acting.must(Right.WORK_CASE)
    said = worded("the reason for opening a case again", reason)
    with transaction(db):
        reopened(db, number, who=acting.who, at_ms=now_ms, words=said)


# What the slices above ask and tell. They have checked the right, and own the transaction.


def held(db: Db, number: int) -> Held:
    """Raises CaseUnknown."""
    found = _known(db, number)
    first = store.first_report(db, number)
    return Held(
        number,
        found.kind,
        found.subject,
        found.state,
        found.taken_by,
        tuple(report for report, _ in store.reports_of(db, number, 0, found.reports)),
        None if first is None else first[0],
        OWN if first is None else first[1],
        found.level,
    )


def case_of_report(db: Db, report: int) -> int:
    """Raises NotOfThisCase for a report that is in none."""
    found = store.case_of(db, report)
    if found is None:
        raise NotOfThisCase(f"report {report} is in no case")
    return found


def level_of(db: Db, number: int, report: int, position: int) -> Level:
    """How far the finding on one reported message carries. Raises NotOfThisCase."""
    if store.case_of(db, report) != number:
        raise NotOfThisCase(f"report {report} is not in case {number}")
    outcome = store.message_outcome(db, report, position)
    if outcome is None:
        raise NotOfThisCase(f"report {report} has no message {position}")
    return LEVELS.get(intake.Outcome(outcome), Level.TIP)


def event(db: Db, number: int, *, at_ms: int, who: str, kind: str, words: str, audit_n: int | None = None) -> None:
    """Something that happened elsewhere and belongs into the history. Raises CaseUnknown."""
    _known(db, number)
    store.add_event(db, number, CaseEvent(at_ms, who, kind, words, audit_n))


def decided(db: Db, number: int, *, who: str, at_ms: int) -> None:
    """Raises CaseUnknown or CaseInOtherState."""
    _alive(db, number)
    store.set_state(db, number, CaseState.DECIDED)
    _act(db, who, number, Act.CASE_DECIDED, EventKind.DECIDED, "", at_ms)


def reopened(db: Db, number: int, *, who: str, at_ms: int, words: str) -> None:
    """A newer case about the same subject stays what it is: somebody may join the two.

    Raises CaseUnknown or CaseInOtherState.
    """
    found = _known(db, number)
    if found.state is not CaseState.DECIDED:
        raise CaseInOtherState(f"expected a decided case, case {number} is {found.state.value}")
    ended(db, number, None)
    store.set_state(db, number, CaseState.OPEN)
    _act(db, who, number, Act.CASE_REOPENED, EventKind.REOPENED, words, at_ms)


def ended(db: Db, number: int, outcome: Outcome | None) -> None:
    """How the case ended, for the weight of its reporters. The last call counts; None takes it back."""
    found = _known(db, number)
    if found.outcome is outcome:
        return
    if found.outcome is not None:
        store.count_ending(db, number, found.outcome, -1)
    if outcome is not None:
        store.count_ending(db, number, outcome, 1)
    store.set_outcome(db, number, outcome)


def _history(db: Db, found: Case, reports: tuple[ReportFinding, ...]) -> tuple[CaseEvent, ...]:
    opened = "" if found.earlier is None else f"case {found.earlier} about the same subject was before"
    reported = (
        CaseEvent(one.received_ms, "desk", EventKind.REPORTED, f"report {one.report}, level {one.level}")
        for one in reports
    )
    events = store.events(db, found.number)
    by_staff = any(one.kind == EventKind.OPENED for one in events)
    began = [] if by_staff else [CaseEvent(found.opened_ms, "desk", EventKind.OPENED, opened)]
    return tuple(sorted([*began, *reported, *events], key=lambda one: one.at_ms))


def _searched(db: Db, text: str, start: Place, limit: int) -> list[Case]:
    if text.isdecimal() and len(text) <= 15:
        found = store.find(db, int(text))
        return [found] if found is not None and found.number > start.number else []
    return store.of_subject(db, text, start.number, limit) if text else []


def _known(db: Db, number: int) -> Case:
    found = store.find(db, number)
    if found is None:
        raise CaseUnknown(f"there is no case {number}")
    return found


def _alive(db: Db, number: int) -> Case:
    found = _known(db, number)
    if found.state not in gathering.ALIVE:
        raise CaseInOtherState(f"expected an open case, case {number} is {found.state.value}")
    return found


def _act(db: Db, who: str, number: int, act: Act, kind: EventKind, words: str, now_ms: int, **said: int) -> int:
    n = audit.add(db, at_ms=now_ms, who=who, act=act, about=f"case:{number}", words=words, **said)
    store.add_event(db, number, CaseEvent(now_ms, who, kind, words, n))
    return n
