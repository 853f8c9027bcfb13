# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The verdict of the rulebook, and what a person makes of it: as much, or less, and never more.

A verdict is of the facts as they are, of the rulebook by its hash, and of a day. It holds until the order ends, the
rulebook's review is too old, or 30 days have passed; then the request is judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.requests import documents, naming_store, service, store
from privity.desk.legal.requests.clocks import day_of, end_of_day, midnight
from privity.desk.legal.requests.counted import codes
from privity.desk.legal.requests.errors import NotInThisState, NotJudged, OnHold, Wider, WordsMissing
from privity.desk.legal.requests.filing import words
from privity.desk.legal.requests.model import Document, Ground, LegalRequest, Outcome, Part, ScopeLine, State
from privity.desk.legal.requests.moves import JUDGED_ANEW
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.facts import Days, Facts, Target
from privity.desk.legal.rulebook.model import Verdict
from privity.desk.legal.rulebook.standing import REVIEW_DAYS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.classes import Releasable
from privity.wire.inventory import TIMED

VERDICT_DAYS: Final = 30
"""How long a verdict holds at most: facts and law are looked at again after that."""

_GOES_TO: Final = {
    Outcome.ACCEPT: State.SCOPED,
    Outcome.NARROW: State.SCOPED,
    Outcome.CLARIFY: State.CLARIFY,
    Outcome.CHALLENGE: State.CHALLENGED,
    Outcome.REFER: State.REFERRED,
    Outcome.REJECT: State.REJECTED,
}
_LETS_GO: Final = frozenset({Outcome.ACCEPT, Outcome.NARROW})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decides. `verdict` is the number of the one that they saw."""

    verdict: int
    outcome: Outcome
    grounds: tuple[Ground, ...] = (Ground.RULEBOOK,)
    words: str = field(default="", repr=False)
    """Why, in their own words; needed wherever something is refused, narrowed or asked."""
    scope: tuple[ScopeLine, ...] = ()
    """What is left, where they narrow it."""
    named: frozenset[Releasable] = frozenset()
    """The classes in which other people are named, of those in which the verdict lets them be."""
    named_why: str = field(default="", repr=False)
    """What they read in the order; needed wherever anybody else is named."""


class Reasons(msgspec.Struct, frozen=True):
    """What the sealed document of a decision holds."""

    words: str
    scope: tuple[ScopeLine, ...]
    named_why: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, its number, and until when it holds."""

    number: int
    verdict: Verdict
    holds_until_ms: int


def triage(
    db: Db,
    evidence_key: bytes,
    rules: Rules,
    acting: Acting,
    number: int,
    now_ms: int,
    random: Callable[[int], bytes],
) -> Judged:
    """Ask the rulebook. Nothing moves by it. Raises NotInThisState, FactsUnread or OnHold."""
    acting.must(Right.JUDGE_LEGAL)
    today = day_of(now_ms)
    with transaction(db):
        request = _to_be_judged(db, number)
        known = service.facts_of(db, evidence_key, number)
        checked = store.verification(db, number)
        if checked is None:
            raise NotJudged(f"nobody has verified who asks in request {number}")
        verdict = evaluate(rules.rulebook, rules.profile, known, today)
        until_ms = _holds_until(rules, known, verdict, now_ms)
        document = documents.keep(
            db,
            evidence_key,
            random,
            number,
            Document.VERDICT,
            msgspec.json.encode(verdict),
            who=acting.who,
            now_ms=now_ms,
        )
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_EVALUATED,
            about=request.about,
            action=verdict.action.value,
            codes=list(verdict.codes),
            **codes(rules.rulebook, request, known),
            release=[each.data_class.value for each in verdict.release],
            preserve=[each.value for each in verdict.preserve],
            not_held=[each.data_class for each in verdict.not_held],
            denied=[each.data_class.value for each in verdict.denied],
            may_name=[each.value for each in verdict.named],
            rulebook=rules.rulebook.sha256,
            document=document,
        )
        since, until = _range(known)
        row = (
            number,
            store.fact_documents(db, number)[-1][0],
            checked[0],
            rules.rulebook.sha256,
            today.isoformat(),
            verdict.action.value,
            since,
            until,
            until_ms,
            document,
            now_ms,
            acting.who,
        )
        made = store.add_verdict(db, row)
        store.add_asked(db, made, [each.data_class for each in verdict.release], known.targets())
        naming_store.add_may_name(db, made, verdict.named)
        service.take_part(db, number, acting.who, Part.JUDGED)
    return Judged(made, verdict, until_ms)


