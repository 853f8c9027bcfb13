# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk does about abusers: rules and lists find accounts and slow or hide them, moderators look and ban."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from privity.desk.cases.priority import HIGHEST
from privity.lab.account import Account, Case
from privity.lab.moderators import Moderators, Urgency
from privity.lab.timeline import Happening, Timeline
from privity.lab.watching import Finding
from privity.message.report import Reason
from privity.wire.observed import Observed

HOUR_MS: Final = 3_600_000
MATCHED_HOURS: Final = 14 * 24
"""For so long a match hides what was matched, unless a person decides before."""
LISTS: Final = "hash lists"
"""What finds an account where a public picture is on a list, in the place of a rule."""


class Desk:
    """`banned` is told of each ban, and when it was."""

    def __init__(self, timeline: Timeline, moderators: Moderators, banned: Callable[[Case, int], None]) -> None:
        self._timeline, self._moderators, self._banned = timeline, moderators, banned
        self._accounts: dict[str, Account] = {}
        self._by_number: dict[int, Account] = {}
        self._accused: dict[str, Case] = {}
        self._looked_upon: set[int] = set()

    def registered(self, uri: str, account: Account) -> None:
        """One more account of an abuser, of which the desk knows nothing yet."""
        self._accounts[uri] = self._by_number[account.number] = account

    def case_of(self, uri: str) -> Case | None:
        """The case behind an account; None for everybody else."""
        found = self._accounts.get(uri)
        return None if found is None else found.case

    def accused(self, uri: str, by: Case) -> None:
        """A benign person whom abusers report."""
        self._accused[uri] = by

    def found(self, finding: Finding, now_ms: int) -> None:
        """What follows from a finding."""
        account = self._accounts.get(finding.account)
        if account is None and finding.review and finding.account in self._accused:
            _found_by(self._accused[finding.account], finding, now_ms)  # whom many report: it finds those who do
        if account is None or account.banned:
            return
        if finding.slow_hours or finding.hide_hours or finding.review:
            account.found = True
            _found_by(account.case, finding, now_ms)
        if finding.slow_hours:
            if account.limited_until <= now_ms:  # restrictions do not add up
                account.limited_until = now_ms + finding.slow_hours * HOUR_MS
            _acted(account.case, now_ms)
        if finding.hide_hours:
            if account.hidden_until <= now_ms:
                account.hidden_until = now_ms + finding.hide_hours * HOUR_MS
            _acted(account.case, now_ms)
        if finding.review:
            self.reviewed(account, Urgency(finding.priority, finding.reason), now_ms, reported=False)

    def matched(self, uri: str, now_ms: int) -> None:
        """A public picture of an account is on a list: it is hidden until a person decided."""
        self.found(Finding(uri, LISTS, 0, MATCHED_HOURS, True, HIGHEST, Reason.CHILD_SAFETY), now_ms)

    def reviewed(self, account: Account, urgency: Urgency, now_ms: int, *, reported: bool) -> None:
        """A case is opened, unless one waits or is looked at, and decided when a person has looked."""
        account.reported = account.reported or reported
        if account.number in self._looked_upon:
            return
        from_ms = self._moderators.opened(account.number, account.case.number, urgency, now_ms)
        if from_ms is not None:
            self._timeline.at(from_ms, self._looking)

    def _looking(self, now_ms: int) -> Iterator[Observed]:
        begun = self._moderators.begun(now_ms)
        if begun is not None:
            number, ends_ms = begun
            self._looked_upon.add(number)
            self._timeline.at(ends_ms, self._deciding(self._by_number[number]))
            self._timeline.at(self._moderators.free_ms, self._looking)
        yield from ()

    def _deciding(self, account: Account) -> Happening:
        def happen(now_ms: int) -> Iterator[Observed]:
            self._looked_upon.discard(account.number)
            if self._moderators.acts(account.case.number, account.nth, reported=account.reported):
                account.banned = True
                _acted(account.case, now_ms)
                self._banned(account.case, now_ms)
            else:
                account.left = True
            yield from ()

        return happen


def _found_by(case: Case, finding: Finding, now_ms: int) -> None:
    case.found_ms = now_ms if case.found_ms is None else case.found_ms
    case.found_by.add(finding.rule)


def _acted(case: Case, now_ms: int) -> None:
    case.acted_ms = now_ms if case.acted_ms is None else case.acted_ms
