# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a schema cannot say of a rulebook. What passes here is not widened by leaving a fact out or by asking for more.

A rule that stops something must not cease to hold because a fact is left out: so `present` stands nowhere in it, and
what is TRUE of an absent fact stands under no neg. A condition that gives something must not begin to hold for that
reason, so there it is the other way round. Nor must a rule that stops something cease to hold when more is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from privity.desk.legal.rulebook import predicates as p
from privity.desk.legal.rulebook.errors import RulesRefused
from privity.desk.legal.rulebook.evaluating import BUILT_IN
from privity.desk.legal.rulebook.model import Action, Instrument, Rule, Rulebook
from privity.desk.legal.rulebook.names import FACTS, OF_NAMING, Kind
from privity.desk.legal.rulebook.profile import BINDING
from privity.production.classes import CONTENT, GIVES, Permit, Releasable

VERIFIED = p.Predicate("requester_verified", p.Op.NOT, True)


def check(rulebook: Rulebook) -> None:
    """Raises RulesRefused."""
    seen: set[str] = set(BUILT_IN)
    for rule in rulebook.rules():
        if rule.code in seen:
            raise RulesRefused(f"expected each code once, got {rule.code} twice")
        seen.add(rule.code)
        _check_condition(rule.code, rule.when)
        if rule.action is not Action.PROCEED:
            _check_stops(rule.code, rule.when)
    _check_uniform(rulebook)
    for rule in rulebook.global_rules:
        _check_asking_more(rule, frozenset(Releasable))
    for instrument in rulebook.instruments.values():
        _check_instrument(instrument)


def _check_uniform(rulebook: Rulebook) -> None:
    uniform = [rule for rule in rulebook.global_rules if rule.uniform]
    if len(uniform) != 1 or uniform[0].when != VERIFIED:
        raise RulesRefused(
            "expected one uniform rule, that asks whether requester_verified is not true and nothing else"
        )


def _check_instrument(instrument: Instrument) -> None:
    for name in instrument.required:
        if name not in FACTS or FACTS[name].worked_out or name in OF_NAMING:
            raise RulesRefused(f"{instrument.id}: requires {name!r}, which is no fact that it can hang on")
    for name in instrument.binding_if:
        if name not in BINDING:
            raise RulesRefused(f"{instrument.id}: binds by {name!r}, which no profile tells")
    unknown = instrument.authorities - FACTS["authority_kind"].words
    if unknown:
        raise RulesRefused(f"{instrument.id}: no kind of authority: {', '.join(sorted(unknown))}")
    for permit in (Permit.COMPEL_WITH_COURT, Permit.COMPEL_IF_THRESHOLD):
        if (permit in instrument.permits.values()) != (permit in instrument.conditions):
            raise RulesRefused(f"{instrument.id}: {permit} needs a condition, and a condition needs a class")
    for permit, condition in instrument.conditions.items():
        _check_condition(f"{instrument.id}: {permit}", condition)
        _check_stops(f"{instrument.id}: {permit}", p.Neg(condition))
        if any(one.fact in ("classes", "asks") for one, _ in p.predicates(condition)):
            raise RulesRefused(f"{instrument.id}: {permit} hangs on what is asked for")
    gives = frozenset(each for each, permit in instrument.permits.items() if permit in GIVES)
    _check_names_others(instrument)
    for rule in instrument.rules:
        _check_asking_more(rule, gives)


def _check_names_others(instrument: Instrument) -> None:
    """Others are named only in what the law compels, and by a condition that no silence and no asking makes hold."""
    allowed = instrument.names_others
    if allowed is None:
        return
    compelled = {each for each, permit in instrument.permits.items() if permit in GIVES - {Permit.VOLUNTARY}}
    if allowed.classes & CONTENT or not allowed.classes <= compelled:
        raise RulesRefused(f"{instrument.id}: names others in a class that it does not compel, or that is content")
    if allowed.when is not None:
        where = f"{instrument.id}: names_third_parties"
        _check_condition(where, allowed.when)
        _check_stops(where, p.Neg(allowed.when))
        if any(one.fact in ("classes", "asks") for one, _ in p.predicates(allowed.when)):
            raise RulesRefused(f"{where} hangs on what is asked for")


def _check_condition(where: str, condition: p.Condition) -> None:
    """Every fact is known, may be asked this, and may say that."""
    for one, _ in p.predicates(condition):
        if one.fact in OF_NAMING:
            raise RulesRefused(f"{where}: asks for {one.fact}, on which nothing else hangs")
        fact = FACTS.get(one.fact)
        if fact is None:
            raise RulesRefused(f"{where}: asks for {one.fact!r}, which is no fact")
        if one.op not in p.OPS_OF[fact.kind]:
            raise RulesRefused(f"{where}: asks {one.op} of {one.fact}, which is of the kind {fact.kind}")
        if one.op in (p.Op.MISSING, p.Op.PRESENT, p.Op.LT, p.Op.GT, p.Op.OLDER_THAN_DAYS):
            continue
        if isinstance(one.against, bool) != (fact.kind in (Kind.FLAG, Kind.SHOWN)):
            raise RulesRefused(f"{where}: compares {one.fact} with a value of another kind")
        words = _words(one)
        if fact.words and not words <= fact.words:
            raise RulesRefused(f"{where}: {one.fact} never says {', '.join(sorted(words - fact.words))}")


def _check_stops(where: str, condition: p.Condition) -> None:
    """A fact that is left out turns no TRUE and no UNKNOWN into FALSE."""
    for one, negated in p.predicates(condition):
        if one.op in (p.TRUE_WHEN_ABSENT if negated else p.FALSE_WHEN_ABSENT):
            raise RulesRefused(f"{where}: leaving out {one.fact} would switch it off ({one.op})")


def _check_asking_more(rule: Rule, gives: frozenset[Releasable]) -> None:
    """More asks switch it off in no way; more classes only where they are all that could be given then."""
    if rule.action is Action.PROCEED:
        return
    for one in _switched_off_by_more(rule.when):
        if one.fact == "asks" or not gives <= _words(one):
            raise RulesRefused(f"{rule.code}: asking for more {one.fact} would switch it off")


def _switched_off_by_more(condition: p.Condition) -> Iterator[p.Predicate]:
    """Predicates on what is asked for that more of it may turn from TRUE into FALSE."""
    for one, negated in p.predicates(condition):
        off = p.Op.ANY_OF if negated else p.Op.NONE_OF
        if one.fact in ("asks", "classes") and one.op is off:
            yield one


def _words(one: p.Predicate) -> frozenset[str]:
    if isinstance(one.against, frozenset):
        return one.against
    return frozenset({one.against}) if isinstance(one.against, str) else frozenset()
