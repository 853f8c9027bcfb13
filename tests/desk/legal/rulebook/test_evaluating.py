# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The order of the verdict, the default deny, what is kept, what would work, and when a rulebook is in force."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from privity.desk.legal.rulebook.evaluating import QUARANTINE_HOURS, evaluate
from privity.desk.legal.rulebook.model import ORDER, Action, Keeping, Looked, Review, Rule, Rulebook, Status, Verdict
from privity.desk.legal.rulebook.predicates import Op, Predicate
from privity.desk.legal.rulebook.profile import Profile
from privity.production.classes import Never, Permit, Releasable
from tests.desk.legal.rulebook.bases import ACTIVE, BASES, PROFILE, REVIEW, RULEBOOK, TODAY, facts, reviewed

WARRANT = "us.sca.warrant"
DOCUMENTED = ["reject", "hold", "refer", "clarify", "narrow", "proceed"]


def verdict(base: str = WARRANT, rulebook: Rulebook = ACTIVE, profile: Profile = PROFILE, **given: Any) -> Verdict:
    """Of the valid request of an instrument, with some facts changed."""
    return evaluate(rulebook, profile, facts(base, given), TODAY)


def classes(of: Verdict) -> list[Releasable]:
    return [given.data_class for given in of.release]


@pytest.mark.parametrize("instrument", BASES)
def test_every_valid_request_gets_what_its_instrument_reaches_and_no_more(instrument: str) -> None:
    found = verdict(instrument)
    permits = RULEBOOK.instruments[instrument].permits
    asked = {Releasable(each) for each in BASES[instrument].get("classes", ())}
    if Permit.REFER in {permits[each] for each in asked}:
        assert found.action is Action.REFER
        assert not found.release
        return
    assert found.action is Action.PROCEED
    kept = {each for each in asked if permits[each] is Permit.PRESERVE}
    assert set(classes(found)) == asked - kept
    assert found.on_device == (instrument == "user.disclosure")


def _firing(action: Action) -> Rule:
    """A rule of an action that always fires."""
    return Rule(
        code=f"T-{action}",
        action=action,
        when=Predicate("docket", Op.IS, "26-mj-17"),
        reason="it always fires",
        basis=("policy",),
        confidence=MappingProxyType({"all": "policy"}),
        sources=("a test",),
        removes=frozenset({Releasable.SUBSCRIBER}) if action is Action.NARROW else frozenset(),
    )


