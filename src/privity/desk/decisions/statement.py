# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The statement of reasons: what was decided about somebody, by which rule, on what, by whom, and how to object.

It is all that leaves the desk about a decision. It holds no name of who reported, no receipt, no words of a message and
no number of the desk's. What somebody wrote is named by the day alone: where two people talk alone, or few, the
conversation or the hour would name whoever reported.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from privity.desk.decisions.actions import Target
from privity.desk.decisions.grounds import Ground
from privity.desk.decisions.model import DAY_MS, WHOLE_REPORT, Decision
from privity.desk.decisions.policies import POLICIES, PolicyName
from privity.desk.intake.findings import Level
from privity.wire.standing import Statement, StatementKind

MAX_DAYS: Final = 8
"""Days that a statement names one by one."""

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_LAST_MS: Final = 253_402_300_799_000
"""The end of the year 9999."""

_PROVEN: Final = {
    (Target.ACCOUNT, Level.HUB): "the server confirms that your account sent it",
    (Target.ACCOUNT, Level.AUTHORSHIP): "signed by a device of yours",
    (Target.ROOM, Level.HUB): "the server confirms that it was sent",
    (Target.ROOM, Level.AUTHORSHIP): "signed by a device of whoever sent it",
}
_WHOSE: Final = {
    Target.ACCOUNT: ("A message of yours", "{count} messages of yours"),
    Target.ROOM: ("A message in it", "{count} messages in it"),
}
_ELSEWHERE: Final = (
    "You can also turn to a body for settling disputes out of court where the law of your country provides one, or to a"
    " court."
)


class Reasons(msgspec.Struct, frozen=True):
    """A statement as data. `facts`, `came`, `by` and what follows are whole sentences."""

    reference: str
    action: str
    about: str
    """What it was decided about, from the side of whoever reads."""
    means: str
    title: str
    rule: str
    facts: list[str]
    reason: str
    counts: str
    """For how long it counts against the account; empty where it does not."""
    came: str
    by: str
    decided_ms: int
    until_ms: int | None
    appeal_until_ms: int

    def text(self) -> str:
        """What the affected person reads."""
        appeal = (
            f"If you do not agree, you can appeal until {day(self.appeal_until_ms)}, in the app, beside this statement."
            " It costs nothing, and somebody answers who had no part in the decision."
        )
        facts = "\n".join(f"- {fact}" for fact in self.facts)
        return "\n\n".join(
            part
            for part in (
                f"This was decided about {self.about}. {self.means}",
                f"The rule: {self.title}. {self.rule}",
                f"What it rests on:\n{facts}",
                f"Why: {self.reason}",
                self.counts,
                self.came,
                self.by,
                appeal,
                _ELSEWHERE,
                f"Decided on {day(self.decided_ms)}. Reference: {self.reference}",
            )
            if part
        )


def reasons(decision: Decision, grounds: tuple[Ground, ...], source: str, at_ms: int) -> Reasons:
    """The reasons of a decision that takes effect at this moment, or, for looking at it before, would."""
    policy, rule = POLICIES[decision.policy], decision.rule
    until_ms, appeal_until_ms = decision.ends_ms(at_ms), decision.appeal_ends_ms(at_ms)
    return Reasons(
        decision.reference,
        decision.action.value,
        _about(decision),
        rule.means.format(until=day(until_ms) if until_ms is not None else ""),
        policy.title,
        policy.rule,
        _facts(decision, grounds),
        decision.reason,
        _counts(decision, at_ms),
        _came(decision, source),
        _by(decision),
        at_ms,
        until_ms,
        appeal_until_ms,
    )


def decided(found: Reasons, policy: PolicyName) -> Statement:
    """As it is sent."""
    return Statement(
        reference=found.reference,
        kind=StatementKind.DECIDED,
        at_ms=found.decided_ms,
        action=found.action,
        policy=policy.value,
        text=found.text(),
        until_ms=found.until_ms,
        appeal_until_ms=found.appeal_until_ms,
    )


def undone(decision: Decision, words: str, at_ms: int) -> Statement:
    """That a decision counts no more."""
    text = (
        f"The decision of {day(decision.effective_ms or at_ms)} about {_about(decision)} was undone."
        " What it restricted is free again, and it counts for nothing any more."
        f"\n\nWhy: {words}\n\nReference: {decision.reference}"
    )
    return _later(decision, StatementKind.UNDONE, text, at_ms)


