# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the report reads in an entry: the one place that knows what each act says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.transparency.telling import told


class ReportsTaken(msgspec.Struct, frozen=True):
    """A page of reports; one element of each list belongs to one report."""

    states: list[str]
    reasons: list[int]
    """-1 where the report could not be read."""
    levels: list[int]
    sources: list[str]
    opened: list[int]
    """1 where the report opened a case."""

    def __post_init__(self) -> None:
        if len({len(of) for of in (self.states, self.reasons, self.levels, self.sources, self.opened)}) != 1:
            raise ValueError("the lists are not equally long")


class CaseOpened(msgspec.Struct, frozen=True):
    """A case that somebody opened without a report."""

    source: str


class ReadLater(msgspec.Struct, frozen=True):
    """A report that could not be read when it came, and was counted so. `opened`: 1 where it opened a case now."""

    source: str
    opened: int


class Decided(msgspec.Struct, frozen=True):
    """A decision: proposed, confirmed, refused, in effect or undone."""

    case: int
    policy: str
    action: str
    level: int
    source: str
    automated: bool
    reported_ms: int | None
    """When the hub took the first report of the case."""
    appeal: int | None
    """The appeal by which it was undone."""


class AppealLodged(msgspec.Struct, frozen=True):
    """By whom (`affected` or `notifier`), and against what kind of decision."""

    party: str
    action: str


class AppealAnswered(msgspec.Struct, frozen=True):
    """What became of an appeal."""

    party: str
    action: str
    outcome: str
    lodged_ms: int


class Referred(msgspec.Struct, frozen=True):
    """A referral, whatever happened to it."""

    destination: str
    done: bool = True
    """False where somebody only asked that it be withdrawn; what becomes of that is another entry."""


class MediaViewed(msgspec.Struct, frozen=True):
    """A picture was shown to somebody of the staff."""

    stage: str


class Roles(msgspec.Struct, frozen=True):
    """The roles that a member of staff has from now on."""

    roles: list[str]


class Nothing(msgspec.Struct, frozen=True):
    """The act alone counts."""


Fact = (
    ReportsTaken
    | ReadLater
    | CaseOpened
    | Decided
    | AppealLodged
    | AppealAnswered
    | Referred
    | MediaViewed
    | Roles
    | Nothing
)

_READ: Final[Mapping[Act, type[Fact]]] = {
    Act.REPORTS_TAKEN: ReportsTaken,
    Act.REPORT_READ_LATER: ReadLater,
    Act.CASE_OPENED: CaseOpened,
    Act.DECISION_PROPOSED: Decided,
    Act.DECISION_REFUSED: Decided,
    Act.DECISION_EFFECTIVE: Decided,
    Act.DECISION_UNDONE: Decided,
    Act.APPEAL_LODGED: AppealLodged,
    Act.APPEAL_TURNED_AWAY: Nothing,
    Act.APPEAL_ANSWERED: AppealAnswered,
    Act.REFERRAL_DRAFTED: Referred,
    Act.REFERRAL_APPROVED: Referred,
    Act.REFERRAL_FINISHED: Referred,
    Act.REFERRAL_WITHDRAWN: Referred,
    Act.EVIDENCE_OPENED: Nothing,
    Act.MEDIA_VIEWED: MediaViewed,
    Act.STAFF_JOINED: Roles,
    Act.STAFF_CHANGED: Roles,
    Act.STAFF_ENDED: Nothing,
}


def read(entry: Entry) -> Fact | None:
    """What an entry says, or None where it says nothing to the report. Raises EntryUnreadable."""
    kind = _READ.get(entry.act)
    return None if kind is None else told(entry, kind)
