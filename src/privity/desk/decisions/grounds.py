# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a proposal rests on: messages of this case, by whom it is about, proven as far as the action needs."""

from __future__ import annotations

from dataclasses import dataclass

from privity.desk.cases.joined import reporters
from privity.desk.cases.model import Held, SubjectKind
from privity.desk.db.transaction import Db
from privity.desk.decisions.actions import ACTIONS, Action, ActionRule, Target
from privity.desk.decisions.errors import (
    DaysRefused,
    EvidenceMissing,
    EvidenceNotInCase,
    EvidenceOfAnother,
    EvidenceTooWeak,
    NobodyReported,
    ProposalRefused,
    WrongTarget,
)
from privity.desk.decisions.model import MAX_CITED, WHOLE_REPORT, Cited, Decision, Proposal
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level, ReportFinding, findings
from privity.identity.errors import BadUri
from privity.identity.uris import parse_room_uri, parse_user_uri


@dataclass(frozen=True, slots=True)
class Ground:
    """One message that a decision rests on, as far as it is proven; or a report, where the report itself is the act."""

    cited: Cited
    level: Level
    at_ms: int
    """Of the message, for which the hub vouches from level HUB on; of the report."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Against whom, and what it rests on."""

    against: str
    level: Level
    """Of the weakest; TIP where there is none."""
    found: tuple[Ground, ...]


def grounds(db: Db, held: Held, proposal: Proposal) -> Grounds:
    """What the proposal rests on, or the ProposalRefused that says what does not hold."""
    rule = ACTIONS[proposal.action]
    against = held.subject if proposal.against is None else proposal.against
    _check_shape(rule, proposal)
    _check_target(rule, against)
    if not held.reports and not rule.own:
        allowed = ", ".join(action.value for action, rule in ACTIONS.items() if rule.own)
        raise NobodyReported(
            f"nobody has reported anything in case {held.number}, so {proposal.action.value} is out of reach;"
            f" the desk alone may {allowed}"
        )
    if proposal.policy is PolicyName.ABUSE_OF_REPORTING and rule.told and against == held.subject:
        raise WrongTarget("abuse of reporting is decided about somebody who reported, not about whom the case is about")
    found = tuple(_ground(db, held, cited, against, proposal) for cited in sorted(set(proposal.evidence)))
    weak = [ground for ground in found if ground.level < rule.needs]
    if weak:
        raise EvidenceTooWeak(
            f"{proposal.action.value} needs level {int(rule.needs)}; message {weak[0].cited.position} of report"
            f" {weak[0].cited.report} has level {int(weak[0].level)}"
        )
    if rule.needs > Level.TIP and not found:
        raise EvidenceMissing(f"{proposal.action.value} rests on a message of level {int(rule.needs)}, none is named")
    if against != held.subject and not found:
        _check_in_case(db, held, against, proposal)
    return Grounds(against, min((ground.level for ground in found), default=Level.TIP), found)


def looked_up(db: Db, made: Decision) -> tuple[Ground, ...]:
    """What a decision rests on, for its statement."""
    return tuple(_found(_report(db, cited.report), cited) for cited in made.evidence)


def _check_shape(rule: ActionRule, proposal: Proposal) -> None:
    if (proposal.action is Action.ESCALATE) is (proposal.to is None):
        raise ProposalRefused("what is escalated names to whom, and nothing else does")
    if len(proposal.evidence) > MAX_CITED:
        raise ProposalRefused(f"a decision rests on at most {MAX_CITED} messages, got {len(proposal.evidence)}")
    if rule.days is None:
        if proposal.days is not None:
            raise DaysRefused(f"{proposal.action.value} has no end, got {proposal.days} days")
        return
    shortest, longest = rule.days
    if proposal.days is None or not shortest <= proposal.days <= longest:
        raise DaysRefused(f"{proposal.action.value} lasts {shortest} to {longest} days, got {proposal.days}")


def _check_target(rule: ActionRule, against: str) -> None:
    try:
        if rule.on is Target.ACCOUNT:
            parse_user_uri(against)
        elif rule.on is Target.ROOM:
            parse_room_uri(against)
    except BadUri:
        raise WrongTarget(f"expected the address of an {rule.on.value}, the decision is about something else") from None


def _ground(db: Db, held: Held, cited: Cited, against: str, proposal: Proposal) -> Ground:
    report = _of_case(db, held, cited.report)
    ground = _found(report, cited)
    if proposal.policy is PolicyName.ABUSE_OF_REPORTING:
        if cited.position != WHOLE_REPORT or report.reporter_uri != against:
            raise EvidenceOfAnother(f"report {cited.report} as a whole must be one that this person made")
        return ground
    if cited.position == WHOLE_REPORT:
        raise EvidenceNotInCase(f"a report as a whole proves {PolicyName.ABUSE_OF_REPORTING.value} and nothing else")
    target = ACTIONS[proposal.action].on
    if target is not Target.ANY and against != (report.room_uri if target is Target.ROOM else report.accused_uri):
        raise EvidenceOfAnother(f"message {cited.position} of report {cited.report} is not of whom this is about")
    return ground


def _found(report: ReportFinding, cited: Cited) -> Ground:
    if cited.position == WHOLE_REPORT:
        return Ground(cited, Level.HUB, report.received_ms)
    message = next((found for found in report.messages if found.position == cited.position), None)
    if message is None:
        raise EvidenceNotInCase(f"report {cited.report} has no message {cited.position}")
    return Ground(cited, Level(message.level), message.ts_ms)


def _check_in_case(db: Db, held: Held, against: str, proposal: Proposal) -> None:
    """Somebody else than the case is about must at least occur in it."""
    rule = ACTIONS[proposal.action]
    if rule.on is Target.ANY:
        raise WrongTarget(f"{proposal.action.value} is about what the case is about, and nobody else")
    if rule.public and held.kind is SubjectKind.PUBLIC:
        return  # a notice names in words what everybody can see; whoever decides has looked
    if proposal.policy is PolicyName.ABUSE_OF_REPORTING:
        occurs = against in {one.reporter_uri for one in reporters(db, held.number)}
    else:
        reports = (_report(db, number) for number in held.reports)
        occurs = any(against in (found.accused_uri, found.room_uri) for found in reports)
    if not occurs:
        raise EvidenceOfAnother(f"no report of case {held.number} is about this account or conversation")


def _of_case(db: Db, held: Held, number: int) -> ReportFinding:
    if number not in held.reports:
        raise EvidenceNotInCase(f"report {number} does not belong to case {held.number}")
    return _report(db, number)


def _report(db: Db, number: int) -> ReportFinding:
    (found,) = findings(db, number - 1, 1).reports
    return found
