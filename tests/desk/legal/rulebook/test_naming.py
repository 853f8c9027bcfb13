# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom else an order has named: only where the instrument lets it and the order says so; nothing else hangs on it."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.desk.legal.rulebook import facts as reading
from privity.desk.legal.rulebook import loading, strict_yaml
from privity.desk.legal.rulebook import predicates as p
from privity.desk.legal.rulebook.checking import check
from privity.desk.legal.rulebook.errors import RulesRefused, SchemaRefused
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.model import Action, Rule, Rulebook, Verdict
from privity.desk.legal.rulebook.names import OF_NAMING
from privity.desk.legal.rulebook.profile import Profile
from privity.production.classes import CONTENT, GIVES, Permit, Releasable
from tests.desk.legal.rulebook.bases import ACTIVE, BASES, NAMES, PROFILE, RULEBOOK, TODAY, base, naming
from tests.desk.legal.rulebook.test_properties import DATES, PROFILES, requests

EXAMPLES: Final = int(os.environ.get("PRIVITY_PROVE_RULEBOOK_REQUESTS", "60"))
WARRANT: Final = "us.sca.warrant"
RECORDS: Final = frozenset(Releasable) - CONTENT


def everywhere() -> Rulebook:
    """A rulebook by which every instrument has others named in all that it may."""
    found = ACTIVE
    for name, instrument in ACTIVE.instruments.items():
        compelled = {each for each, permit in instrument.permits.items() if permit in GIVES - {Permit.VOLUNTARY}}
        if compelled & RECORDS:
            found = naming(name, *sorted(compelled & RECORDS), rulebook=found)
    check(found)
    return found


WIDEST: Final = everywhere()


def verdict(
    request: Mapping[str, Any], rulebook: Rulebook = WIDEST, profile: Profile = PROFILE, today: date = TODAY
) -> Verdict:
    return evaluate(rulebook, profile, reading.read(dict(request)), today)


def nameless(of: Verdict) -> Verdict:
    """The same without whom it lets be named, now or if the rulebook were in force."""
    return dataclasses.replace(of, named=(), would_be=None if of.would_be is None else nameless(of.would_be))


def test_the_shipped_rulebook_has_nobody_named() -> None:
    assert all(each.names_others is None for each in RULEBOOK.instruments.values())
    for instrument in BASES:
        assert verdict(base(instrument, NAMES), ACTIVE).named == ()


def test_it_takes_the_instrument_and_the_orders_own_words() -> None:
    assert set(verdict(base(WARRANT, NAMES)).named) == RECORDS
    assert set(verdict(base(WARRANT, NAMES), naming(WARRANT, Releasable.ACCOUNT_STATE)).named) == {"account_state"}
    assert verdict(base("us.sca.subpoena", NAMES), naming(WARRANT, *RECORDS)).named == ()
    for name in OF_NAMING:
        assert verdict(base(WARRANT, NAMES, (name,))).named == ()
    assert verdict(base(WARRANT, {**NAMES, "names_third_parties": False})).named == ()


@settings(max_examples=EXAMPLES, deadline=None)
@given(requests(strange=True), PROFILES, DATES, st.sets(st.sampled_from(OF_NAMING)))
def test_lp_10_saying_so_or_leaving_it_out_changes_nothing_but_who_may_be_named(
    request: dict[str, Any], profile: Profile, today: date, said: set[str]
) -> None:
    """Not the classes that are released or kept, not the action, not one code or finding: and so no account or day."""
    without = {name: value for name, value in request.items() if name not in OF_NAMING}
    some = {**without, **{name: NAMES[name] for name in said}}
    before = verdict(without, WIDEST, profile, today)
    after = verdict(some, WIDEST, profile, today)
    shipped = verdict(without, ACTIVE, profile, today)
    assert nameless(after) == before == shipped
    assert before == nameless(before)
    assert set(after.named) <= {each.data_class for each in after.release} - CONTENT
    assert said == set(OF_NAMING) or after.named == ()


