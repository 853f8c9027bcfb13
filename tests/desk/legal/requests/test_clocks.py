# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every clock of a legal request to the millisecond: pure functions of a moment and of the rulebook's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from privity.desk.legal.requests.clocks import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    Clock,
    Due,
    day_of,
    due_of,
    end_of_day,
    midnight,
    of_instrument,
    term,
)
from privity.desk.legal.requests.errors import ClockUndetermined, RenewalRefused
from tests.desk.legal.rulebook.bases import RULEBOOK, facts


def at(day: str, clock: str = "00:00:00") -> int:
    return int(datetime.fromisoformat(f"{day}T{clock}+00:00").timestamp() * 1000)


NOON = at("2026-11-26", "12:00:00")  # a Thursday


@pytest.mark.parametrize(
    ("clock", "due_ms"),
    [
        (Clock.ACKNOWLEDGE, NOON + MINUTE_MS),
        (Clock.FIRST_LOOK, at("2026-11-28")),
        (Clock.FIRST_LOOK_EMERGENCY, NOON + 30 * MINUTE_MS),
        (Clock.TAKE, NOON + 24 * HOUR_MS),
        (Clock.ENFORCING, at("2026-12-07")),
        (Clock.OBJECTION, at("2026-12-07")),
        (Clock.CLARIFICATION, at("2026-12-02")),
        (Clock.NOTICE, at("2026-12-04")),
        (Clock.GAG_REVIEW, at("2027-02-25")),
        (Clock.DOWNLOAD, at("2026-12-11")),
        (Clock.PURGE, at("2026-12-27")),
        (Clock.DRAFT, at("2026-12-11")),
    ],
)
def test_lp_18_due(clock: Clock, due_ms: int) -> None:
    assert due_of(clock, NOON) == Due(NOON, due_ms)


def test_lp_18_every_clock_is_due_some_way() -> None:
    for clock in Clock:
        if clock in (Clock.PRODUCE, Clock.FRESH):
            with pytest.raises(ClockUndetermined):
                due_of(clock, NOON)
            assert due_of(clock, NOON, NOON + 5).due_ms == NOON + 5
        else:
            assert due_of(clock, NOON).due_ms > NOON


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-26", "2026-11-28"),  # Thursday: Friday is over
        ("2026-11-27", "2026-12-01"),  # Friday: Monday is over
        ("2026-11-28", "2026-12-01"),  # Saturday
        ("2026-11-29", "2026-12-01"),  # Sunday
        ("2026-11-30", "2026-12-02"),  # Monday
        ("2026-12-31", "2027-01-02"),  # no holiday makes it later
    ],
)
def test_the_first_look_waits_for_a_working_day_and_for_nothing_else(received: str, due: str) -> None:
    for clock in ("00:00:00", "23:59:59"):
        assert due_of(Clock.FIRST_LOOK, at(received, clock)).due_ms == at(due)


