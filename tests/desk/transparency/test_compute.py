# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The report out of the log alone: what counts in which month, and that an entry which says too little ends it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry, Said
from privity.desk.transparency.compute import compute, p95
from privity.desk.transparency.errors import EntryUnreadable, PeriodInvalid
from privity.desk.transparency.model import (
    AppealsRow,
    CasesRow,
    DecisionsRow,
    ReferralsRow,
    ReportsRow,
    RoleRow,
    TimesRow,
    TransparencyReport,
    by,
    total,
)
from privity.desk.transparency.period import Period
from tests.desk.transparency.acts import Diary, at, two_months

JANUARY = Period("2027-01", "2027-01")
FEBRUARY = Period("2027-02", "2027-02")
BOTH = Period("2027-01", "2027-02")


def test_january_is_exactly_this() -> None:
    assert compute(two_months().entries, JANUARY) == TransparencyReport(
        first="2027-01",
        last="2027-01",
        entries=21,
        reports=[
            ReportsRow("2027-01", -1, 0, "user", "malformed", 1),
            ReportsRow("2027-01", 1, 0, "public", "assessed", 1),
            ReportsRow("2027-01", 2, 1, "user", "assessed", 1),
            ReportsRow("2027-01", 2, 2, "user", "assessed", 1),
        ],
        cases_opened=[CasesRow("own", 1), CasesRow("public", 1), CasesRow("user", 1)],
        cases_decided=4,
        proposed=1,
        refused=0,
        decisions=[
            DecisionsRow("2027-01", "fraud", "suspend", 1, "public", False, 1),
            DecisionsRow("2027-01", "harassment", "ban", 2, "user", False, 1),
            DecisionsRow("2027-01", "harassment", "escalate", 2, "user", False, 1),
            DecisionsRow("2027-01", "harassment", "suspend", 2, "user", False, 1),
            DecisionsRow("2027-01", "spam", "dismiss", 0, "public", False, 1),
        ],
        times=[
            TimesRow("", "", 3, 2.0, 10.0),
            TimesRow("", "harassment", 2, 6.0, 10.0),
            TimesRow("", "spam", 1, 2.0, 2.0),
            TimesRow("public", "", 1, 2.0, 2.0),
            TimesRow("public", "spam", 1, 2.0, 2.0),
            TimesRow("user", "", 2, 6.0, 10.0),
            TimesRow("user", "harassment", 2, 6.0, 10.0),
        ],
        undone_on_appeal=1,
        undone_otherwise=0,
        appeals=[AppealsRow("affected", "suspend", 1, 0, 1, 24.0)],
        appeals_median_h=24.0,
        appeals_turned_away=1,
        referrals=[ReferralsRow("cybertip", 1, 0, 1, 0)],
        evidence_opened=1,
        pictures_shown=1,
        members=3,
        moderators=2,
        roles=[
            RoleRow("admin", 1),
            RoleRow("appeals", 1),
            RoleRow("auditor", 1),
            RoleRow("moderator", 1),
            RoleRow("senior", 1),
        ],
    )


def test_february_has_who_is_left_and_what_was_taken_back() -> None:
    found = compute(two_months().entries, FEBRUARY)
    assert (total(found.reports), found.proposed, found.refused, found.cases_decided) == (1, 1, 1, 1)
    assert (found.undone_on_appeal, found.undone_otherwise) == (0, 1)
    assert found.appeals == [AppealsRow("notifier", "dismiss", 1, 1, 0, 24.0)]
    assert found.reversal_rate == 0.0
    assert (found.members, found.moderators) == (2, 2)
    assert [row.role for row in found.roles] == ["appeals", "auditor", "moderator"]


def test_an_empty_period_is_a_report_of_nothing() -> None:
    found = compute(two_months().entries, Period("2026-11", "2026-11"))
    assert (found.entries, found.reports, found.decisions, found.times, found.members) == (0, [], [], [], 0)
    assert found.reversal_rate is None


def test_months_add_up() -> None:
    entries = two_months().entries
    one, other, both = (compute(entries, period) for period in (JANUARY, FEBRUARY, BOTH))
    for of in ("reports", "decisions"):
        assert sorted(getattr(one, of) + getattr(other, of)) == getattr(both, of)
    for count in ("proposed", "refused", "undone_on_appeal", "undone_otherwise", "evidence_opened"):
        assert getattr(one, count) + getattr(other, count) == getattr(both, count)
    assert by(both.reports, lambda row: row.month) == {"2027-01": 4, "2027-02": 1}


def test_what_comes_after_a_period_changes_nothing_in_it() -> None:
    entries = two_months().entries
    before = [entry for entry in entries if entry.at_ms < JANUARY.end_ms]
    assert compute(entries, JANUARY) == compute(before, JANUARY)


