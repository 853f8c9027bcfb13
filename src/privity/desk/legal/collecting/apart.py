# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What leaves the house by a channel of its own alone: child-safety reports, and whatever a referral names.

It is in no collection, and counted there. The same message in another report, or the same file, is as little.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from privity.desk.clearinghouse import service as clearinghouse
from privity.desk.db.transaction import Db
from privity.desk.intake.findings import Subject
from privity.desk.legal.collecting import store
from privity.message.report import Reason

_PROFILES: Final = frozenset({Subject.PROFILE, Subject.PERSON, Subject.NOTICE})
"""Reports that are about what somebody shows of themselves, or may be."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Of the reports by and about one account."""

    reports: frozenset[int]
    cases: frozenset[int]
    """Those that a referral names."""
    messages: frozenset[str] = field(repr=False)
    """Ids of messages in these reports."""
    profile: bool
    """Whether the profile itself was reported or referred like this."""

    def unless(self) -> dict[str, str]:
        """The rows that the desk's collectors leave out. The numbers are ours.

        An appeal came like a report and stands in a table of its own; an objection to a legal request came so, too, and
        what another authority asked is nobody else's business.
        """
        cases = ", ".join(map(str, sorted(self.cases)))
        referred = f"seq IN (SELECT report_seq FROM case_report WHERE case_number IN ({cases}))"  # noqa: S608  # our numbers
        return {"report": f"subject = 'appeal' OR reason IS {Reason.CHILD_SAFETY:d} OR {referred}"}


def apart(db: Db, account: str) -> Apart:
    """What of this account goes by the other channel."""
    found = store.reports_of(db, account)
    named = {case for case in {one.case for one in found} if case is not None and clearinghouse.named(db, case)}
    kept_apart = [one for one in found if one.reason == Reason.CHILD_SAFETY or one.case in named]
    reports = frozenset(one.number for one in kept_apart)
    return Apart(
        reports,
        frozenset(named),
        frozenset(one.hex() for one in store.messages_of(db, reports)),
        clearinghouse.named_subject(db, account)
        or any(one.accused == account and one.subject in _PROFILES for one in kept_apart),
    )
