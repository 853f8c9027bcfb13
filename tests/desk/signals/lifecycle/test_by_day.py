# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A look back has numbers for each day, and a few people whom it would find; they go as observations do."""

from __future__ import annotations

import msgspec
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.decisions.actions import Action
from privity.desk.intake.findings import Level
from privity.desk.signals.ladder.model import Done
from privity.desk.signals.lifecycle import by_day, sampled, service, store, text_bars
from privity.desk.signals.lifecycle.by_day import Day, Phase
from privity.desk.signals.lifecycle.errors import NothingKept, WrongStage
from privity.desk.signals.lifecycle.model import DAY_MS, Case, Version
from privity.desk.signals.lifecycle.sampled import MOST, MOST_HARMLESS
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.identity.uris import Random
from privity.wire.age import AgeBand
from privity.wire.observed import KEPT_MS, Observed, ObservedKind
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import READER, SECOND, WRITER, RuleHouse
from tests.desk.signals.lifecycle.test_looking_back import KNOCKS, knocks


def tried(house: House, seen: list[Observed], number: int | None = None) -> Version:
    if number is None:
        number = service.draft(house.db, WRITER, "knocks", KNOCKS, house.clock).number
    service.test(house.db, WRITER, number, seen, house.clock)
    return service.existing(house.db, number)


def cases(house: House, version: Version, rule: str) -> list[Case]:
    return [one for one in service.samples(house.db, READER, version.number, house.clock) if one.rule == rule]


def crowd(house: House, count: int) -> list[str]:
    return [house.user() for _ in range(count)]