@pytest.mark.parametrize("actions", [*itertools.permutations(Action, 2)], ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_the_most_careful_action_wins_in_whatever_order_rules_stand(actions: tuple[Action, Action]) -> None:
    rulebook = dataclasses.replace(ACTIVE, global_rules=(*ACTIVE.global_rules, *map(_firing, actions)))
    found = verdict(rulebook=rulebook)
    assert found.action is min(actions, key=DOCUMENTED.index)
    assert found.codes == (f"T-{found.action}",)
    assert bool(found.release) == (found.action in (Action.NARROW, Action.PROCEED))
    if Action.NARROW in actions:
        assert Releasable.SUBSCRIBER not in classes(found)


def test_the_order_is_the_documented_one() -> None:
    assert [str(action) for action in ORDER] == DOCUMENTED


@pytest.mark.parametrize("verified", [False, None])
def test_lp_12_whoever_is_not_verified_gets_one_answer_whatever_else_is_wrong(verified: bool | None) -> None:
    """Before any rejection, and also by a draft: the order of the day is not told to a stranger."""
    drop = () if verified is not None else ("requester_verified",)
    answers = set()
    changes: list[dict[str, Any]] = [
        {},
        {"asks": ["keys"]},
        {"targets": []},
        {"classes": ["teapots"]},
        {"instrument": "nsl"},
    ]
    for instrument in BASES:
        for change in changes:
            given = {**change, **({} if verified is None else {"requester_verified": verified})}
            found = evaluate(ACTIVE, PROFILE, facts(instrument, given, drop), TODAY)
            answers.add(msgspec.json.encode(found))
    assert len(answers) == 1
    one = msgspec.json.decode(answers.pop(), type=Verdict)
    assert (one.action, one.codes, one.release, one.preserve) == (Action.HOLD, ("G05",), (), ())
    assert one.quarantine_hours == QUARANTINE_HOURS


@pytest.mark.parametrize("instrument", BASES)
def test_lp_13_an_emergency_does_not_skip_verification(instrument: str) -> None:
    found = verdict(instrument, requester_verified=False, emergency=True, emergency_reasons="tea is at five")
    assert found.codes == ("G05",)


def test_lp_13_no_callback_no_data() -> None:
    found = verdict("us.sca.emergency", callback_done=False)
    assert (found.action, found.codes, found.release) == (Action.HOLD, ("US-E2",), ())


UNKNOWN: list[dict[str, Any]] = [
    {"instrument": "us.teapot"},
    {"instrument": "nsl"},
    {"issuing_country": "ZZ"},
    {"issuing_country": "GB"},
    {"classes": ["subscriber", "teapots"]},
    {"classes": ["teapots"]},
    {"asks": ["disclose", "brew"]},
    {"flags": ["potter"]},
    {"authority_kind": "brewer"},
    {"requester_kind": "brewer"},
    {"targets": [{"kind": "handle", "value": "a"}, {"kind": "teapot", "value": "b"}]},
    {"channel": "pigeon"},
]


@pytest.mark.parametrize("change", UNKNOWN, ids=[str(n) for n in range(len(UNKNOWN))])
def test_lp_4_what_no_rule_knows_is_referred_and_nothing_leaves(change: dict[str, Any]) -> None:
    found = verdict(**change)
    assert found.action is Action.REFER
    assert not found.release
    assert not found.preserve


@pytest.mark.parametrize("instrument", [name for name, each in RULEBOOK.instruments.items() if each.binding_if])
def test_lp_4_an_instrument_that_does_not_bind_is_referred(instrument: str) -> None:
    for profile in (Profile(), Profile(holds=PROFILE.holds)):
        found = verdict(instrument, profile=profile)
        assert found.action is Action.REFER
        assert "D-BINDING" in found.codes
        assert not found.release
        assert not found.preserve


@pytest.mark.parametrize("instrument", BASES)
def test_lp_15_a_draft_refers_whatever_it_would_say(instrument: str) -> None:
    found = verdict(instrument, rulebook=RULEBOOK)
    assert (found.action, found.codes, found.release, found.preserve) == (Action.REFER, ("D-REVIEW",), (), ())
    assert found.would_be == verdict(instrument)


OLD = TODAY - timedelta(days=181)
JUST = TODAY - timedelta(days=180)


@pytest.mark.parametrize(
    ("review", "in_force"),
    [
        (Review(("Ada", "Bo"), TODAY), True),
        (Review(("Ada", "Bo"), JUST), True),
        (Review(("Ada", "Bo"), OLD), False),
        (Review(("Ada", "Bo"), TODAY + timedelta(days=1)), False),
        (Review(("Ada", "Bo"), None), False),
        (Review(("Ada",), TODAY), False),
        (Review(("Ada", " ADA "), TODAY), False),
        (Review(("Ada", " "), TODAY), False),
        (Review((), TODAY), False),
    ],
)
@pytest.mark.parametrize("of_instrument", [True, False], ids=["instrument", "rules for all"])
def test_lp_15_active_takes_two_reviewers_and_180_days(review: Review, in_force: bool, of_instrument: bool) -> None:
    rulebook = reviewed(review=review) if of_instrument else dataclasses.replace(reviewed(), review=review)
    rulebook = dataclasses.replace(rulebook, review=REVIEW) if of_instrument else rulebook
    found = verdict(rulebook=rulebook)
    assert (found.action is Action.PROCEED) == in_force
    assert bool(found.release) == in_force
    assert (found.would_be is None) == in_force


def test_lp_15_an_instrument_that_nobody_reviewed_is_referred_beside_one_that_is() -> None:
    instruments = dict(ACTIVE.instruments)
    instruments[WARRANT] = dataclasses.replace(instruments[WARRANT], review=Review())
    rulebook = dataclasses.replace(ACTIVE, instruments=MappingProxyType(instruments))
    assert verdict(rulebook=rulebook).codes == ("D-REVIEW",)
    assert verdict("us.sca.subpoena", rulebook=rulebook).action is Action.PROCEED
    assert verdict(rulebook=dataclasses.replace(ACTIVE, status=Status.DRAFT)).codes == ("D-REVIEW",)


def test_a_rejected_epoc_keeps_its_data_and_a_rejected_subpoena_nothing() -> None:
    epoc = verdict("eu.epoc", max_penalty_years=2)
    assert epoc.action is Action.REJECT
    assert epoc.preserve == tuple(Releasable)
    assert not epoc.release
    subpoena = verdict("us.sca.subpoena", expires_on="2026-11-01")
    assert (subpoena.action, subpoena.preserve) == (Action.REJECT, ())


@pytest.mark.parametrize(
    "change",
    [
        {"targets": []},
        {"targets": [{"kind": "keyword", "value": "teapot"}]},
        {"issuing_country": "DK"},
        {"issuing_country": "US"},
        {"classes": ["content_e2ee"]},
    ],
    ids=["nobody", "a keyword", "Denmark", "another country", "nothing held"],
)
def test_what_binds_nobody_or_names_nobody_keeps_nothing(change: dict[str, Any]) -> None:
    assert not verdict("eu.epoc", **change).preserve


def test_an_order_that_is_held_or_clarified_is_kept_from_receipt() -> None:
    held = verdict("eu.epoc", enforcing_period_open=True)
    assert (held.action, held.preserve, held.release) == (Action.HOLD, tuple(Releasable), ())
    asked = verdict("eu.epoc", signature_qualified=False)
    assert (asked.action, asked.preserve, asked.release) == (Action.CLARIFY, tuple(Releasable), ())


@pytest.mark.parametrize("on_reject", [True, False])
@pytest.mark.parametrize("on_receipt", [True, False])
def test_what_is_kept_when_is_said_by_the_instrument(on_receipt: bool, on_reject: bool) -> None:
    instruments = dict(ACTIVE.instruments)
    instruments[WARRANT] = dataclasses.replace(instruments[WARRANT], keeping=Keeping(on_receipt, on_reject))
    rulebook = dataclasses.replace(ACTIVE, instruments=MappingProxyType(instruments))
    assert bool(verdict(rulebook=rulebook, flags=["lawyer"]).preserve) == on_receipt
    assert bool(verdict(rulebook=rulebook).preserve) == on_receipt
    assert bool(verdict(rulebook=rulebook, judicial_signature=False).preserve) == on_reject


@pytest.mark.parametrize("instrument", BASES)
def test_who_issued_it_is_asked_of_every_instrument(instrument: str) -> None:
    wrong = verdict(instrument, authority_kind="brewer")
    assert "D-AUTHORITY" in {each.code for each in wrong.trace}
    assert not wrong.release
    silent = evaluate(ACTIVE, PROFILE, facts(instrument, drop=("authority_kind",)), TODAY)
    assert "authority_kind" in silent.wanted
    assert not silent.release


def test_preserving_discloses_nothing() -> None:
    for instrument in ("us.sca.2703f", "us.ncmec.preservation", "eu.epoc_pr"):
        kept = verdict(instrument)
        assert (kept.preserve, kept.release) == (tuple(Releasable), ())
        asking = verdict(instrument, asks=["preserve", "disclose"])
        assert (asking.action, asking.preserve, asking.release) == (Action.REJECT, (), ())


@pytest.mark.parametrize("never", Never)
def test_lp_1_what_nobody_holds_is_answered_with_the_statement(never: Never) -> None:
    found = verdict(classes=["subscriber", never])
    assert classes(found) == [Releasable.SUBSCRIBER]
    assert [(each.data_class, each.statement) for each in found.not_held] == [
        (never, RULEBOOK.classes[never].statement)
    ]
    assert verdict(classes=[never]).codes == ("D-NOTHING",)


def test_a_class_that_the_operator_does_not_hold_is_not_released() -> None:
    holds = {each: 30 for each in Releasable if each is not Releasable.SESSION_IP}
    found = verdict(profile=msgspec.structs.replace(PROFILE, holds=holds))
    assert Releasable.SESSION_IP not in classes(found)
    assert [each.data_class for each in found.not_held] == ["session_ip"]


def test_a_refusal_names_what_would_work() -> None:
    found = verdict("us.sca.subpoena", classes=["subscriber", "account_state", "content_reported"])
    assert [(each.data_class, each.code) for each in found.denied] == [
        ("account_state", "US-S1"),
        ("content_reported", "US-S1"),
    ]
    ways = {each.instrument: each.classes for each in found.narrower if each.instrument}
    assert ways == {
        "us.sca.subpoena": (Releasable.SUBSCRIBER,),
        "us.sca.2703d": (Releasable.ACCOUNT_STATE,),
        "us.sca.warrant": (Releasable.ACCOUNT_STATE, Releasable.CONTENT_REPORTED),
    }
    for rule in RULEBOOK.rules():
        assert rule.instead or rule.action not in (Action.REJECT, Action.NARROW)


def test_no_other_country_and_no_instrument_that_does_not_bind_is_named() -> None:
    profile = msgspec.structs.replace(PROFILE, us_jurisdiction=False)
    found = verdict("us.sca.subpoena", profile=profile, classes=["subscriber", "content_reported"])
    assert {each.instrument for each in found.narrower} == {"", "us.sca.subpoena"}


@pytest.mark.parametrize(("basis", "until"), [(None, None), ("18 USC 2705(b)", None), (None, "2027-01-31")])
def test_lp_23_a_gag_without_basis_or_end_is_a_wish(basis: str | None, until: str | None) -> None:
    told: dict[str, Any] = {"gag_basis": basis, "gag_until": until}
    found = verdict(gag_requested=True, **{name: value for name, value in told.items() if value is not None})
    assert (found.action, found.codes) == (Action.CLARIFY, ("G09",))


def test_lp_17_the_trace_tells_every_rule_that_was_looked_at() -> None:
    found = verdict("us.sca.subpoena", classes=["subscriber", "content_reported"])
    own = [rule.code for rule in RULEBOOK.instruments["us.sca.subpoena"].rules]
    assert [each.code for each in found.trace] == [rule.code for rule in RULEBOOK.global_rules] + own
    fired = [each for each in found.trace if each.looked is Looked.FIRED]
    assert [(each.code, each.basis) for each in fired] == [("US-S1", ("18 USC 2703(c)(2)",))]
    assert fired[0].reason
    assert found.rulebook == RULEBOOK.sha256


def test_what_cannot_be_decided_is_asked_for() -> None:
    found = evaluate(ACTIVE, PROFILE, facts(WARRANT, drop=("foreign_law_conflict", "docket")), TODAY)
    assert (found.action, found.codes) == (Action.CLARIFY, ("D-REQUIRED", "D-UNDECIDED"))
    assert found.wanted == ("docket", "foreign_law_conflict")
    undecided = [each.code for each in found.trace if each.looked is Looked.UNDECIDED]
    assert undecided == ["US-W3"]


def test_a_rule_that_only_lets_go_on_waits_for_nobody() -> None:
    rule = dataclasses.replace(_firing(Action.PROCEED), when=Predicate("emergency", Op.IS, True))
    rulebook = dataclasses.replace(ACTIVE, global_rules=(*ACTIVE.global_rules, rule))
    assert verdict(rulebook=rulebook).action is Action.PROCEED


@pytest.mark.parametrize(
    ("instrument", "today", "applies"),
    [
        ("ukus.opo", date(2027, 10, 2), True),
        ("ukus.opo", date(2027, 10, 3), False),
        ("eu.epoc", date(2026, 8, 17), False),
        ("eu.epoc", date(2026, 8, 18), True),
    ],
)
def test_an_instrument_applies_for_its_term(instrument: str, today: date, applies: bool) -> None:
    rulebook = reviewed(review=Review(REVIEW.reviewers, today))
    found = evaluate(rulebook, PROFILE, facts(instrument, {"order_date": "2026-11-02"}), today)
    assert ("D-TERM" in found.codes) != applies
    assert bool(found.preserve or found.release) or not applies


def test_a_voluntary_class_is_marked_as_one() -> None:
    assert {given.permit for given in verdict("us.sca.emergency").release} == {Permit.VOLUNTARY}
    assert {given.permit for given in verdict().release} == {Permit.COMPEL}
