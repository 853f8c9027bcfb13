# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A request laid out for its page: what it asks, who asks and how that is known, the verdict, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.console import legal_facts
from privity.desk.console.legal_facts import Said
from privity.desk.console.legal_lists import STATES, Mark, mark_of
from privity.desk.console.plain import Run, line, runs
from privity.desk.db.transaction import Db
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.model import Agency, Officer
from privity.desk.legal.answers.model import Sort
from privity.desk.legal.explaining import explained
from privity.desk.legal.requests import judging, signed
from privity.desk.legal.requests.judging import Judged
from privity.desk.legal.requests.model import Document, Ground, Listed, Outcome, Part, ScopeLine, State
from privity.desk.legal.requests.moves import FACTS_OPEN, JUDGED_ANEW
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.requests.viewing import Spoken, Whole
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.rulebook.names import FACTS, Kind
from privity.production.classes import Releasable

MAX_TICKS: Final = 200
"""Targets with a box each; more are written down."""

PARTS: Final = {
    Part.FILED: "handed it in, or added to it",
    Part.SET_FACTS: "set facts",
    Part.VERIFIED: "found out who asks",
    Part.CALLED: "called back",
    Part.JUDGED: "judged",
    Part.COLLECTED: "collected",
    Part.REVIEWED: "reviewed what would leave",
    Part.APPROVED: "approved first",
    Part.RELEASED: "approved second",
    Part.SENIOR: "approved as the third",
}
PAPERS: Final = {
    Document.REQUEST: "the request, as it came",
    Document.FACTS: "its facts, as they were read",
    Document.FORM: "what came beside the facts",
    Document.ATTACHMENT: "attached",
    Document.CORRECTION: "facts that a clerk set",
    Document.VERIFICATION: "how it was found out who asks",
    Document.CALL_BACK: "the call back",
    Document.VERDICT: "a verdict",
    Document.DECISION: "a decision",
}
OUTCOMES: Final = {
    Outcome.ACCEPT: "accepted: all that the verdict releases",
    Outcome.NARROW: "narrowed",
    Outcome.PRESERVE: "data are kept apart, and nothing leaves",
    Outcome.CLARIFY: "asked back",
    Outcome.CHALLENGE: "challenged",
    Outcome.REFER: "given to counsel",
    Outcome.REJECT: "refused",
}
GROUNDS: Final = {
    Ground.WRONG_AUTHORITY: "another authority has to ask",
    Ground.WRONG_CLASS: "this instrument does not reach these data",
    Ground.BELOW_THRESHOLD: "the matter is not grave enough",
    Ground.NO_IDENTIFIER: "no account is named",
    Ground.OVERBROAD_TIME: "the period is too long",
    Ground.OVERBROAD_TARGETS: "too many are named",
    Ground.EXPIRED: "it has expired, or is too old",
    Ground.NOT_HELD: "nothing of it is held",
    Ground.IMPOSSIBLE: "it cannot be done",
    Ground.PRIVILEGE: "the data are privileged",
    Ground.PRESS_FREEDOM: "the freedom of the press, or of speech",
    Ground.CONFLICT_OF_LAWS: "another law forbids it",
    Ground.IMPROPER_CHANNEL: "it came another way than the law says",
    Ground.TRANSLATION_MISSING: "it is in no language that is accepted",
    Ground.SECRECY_DEFECT: "secrecy is asked for without a basis or an end",
    Ground.ASKS_FOR_CAPABILITY: "it asks for a way to read or to watch",
    Ground.FACTS_MISSING: "facts are missing",
    Ground.RULEBOOK: "as the verdict says, and nothing beside",
}
"""The picklist, in words."""
LETTERS: Final = {
    Sort.CLARIFICATION: "a question: what is missing",
    Sort.REFUSAL: "a refusal, with the narrower request that would work",
    Sort.CHALLENGE: "a challenge before whoever issued it",
    Sort.FORM_3: "the form of Annex III, for European orders",
    Sort.NOT_HELD: "the statement of what is not held",
}
"""Each letter in the words of the pages."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, as far as the house has found out. The number is the register's, never the request's."""

    agency: Agency | None
    officer: Officer | None
    checked: tuple[Listed, ...]
    """What was written down of it."""
    called: bool
    """Whether somebody called back since it was last begun to find out."""
    answer: Listed | None
    """What a passkey is said to have answered."""


