# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A request, a profile and a day in; a verdict out. The same in gives the same out, and nothing is raised.

The order: the uniform hold, then reject, hold, refer, clarify, narrow, proceed; the first of these that any rule asks
for is the verdict, and only the last two let anything leave. What no rule knows is referred to a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from privity.desk.legal.rulebook.deriving import completed, received
from privity.desk.legal.rulebook.facts import Facts, TargetKind, strange
from privity.desk.legal.rulebook.model import (
    ORDER,
    Action,
    Finding,
    Instrument,
    Looked,
    Narrower,
    Rule,
    Rulebook,
    Verdict,
)
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.rulebook.predicates import Truth, outcome, undecided
from privity.desk.legal.rulebook.profile import BINDING, Profile, holds_of
from privity.desk.legal.rulebook.scoping import (
    DENIED,
    Scope,
    applies,
    binds,
    comes_from,
    elsewhere,
    names_accounts,
    names_others,
    preserved,
    scope,
)
from privity.desk.legal.rulebook.standing import why_not_in_force
from privity.production.classes import Permit, Releasable

QUARANTINE_HOURS: Final = 72
"""How long data may be kept apart unseen for a requester whom nobody has verified yet."""

UNREVIEWED: Final = "D-REVIEW"
BUILT_IN: Final = {
    UNREVIEWED: Action.REFER,
    "D-INSTRUMENT": Action.REFER,
    "D-COUNTRY": Action.REFER,
    "D-WORD": Action.REFER,
    "D-BINDING": Action.REFER,
    "D-TERM": Action.REFER,
    "D-AUTHORITY": Action.REFER,
    "D-JUDGE": Action.REFER,
    "D-IP": Action.REFER,
    "D-COUNSEL": Action.REFER,
    "D-REQUIRED": Action.CLARIFY,
    "D-FUTURE": Action.CLARIFY,
    "D-UNDECIDED": Action.CLARIFY,
    DENIED: Action.NARROW,
    "D-NOTHING": Action.REJECT,
}
"""What holds for every rulebook, by its code: the default deny."""

_MADE_ON: Final = frozenset({"issue_date", "order_date", "submitted_at"})
"""Days that lie behind us in whatever is genuine."""

_LOOKED: Final = {Truth.TRUE: Looked.FIRED, Truth.FALSE: Looked.NOT_SO, Truth.UNKNOWN: Looked.UNDECIDED}


def evaluate(rulebook: Rulebook, profile: Profile, facts: Facts, today: date) -> Verdict:
    """The verdict of a rulebook, which nobody may widen."""
    uniform = next(rule for rule in rulebook.global_rules if rule.uniform)
    if outcome(uniform.when, facts, today) is not Truth.FALSE:
        return Verdict(
            rulebook=rulebook.sha256,
            instrument="",
            action=uniform.action,
            codes=(uniform.code,),
            quarantine_hours=QUARANTINE_HOURS,
            trace=(Finding(uniform.code, uniform.action, Looked.FIRED, uniform.reason, uniform.basis),),
        )
    instrument = rulebook.instruments.get(facts.text("instrument") or "")
    verdict = _of_rules(rulebook, instrument, profile, completed(facts, profile, today), today)
    why = why_not_in_force(rulebook, instrument, today)
    if not why:
        return verdict
    return Verdict(
        rulebook=rulebook.sha256,
        instrument=verdict.instrument,
        action=Action.REFER,
        codes=(UNREVIEWED,),
        trace=(_built_in(UNREVIEWED, why), *verdict.trace),
        would_be=verdict,
    )


def _of_rules(
    rulebook: Rulebook, instrument: Instrument | None, profile: Profile, facts: Facts, today: date
) -> Verdict:
    day = received(facts, today)
    rules = (*rulebook.global_rules, *(instrument.rules if instrument is not None else ()))
    looked = [(rule, outcome(rule.when, facts, day)) for rule in rules]
    fired = [rule for rule, truth in looked if truth is Truth.TRUE]
    trace = [_finding(rule, truth, facts) for rule, truth in looked]
    trace += _unknown(instrument, facts)
    sorted_ = Scope()
    rightly = instrument is not None and _rightly(instrument, profile, facts, today)
    if instrument is not None:
        narrowing = [rule for rule in fired if rule.action is Action.NARROW]
        sorted_ = scope(rulebook, instrument, profile, facts, narrowing, day)
        trace += _of_instrument(instrument, profile, facts, today)
        trace += _of_scope(instrument, facts, sorted_, rightly)
    trace += _undecided(looked, facts)
    asked_for = [each for each in trace if each.looked is Looked.FIRED]
    action = min((each.action for each in asked_for), key=ORDER.index, default=Action.PROCEED)
    leaves = action in (Action.NARROW, Action.PROCEED)
    says = [Narrower(rule.instead) for rule in fired if rule.instead]
    others: tuple[Narrower, ...] = ()
    kept: tuple[Releasable, ...] = ()
    named: tuple[Releasable, ...] = ()
    if instrument is not None:
        named = names_others(instrument, facts, sorted_.given, day) if leaves else ()
        others = elsewhere(rulebook, instrument, profile, facts, sorted_, today)
        kept = preserved(instrument, sorted_, action) if rightly and names_accounts(facts) else ()
    return Verdict(
        rulebook=rulebook.sha256,
        instrument=instrument.id if instrument is not None else "",
        action=action,
        codes=tuple(each.code for each in asked_for if each.action is action),
        release=sorted_.given if leaves else (),
        preserve=kept,
        not_held=sorted_.not_held,
        denied=sorted_.denied,
        narrower=(*dict.fromkeys(says), *others),
        wanted=tuple(dict.fromkeys(name for each in asked_for for name in each.facts)),
        on_device=leaves and instrument is not None and _on_device(instrument),
        named=named,
        trace=tuple(trace),
    )