def answered(decision: Decision, words: str, at_ms: int, *, stays: bool) -> Statement:
    """What became of an appeal."""
    outcome = "The decision stays as it is." if stays else "You were right to appeal: the decision was undone."
    text = (
        f"Your appeal against the decision of {day(decision.effective_ms or at_ms)} was answered by somebody who had no"
        f" part in it. {outcome}\n\nWhy: {words}\n\n{_ELSEWHERE}\n\nReference: {decision.reference}"
    )
    return _later(decision, StatementKind.APPEAL, text, at_ms)


def day(at_ms: int) -> str:
    """7 March 2027, in UTC. What the hub says may lie beyond any calendar."""
    at = datetime.fromtimestamp(min(at_ms, _LAST_MS) / 1000, UTC)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def _later(decision: Decision, kind: StatementKind, text: str, at_ms: int) -> Statement:
    return Statement(
        reference=decision.reference,
        kind=kind,
        at_ms=at_ms,
        action=decision.action.value,
        policy=decision.policy.value,
        text=text,
    )


def _about(decision: Decision) -> str:
    return f"the conversation {decision.against}" if decision.rule.on is Target.ROOM else "your account"


def _counts(decision: Decision, at_ms: int) -> str:
    if not decision.weight:
        return ""
    strikes = "one strike" if decision.weight == 1 else f"{decision.weight} strikes"
    until = day(at_ms + decision.counts_days * DAY_MS)
    return (
        f"It counts as {strikes} until {until}. The more strikes an account has, the harder the next decision may be."
    )


def _by(decision: Decision) -> str:
    if decision.by_rule is not None:
        number = decision.by_rule.digest.hex()[:16]
        if decision.by_rule.came:
            rule = f"a rule of this server ({decision.by_rule.name}, {number})"
        else:  # the name of a rule may say who said no
            rule = f"a rule to which two people had agreed before ({number})"
        return f"A machine decided this by {rule}; nobody looked at your account."
    if decision.rule.grave:
        return "Two people decided this one after the other, no machine."
    return "A person decided this, no machine."


def _came(decision: Decision, source: str) -> str:
    if decision.by_rule is not None:
        return decision.by_rule.came or "It was found by how the account behaves, without reading any message."
    if decision.policy is PolicyName.ABUSE_OF_REPORTING:
        return "It came up in the work on reports."
    if decision.own:
        return "The people who run this server came upon it themselves; nobody reported it."
    if source == "public":
        return "It came up by a notice from outside."
    return "It came up by a report. Who reports is told to nobody."


def _facts(decision: Decision, grounds: tuple[Ground, ...]) -> list[str]:
    """Only what is proven is said of somebody: the time of anything else is a reporter's word."""
    if decision.by_rule is not None:
        return list(decision.by_rule.facts)
    if any(ground.cited.position == WHOLE_REPORT for ground in grounds):
        return sorted({f"A report that you made on {day(ground.at_ms)}." for ground in grounds})
    proven = [ground for ground in grounds if ground.level > Level.TIP]
    if not proven and decision.own and not decision.rule.public:
        return [_WITHOUT_REPORT]
    if not proven:
        return [_WITHOUT_PROOF[decision.rule.public]]
    one, many = _WHOSE[decision.rule.on]
    sent = one if len(proven) == 1 else many.format(count=len(proven))
    weakest = min(ground.level for ground in proven)
    return [f"{sent}, sent on {_days(proven)}: {_PROVEN[decision.rule.on, weakest]}."]


def _days(grounds: list[Ground]) -> str:
    times = sorted(ground.at_ms for ground in grounds)
    days = list(dict.fromkeys(map(day, times)))
    return ", ".join(days) if len(days) <= MAX_DAYS else f"{len(days)} days from {days[0]} to {days[-1]}"


_WITHOUT_PROOF: Final = {
    True: "What everybody could see of it on this server.",
    False: "Reports whose content could not be proven. That is why nothing more than this was done.",
}
_WITHOUT_REPORT: Final = (
    "What the people who run this server could see without reading any conversation. That is why nothing more than this"
    " was done."
)