def judge(
    db: Db,
    evidence_key: bytes,
    acting: Acting,
    number: int,
    ruling: Ruling,
    now_ms: int,
    random: Callable[[int], bytes],
) -> LegalRequest:
    """Decide on the newest verdict; the request goes where the decision says.

    Raises NotJudged where the facts or who asks changed since, Wider, WordsMissing, NotInThisState, OnHold, GuardUnmet.
    """
    acting.must(Right.JUDGE_LEGAL)
    said = words("why", ruling.words) if ruling.words or ruling.outcome is not Outcome.ACCEPT else ""
    named_why = words("why others are named", ruling.named_why) if ruling.named else ""
    if not ruling.grounds:
        raise WordsMissing("a decision names at least one ground")
    with transaction(db):
        request = _to_be_judged(db, number)
        rulebook = _must_be_newest(db, number, ruling.verdict)
        scope = _scope(db, ruling)
        _must_may_name(db, ruling, scope)
        content = msgspec.json.encode(Reasons(said, scope, named_why))
        document = documents.keep(
            db,
            evidence_key,
            random,
            number,
            Document.DECISION,
            content,
            who=acting.who,
            now_ms=now_ms,
        )
        entry = log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_JUDGED,
            about=request.about,
            outcome=ruling.outcome.value,
            grounds=[ground.value for ground in ruling.grounds],
            classes=sorted({line.data_class.value for line in scope}),
            targets=len({line.target for line in scope}),
            named=sorted(each.value for each in ruling.named),
            document=document,
        )
        try:
            decision = store.add_decision(
                db, number, ruling.verdict, ruling.outcome, ruling.grounds, document, acting.who, (now_ms, entry)
            )
            store.add_scope(db, decision, scope)
            naming_store.add_naming(db, decision, ruling.named)
        except IntegrityError as err:
            raise Wider(f"request {number}: {err}") from None
        service.take_part(db, number, acting.who, Part.JUDGED)
        judged = (ruling.verdict, decision, rulebook)
        service.move_judged(db, number, State.TRIAGED, acting.who, now_ms, judged, {})
        to = _GOES_TO.get(ruling.outcome)
        return service.of(db, number) if to is None else service.move(db, number, to, acting.who, now_ms)


def newest(db: Db, number: int) -> int:
    """The number of the verdict that a person decides on. Raises NotJudged."""
    found = store.newest_verdict(db, number)
    if found is None:
        raise NotJudged(f"there is no verdict on request {number} yet")
    return found[0]


def widest(db: Db, verdict: int) -> tuple[ScopeLine, ...]:
    """All that a verdict releases of what was asked: what `ACCEPT` scopes, and what a narrower scope is a part of."""
    asked = store.asked_range(db, verdict)
    since, until = (None, None) if asked is None else asked
    return tuple(
        ScopeLine(data_class, target, since, until)
        for data_class in store.released_classes(db, verdict)
        if since is not None or data_class not in TIMED
        for target in store.asked_targets(db, verdict)
    )


def narrower(
    scope: Iterable[ScopeLine],
    *,
    classes: frozenset[Releasable] | None = None,
    targets: frozenset[Target] | None = None,
    since_ms: int | None = None,
    until_ms: int | None = None,
) -> tuple[ScopeLine, ...]:
    """What is left of a scope with fewer classes, fewer targets, or a shorter range; pure."""
    left = []
    for line in scope:
        if classes is not None and line.data_class not in classes:
            continue
        if targets is not None and line.target not in targets:
            continue
        since, until = line.since_ms, line.until_ms
        if since is not None and until is not None:
            since = since if since_ms is None else max(since, since_ms)
            until = until if until_ms is None else min(until, until_ms)
            if since >= until:
                continue
        left.append(ScopeLine(line.data_class, line.target, since, until))
    return tuple(left)


