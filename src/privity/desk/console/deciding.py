# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deciding: the form beside a case, the exact words that would go out, the second person, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseView, SubjectKind
from privity.desk.clearinghouse import service as clearinghouse
from privity.desk.clearinghouse.documents.statement import ContentType, Surface
from privity.desk.console.asked import Asked
from privity.desk.console.case_view import reporters
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.console.queue import counted
from privity.desk.console.stating import can_be_stated
from privity.desk.db.transaction import Db
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import ACTIONS, Action, Escalation
from privity.desk.decisions.errors import ProposalRefused, TextRefused
from privity.desk.decisions.model import MAX_REASON, WHOLE_REPORT, Cited, Proposal
from privity.desk.decisions.policies import POLICIES, PolicyName
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.message.report import Reason

MAX_CHOICES: Final = 200
"""Messages that are offered as evidence: a page of boxes; what is beyond is decided about in a further decision."""
MAX_TARGETS: Final = 50
MAX_ADDRESS: Final = 512
Explained = Annotated[str, msgspec.Meta(max_length=MAX_REASON)]


class DecisionForm(Form, frozen=True):
    """What the form beside a case holds. `evidence` is REPORT:POSITION; `against` a number of the offered targets."""

    policy: PolicyName
    action: Action
    reason: Explained = ""
    evidence: list[Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}:(-1|[0-9]{1,4})$")]] = msgspec.field(
        default_factory=list
    )
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    against: Annotated[int, msgspec.Meta(ge=0, le=MAX_TARGETS)] = 0
    address: Annotated[str, msgspec.Meta(max_length=MAX_ADDRESS)] = ""
    """Where a notice names in words what has no address in it: whom or what that is, as whoever decides found out."""
    to: Escalation | None = None


class Why(Form, frozen=True):
    words: Explained = ""


class NoForm(Form, frozen=True):
    """A button and nothing else."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A message, or a whole report, that a decision may rest on."""

    value: str
    report: int
    position: int
    level: Level
    at_ms: int


