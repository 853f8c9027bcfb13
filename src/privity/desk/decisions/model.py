# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A decision: what was proposed, and what happened to it since. Its row never changes; what happens are events."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from privity.desk.decisions.actions import ACTIONS, Action, ActionRule, Escalation
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

APPEAL_DAYS: Final = 184
"""For so long a decision can be appealed: six months, whichever they are."""

MAX_REASON: Final = 2000
"""Characters of the staff's words that go out: a page would not be read, and a file has no place there."""

MAX_CITED: Final = 100
"""Messages that one decision rests on: as many as one report can bring."""

WHOLE_REPORT: Final = -1
"""In place of a message's position: the report itself, of which the hub says who made it."""


@dataclass(frozen=True, slots=True, order=True)
class Cited:
    """One message of a report, or the report as a whole."""

    report: int
    position: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to decide."""

    policy: PolicyName
    action: Action
    reason: str = field(repr=False)
    """The staff's words for the affected person."""
    evidence: tuple[Cited, ...] = ()
    days: int | None = None
    against: str | None = None
    """Whom or what it is done to, where that is not what the case is about."""
    to: Escalation | None = None


@dataclass(frozen=True, slots=True)
class ByRule:
    """That a decision followed from a rule about behaviour, to which people had agreed before."""

    name: str
    digest: bytes
    """Of the rule: which text of it, and on which features."""
    hours: int
    """How long what it takes is taken."""
    facts: tuple[str, ...] = field(repr=False)
    """What was seen, and from where on it is too much, in sentences."""
    came: str = ""
    """How it was found, in a sentence, where that is not by behaviour."""


class EventKind(StrEnum):
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    EFFECTIVE = "effective"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a decision. Each kind happens to each at most once."""

    kind: EventKind
    at_ms: int
    who: str
    words: str = field(repr=False)


class State(StrEnum):
    PROPOSED = "proposed"
    """Waits for a second person; nothing of it is in force."""
    REFUSED = "refused"
    EFFECTIVE = "effective"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Decision:
    number: int
    reference: str
    """Random: what the affected person is given. A number would tell how many decisions there are."""
    case: int
    against: str
    policy: PolicyName
    action: Action
    level: Level
    """Of the weakest message that it rests on; TIP where it rests on none."""
    reason: str = field(repr=False)
    days: int | None
    to: Escalation | None
    weight: int
    """Strikes that it counts while it is in force."""
    counts_days: int
    proposed_ms: int
    proposed_by: str
    evidence: tuple[Cited, ...]
    events: tuple[Event, ...]
    own: bool = False
    """Made when nobody had reported anything in the case; a report that comes later does not change that."""
    by_rule: ByRule | None = None

    @property
    def rule(self) -> ActionRule:
        return ACTIONS[self.action]

    @property
    def state(self) -> State:
        kinds = {event.kind for event in self.events}
        if EventKind.UNDONE in kinds:
            return State.UNDONE
        if EventKind.EFFECTIVE in kinds:
            return State.EFFECTIVE
        return State.REFUSED if EventKind.REFUSED in kinds else State.PROPOSED

    def event(self, kind: EventKind) -> Event | None:
        return next((event for event in self.events if event.kind is kind), None)

    @property
    def effective_ms(self) -> int | None:
        found = self.event(EventKind.EFFECTIVE)
        return None if found is None else found.at_ms

    def ends_ms(self, start_ms: int) -> int | None:
        """When it ends by itself, if it takes effect at this moment."""
        if self.by_rule is not None:
            return start_ms + self.by_rule.hours * HOUR_MS
        return None if self.days is None else start_ms + self.days * DAY_MS

    def appeal_ends_ms(self, start_ms: int) -> int:
        """Until when it can be appealed, if it takes effect at this moment."""
        return start_ms + APPEAL_DAYS * DAY_MS

    @property
    def until_ms(self) -> int | None:
        """When it ends by itself; None before it takes effect, too."""
        return None if self.effective_ms is None else self.ends_ms(self.effective_ms)

    @property
    def appeal_until_ms(self) -> int | None:
        return None if self.effective_ms is None else self.appeal_ends_ms(self.effective_ms)

    @property
    def second(self) -> str | None:
        """Who confirmed it."""
        found = self.event(EventKind.CONFIRMED)
        return None if found is None else found.who

    @property
    def decided_by(self) -> frozenset[str]:
        """Who proposed and who confirmed: an appeal is answered by somebody else."""
        return frozenset({self.proposed_by} | ({self.second} if self.second is not None else set()))


def is_dismissal(made: Decision | Proposal) -> bool:
    return made.action is Action.DISMISS


def is_measure(made: Decision | Proposal) -> bool:
    """Whether it acts on what was reported. What is decided about those who reported does not, nor what a rule does."""
    if isinstance(made, Decision) and made.by_rule is not None:
        return False
    return ACTIONS[made.action].told and made.policy is not PolicyName.ABUSE_OF_REPORTING