def test_warnings_come_at_half_and_pages_at_four_fifths() -> None:
    due = Due(1000, 2000)
    assert (due.warn_ms, due.page_ms) == (1500, 1800)
    eight_hours = Due(NOON, NOON + 8 * HOUR_MS)
    assert (eight_hours.warn_ms, eight_hours.page_ms) == (NOON + 4 * HOUR_MS, NOON + 8 * HOUR_MS * 4 // 5)


def test_a_gag_is_reviewed_at_its_end_or_after_90_days_whichever_comes_first() -> None:
    ends = at("2026-12-24")
    assert due_of(Clock.GAG_REVIEW, NOON, ends).due_ms == ends
    assert due_of(Clock.GAG_REVIEW, NOON, at("2028-01-01")).due_ms == at("2027-02-25")
    assert due_of(Clock.GAG_REVIEW, NOON, NOON - 1).due_ms == NOON  # over already: now


@pytest.mark.parametrize("clock", ["00:00:00", "12:00:00", "23:59:59"])
def test_day_0_is_the_day_of_receipt_whatever_its_hour(clock: str) -> None:
    assert end_of_day(at("2026-11-26", clock), 0) == at("2026-11-27")
    assert end_of_day(at("2026-11-26", clock), 10) == at("2026-12-07")


def test_days_are_those_of_utc() -> None:
    last = datetime(2026, 11, 26, 23, 59, 59, 999000, tzinfo=UTC)
    assert day_of(int(last.timestamp() * 1000)) == date(2026, 11, 26)
    assert midnight(date(2026, 11, 27)) == at("2026-11-27")


def clocks(instrument: str, change: Mapping[str, Any], received_ms: int = NOON) -> Mapping[Clock, Due]:
    return of_instrument(RULEBOOK.instruments[instrument], facts(instrument, change), received_ms)


def test_lp_18_an_epoc_has_ten_days_and_an_emergency_eight_hours_to_the_millisecond() -> None:
    assert clocks("eu.epoc", {})[Clock.PRODUCE].due_ms == at("2026-12-07")
    received = at("2026-11-28", "23:30:00")  # no weekend makes it longer
    due = clocks("eu.epoc", {"emergency": True}, received)[Clock.PRODUCE]
    assert due.due_ms == received + 8 * HOUR_MS
    assert due.due_ms == at("2026-11-29", "07:30:00")


def test_lp_18_the_enforcing_authority_has_ten_days_and_96_hours_after_the_fact() -> None:
    assert Clock.ENFORCING not in clocks("eu.epoc", {"enforcing_authority_notified": False})
    assert clocks("eu.epoc", {"enforcing_authority_notified": True})[Clock.ENFORCING].due_ms == at("2026-12-07")
    both = {"enforcing_authority_notified": True, "emergency": True}
    assert clocks("eu.epoc", both)[Clock.ENFORCING].due_ms == NOON + 96 * HOUR_MS


def test_a_conflict_with_a_third_countrys_law_is_raised_within_ten_days() -> None:
    assert clocks("eu.epoc", {})[Clock.OBJECTION].due_ms == at("2026-12-07")


def test_a_subpoena_is_due_when_its_return_date_is_over() -> None:
    assert clocks("us.sca.subpoena", {"return_date": "2026-12-08"})[Clock.PRODUCE].due_ms == at("2026-12-09")
    late = clocks("us.sca.subpoena", {"return_date": "2026-11-01"})[Clock.PRODUCE]
    assert late == Due(NOON, NOON)  # over before it came


def test_a_warrant_is_fresh_through_day_14() -> None:
    assert clocks("us.sca.warrant", {"issue_date": "2026-11-20"})[Clock.FRESH].due_ms == at("2026-12-05")


def test_an_order_of_the_united_kingdom_has_seven_days_unless_it_says_otherwise() -> None:
    assert clocks("ukus.opo", {})[Clock.PRODUCE].due_ms == at("2026-12-04")
    assert clocks("ukus.opo", {"return_date": "2026-12-20"})[Clock.PRODUCE].due_ms == at("2026-12-21")


def test_data_to_be_preserved_are_taken_within_a_day() -> None:
    assert clocks("us.sca.2703f", {})[Clock.TAKE].due_ms == NOON + 24 * HOUR_MS


def kept_on(instrument: str, days: int, renewals: int = 0) -> bool:
    """Whether data that were taken at noon of day 0 are still kept at noon of that day."""
    ends = term(RULEBOOK.instruments[instrument], NOON, renewals)
    assert ends is not None
    return NOON + days * DAY_MS < ends


@pytest.mark.parametrize(
    ("instrument", "renewals", "days"),
    [
        ("eu.epoc_pr", 0, 60),
        ("eu.epoc_pr", 1, 90),
        ("us.sca.2703f", 0, 90),
        ("us.sca.2703f", 1, 180),
        ("us.ncmec.preservation", 0, 365),
    ],
)
def test_lp_18_what_is_kept_for_n_days_is_kept_through_day_n(instrument: str, renewals: int, days: int) -> None:
    assert [kept_on(instrument, day, renewals) for day in (days - 1, days, days + 1)] == [True, True, False]
    ends = term(RULEBOOK.instruments[instrument], NOON, renewals)
    assert ends == midnight(day_of(NOON) + timedelta(days=days + 1))


@pytest.mark.parametrize(
    ("instrument", "most"),
    [("eu.epoc_pr", 1), ("us.sca.2703f", 1), ("us.ncmec.preservation", 0), ("eu.epoc", 0)],
)
def test_lp_18_nothing_is_renewed_more_often_than_the_instrument_allows(instrument: str, most: int) -> None:
    term(RULEBOOK.instruments[instrument], NOON, most)
    for renewals in (most + 1, -1):
        with pytest.raises(RenewalRefused):
            term(RULEBOOK.instruments[instrument], NOON, renewals)


def test_an_epoc_has_no_term_of_its_own() -> None:
    assert term(RULEBOOK.instruments["eu.epoc"], NOON) is None
