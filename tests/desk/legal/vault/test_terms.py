# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How long each instrument keeps, to the millisecond, and which keep nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS, midnight
from privity.desk.legal.vault import terms
from privity.desk.legal.vault.model import Kind
from privity.desk.legal.vault.terms import Term
from tests.desk.legal.rulebook.bases import RULEBOOK, TODAY

DAY_0 = midnight(TODAY)
NOON = DAY_0 + 12 * HOUR_MS
TIMES = st.integers(0, 4_000_000_000_000)


def of(instrument: str, *, rejected: bool = False) -> Term | None:
    return terms.of_instrument(RULEBOOK.instruments[instrument], rejected=rejected)


@pytest.mark.parametrize(
    ("instrument", "days", "renewed"),
    [("eu.epoc_pr", 60, 90), ("us.sca.2703f", 90, 180), ("us.ncmec.preservation", 365, None)],
)
def test_lp_18_the_last_day_is_kept_whole_and_the_next_not_at_all(
    instrument: str, days: int, renewed: int | None
) -> None:
    term = of(instrument)
    assert term is not None
    assert (term.kind, term.days) == (Kind.TERM, days)
    end = terms.end_ms(term.kind, NOON, term.days)
    assert end == DAY_0 + (days + 1) * DAY_MS
    assert [(DAY_0 + day * DAY_MS + DAY_MS - 1 < end) for day in (days - 1, days, days + 1)] == [True, True, False]
    assert term.renew_days == (0 if renewed is None else renewed - days)
    if renewed is not None:
        assert terms.end_ms(term.kind, NOON, term.days, term.renew_days) == DAY_0 + (renewed + 1) * DAY_MS


def test_a_quarantine_is_over_after_72_hours_to_the_millisecond() -> None:
    assert terms.end_ms(Kind.QUARANTINE, NOON, None) == NOON + 72 * HOUR_MS


def test_an_epoc_keeps_until_it_is_produced_or_withdrawn_also_where_it_is_rejected() -> None:
    assert of("eu.epoc") == of("eu.epoc", rejected=True) == Term(Kind.UNTIL_WITHDRAWN)
    assert terms.end_ms(Kind.UNTIL_WITHDRAWN, NOON, None) is None


@pytest.mark.parametrize("instrument", sorted(RULEBOOK.instruments))
def test_what_is_rejected_keeps_nothing_but_an_epoc(instrument: str) -> None:
    kept = of(instrument, rejected=True)
    assert (kept is not None) == (instrument == "eu.epoc")
    if instrument not in ("eu.epoc", "eu.epoc_pr", "us.sca.2703f", "us.ncmec.preservation"):
        assert of(instrument) is None


def test_a_snapshot_is_there_within_a_day() -> None:
    assert [of(name).within_ms for name in ("us.sca.2703f", "eu.epoc_pr", "eu.epoc")] == [24 * HOUR_MS] * 3  # type: ignore[union-attr]  # each has a term


@given(TIMES, TIMES)
def test_a_term_begins_with_receipt_and_never_more_than_a_week_before_the_order(received: int, ordered: int) -> None:
    begun = terms.begins(received, ordered)
    assert ordered - 7 * DAY_MS <= begun <= ordered
    if ordered - 7 * DAY_MS <= received <= ordered:
        assert begun == received


@given(TIMES, TIMES)
def test_no_wrong_clock_makes_a_term_end_early(ordered: int, seen: int) -> None:
    """A time that a believed look does not find plausible is not counted from."""
    counted = ordered if terms.believable(ordered, seen) else seen
    end = terms.end_ms(Kind.TERM, counted, 60)
    assert end is not None
    assert end >= seen - terms.BELIEVED_MS + 60 * DAY_MS
