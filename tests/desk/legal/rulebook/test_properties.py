# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is asked: nothing is raised, nobody gains by asking for more or telling less, and no never class leaves."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privity.desk.legal.rulebook import facts as reading
from privity.desk.legal.rulebook import predicates as p
from privity.desk.legal.rulebook.checking import check
from privity.desk.legal.rulebook.errors import RulesRefused
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.model import Action, Rule, Verdict
from privity.desk.legal.rulebook.names import FACTS, Kind
from privity.desk.legal.rulebook.profile import Profile
from privity.production.classes import Never, Releasable
from tests.desk.legal.rulebook.bases import ACTIVE, BASES, PROFILE, RULEBOOK, TODAY, base

EXAMPLES: Final = int(os.environ.get("PRIVITY_PROVE_RULEBOOK_REQUESTS", "100"))
PROVEN: Final = int(os.environ.get("PRIVITY_PROVE_RULEBOOK_REQUESTS", "20000"))
STATED: Final = sorted(name for name, fact in FACTS.items() if not fact.worked_out)
CLASSES: Final = [*(each.value for each in Releasable), *(each.value for each in Never)]
ASKS: Final = sorted(FACTS["asks"].words)
KINDS: Final = sorted(FACTS["target_kinds"].words)

DAYS: Final = st.dates(date(2025, 1, 1), date(2028, 1, 1)).map(str)
TARGETS: Final = st.lists(
    st.fixed_dictionaries({"kind": st.sampled_from(KINDS), "value": st.text(min_size=1).filter(str.strip)}), max_size=40
)


def _value(name: str, strange: bool = False) -> st.SearchStrategy[Any]:
    """A value of the kind of a fact, as a file would say it; of known words, unless `strange`."""
    fact = FACTS[name]
    words = st.sampled_from(sorted(fact.words) or ["word"])
    if strange:
        words |= st.just("teapot")
    match fact.kind:
        case Kind.TEXT:
            return st.sampled_from([*BASES, "nsl", "nobody"]) if name == "instrument" else st.just("told")
        case Kind.SHOWN | Kind.FLAG:
            return st.booleans()
        case Kind.COUNT:
            return st.integers(0, 100)
        case Kind.DAY:
            return DAYS
        case Kind.DAY_OR_NEVER:
            return DAYS | st.just("never")
        case Kind.WORD:
            return words
        case Kind.COUNTRY:
            return st.sampled_from(["US", "GB", "AU", "AT", "DE", "DK", "FR", "IE", "ZZ"])
        case Kind.WORDS | Kind.SOME_WORDS:
            return st.lists(words, max_size=4)
        case Kind.DAYS:
            return st.tuples(DAYS, DAYS).map(lambda two: {"from": min(two), "to": max(two)})
        case Kind.TARGETS:
            return TARGETS


@st.composite
def requests(draw: st.DrawFn, strange: bool = False) -> dict[str, Any]:
    """A valid request with a few facts changed and a few left out, so that some of each verdict come."""
    instrument = draw(st.sampled_from(sorted(BASES)))
    changed = draw(st.lists(st.sampled_from(STATED), max_size=4))
    dropped = draw(st.sampled_from([(), (), ("docket",), ("flags", "emergency")]))
    return base(instrument, {name: draw(_value(name, strange)) for name in changed}, dropped)


PROFILES: Final = st.just(PROFILE) | st.builds(
    Profile,
    established_in=st.sampled_from([(), ("IE",), ("GB", "US")]),
    us_jurisdiction=st.booleans(),
    offers_services_in_eu=st.booleans(),
    designated_state=st.sampled_from([None, "IE"]),
    holds=st.dictionaries(st.sampled_from(Releasable), st.integers(0, 400)),
)
DATES: Final = st.just(TODAY) | st.dates(date(2026, 1, 1), date(2028, 1, 1))


def verdict(request: Mapping[str, Any], profile: Profile = PROFILE, today: date = TODAY) -> Verdict:
    return evaluate(ACTIVE, profile, reading.read(dict(request)), today)


def released(of: Verdict) -> set[str]:
    return {given.data_class for given in of.release}


def reached(of: Verdict) -> set[str]:
    """Whatever is released or kept."""
    return released(of) | set(of.preserve)


def total(request: dict[str, Any], profile: Profile, today: date) -> None:
    for rulebook in (ACTIVE, RULEBOOK):
        known = reading.read(request)
        first, second = (msgspec.json.encode(evaluate(rulebook, profile, known, today)) for _ in range(2))
        assert first == second
        of = msgspec.json.decode(first, type=Verdict)
        assert reached(of) <= set(map(str, request.get("classes", ())))
        assert not reached(of) & set(Never)
        assert not of.release or of.action in (Action.NARROW, Action.PROCEED)
        assert of.codes or of.action is Action.PROCEED
        assert not of.release or rulebook is ACTIVE


def asking_more(request: dict[str, Any], more_ask: str, more_class: str, profile: Profile) -> None:
    before = verdict(request, profile)
    if "asks" in request:
        asked = verdict({**request, "asks": [*request["asks"], more_ask]}, profile)
        assert reached(asked) <= reached(before)
    wider = verdict({**request, "classes": [*request.get("classes", ()), more_class]}, profile)
    assert released(wider) <= released(before) | {more_class}
    assert set(wider.preserve) <= set(before.preserve) | {more_class}


def telling_less(request: dict[str, Any], profile: Profile) -> None:
    before = verdict(request, profile)
    for name in request:
        without = {other: value for other, value in request.items() if other != name}
        after = verdict(without, profile)
        assert reached(after) <= reached(before), name
        assert not after.on_device or before.on_device, name