@dataclass(frozen=True, slots=True)
class Confirmable:
    """Something that the request claims to show, and nobody has seen."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Scoped:
    """A line of a scope in words."""

    data_class: str
    target: tuple[Run, ...]
    since_ms: int | None
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision in words."""

    spoken: Spoken
    outcome: str
    grounds: tuple[str, ...]
    words: tuple[Run, ...]
    scope: tuple[Scoped, ...]
    named: tuple[str, ...]
    """The classes in which it has other people named."""
    named_why: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict with every rule that was looked at, as `privity legal explain` prints it."""

    judged: Judged
    lines: tuple[Run, ...]
    holds: bool
    of_today: bool
    """Whether it is of the rulebook that is in force now."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a form for less offers: the classes and targets that the verdict releases, and its range."""

    classes: tuple[str, ...]
    targets: tuple[tuple[int, tuple[Run, ...]], ...]
    """Each with its place in the order of the verdict."""
    written: bool
    """Too many for a box each."""
    since_ms: int | None
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class View:
    """All that the page says."""

    whole: Whole
    state: str
    facts: tuple[Said, ...]
    targets: tuple[tuple[Run, ...], ...]
    target_count: int
    form: tuple[Said, ...]
    unread: str
    why: tuple[tuple[Run, ...], ...]
    """Of each correction, the clerk's words."""
    unseen: tuple[Confirmable, ...]
    requester: Requester
    marks: tuple[Mark, ...]
    verdict: Verdict | None
    decisions: tuple[Decision, ...]
    narrowing: Narrowing | None
    parties: tuple[tuple[str, str], ...]


def laid_out(db: Db, rules: Rules, whole: Whole, now_ms: int) -> View:
    """For `legal-request.html`."""
    known, rulebook = whole.known, rules.rulebook
    newest = whole.verdicts[-1] if whole.verdicts else None
    asked = () if known is None else known.targets()
    return View(
        whole=whole,
        state=STATES[whole.request.state],
        facts=() if known is None else legal_facts.told(known, rulebook),
        targets=legal_facts.targets(asked),
        target_count=len(asked),
        form=legal_facts.form(whole.form.fields),
        unread=whole.stated[0].unread if whole.stated else "",
        why=tuple(runs(each.why) for each in whole.stated if each.why),
        unseen=_unseen(whole),
        requester=_requester(db, whole),
        marks=tuple(mark_of(each, now_ms) for each in sorted(whole.clocks.values(), key=lambda each: each.due_ms)),
        verdict=None if newest is None else _verdict(rules, newest, now_ms),
        decisions=tuple(_decision(each) for each in reversed(whole.decisions)),
        narrowing=None if newest is None else narrowing(judging.widest(db, newest.number)),
        parties=tuple(sorted((who, PARTS[part]) for who, part in whole.parties)),
    )


def _verdict(rules: Rules, newest: Judged, now_ms: int) -> Verdict:
    return Verdict(
        newest,
        runs("\n".join(explained(rules.rulebook, newest.verdict))),
        holds=now_ms < newest.holds_until_ms,
        of_today=newest.verdict.rulebook == rules.rulebook.sha256,
    )


def facts_open(state: State) -> bool:
    return state in FACTS_OPEN


def to_be_judged(state: State) -> bool:
    return state in JUDGED_ANEW


def narrowing(scope: tuple[ScopeLine, ...]) -> Narrowing | None:
    """None where the verdict releases nothing."""
    if not scope:
        return None
    targets = targets_of(scope)
    timed = [line for line in scope if line.since_ms is not None]
    return Narrowing(
        tuple(each.value for each in Releasable if any(line.data_class is each for line in scope)),
        tuple(enumerate(map(_target, targets[:MAX_TICKS]))),
        len(targets) > MAX_TICKS,
        timed[0].since_ms if timed else None,
        timed[0].until_ms if timed else None,
    )


def targets_of(scope: tuple[ScopeLine, ...]) -> tuple[Target, ...]:
    """Each once, in one order."""
    return tuple(sorted({line.target for line in scope}))


def _requester(db: Db, whole: Whole) -> Requester:
    request = whole.request
    return Requester(
        None if request.agency is None else agencies.of(db, request.agency),
        None if request.officer is None else agencies.officer(db, request.officer),
        tuple(each for each in whole.papers if each.kind in (Document.VERIFICATION, Document.CALL_BACK)),
        whole.known is not None and whole.known.shown("callback_done"),
        signed.among(whole.papers),
    )


def _unseen(whole: Whole) -> tuple[Confirmable, ...]:
    """What the request says is there, as long as nobody of the house has said that they saw it."""
    known = frozenset() if whole.known is None else whole.known.values.keys()
    return tuple(
        Confirmable(name, legal_facts.label(name))
        for name, value in whole.claimed.items()
        if value is True and name not in known and FACTS[name].kind is Kind.SHOWN
    )


def _decision(spoken: Spoken) -> Decision:
    decided = spoken.decided
    return Decision(
        spoken,
        OUTCOMES[decided.outcome],
        tuple(GROUNDS[each] for each in decided.grounds),
        runs(spoken.words),
        tuple(
            Scoped(each.data_class.value, _target(each.target), each.since_ms, each.until_ms) for each in spoken.scope
        ),
        tuple(sorted(each.value for each in spoken.named)),
        runs(spoken.named_why),
    )


def _target(target: Target) -> tuple[Run, ...]:
    return line(f"{legal_facts.words(target.kind)}: {target.value}")