def test_each_day_has_its_numbers_and_they_add_up(house: House, rules: RuleHouse) -> None:
    busy, quiet = crowd(house, 8), crowd(house, 20)
    version = tried(
        house, [*knocks(house, busy, 5, 1), *knocks(house, quiet, 2, 3, 100), *knocks(house, busy[:3], 4, 4, 300)]
    )
    found = service.newest_test(house.db, READER, version.number)
    assert found is not None
    first = (house.clock - 9 * DAY_MS) // DAY_MS
    assert [(one.rule, one.day - first, one.hits, one.accounts) for one in found.by_day] == [
        ("Knocks", 0, 24, 8),
        ("Knocks", 3, 6, 3),
        ("Wide", 0, 32, 8),
        ("Wide", 2, 20, 20),
        ("Wide", 3, 9, 3),
    ]
    for row in found.rows:
        days = [one for one in found.by_day if one.rule == row.rule]
        assert sum(one.accounts for one in days) == row.account_days
        assert sum(one.hits for one in days) == row.hits
        assert max(one.accounts for one in days) == row.busiest
    shown = by_day.of_rule("Wide", version, found, (), first - 5, house.clock // DAY_MS)
    assert [(one.day - first, one.held) for one in shown] == [(0, 8), (1, 0), (2, 20), (3, 3)], "no day is left out"
    assert {one.phase for one in shown} == {Phase.TRIED}


def test_look_backs_of_before_have_no_days(house: House, rules: RuleHouse) -> None:
    version = tried(house, knocks(house, crowd(house, 3), 5, 1))
    house.db.execute("DELETE FROM rule_backtest_day")
    found = store.newest_backtest(house.db, version.number)
    assert found is not None and found.by_day == ()
    assert by_day.of_all(version, found, (), 0, house.clock // DAY_MS) == ()


def test_shadow_and_live_stand_in_the_same_form(house: House, rules: RuleHouse) -> None:
    version = rules.live()
    live_day = house.clock // DAY_MS
    for at in range(3):
        rules.happens(version, house.user(), asked_24h=12 + at, acceptance_upper=0.2)
    protected = house.user()
    rules.happens(version, protected, asked_24h=12, acceptance_upper=0.2, account_days=400, old_ties=9)
    house.clock += 2 * DAY_MS
    days = service.days(house.db, READER, version.number, 14, house.clock)
    shown = by_day.of_rule("Asks", version, None, days, live_day - 9, house.clock // DAY_MS)
    assert shown == (
        Day(live_day - 1, Phase.SHADOW, 0, 0, 0),
        Day(live_day, Phase.LIVE, 3, 1, 0),
        Day(live_day + 1, Phase.LIVE, 0, 0, 0),
        Day(live_day + 2, Phase.LIVE, 0, 0, 0),
    )
    assert by_day.mean(shown, Phase.LIVE) == pytest.approx(4 / 3)
    assert by_day.mean(shown, Phase.TRIED) is None
    ended = service.end(house.db, SECOND, version.number, "Enough.", house.clock)
    later = by_day.of_rule("Asks", ended, None, days, live_day - 9, house.clock // DAY_MS + 3)
    assert [one.day for one in later] == [one.day for one in shown], "after its end it was asked nothing"


def test_what_ran_counts_and_not_what_a_look_back_says_of_that_day() -> None:
    tried_day, ran = Day(7, Phase.TRIED, 0, 1, 8), Day(7, Phase.SHADOW, 0, 0, 4)
    assert by_day.held_by_day([ran, tried_day, Day(6, Phase.TRIED, 0, 0, 2)]) == {6: 2, 7: 4}


def test_a_sample_has_few_people_with_facts_and_harmless_ones_first(house: House, rules: RuleHouse) -> None:
    many = crowd(house, 3 * MOST)
    harmless = many[-MOST_HARMLESS - 2 :]
    for one in harmless:
        house.decide(house.case(one, Level.HUB), Action.DISMISS, evidence=())
    version = tried(house, knocks(house, many, 4, 5))
    found = cases(house, version, "Knocks")
    assert len(found) == MOST
    assert len({case.subject for case in found} & {*harmless}) == MOST_HARMLESS
    assert {case.subject for case in found} <= {*many}
    assert {case.because for case in found} == {"3 rooms"}, "the first time that it held"
    assert all(case.facts == {"knocks_1h": 3} and case.would is Done.ACTED for case in found)
    with pytest.raises(NotYourRole):
        service.samples(house.db, Acting.command("x"), version.number, house.clock)


def test_who_is_drawn_is_nobodys_choice(house: House, rules: RuleHouse) -> None:
    seen = knocks(house, crowd(house, 60), 3, 5)
    version = tried(house, seen)
    once = {case.subject for case in cases(house, version, "Knocks")}
    tried(house, seen, version.number)
    again = {case.subject for case in cases(house, version, "Knocks")}
    assert len(once) == len(again) == MOST, "the look back before left nobody behind"
    drawn = [service.begin_test(house.db, WRITER, version.number, seen, house.clock, seed) for seed in KEYS]
    for looking in drawn:
        list(looking.steps())
    whom = [frozenset(case.subject for case in looking.cases() if case.rule == "Knocks") for looking in drawn]
    assert whom[0] == whom[1] != whom[2]
    assert whom[2] != frozenset(one.account for one in seen[: 3 * MOST]), "not the first ones"


KEYS: tuple[Random, ...] = (bytes, bytes, lambda count: bytes([1]) * count)


def test_whom_it_would_restrict_is_said(house: House, rules: RuleHouse) -> None:
    seen = rules.observations(100)
    version = service.draft(house.db, WRITER, "any", ANYBODY, house.clock)
    service.test(house.db, WRITER, version.number, seen, house.clock)
    assert {case.would for case in service.samples(house.db, READER, version.number, house.clock)} == {Done.ACTED}


def test_whom_it_would_not_restrict_is_said(house: House, rules: RuleHouse) -> None:
    at, pupil, blocker = house.clock - DAY_MS, house.user(), house.user()
    seen = [
        Observed(1, at, ObservedKind.ASKED, pupil, at - DAY_MS, AgeBand.UNKNOWN, other=blocker),
        Observed(2, at + 1, ObservedKind.BLOCKED, blocker, at - DAY_MS, AgeBand.ADULT, other=pupil),
    ]
    version = service.draft(house.db, WRITER, "blocked", BLOCKED, house.clock)
    service.test(house.db, WRITER, version.number, seen, house.clock)
    (case,) = service.samples(house.db, READER, version.number, house.clock)
    assert (case.subject, case.would) == (pupil, Done.MINOR), "who has said nothing of their age may be a minor"


ANYBODY = """
Any = Rule(when=[account_days < 5000], because=f"{account_days} days old")
WhenRules(any=[Any], then=[Slow("spam", hours=2)])
"""
BLOCKED = """
Blocked = Rule(when=[blocked_by_24h >= 1], because=f"{blocked_by_24h} blocked it")
WhenRules(any=[Blocked], then=[Slow("harassment", hours=2)])
"""


def test_samples_go_with_the_observations(house: House, rules: RuleHouse) -> None:
    seen = knocks(house, crowd(house, 4), 4, 8)
    version = tried(house, seen)
    assert len(cases(house, version, "Knocks")) == 4
    first_ms = min(case.at_ms for case in service.samples(house.db, READER, version.number, house.clock))
    assert sampled.forget_over(house.db, first_ms + KEPT_MS - 1) == 0
    house.clock = first_ms + KEPT_MS
    assert len(cases(house, version, "Wide")) == 3, "what is over is not shown, deleted or not"
    house.clock += DAY_MS
    assert sampled.forget_over(house.db, house.clock) == 8
    assert house.db.execute("SELECT count(*) FROM rule_sample").fetchone() == (0,)


def test_a_look_back_ends_at_midnight(house: House, rules: RuleHouse) -> None:
    """Who looked back again and again would see at which moment somebody comes; the future is no day that is over."""
    today = house.clock // DAY_MS * DAY_MS
    seen = knocks(house, crowd(house, 1), 4, 9)
    at = [today - 4, today - 3, today - 2, today - 1]
    over = [msgspec.structs.replace(one, at_ms=at_ms) for one, at_ms in zip(seen, at, strict=True)]
    assert [case.at_ms for case in cases(house, tried(house, over), "Knocks")] != []
    for later in (4, 20 * DAY_MS):
        version = service.draft(house.db, WRITER, "later", KNOCKS, house.clock)
        not_over = [msgspec.structs.replace(one, at_ms=one.at_ms + later) for one in over]
        with pytest.raises(NothingKept):
            service.test(house.db, WRITER, version.number, not_over, house.clock)


def test_a_look_back_that_ends_without_a_result_leaves_what_was_there(house: House, rules: RuleHouse) -> None:
    version = tried(house, knocks(house, crowd(house, 2), 4, 8))
    before = service.samples(house.db, READER, version.number, house.clock)
    looking = service.begin_test(house.db, WRITER, version.number, knocks(house, crowd(house, 2), 4, 8), house.clock)
    assert list(looking.steps()) == []
    service.end(house.db, WRITER, version.number, "Enough.", house.clock)
    with pytest.raises(WrongStage):
        service.keep_test(house.db, WRITER, looking, house.clock)
    assert service.samples(house.db, READER, version.number, house.clock) == before


def test_sqlite_keeps_no_day_that_does_not_add_up(house: House, rules: RuleHouse) -> None:
    tried(house, knocks(house, crowd(house, 1), 4, 8))
    with pytest.raises(sqlcipher.IntegrityError, match="CHECK"):
        house.db.execute("UPDATE rule_backtest_day SET protected = accounts + 1")


def test_bars_of_text_have_numbers_and_the_budget() -> None:
    days = [Day(20_000, Phase.TRIED, 0, 0, 40), Day(20_001, Phase.SHADOW, 0, 0, 10), Day(20_002, Phase.LIVE, 0, 0, 0)]
    first, second, third = text_bars.lines(days, 20)
    assert first == f"  2024-10-04 look back {'#' * 19}|{'#' * 20}      40  over the budget"
    assert second == f"  2024-10-05 shadow    {'#' * 10}{' ' * 9}|{' ' * 20}      10"
    assert third == f"  2024-10-06 live      {' ' * 19}|{' ' * 20}       0"
    assert [len(line) for line in text_bars.lines(days)] == [71, 71, 71]
    (alone,) = text_bars.lines([Day(20_000, Phase.LIVE, 3, 0, 0)], 50)
    assert "|" not in alone and "#" * 40 in alone, "a budget far beyond would leave no bar to see"
    (least,) = text_bars.lines([Day(20_000, Phase.LIVE, 1, 0, 0)], 2)
    assert least.count("#") + least.count("|") == 21