def test_the_order_of_entries_within_a_period_changes_only_who_works_here() -> None:
    entries = list(two_months().entries)
    random.Random(3).shuffle(entries)
    ordered, shuffled = compute(two_months().entries, BOTH), compute(entries, BOTH)
    staff = {"members": 0, "moderators": 0, "roles": []}
    assert msgspec.structs.replace(ordered, **staff) == msgspec.structs.replace(shuffled, **staff)


def test_each_entry_counts() -> None:
    """Leave any one out that says something of these months, and the report of one of them is another."""
    entries = two_months().entries
    for left_out, entry in enumerate(entries):
        rest = [*entries[:left_out], *entries[left_out + 1 :]]
        silent = entry.act is Act.STAFF_INVITED or (entry.at_ms < BOTH.start_ms and entry.act is Act.REPORTS_TAKEN)
        same = all(counted(rest, period) == counted(entries, period) for period in (JANUARY, FEBRUARY))
        assert same == (silent or entry.at_ms >= BOTH.end_ms), entry


def counted(entries: list[Entry], period: Period) -> TransparencyReport:
    """Without how many entries it took."""
    return msgspec.structs.replace(compute(entries, period), entries=0)


def without(entry: Entry, name: str) -> Entry:
    return Entry(
        entry.n, entry.at_ms, entry.who, entry.act, entry.about, {k: v for k, v in entry.said.items() if k != name}
    )


NEEDED = [
    (Act.REPORTS_TAKEN, "levels"),
    (Act.REPORTS_TAKEN, "opened"),
    (Act.CASE_OPENED, "source"),
    (Act.DECISION_EFFECTIVE, "policy"),
    (Act.DECISION_EFFECTIVE, "automated"),
    (Act.DECISION_UNDONE, "appeal"),
    (Act.APPEAL_ANSWERED, "lodged_ms"),
    (Act.REFERRAL_FINISHED, "destination"),
    (Act.STAFF_JOINED, "roles"),
    (Act.MEDIA_VIEWED, "stage"),
]


@pytest.mark.parametrize(("act", "name"), NEEDED, ids=lambda value: str(value))
def test_an_entry_that_says_too_little_ends_the_report_by_name(act: Act, name: str) -> None:
    entries = [without(entry, name) if entry.act is act else entry for entry in two_months().entries]
    with pytest.raises(EntryUnreadable, match=act.value.replace(".", r"\.")):
        compute(entries, BOTH)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said | {"levels": [2]},
        lambda said: said | {"levels": [2, 1, 0, "0"]},
        lambda said: said | {"reasons": None},
    ],
)
def test_lists_that_do_not_fit_end_the_report_by_name(change: Callable[[dict[str, Said]], dict[str, Said]]) -> None:
    entries = [
        Entry(entry.n, entry.at_ms, entry.who, entry.act, entry.about, change(entry.said))
        if entry.act is Act.REPORTS_TAKEN
        else entry
        for entry in two_months().entries
    ]
    with pytest.raises(EntryUnreadable):
        compute(entries, BOTH)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2027-01", "2026-12"),
        ("2027-13", "2027-13"),
        ("2027-1", "2027-02"),
        ("", ""),
        ("1999-01", "2027-01"),
        ("2027-01-01", "2027-02"),
    ],
)
def test_what_is_no_period_is_refused(first: str, last: str) -> None:
    with pytest.raises(PeriodInvalid):
        Period(first, last)


def test_a_period_begins_and_ends_with_its_months() -> None:
    period = Period("2027-11", "2028-02")
    assert period.months() == ["2027-11", "2027-12", "2028-01", "2028-02"]
    assert (str(period.first_day), str(period.last_day)) == ("2027-11-01", "2028-02-29")
    assert period.start_ms == at("2027-11-01", 0)
    assert period.end_ms == at("2028-03-01", 0)
    assert dataclasses.replace(period, last="2027-12").end_ms == at("2028-01-01", 0)


@pytest.mark.parametrize(("count", "value"), [(1, 1), (2, 2), (19, 19), (20, 19), (100, 95), (101, 96)])
def test_the_95th_of_a_hundred_is_one_that_happened(count: int, value: int) -> None:
    values = list(range(1, count + 1))
    random.Random(count).shuffle(values)
    assert p95(values) == value
    assert sum(one <= value for one in values) / count >= 0.95


def test_a_referral_is_withdrawn_once() -> None:
    """Asked for in one entry, done in another; or both at once."""
    diary = Diary()
    for number, done in ((1, False), (1, True), (2, True)):
        diary.add(at("2027-01-09"), Act.REFERRAL_WITHDRAWN, f"referral:{number}", destination="cybertip", done=done)
    assert compute(diary.entries, JANUARY).referrals == [ReferralsRow("cybertip", 0, 0, 0, 2)]