NEVER_TRUE_BY_SILENCE: Final = (
    p.Predicate("authority_kind", p.Op.NOT_IN, frozenset({"police"})),
    p.Predicate("judicial_signature", p.Op.MISSING),
    p.Neg(p.Predicate("judicial_signature", p.Op.PRESENT)),
    p.Predicate("classes", p.Op.ANY_OF, frozenset({"subscriber"})),
    p.Predicate("names_third_parties", p.Op.IS, True),
    p.Predicate("teapots", p.Op.IS, True),
)


@pytest.mark.parametrize(
    "when", NEVER_TRUE_BY_SILENCE, ids=["not in", "missing", "not there", "asked", "itself", "none"]
)
def test_no_condition_holds_by_silence_or_by_asking(when: p.Condition) -> None:
    with pytest.raises(RulesRefused):
        check(naming(WARRANT, Releasable.ACCOUNT_STATE, when=when))
    check(naming(WARRANT, Releasable.ACCOUNT_STATE, when=p.Predicate("judicial_signature", p.Op.IS, True)))


@pytest.mark.parametrize(
    ("instrument", "data_class"),
    [
        (WARRANT, Releasable.CONTENT_PROFILE),
        (WARRANT, Releasable.CONTENT_REPORTED),
        ("us.sca.subpoena", Releasable.ACCOUNT_STATE),
        ("us.sca.emergency", Releasable.SUBSCRIBER),
        ("us.sca.2703f", Releasable.SUBSCRIBER),
    ],
    ids=["profile", "reported", "denied", "voluntary", "kept"],
)
def test_nobody_is_named_in_content_or_in_what_the_instrument_does_not_compel(
    instrument: str, data_class: Releasable
) -> None:
    with pytest.raises(RulesRefused):
        check(naming(instrument, data_class))


@pytest.mark.parametrize("name", OF_NAMING)
def test_no_rule_permit_or_requirement_hangs_on_it(name: str) -> None:
    asks = p.Predicate(name, p.Op.MISSING)
    rule = Rule("T1", Action.REJECT, asks, "a test", ("policy",), MappingProxyType({}), ("a test",), instead="nothing")
    with pytest.raises(RulesRefused):
        check(dataclasses.replace(ACTIVE, global_rules=(*ACTIVE.global_rules, rule)))
    warrant = ACTIVE.instruments[WARRANT]
    more = dataclasses.replace(warrant, required=(*warrant.required, name))
    with pytest.raises(RulesRefused):
        check(dataclasses.replace(ACTIVE, instruments=MappingProxyType({**ACTIVE.instruments, WARRANT: more})))


def test_an_operators_rulebook_says_it_with_its_sources_and_in_no_other_way() -> None:
    read = strict_yaml.load(files("privity.desk.legal.rulebook").joinpath("rulebook.yaml").read_bytes())
    (warrant,) = [each for each in read["instruments"] if each["id"] == WARRANT]
    whole = {
        "classes": ["account_state"],
        "when": {"fact": "judicial_signature", "op": "is", "value": True},
        "basis": ["18 USC 2703(c)(1)(A)"],
        "confidence": "medium",
        "sources": ["counsel's letter of 2026-11-20"],
    }
    warrant["names_third_parties"] = whole
    allowed = loading.load(json.dumps(read).encode()).instruments[WARRANT].names_others
    assert allowed is not None and allowed.classes == {Releasable.ACCOUNT_STATE}
    assert allowed.sources == ("counsel's letter of 2026-11-20",)
    for name in ("basis", "confidence", "sources", "classes"):
        warrant["names_third_parties"] = {other: value for other, value in whole.items() if other != name}
        with pytest.raises(SchemaRefused):
            loading.load(json.dumps(read).encode())
    for classes in ([], ["content_reported"], ["content_e2ee"], ["account_state", "account_state"]):
        warrant["names_third_parties"] = {**whole, "classes": classes}
        with pytest.raises(SchemaRefused):
            loading.load(json.dumps(read).encode())
