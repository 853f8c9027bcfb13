# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case laid out for its page: reports and events in one column, in the order in which they came.

Who reported has a number here and no name: whoever looks at the words of a report sees it there, and the log knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from privity.desk.cases import service as cases
from privity.desk.cases.model import Case, CaseEvent, CaseView, Clusters, EventKind
from privity.desk.console.plain import Run, line, runs
from privity.desk.console.queue import counted, numbers, reason_name, what_of
from privity.desk.db.transaction import Db
from privity.desk.evidence.listing import Listed, gone_ms, listed
from privity.desk.evidence.records import Kind
from privity.desk.intake.findings import MessageFinding, ReportFinding, Source, State, Subject
from privity.desk.intake.kept import attachment_record

WHOLE_CARDS: Final = 30
"""Reports that are laid out whole, those that prove most first; of the others a line each."""
RECORDS: Final = {
    Kind.SEALED: "sealed bytes that did not open",
    Kind.REPORT: "report",
    Kind.DEVICE_LISTS: "device lists of the accused",
    Kind.ATTACHMENT: "file",
    Kind.NOTICE: "public notice",
    Kind.PROFILE: "profile as the hub had it",
}

SUBJECTS: Final = {
    Subject.PERSON: "about the person, not about messages",
    Subject.ROOM: "about the conversation",
    Subject.PROFILE: "about the profile",
    Subject.INVITATION: "about an invitation that was not accepted",
    Subject.NOTICE: "a notice",
}
SOURCES: Final = {
    Source.PUBLIC: "from somebody without an account",
    Source.MODERATORS: "passed on by a moderator of the conversation",
}


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a message, not opened."""

    part: int
    outcome: str
    detail: str
    evidence: int | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message, not opened."""

    found: MessageFinding
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A report, not opened."""

    found: ReportFinding
    reporter: str
    reason: str
    came: str
    """What it is about where it is no messages, and how it came where no user sent it, in words."""
    between: str
    messages: tuple[MessageRow, ...]
    records: tuple[tuple[str, Listed], ...]
    opens: bool
    """Whether there are words to show."""
    gone_ms: int | None
    """When what was kept of it was deleted; None where all is there."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in one line."""

    number: int
    level: int
    reason: str
    reporter: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the column: an event, or a report."""

    at_ms: int
    event: CaseEvent | None = None
    words: tuple[Run, ...] = ()
    """Of the event: a colleague may have copied what a stranger wrote."""
    report: ReportCard | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page shows of a case."""

    case: Case
    what: str
    subject: tuple[Run, ...]
    numbers: str
    omitted: str
    clusters: Clusters
    column: tuple[Entry, ...]
    more: tuple[ReportLine, ...]
    """Reports beyond those that are laid out whole."""
    campaign: tuple[int, ...]
    later: int | None


def of(db: Db, view: CaseView) -> Page:
    """The page of a case."""
    weights = cases.weights(db, view.case.number)
    names = {
        uri: f"{name}, whose word counts {weights.get(uri, 0.5):.0%}" for uri, name in reporters(view.reports).items()
    }
    ordered = sorted(view.reports, key=lambda found: -found.level)
    whole = ordered[:WHOLE_CARDS]
    events = [
        Entry(event.at_ms, event=event, words=runs(event.words))
        for event in view.events
        if event.kind != EventKind.REPORTED
    ]
    cards = [Entry(found.received_ms, report=_card(db, found, names)) for found in whole]
    more = [
        ReportLine(found.report, found.level, _reason(found), names[found.reporter_uri], found.received_ms)
        for found in ordered[WHOLE_CARDS:]
    ]
    return Page(
        view.case,
        what_of(view.case),
        line(view.case.subject, 512),
        numbers(view.case),
        omitted_words(view.case.omitted),
        view.clusters,
        tuple(sorted([*events, *cards], key=lambda entry: entry.at_ms)),
        tuple(more),
        view.campaign,
        view.later,
    )


def reporters(reports: tuple[ReportFinding, ...]) -> Mapping[str, str]:
    """A number for each reporter of a case, in the order in which they came."""
    found: dict[str, str] = {}
    for report in reports:
        found.setdefault(report.reporter_uri, f"reporter {len(found) + 1}")
    return found


def without_names(view: CaseView) -> CaseView:
    """The same case with numbers in place of those who reported, and of what they could be told by."""
    names = reporters(view.reports)
    reports = tuple(
        msgspec.structs.replace(
            found,
            reporter_uri=names[found.reporter_uri],
            receipt="",
            escalated_for=None if found.escalated_for is None else "",
        )
        for found in view.reports
    )
    return replace(view, reports=reports)


def omitted_words(omitted: int | None) -> str:
    """What reporters left out, as a sentence."""
    if not omitted:
        return ""
    verb = "was" if omitted == 1 else "were"
    return f"{counted(omitted, 'message')} between the reported ones {verb} not reported."


def _card(db: Db, found: ReportFinding, names: Mapping[str, str]) -> ReportCard:
    records = listed(db, found.report)
    return ReportCard(
        found,
        names[found.reporter_uri],
        _reason(found),
        _came(found),
        omitted_words(found.omitted),
        tuple(MessageRow(message, tuple(_files(db, found.report, message))) for message in found.messages),
        tuple((RECORDS.get(record.kind, record.kind.value), record) for record in records),
        found.state is State.ASSESSED and any(record.kind in (Kind.REPORT, Kind.NOTICE) for record in records),
        gone_ms(db, found.report),
    )


def _reason(found: ReportFinding) -> str:
    return "" if found.reason is None else reason_name(found.reason)


def _came(found: ReportFinding) -> str:
    said = [SUBJECTS.get(found.subject, ""), SOURCES.get(found.source, "")]
    if found.escalated_for:
        said.append("who names the first reporter")
    return ", ".join(word for word in said if word)


def _files(db: Db, report: int, message: MessageFinding) -> Iterator[FileRow]:
    for file in message.attachments:
        record = attachment_record(db, report, message.position, file.part)
        yield FileRow(file.part, file.outcome, file.detail, record)
