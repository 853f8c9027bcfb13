# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk hears that an account was closed: what is kept of it for rules ends, whoever works on it is told, and of
everybody else everything stays."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.transaction import DbError
from privity.desk.intake.findings import Level
from privity.desk.signals import closed_accounts
from privity.desk.signals.joined import asking
from privity.desk.signals.ladder import store as ladder
from privity.desk.signals.ladder.model import Agreement, Label
from privity.desk.signals.running import desk_store
from privity.desk.signals.taking import service, store
from privity.desk.signals.taking.service import Taking
from privity.wire.age import AgeBand
from privity.wire.observed import KEPT_MS, Observed, ObservedKind, ObservedPage
from tests.desk.house import MODERATOR, SENIOR, T0, House
from tests.desk.signals.features.observing import AT, Watch, seen, uri
from tests.desk.signals.ladder.rule_house import LOOKS, RuleHouse
from tests.desk.signals.running.running_parts import opened, pages, runner
from tests.desk.signals.taking.pages import ANN, BEN, asked, numbers, shown

CARL = ANN[:-26] + "c" * 25 + "a"
DAY_MS = 86_400_000


@pytest.fixture
def rules(house: House) -> RuleHouse:
    return RuleHouse(house)


def closed(number: int, account: str = ANN) -> Observed:
    return Observed(number, T0, ObservedKind.CLOSED, account, T0 - 5)


class _Hub:
    def __init__(self, *observed: Observed) -> None:
        self.page = ObservedPage(list(observed), observed[-1].number)

    async def observed(self, after: int, wait_s: int = 0) -> ObservedPage:
        return self.page


async def hears(house: House, *observed: Observed) -> None:
    """As `main` wires it."""
    taking = Taking(house.db, _Hub(*observed), lambda: house.clock, gathered_s=0, heard=closed_accounts.heard)
    await taking.step()


def noted(house: House, account: str) -> None:
    """Everything that rules note of an account."""
    for word in ("watched", "unwelcome"):
        ladder.put_label(house.db, Label(account, word, T0 - 9, T0 + 9 * DAY_MS, b"d" * 32, "seen"), T0)
    ladder.put_agreement(house.db, account, Agreement(1, 2, 1.0, 2.0, T0))


def words_on(house: House, account: str) -> list[str]:
    return [label.word for label in ladder.labels_of(house.db, account, house.clock)]


async def test_words_and_what_its_reports_counted_for_rules_end_at_once(house: House) -> None:
    noted(house, ANN)
    noted(house, BEN)
    await hears(house, closed(1))
    assert (words_on(house, ANN), ladder.agreement(house.db, ANN)) == ([], None)
    assert words_on(house, BEN) == ["unwelcome", "watched"]
    assert ladder.agreement(house.db, BEN) is not None
    told = {label.subject: label.until_ms for label in ladder.labels_changed(house.db, T0)}
    assert told[ANN] == house.clock, "who counts in another process learns of it"


async def test_observations_of_it_go_after_a_day_and_those_of_others_after_their_week(house: House) -> None:
    of_others = msgspec.structs.replace(asked(3), account=BEN, other=CARL)
    of_it = [shown(1), asked(2), msgspec.structs.replace(asked(4), account=BEN, other=ANN)]
    await hears(house, of_it[0], of_it[1], of_others, of_it[2], closed(5))
    assert not service.forget_over(house.db, house.clock + DAY_MS - 1)
    assert numbers(house.db) == [1, 2, 3, 4, 5], "nobody has counted them yet"
    service.forget_over(house.db, house.clock + DAY_MS)
    assert numbers(house.db) == [3]
    service.forget_over(house.db, T0 + KEPT_MS)
    assert numbers(house.db) == []


async def test_what_was_over_earlier_is_not_kept_for_longer(house: House) -> None:
    store.add(house.db, [shown(1)], T0 - KEPT_MS + 5)
    await hears(house, closed(2))
    service.forget_over(house.db, T0 + 5)
    assert numbers(house.db) == [2]


async def test_the_case_that_waits_and_the_one_that_somebody_works_on_say_so(house: House) -> None:
    taken = house.case(ANN, Level.HUB)
    waiting = cases.case_of_report(house.db, house.report(BEN, Level.HUB))
    others = cases.case_of_report(house.db, house.report(CARL, Level.HUB))
    await hears(house, closed(1), closed(2, BEN))
    for number, about in ((taken, 1), (waiting, 1), (others, 0)):
        history = [event.words for event in cases.case(house.db, MODERATOR, number).events]
        assert history.count(closed_accounts.WORDS) == about, number
    assert [one.about for one in house.acts(Act.CASE_NOTED)] == [f"case:{taken}", f"case:{waiting}"]