def _rightly(instrument: Instrument, profile: Profile, facts: Facts, today: date) -> bool:
    """Whether it binds this operator today, and asks for nothing that the house does not know."""
    bound = comes_from(instrument, facts) and binds(instrument, profile) and applies(instrument, today)
    return bound and not any(strange(facts))


def _finding(rule: Rule, truth: Truth, facts: Facts) -> Finding:
    missing = undecided(rule.when, facts) if truth is Truth.UNKNOWN else ()
    return Finding(rule.code, rule.action, _LOOKED[truth], rule.reason, rule.basis, missing)


def _unknown(instrument: Instrument | None, facts: Facts) -> Iterator[Finding]:
    if instrument is None:
        yield _built_in("D-INSTRUMENT", "the rulebook does not know this instrument")
    for name, word in strange(facts):
        yield _built_in("D-WORD", f"{FACTS[name].says}: the house does not know {word!r}")


def _of_instrument(instrument: Instrument, profile: Profile, facts: Facts, today: date) -> Iterator[Finding]:
    if not comes_from(instrument, facts):
        yield _built_in("D-COUNTRY", "authorities of this country do not issue this instrument")
    unmet = [BINDING[fact] for fact in instrument.binding_if if not holds_of(profile, fact)]
    if unmet:
        yield _built_in("D-BINDING", f"it binds nobody of whom this does not hold: {'; '.join(unmet)}")
    if not applies(instrument, today):
        span = f"{instrument.applies_from or 'ever'} to {instrument.applies_until or 'further notice'}"
        yield _built_in("D-TERM", f"it applies from {span}")
    kind = facts.text("authority_kind")
    if kind is not None and kind not in instrument.authorities:
        yield _built_in("D-AUTHORITY", "an authority of this kind does not issue this instrument")
    if instrument.judge == "required" and not facts.shown("judicial_signature"):
        yield _built_in("D-JUDGE", "a judge has to sign this instrument, and no judge is shown to have")
    kinds = facts.words("target_kinds")
    if TargetKind.IP_PORT_TIME in kinds and not instrument.ip_target:
        yield _built_in("D-IP", "this instrument has to name an account, and names an address")
    needed = dict.fromkeys(("authority_kind", *instrument.required))
    absent = [name for name in needed if facts.get(name) is None]
    if absent:
        yield _built_in("D-REQUIRED", "what this instrument has to say is missing", tuple(absent))
    for name in instrument.required:
        made = facts.day(name) if name in _MADE_ON else None
        if made is not None and made > today:
            yield _built_in("D-FUTURE", f"{FACTS[name].says}: that day has not come", (name,))


def _of_scope(instrument: Instrument, facts: Facts, sorted_: Scope, rightly: bool) -> Iterator[Finding]:
    if sorted_.for_counsel:
        yield _built_in("D-COUNSEL", f"counsel decides about {', '.join(sorted_.for_counsel)}")
    for each in sorted_.denied:
        if each.code == DENIED:
            yield _built_in(DENIED, f"{each.data_class}: {each.reason}")
    left = sorted_.given or sorted_.kept or sorted_.for_counsel
    if rightly and facts.words("classes") and not left and not _on_device(instrument):
        yield _built_in("D-NOTHING", "nothing of what is asked for is both held and reached by this instrument")


def _undecided(looked: list[tuple[Rule, Truth]], facts: Facts) -> Iterator[Finding]:
    """Where a rule cannot be decided, its facts are asked for; one that only lets go on waits for nobody."""
    for rule, truth in looked:
        if truth is Truth.UNKNOWN and rule.action is not Action.PROCEED:
            missing = undecided(rule.when, facts)
            yield _built_in("D-UNDECIDED", f"{rule.code} cannot be decided without these facts", missing)


def _on_device(instrument: Instrument) -> bool:
    return all(permit is Permit.PARTICIPANT_DEVICE_ONLY for permit in instrument.permits.values())


def _built_in(code: str, reason: str, facts: tuple[str, ...] = ()) -> Finding:
    return Finding(code, BUILT_IN[code], Looked.FIRED, reason, ("policy",), facts)
