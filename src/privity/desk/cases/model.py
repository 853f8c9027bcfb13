# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a case is, and what is shown of it. No words of a message and no note of a reporter: those are evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.intake.findings import Level, ReportFinding

OWN: Final = "own"
"""The source of a case that nobody has reported, beside those of reports."""


DESK: Final = "desk"
"""Who did it where no person did: rules and lists, and the look for campaigns."""


class CaseState(StrEnum):
    OPEN = "open"
    """Nobody works on it."""
    TAKEN = "taken"
    DECIDED = "decided"
    CLOSED = "closed"
    """Joined to another case."""


class SubjectKind(StrEnum):
    ACCOUNT = "account"
    ROOM = "room"
    PUBLIC = "public"
    """What a public notice names; the address as its writer gave it."""


class EventKind(StrEnum):
    """What the cases themselves write into a history. Decisions, appeals and referrals add kinds of their own."""

    OPENED = "opened"
    REPORTED = "reported"
    TAKEN = "taken"
    RELEASED = "released"
    NOTED = "noted"
    PRIORITISED = "prioritised"
    JOINED = "joined"
    DECIDED = "decided"
    REOPENED = "reopened"


class Outcome(StrEnum):
    """How a case ended, for the weight of those who reported."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
    ABUSIVE = "abusive"
    """The reports themselves were the abuse."""


class View(StrEnum):
    """Which cases a queue shows."""

    OPEN = "open"
    """All that nobody has decided, the most urgent first."""
    MINE = "mine"
    OVERDUE = "overdue"
    """Past their deadline, the oldest deadline first."""
    SEARCH = "search"
    """By number, or by the address of the subject; whatever their state."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the queue. `because` says in words what the priority rests on."""

    number: int
    kind: SubjectKind
    subject: str
    state: CaseState
    taken_by: str | None
    priority: int
    because: tuple[str, ...]
    set_by: str | None
    """Who set the priority by hand; then reports no longer change it."""
    opened_ms: int
    deadline_ms: int
    deadline_basis: str
    level: Level
    """Of the strongest proven message."""
    reports: int
    reporters: int
    """Distinct ones."""
    newcomers: int
    """Those of them who had never reported before."""
    weighed: int
    """For how many of them the priority was found."""
    proven: int
    """Distinct messages."""
    omitted: int
    """Messages between the reported ones that reporters left out, over all reports."""
    reasons: tuple[int, ...]
    campaign: int | None
    earlier: int | None
    joined_to: int | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted of a case; see `Case`."""

    level: Level
    reports: int
    reporters: int
    newcomers: int
    proven: int
    omitted: int
    reasons: tuple[int, ...]
    deadline_ms: int
    deadline_basis: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a queue begins: after this case. A case that moved meanwhile is not shown twice in a row."""

    priority: int
    deadline_ms: int
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a queue, and where the next page begins, if there is one."""

    cases: tuple[Case, ...]
    after: Place | None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened. `audit_n` is its entry in the audit log."""

    at_ms: int
    who: str
    kind: str
    words: str
    audit_n: int | None = None


@dataclass(frozen=True, slots=True)
class Clusters:
    """What ties reporters to each other. `sentence` is empty where nothing does."""

    reporters: int
    tied: int
    """How many of them came together, without a report before."""
    minutes: int
    """Within how long; of several waves, the longest."""
    rooms: int
    """Rooms they name."""
    absent: int
    """Of those tied, how many were no participants, as far as that is known."""
    proven: int
    """Distinct messages that those tied have proven."""
    sentence: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its page shows it."""

    case: Case
    reports: tuple[ReportFinding, ...]
    events: tuple[CaseEvent, ...]
    """Oldest first, reports included."""
    clusters: Clusters
    evidence: tuple[int, ...]
    """Numbers of the sealed records of its reports."""
    campaign: tuple[int, ...]
    """The other cases of the campaign."""
    later: int | None
    """A newer case about the same subject."""


@dataclass(frozen=True, slots=True)
class Counts:
    """For the navigation. `oldest_ms` is the earliest deadline of what is open."""

    open: int
    taken: int
    overdue: int
    oldest_ms: int | None
    unreadable: int
    """Reports that did not open, could not be read or asked about, and that nobody has put aside."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a decision needs to know of its case."""

    number: int
    kind: SubjectKind
    subject: str
    state: CaseState
    taken_by: str | None
    reports: tuple[int, ...]
    reported_ms: int | None
    """When the hub took the first of its reports."""
    source: str
    """Of that report."""
    level: Level


@dataclass(frozen=True, slots=True)
class OwnReason:
    """Why somebody of the staff opened a case, in the words of the reasons of reports."""

    reason: int
    who: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Reporting:
    """One report of a case, as far as the weight of the case rests on it."""

    reporter_uri: str
    received_ms: int
    room_uri: str
    reason: int
    level: Level
    first: bool
    """Its reporter had never reported anything before."""
    participated: bool
    fresh: int
    """Messages that nobody had proven in this case before."""
    weight: float
    """What the reporter's word counts, by how earlier reports ended."""
