# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An observation is counted: for who acted, and for whom it was done to. What comes out are the events for rules.

Who is asked, added or written to is not counted, nor are rules asked about them: being contacted is nothing that
anybody does. Of a closed account everything is forgotten, and no rule is asked about its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.counters.periods import DAY_MS
from privity.desk.signals.counters.state import AccountState
from privity.desk.signals.features.events import EventKind
from privity.desk.signals.features.known import Known
from privity.desk.signals.features.moment import Moment
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

OLD_MS: Final = 30 * DAY_MS
"""The age of an account from which on its word for another one is a tie."""
LAST_MS: Final = (1 << 32) * 1000 - 1
"""No clock says more (2106): what does is taken for this."""

Mine = Callable[[str], bool]

_TO_ANOTHER: Final = {
    ObservedKind.REGISTERED: EventKind.INVITED,
    ObservedKind.ACCEPTED: EventKind.WAS_ACCEPTED,
    ObservedKind.BLOCKED: EventKind.WAS_BLOCKED,
    ObservedKind.REPORTED: EventKind.WAS_REPORTED,
}
_OWN: Final = {kind: EventKind(kind.value) for kind in ObservedKind if kind is not ObservedKind.CLOSED}


def concerned(seen: Observed) -> tuple[str, ...]:
    """The accounts whose counters an observation changes."""
    if seen.other and seen.other != seen.account and seen.kind in _TO_ANOTHER:
        return (seen.account, seen.other)
    return (seen.account,)


class Counting:
    """Counts observations into accounts and commons.

    Args:
        accounts: Where accounts are counted.
        commons: Where networks and inviters are counted.
        marks: Makes marks of people.
        known: What the desk knows.
        mine: Which accounts are counted here; all of them where they are not spread over several.
    """

    __slots__ = ("_mine", "accounts", "commons", "known", "marks")

    def __init__(
        self, accounts: Accounts, commons: Commons, marks: Marks, known: Known, mine: Mine | None = None
    ) -> None:
        self.accounts = accounts
        self.commons = commons
        self.marks = marks
        self.known = known
        self._mine = mine

    def count(self, seen: Observed, now_ms: int = LAST_MS) -> Iterator[Moment]:
        """Count one observation; the events to ask rules about. What is later than `now_ms` counts as of now."""
        at_ms = min(seen.at_ms, now_ms, LAST_MS)
        kind = seen.kind
        if kind is ObservedKind.CLOSED:
            self._forget(seen.account)
            return
        if kind is ObservedKind.REGISTERED:
            self._registered(seen, at_ms)
        mine = self._mine
        if mine is None or mine(seen.account):
            state = self.accounts.touched(seen.account, at_ms)
            if seen.born_ms:  # the desk's own observations do not always know it
                state.born_ms = seen.born_ms
            if seen.age is not AgeBand.UNKNOWN:
                state.age = seen.age
            self._own(state, seen, at_ms)
            yield Moment(_OWN[kind], seen.account, at_ms, state, seen, seen.other_age, self.commons, self.known)
        other = seen.other
        if kind in _TO_ANOTHER and other and other != seen.account and (mine is None or mine(other)):
            state = self.accounts.touched(other, at_ms)
            if seen.other_age is not AgeBand.UNKNOWN:
                state.age = seen.other_age
            self._done_to(state, seen, at_ms)
            yield Moment(_TO_ANOTHER[kind], other, at_ms, state, seen, seen.age, self.commons, self.known)

    def _forget(self, account: str) -> None:
        self.accounts.forget(account)
        self.known.forget_account(account)

    def _registered(self, seen: Observed, at_ms: int) -> None:
        network = self.marks.name(seen.network) if seen.network else 0
        inviter = self.marks.name(seen.other) if seen.other else 0
        self.commons.registered(network, inviter, at_ms)

    def _own(self, state: AccountState, seen: Observed, at_ms: int) -> None:
        match seen.kind:
            case ObservedKind.SENT:
                state.add("messages", seen.count, at_ms)
                state.add("reached", seen.people, at_ms)
                state.add("rooms", seen.rooms, at_ms)
            case ObservedKind.ASKED:
                self._asked(state, seen, at_ms)
            case ObservedKind.CREATED:
                state.add("groups", 1, at_ms)
            case ObservedKind.ADDED:
                state.add("added", seen.count, at_ms)
            case ObservedKind.SHOWED:
                state.add("shown", 1, at_ms)
            case ObservedKind.KNOCKED:
                state.see("knocks", self.marks.of(seen.account, seen.room), at_ms)
            case ObservedKind.BLOCKED:
                state.see("blocks", self.marks.of(seen.account, seen.other), at_ms)
            case ObservedKind.REPORTED:
                state.see("reports_made", self.marks.of(seen.account, seen.other), at_ms)
            case ObservedKind.REGISTERED:
                if seen.network:
                    state.network, state.network_ms = self.marks.name(seen.network), at_ms
                if seen.other:
                    state.inviter, state.inviter_ms = self.marks.name(seen.other), at_ms

    def _asked(self, state: AccountState, seen: Observed, at_ms: int) -> None:
        mark = self.marks.of(seen.account, seen.other)
        stranger = seen.mutual == 0 and not seen.together
        state.see("asked", mark, at_ms)
        if stranger:
            state.see("strangers", mark, at_ms)
        if seen.other_age is AgeBand.MINOR:
            state.see("minors", mark, at_ms)
            if stranger:
                state.see("minor_strangers", mark, at_ms)

    def _done_to(self, state: AccountState, seen: Observed, at_ms: int) -> None:
        mark = self.marks.of(seen.other, seen.account)
        minor = seen.age is AgeBand.MINOR
        match seen.kind:
            case ObservedKind.ACCEPTED:
                if state.see("accepted", mark, at_ms) and at_ms - seen.born_ms >= OLD_MS:
                    state.tie(at_ms)
                if minor:
                    state.see("minors_accepted", mark, at_ms)
            case ObservedKind.BLOCKED:
                state.see("blocked_by", mark, at_ms)
                if minor:
                    state.see("blocked_by_minors", mark, at_ms)
            case ObservedKind.REPORTED:
                self._was_reported(state, seen, mark, at_ms)
            case ObservedKind.REGISTERED:
                state.add("invited", 1, at_ms)

    def _was_reported(self, state: AccountState, seen: Observed, mark: int, at_ms: int) -> None:
        if state.see("reported_by", mark, at_ms):
            state.add("weight", self.known.weight(seen.account), at_ms)
        if at_ms - seen.born_ms < DAY_MS:
            state.see("reported_by_new", mark, at_ms)
        if seen.age is AgeBand.MINOR:
            state.see("reported_by_minors", mark, at_ms)