@settings(max_examples=EXAMPLES, deadline=None)
@given(requests(strange=True), PROFILES, DATES)
def test_evaluation_is_total_and_the_same_every_time(request: dict[str, Any], profile: Profile, today: date) -> None:
    total(request, profile, today)


@settings(max_examples=EXAMPLES, deadline=None)
@given(requests(strange=True), st.sampled_from([*ASKS, "brew"]), st.sampled_from([*CLASSES, "teapots"]), PROFILES)
def test_lp_16_asking_for_more_never_widens(
    request: dict[str, Any], more_ask: str, more_class: str, profile: Profile
) -> None:
    asking_more(request, more_ask, more_class, profile)


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(requests(), PROFILES)
def test_telling_less_never_widens(request: dict[str, Any], profile: Profile) -> None:
    telling_less(request, profile)


@pytest.mark.prove
def test_the_same_of_many_more_requests() -> None:
    @settings(max_examples=PROVEN, deadline=None)
    @given(requests(), st.sampled_from(ASKS), st.sampled_from(CLASSES), PROFILES, DATES)
    def everything(request: dict[str, Any], ask: str, data_class: str, profile: Profile, today: date) -> None:
        total(request, profile, today)
        asking_more(request, ask, data_class, profile)
        telling_less(request, profile)

    everything()


@settings(max_examples=EXAMPLES, deadline=None)
@given(requests(strange=True), TARGETS, st.sampled_from([{}, {"requester_verified": False}]))
def test_lp_12_lp_16_unverified_requests_are_answered_alike_whatever_the_targets(
    request: dict[str, Any], targets: list[dict[str, str]], verified: dict[str, bool]
) -> None:
    del request["requester_verified"]
    request |= verified
    one, other = verdict(request), verdict({**request, "targets": targets})
    assert msgspec.json.encode(one) == msgspec.json.encode(other)
    assert not reached(other)


@pytest.mark.parametrize("instrument", BASES)
def test_lp_1_lp_16_no_instrument_releases_a_never_class_whatever_classes_are_asked_for(instrument: str) -> None:
    for count in range(len(CLASSES) + 1):
        for asked in itertools.combinations(CLASSES, count):
            of = verdict(base(instrument, {"classes": list(asked)}))
            assert not reached(of) & set(Never)
            assert reached(of) <= set(asked)
            assert {each.data_class for each in of.not_held} == set(asked) & set(Never)


@pytest.mark.parametrize("instrument", BASES)
def test_lp_16_no_single_fact_or_two_left_out_of_a_valid_request_widen_it(instrument: str) -> None:
    request = base(instrument)
    whole = verdict(request)
    for dropped in [*itertools.combinations(request, 1), *itertools.combinations(request, 2)]:
        after = verdict({name: value for name, value in request.items() if name not in dropped})
        assert reached(after) <= reached(whole)


def _predicate(name: str) -> st.SearchStrategy[p.Predicate]:
    fact = FACTS[name]

    def against(op: p.Op) -> st.SearchStrategy[p.Predicate]:
        words: st.SearchStrategy[p.Against] = st.frozensets(st.sampled_from(sorted(fact.words) or ["x"]), min_size=1)
        values: Mapping[p.Op, st.SearchStrategy[p.Against]] = {
            p.Op.IS: st.booleans(),
            p.Op.NOT: st.booleans(),
            p.Op.LT: st.integers(0, 100),
            p.Op.GT: st.integers(0, 100),
        }
        value = values.get(op, words)
        return st.builds(p.Predicate, st.just(name), st.just(op), value)

    there = st.builds(p.Predicate, st.just(name), st.sampled_from([p.Op.MISSING, p.Op.PRESENT]))
    return there | st.sampled_from(sorted(p.OPS_OF[fact.kind] - {p.Op.MISSING, p.Op.PRESENT})).flatmap(against)


RULED: Final = ("emergency", "max_penalty_years", "asks", "classes", "signature")
CONDITIONS: Final[st.SearchStrategy[p.Condition]] = st.recursive(
    st.sampled_from(RULED).flatmap(_predicate),
    lambda inner: (
        st.builds(p.Neg, inner)
        | st.builds(p.All, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(p.Any, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    CONDITIONS,
    st.sampled_from([action for action in Action if action is not Action.NARROW]),
    requests(),
    st.sampled_from(ASKS),
    st.sampled_from(CLASSES),
)
def test_no_rule_that_is_taken_into_a_rulebook_can_be_escaped_by_telling_less_or_asking_more(
    condition: p.Condition, action: Action, request: dict[str, Any], more_ask: str, more_class: str
) -> None:
    """Not the rules that are shipped, but any that the check lets pass."""
    rule = Rule("T1", action, condition, "a test", ("policy",), MappingProxyType({}), ("a test",))
    rulebook = dataclasses.replace(ACTIVE, global_rules=(*ACTIVE.global_rules, rule))
    try:
        check(rulebook)
    except RulesRefused:
        assume(False)

    def found(given: Mapping[str, Any]) -> set[str]:
        return released(evaluate(rulebook, PROFILE, _facts(given), TODAY))

    before = found(request)
    for name in request:
        assert found({other: value for other, value in request.items() if other != name}) <= before
    if "asks" in request:
        assert found({**request, "asks": [*request["asks"], more_ask]}) <= before
    assert found({**request, "classes": [*request.get("classes", ()), more_class]}) <= before | {more_class}


def _facts(given: Mapping[str, Any]) -> Facts:
    return reading.read(dict(given))