def _to_be_judged(db: Db, number: int) -> LegalRequest:
    request = service.of(db, number)
    if request.state not in JUDGED_ANEW:
        raise NotInThisState(f"request {number} is {request.state}, and is not judged there")
    if request.on_hold:
        raise OnHold(f"who asks in request {number} is not active any more: verify it anew, or close it")
    return request


def _must_be_newest(db: Db, number: int, verdict: int) -> str:
    """The rulebook of the verdict, if it is of everything as it is now."""
    newest, checked = store.newest_verdict(db, number), store.verification(db, number)
    if newest is None or newest[0] != verdict:
        raise NotJudged(f"request {number} has another verdict than the one that was looked at; look at the newest")
    if newest[1] != store.fact_documents(db, number)[-1][0] or checked is None or newest[2] != checked[0]:
        raise NotJudged(f"the facts of request {number}, or who asks, changed since; ask the rulebook again")
    return newest[3]


def _scope(db: Db, ruling: Ruling) -> tuple[ScopeLine, ...]:
    if ruling.outcome not in _LETS_GO:
        if ruling.scope:
            raise Wider(f"who decides to {ruling.outcome} scopes nothing")
        return ()
    whole = widest(db, ruling.verdict)
    if ruling.outcome is Outcome.ACCEPT:
        if ruling.scope:
            raise Wider("who accepts scopes all that the verdict releases; whoever wants less narrows it")
        scope = whole
    else:
        scope = ruling.scope
        outside = [line for line in scope if not _within(line, whole)]
        if outside:
            raise Wider(f"{len(outside)} of {len(scope)} lines are outside of what the verdict releases")
    if not scope:
        raise Wider("the verdict releases nothing that could be scoped")
    return scope


def _must_may_name(db: Db, ruling: Ruling, scope: tuple[ScopeLine, ...]) -> None:
    """Raise Wider unless the law and the order both have others named in each of these classes of the scope."""
    allowed = naming_store.may_name(db, ruling.verdict) & {line.data_class for line in scope}
    if not ruling.named <= allowed:
        beyond = ", ".join(sorted(ruling.named - allowed))
        raise Wider(f"by this verdict and scope others keep their pseudonyms in {beyond}, whoever decides")


def _within(line: ScopeLine, whole: Iterable[ScopeLine]) -> bool:
    for wide in whole:
        if (wide.data_class, wide.target) != (line.data_class, line.target):
            continue
        if wide.since_ms is None or wide.until_ms is None:
            return line.since_ms is None and line.until_ms is None
        return (
            line.since_ms is not None
            and line.until_ms is not None
            and wide.since_ms <= line.since_ms < line.until_ms <= wide.until_ms
        )
    return False


def _range(known: Facts) -> tuple[int, int] | tuple[None, None]:
    asked = known.get("time_range")
    if not isinstance(asked, Days) or asked.last == date.max:
        return None, None
    return midnight(asked.first), midnight(asked.last + timedelta(days=1))


def _holds_until(rules: Rules, known: Facts, verdict: Verdict, now_ms: int) -> int:
    """The midnight after the last day on which it can be acted on."""
    last = [day for day in (known.day("expires_on"),) if day is not None and day != date.max]
    instrument = rules.rulebook.instruments.get(verdict.instrument)
    reviews = [rules.rulebook.review.on]
    if instrument is not None:
        reviews.append(instrument.review.on)
        last += [instrument.applies_until] if instrument.applies_until is not None else []
    last += [on + timedelta(days=REVIEW_DAYS) for on in reviews if on is not None]
    return min([end_of_day(now_ms, VERDICT_DAYS), *(midnight(day + timedelta(days=1)) for day in last)])