async def test_a_case_that_is_decided_goes_by_its_own_time(house: House) -> None:
    number = house.case(ANN, Level.HUB)
    house.decide(number)
    before = cases.case(house.db, SENIOR, number)
    await hears(house, closed(1))
    assert cases.case(house.db, SENIOR, number) == before


async def test_all_of_it_together_with_the_page_or_nothing(house: House) -> None:
    noted(house, ANN)
    house.db.execute("CREATE TRIGGER full BEFORE DELETE ON reporter_agreement BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(DbError):
        await hears(house, closed(1))
    assert (numbers(house.db), store.hub_number(house.db)) == ([], 0)
    assert words_on(house, ANN) == ["unwelcome", "watched"]
    house.db.execute("DROP TRIGGER full")
    await hears(house, closed(1))
    assert words_on(house, ANN) == []


async def test_a_rule_that_held_just_before_does_nothing_to_an_account_that_is_closed(
    house: House, rules: RuleHouse
) -> None:
    """What was observed is counted after the end was heard: the two come in one page."""
    rules.live(LOOKS)
    start = house.clock - 60_000
    page = [
        Observed(
            1 + n, start + n, ObservedKind.KNOCKED, account, start - 5, AgeBand.ADULT, room=f"mimi://hub.example/r/{n}"
        )
        for account in (ANN, BEN)
        for n in range(12)
    ]
    numbered = [msgspec.structs.replace(one, number=number) for number, one in enumerate(page, 1)]
    await hears(house, *numbered, closed(len(numbered) + 1))
    taking = Taking(house.db, _Hub(*numbered), lambda: house.clock)
    runner = asking(house.db, taking.more, rules.compiled, lambda: house.clock, house.random).runner
    assert runner.work() == len(numbered) + 1
    assert (rules.done(BEN), words_on(house, BEN)) == (["acted"], ["watched"])
    assert (rules.done(ANN), words_on(house, ANN)) == ([], [])
    assert house.db.execute("SELECT subject FROM safety_case").fetchall() == [(BEN,)]


def test_its_counters_go_no_rule_is_asked_about_it_and_what_it_did_to_others_stays_counted() -> None:
    watch = Watch()
    watch.known.label(uri("a"), "watched", AT + 1)
    watch.known.agreed(uri("a"), 3, 4)
    watch.saw(seen(ObservedKind.SENT, "a", count=3), seen(ObservedKind.BLOCKED, "a", "b"))
    assert watch.saw(seen(ObservedKind.CLOSED, "a")) == []
    assert uri("a") not in watch.counting.accounts
    assert watch.counting.accounts.drained() == [uri("a")]
    assert not watch.known.labelled(uri("a"), "watched", AT)
    assert watch.known.agreement(uri("a")) == (0.0, 0.0)
    assert watch.value("b", "blocked_by_24h") == 1
    assert watch.saw(seen(ObservedKind.CLOSED, "nobody")) == [], "nothing was known of it"
    assert watch.counting.accounts.drained() == []


def test_its_line_in_the_database_goes_when_counters_are_kept(tmp_path: Any) -> None:
    db, at_ms = opened(tmp_path / "desk.db"), AT
    story = [
        Observed(number, at_ms, kind, account, at_ms - DAY_MS)
        for number, (kind, account) in enumerate(
            [(ObservedKind.SENT, ANN), (ObservedKind.SENT, BEN), (ObservedKind.CLOSED, ANN)], 1
        )
    ]
    before = runner(db, story[:2])
    assert list(pages(before)) == [2]
    before.keep()
    assert {account for account, _ in desk_store.accounts(db)} == {ANN, BEN}
    again = runner(db, story)
    assert list(pages(again)) == [1]
    again.keep()
    assert {account for account, _ in desk_store.accounts(db)} == {BEN}


def test_labels_in_memory_are_forgotten_a_week_after_their_end() -> None:
    known = Watch().known
    known.label(ANN, "watched", AT)
    known.label(BEN, "watched", AT + DAY_MS)
    for day in range(7):
        known.sweep(AT + day * DAY_MS)
    assert known.labelled(ANN, "watched", AT - 1), "who counts more slowly is still at a time at which it was there"
    known.sweep(AT + 7 * DAY_MS)
    assert not known.labelled(ANN, "watched", AT - 1)
    assert known.labelled(BEN, "watched", AT)