@dataclass(frozen=True, slots=True)
class TargetOffered:
    """Whom or what a decision may be about. `uri` None: what the case is about. A reporter is offered as a number."""

    label: str
    uri: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A default for one policy, in words."""

    policy: PolicyName
    words: str


@dataclass(frozen=True, slots=True)
class DecideForm:
    """All that the form offers."""

    policies: tuple[tuple[PolicyName, str], ...]
    pointed: tuple[PolicyName, ...]
    """Policies to which the reasons point."""
    offered: tuple[Offered, ...]
    actions: tuple[tuple[Action, str], ...]
    messages: tuple[Choice, ...]
    whole: tuple[Choice, ...]
    targets: tuple[TargetOffered, ...]
    desks: tuple[Escalation, ...]
    left_out: int
    must_refer: bool
    alone: bool
    """Nobody has reported anything: what the desk may do then is little."""
    asks_address: bool
    """The case is about something that only words name."""


def decide_form(db: Db, view: CaseView, now_ms: int) -> DecideForm:
    """The form for a case."""
    pointed = _pointed(view)
    messages = [
        Choice(
            f"{found.report}:{message.position}", found.report, message.position, Level(message.level), message.ts_ms
        )
        for found in view.reports
        for message in found.messages
    ]
    whole = [
        Choice(f"{found.report}:{WHOLE_REPORT}", found.report, WHOLE_REPORT, Level.HUB, found.received_ms)
        for found in view.reports
    ]
    return DecideForm(
        tuple((name, policy.title) for name, policy in POLICIES.items()),
        pointed,
        tuple(Offered(name, _offer(db, name, view.case.subject, now_ms)) for name in pointed),
        tuple((action, _action_words(action)) for action in Action if view.case.reports or ACTIONS[action].own),
        tuple(sorted(messages, key=lambda choice: -choice.level)[:MAX_CHOICES]),
        tuple(whole[:MAX_CHOICES]),
        targets(view),
        tuple(Escalation),
        max(0, len(messages) - MAX_CHOICES),
        any(POLICIES[name].refer for name in pointed),
        not view.case.reports,
        view.case.kind is SubjectKind.PUBLIC,
    )


def targets(view: CaseView) -> tuple[TargetOffered, ...]:
    """The subject of the case first; then whoever and whatever its reports name. Reporters have no name here."""
    named: dict[str, str] = {}
    for found in view.reports:
        if found.accused_uri and found.accused_uri != view.case.subject:
            named.setdefault(found.accused_uri, f"account {found.accused_uri}")
        if found.room_uri and found.room_uri != view.case.subject:
            named.setdefault(found.room_uri, f"conversation {found.room_uri}")
    people = [TargetOffered(label, uri) for uri, label in reporters(view.reports).items()]
    others = [TargetOffered(label, uri) for uri, label in named.items()]
    return (TargetOffered("what the case is about", None), *others, *people)[:MAX_TARGETS]


def _pointed(view: CaseView) -> tuple[PolicyName, ...]:
    """The policies to which the reasons point, those of what is proven best first."""
    best: dict[int, int] = {}
    for found in view.reports:
        if found.reason is not None:
            best[found.reason] = max(best.get(found.reason, 0), found.level)
    for reason in view.case.reasons:  # also those for which the desk itself opened it
        best.setdefault(reason, 0)
    order = sorted(best, key=lambda reason: -best[reason])
    return tuple(
        dict.fromkeys(name for reason in order for name, policy in POLICIES.items() if Reason(reason) in policy.reasons)
    )


async def _preview(asked: Asked, acting: Acting) -> web.Response:
    """What would be decided: the words that go out, and what it rests on. Nothing is kept."""
    number, form = asked.number("number"), asked.form(DecisionForm)
    view = cases.case(asked.db, acting, number)
    said, refused = None, ""
    try:
        said = decisions.preview(asked.db, acting, number, _proposal(form, view), asked.now_ms)
    except (ProposalRefused, TextRefused) as err:
        refused = f"{type(err).__name__}: {err}."
    rule = ACTIONS[form.action]
    chosen = [choice for choice in _choices(asked.db, view, asked.now_ms) if choice.value in form.evidence]
    return asked.html(
        "decide.html",
        status=409 if refused else 200,
        number=number,
        decide=decide_form(asked.db, view, asked.now_ms),
        form_values=form,
        refused=refused,
        statement=said,
        rule=rule,
        needs=int(rule.needs),
        had=int(min((choice.level for choice in chosen), default=Level.TIP)),
        refers=POLICIES[form.policy].refer,
    )


async def _decide(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(DecisionForm)
    view = cases.case(asked.db, acting, number)
    decisions.propose(asked.db, acting, number, _proposal(form, view), asked.now_ms, asked.random)
    return asked.go(f"/case/{number}")


async def _waiting(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("second.html", waiting=decisions.waiting(asked.db, acting), policies=POLICIES)


async def _decision(asked: Asked, acting: Acting) -> web.Response:
    made = decisions.decision(asked.db, acting, asked.number("number"))
    return asked.html(
        "decision.html",
        made=made,
        policy=POLICIES[made.policy],
        rule=made.rule,
        effects=decisions.effects_of(asked.db, acting, made.number),
        statement=decisions.statement_of(asked.db, acting, made.number, asked.now_ms),
        own=made.proposed_by == acting.who,
        stated=clearinghouse.stated(asked.db, made.reference),
        surfaces=tuple(Surface) if can_be_stated(made) and Right.REFER in acting.rights else (),
        contents=tuple(ContentType),
        can_confirm=Right.CONFIRM in acting.rights,
        can_undo=Right.UNDO in acting.rights,
        can_decide=Right.DECIDE in acting.rights,
    )


async def _confirm(asked: Asked, acting: Acting) -> web.Response:
    number, said = asked.number("number"), asked.form(Why)
    asked.fresh(f"confirm:{number}")
    decisions.confirm(asked.db, acting, number, said.words, asked.now_ms, asked.random)
    return _back(asked)


async def _refuse(asked: Asked, acting: Acting) -> web.Response:
    decisions.refuse(asked.db, acting, asked.number("number"), asked.form(Why).words, asked.now_ms)
    return _back(asked)


async def _undo(asked: Asked, acting: Acting) -> web.Response:
    words = asked.form(Why).words
    decisions.undo(asked.db, acting, asked.number("number"), words, asked.now_ms, asked.random)
    return _back(asked)


async def _again(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    sent = decisions.send_again(asked.db, acting, asked.number("number"), asked.now_ms, asked.random)
    return asked.go("/queue" if sent.decision is None else f"/decision/{sent.decision}")


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/decision/{asked.number('number')}")


def _proposal(form: DecisionForm, view: CaseView) -> Proposal:
    offered = targets(view)
    if form.against >= len(offered):
        raise FormInvalid(f"the form offers {len(offered)} targets, this names target {form.against}")
    pairs = (value.split(":") for value in form.evidence)
    evidence = tuple(sorted({Cited(int(report), int(position)) for report, position in pairs}))
    against = offered[form.against].uri
    if form.address:
        if view.case.kind is not SubjectKind.PUBLIC:
            raise FormInvalid("the case names what it is about; an address of one's own belongs to a public notice")
        against = form.address.strip()
    return Proposal(form.policy, form.action, form.reason, evidence, form.days, against, form.to)


def _choices(db: Db, view: CaseView, now_ms: int) -> tuple[Choice, ...]:
    form = decide_form(db, view, now_ms)
    return (*form.messages, *form.whole)


def _offer(db: Db, name: PolicyName, subject: str, now_ms: int) -> str:
    step = decisions.suggestion(db, name, subject, now_ms)
    strikes = decisions.strikes(db, subject, now_ms)
    lasts = f" for {step.days} days" if step.days else ""
    return f"{POLICIES[name].title}, with {counted(strikes, 'strike')} now: {reason_words(step.action)}{lasts}"


def _action_words(action: Action) -> str:
    rule = ACTIONS[action]
    parts = [reason_words(action)]
    if rule.needs > Level.TIP:
        parts.append(f"needs level {int(rule.needs)}")
    if rule.days is not None:
        parts.append(f"{rule.days[0]} to {rule.days[1]} days")
    if rule.grave:
        parts.append("second person")
    return "; ".join(parts)


def reason_words(name: Action | PolicyName | Escalation) -> str:
    """A name of a table as people read it."""
    return name.value.replace("_", " ")


PAGES: Final = (
    page("POST", "/case/{number}/preview", Right.DECIDE, _preview),
    page("POST", "/case/{number}/decide", Right.DECIDE, _decide),
    page("GET", "/second", Right.CONFIRM, _waiting),
    page("GET", "/decision/{number}", Right.SEE_CASE, _decision),
    page("POST", "/decision/{number}/confirm", Right.CONFIRM, _confirm),
    page("POST", "/decision/{number}/refuse", Right.CONFIRM, _refuse),
    page("POST", "/decision/{number}/undo", Right.UNDO, _undo),
    page("POST", "/effect/{number}/again", Right.DECIDE, _again),
)
