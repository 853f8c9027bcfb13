# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Facts are read as they are, or refused by name; what is absent stays absent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from privity.desk.legal.rulebook import profile as operators
from privity.desk.legal.rulebook.deriving import completed, received
from privity.desk.legal.rulebook.errors import FactIllTyped, FactUnknown, ProfileRefused
from privity.desk.legal.rulebook.facts import Days, Facts, Target, read, strange
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.rulebook.profile import BINDING, Profile, holds_of
from tests.desk.legal.rulebook.bases import PROFILE, TODAY

WRONG: list[tuple[str, Any]] = [
    ("agency", ""),
    ("agency", "   "),
    ("agency", "x" * 2001),
    ("agency", 17),
    ("agency", None),
    ("signature", "true"),
    ("signature", 1),
    ("emergency", "no"),
    ("max_penalty_years", True),
    ("max_penalty_years", -1),
    ("max_penalty_years", "5"),
    ("max_penalty_years", 1_000_001),
    ("issue_date", "20261120"),
    ("issue_date", "2026-02-30"),
    ("issue_date", "never"),
    ("issue_date", 20261120),
    ("expires_on", "sometime"),
    ("authority_kind", "A Judge"),
    ("authority_kind", ["judge"]),
    ("issuing_country", "us"),
    ("issuing_country", "USA"),
    ("asks", "disclose"),
    ("asks", ["disclose", 1]),
    ("asks", ["disclose"] * 65),
    ("time_range", "2026"),
    ("time_range", {"from": "2026-01-01"}),
    ("time_range", {"from": "2026-01-02", "to": "2026-01-01"}),
    ("time_range", {"from": "2026-01-01", "to": "2026-01-02", "zone": "UTC"}),
    ("targets", {"kind": "handle", "value": "a"}),
    ("targets", [{"kind": "handle"}]),
    ("targets", [{"kind": "handle", "value": ""}]),
    ("targets", [{"kind": "handle", "value": "a"}] * 10_001),
]


@pytest.mark.parametrize(("name", "given"), WRONG, ids=[f"{n}-{name}" for n, (name, _) in enumerate(WRONG)])
def test_a_fact_of_another_kind_is_refused_by_name(name: str, given: Any) -> None:
    with pytest.raises(FactIllTyped, match=f"^{name}: expected .*, got "):
        read({name: given})


def test_a_refusal_repeats_nothing_of_what_came() -> None:
    with pytest.raises(FactIllTyped) as caught:
        read({"issuing_country": "a secret"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("given", [None, [], "facts", 17])
def test_what_is_no_map_of_facts_is_refused(given: Any) -> None:
    with pytest.raises(FactIllTyped, match="expected a map of facts"):
        read(given)


def test_a_fact_that_no_rule_may_ask_for_is_refused() -> None:
    with pytest.raises(FactUnknown, match="'colour'"):
        read({"colour": "blue"})


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.worked_out])
def test_nobody_states_what_is_worked_out(name: str) -> None:
    with pytest.raises(FactUnknown, match="worked out"):
        read({name: True})


def test_what_says_as_much_as_its_absence_is_absent() -> None:
    assert dict(read({"signature": False, "classes": [], "targets": []}).values) == {}
    assert dict(read({"emergency": False, "flags": []}).values) == {"emergency": False, "flags": frozenset()}


def test_facts_are_typed() -> None:
    known = read(
        {
            "expires_on": "never",
            "issue_date": "2026-11-20",
            "time_range": {"from": "2026-11-01", "to": "2026-11-30"},
            "targets": [
                {"kind": "handle", "value": "b"},
                {"kind": "handle", "value": "a"},
                {"kind": "handle", "value": "a"},
            ],
        }
    )
    assert known.get("expires_on") == date.max
    assert known.day("issue_date") == date(2026, 11, 20)
    assert known.get("time_range") == Days(date(2026, 11, 1), date(2026, 11, 30))
    assert known.targets() == (Target("handle", "a"), Target("handle", "b"))
    assert known.text("issue_date") is None
    assert not known.shown("issue_date")


def test_a_word_that_the_house_does_not_know_stays_and_is_named() -> None:
    known = read({"classes": ["subscriber", "teapots"], "asks": ["brew"], "channel": "pigeon"})
    assert list(strange(known)) == [("channel", "pigeon"), ("asks", "brew"), ("classes", "teapots")]


def worked(profile: Profile = PROFILE, today: date = TODAY, **given: Any) -> Facts:
    return completed(read(given), profile, today)


@pytest.mark.parametrize(
    ("ordered", "came", "months"),
    [
        ("2026-08-24", "2026-11-23", 2),
        ("2026-08-24", "2026-11-24", 3),
        ("2026-08-31", "2026-09-30", 0),
        ("2026-08-31", "2026-10-01", 1),
        ("2025-12-15", "2026-01-14", 0),
        ("2025-12-15", "2026-01-15", 1),
        ("2026-11-25", "2026-11-24", 0),
    ],
)
def test_whole_months_since_the_order(ordered: str, came: str, months: int) -> None:
    known = worked(order_date=ordered, received_on=came)
    assert known.get("months_since_order") == months


def test_what_follows_is_absent_where_what_it_needs_is() -> None:
    assert worked().values == {}


def test_what_follows_from_the_facts() -> None:
    known = worked(
        expires_on="2026-11-25",
        issuing_country="IE",
        targets=[{"kind": "handle", "value": "a"}, {"kind": "account", "value": "b"}],
        time_range={"from": "2026-11-01", "to": "2026-11-30"},
    )
    assert known.get("expired") is True
    assert known.get("from_own_state") is True
    assert known.get("target_count") == 2
    assert known.get("target_kinds") == {"handle", "account"}
    assert known.get("range_days") == 30
    assert worked(expires_on="2026-11-26").get("expired") is False
    assert worked(expires_on="never").get("expired") is False
    assert worked(issuing_country="AT").get("from_own_state") is False


def test_a_day_of_receipt_that_has_not_come_makes_nothing_fresher() -> None:
    assert received(read({"received_on": "2027-01-01"}), TODAY) == TODAY
    assert received(read({"received_on": "2026-11-01"}), TODAY) == date(2026, 11, 1)
    assert received(read({}), TODAY) == TODAY


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"colour": "blue"},
        {"holds": {"content_e2ee": 1}},
        {"holds": {"key_material": 0}},
        {"designated_state": "Ireland"},
    ],
)
def test_lp_1_a_profile_that_is_none_or_holds_what_nobody_can_is_refused(given: Any) -> None:
    with pytest.raises(ProfileRefused, match="the profile: "):
        operators.read(given)


def test_nothing_binds_an_operator_of_whom_nothing_is_said() -> None:
    assert not any(holds_of(Profile(), fact) for fact in BINDING)
    assert all(holds_of(PROFILE, fact) for fact in BINDING)
    assert not holds_of(PROFILE, "something else")
