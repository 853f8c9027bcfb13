# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An attacker's event that nobody can count, or on which a rule chokes, is named and passed over: all others go on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.errors import Uncountable
from privity.desk.signals.counters.periods import FORGOTTEN_MS
from privity.desk.signals.features.catalogue import FEATURES
from privity.desk.signals.features.countable import MOST_TEXT, check_countable
from privity.desk.signals.features.counting import LAST_MS, Counting
from privity.desk.signals.features.known import Known
from privity.desk.signals.features.reading import READERS
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.ladder.sink import RulesSink
from privity.desk.signals.language.rule_set import RuleSet
from privity.desk.signals.running import desk_store
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.joints import Unreadable
from privity.desk.signals.running.runner import AHEAD_MS
from privity.desk.signals.running.taken import Taken
from privity.desk.signals.taking import store
from privity.wire.age import AgeBand
from privity.wire.numbers import MAX_COUNT
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import RuleHouse, values
from tests.desk.signals.running.running_parts import IN_FORCE, NOW, acted, marks, opened, pages, runner, stream

COUNT = 1_500
POISONED = 700
SUBJECT = "mimi://hub.example/u/" + "a" * 26
BAD: dict[str, dict[str, Any]] = {
    "a count beyond all": {"count": MAX_COUNT + 1},
    "a count below none": {"people": -1},
    "a time before all": {"at_ms": -1},
    "born beyond all": {"born_ms": 1 << 80},
    "half a character": {"room": "\ud800"},
    "a name without end": {"network": "n" * (MOST_TEXT + 1)},
    "nobody": {"account": ""},
}


def _with(poison: Sequence[Any]) -> list[Any]:
    """A stream in the middle of which poison stands, under numbers that are not missed elsewhere."""
    observed: list[Any] = list(stream(COUNT))
    observed[POISONED : POISONED + len(poison)] = poison
    return observed


def _without(gap: int) -> list[Any]:
    observed: list[Any] = list(stream(COUNT))
    quiet = [Observed(POISONED + n + 1, 0, ObservedKind.CREATED, f"mimi://h/u/quiet{n}", 0) for n in range(gap)]
    observed[POISONED : POISONED + gap] = quiet
    return observed


def test_of_poison_nothing_is_counted_and_everything_else_is(tmp_path: Path) -> None:
    sound = stream(COUNT)[POISONED : POISONED + len(BAD)]
    poison = [msgspec.structs.replace(one, **wrong) for one, wrong in zip(sound, BAD.values(), strict=True)]
    for one in sound:
        check_countable(one)
    db, other = opened(tmp_path / "poisoned.db"), opened(tmp_path / "sound.db")
    poisoned = runner(db, _with(poison))
    spared = runner(other, _without(len(BAD)))
    for each in (poisoned, spared):
        assert sum(pages(each)) == COUNT
        each.keep()
    assert poisoned.aside.counted == {"observation:Uncountable": len(BAD)}
    assert acted(db) == acted(other)
    quiet = {account: counters for account, counters in desk_store.accounts(other) if "quiet" not in account}
    assert dict(desk_store.accounts(db)) == quiet
    assert desk_store.position(db) == desk_store.position(other)


@pytest.mark.parametrize("wrong", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_counted_is_named(wrong: dict[str, Any]) -> None:
    sound = stream(9)[0]
    check_countable(sound)
    with pytest.raises(Uncountable, match="expected"):
        check_countable(msgspec.structs.replace(sound, **wrong))


def test_whatever_is_countable_is_counted_and_every_feature_of_it_is_read() -> None:
    """Also at the edges: times of no clock, counts as large as a number gets, everybody the same person."""
    draw = random.Random(5)
    bounds = {feature.name: feature.bounds for feature in FEATURES}
    numbers = (0, 1, 9, 86_400_000, NOW - 1, NOW, NOW + 1, LAST_MS, MAX_COUNT)
    names = ("mimi://h/u/a", "mimi://h/u/b", "%", "\x00")
    counting = Counting(Accounts(3), Commons(), marks(), Known())
    for number in range(800):
        seen = Observed(
            number, draw.choice(numbers), draw.choice(list(ObservedKind)), draw.choice(names), draw.choice(numbers),
            draw.choice(list(AgeBand)), draw.choice(("", *names)), draw.choice(list(AgeBand)), draw.choice(numbers),
            draw.random() < 0.5, draw.choice(names), draw.choice(numbers), draw.choice(numbers), draw.choice(numbers),
            draw.choice(numbers), draw.choice(names),
        )  # fmt: skip
        check_countable(seen)
        for moment in counting.count(seen, NOW + AHEAD_MS):
            for name, read in READERS.items():
                value, bound = read(moment), bounds[name]
                if bound is not None and not isinstance(value, str):
                    assert bound.low <= value <= bound.high, (name, seen)


class _Choking:
    """A set of rules that chokes on one account, whatever it does."""

    number = 9
    rules = IN_FORCE[0].rules

    def __init__(self, account: str) -> None:
        self._account = account

    def evaluate(self, moment: Any) -> int:
        if moment.account == self._account:
            raise ZeroDivisionError(self._account)
        return 0


def test_a_version_that_chokes_silences_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other versions are asked about the same event, this version about all others."""
    whole = runner(opened(tmp_path / "whole.db"), stream(COUNT))
    assert sum(pages(whole)) == COUNT
    choking = _Choking("mimi://h/u/1")
    lazily = RuleSet.lazily
    db = opened(tmp_path / "choking.db")
    one = runner(db, stream(COUNT))
    one.in_force = lambda: (choking, *IN_FORCE)

    def made(*given: Any) -> Any:
        found = lazily(*given)
        if not used:
            used.append(1)
            return dict.fromkeys(found, choking.evaluate)
        return found

    used: list[int] = []
    monkeypatch.setattr(RuleSet, "lazily", made)
    assert sum(pages(one)) == COUNT
    assert one.aside.counted.keys() == {"rules:ZeroDivisionError"}
    assert one.aside.total > 10
    db.execute("DELETE FROM acted WHERE version = 9")
    assert acted(db) == acted(opened(tmp_path / "whole.db"))


@pytest.fixture
def rules(house: House) -> RuleHouse:
    return RuleHouse(house)


def test_a_hit_from_which_nothing_can_follow_leaves_nothing_behind(rules: RuleHouse) -> None:
    version, house = rules.live(), rules.house
    sink = RulesSink(house.db, rules.compiled, Ladder(house.random, lambda: house.clock))
    seen = values(messages_1h=200.0, kind="sent")
    bits = rules.running(version).rules.evaluate(*seen)
    before = house.db.execute("SELECT count(*) FROM rule_hit").fetchone()
    sink.take(Hit(version.number, "nobody's address", house.clock, 1, bits, seen))
    sink.take(Hit(version.number, SUBJECT, house.clock, 2, bits, seen[1:]))
    assert sink.aside.counted == {"hit:NoSubject": 1, "hit:ValueError": 1}
    assert house.db.execute("SELECT count(*) FROM rule_hit").fetchone() == before
    assert not house.db.in_transaction
    sink.take(Hit(version.number, SUBJECT, house.clock, 3, bits, seen))
    assert len(rules.done(SUBJECT)) == 1


def test_a_row_of_another_version_is_passed_over(house: House) -> None:
    seen = [Observed(n, house.clock, ObservedKind.CREATED, SUBJECT, 0) for n in (1, 2, 3)]
    store.add(house.db, seen, house.clock)
    taken = Taken(house.db)
    assert list(taken.after(0, 9)) == seen
    house.db.execute("UPDATE observed SET kind = 'dreamt' WHERE number = 2")
    assert list(taken.after(0, 9)) == [seen[0], Unreadable(2, "ValueError"), seen[2]]
    assert taken.newest() == 3


def test_an_end_of_what_is_unreadable_is_an_end(tmp_path: Path) -> None:
    unread: list[Any] = [Unreadable(n, "ValueError") for n in range(1, 8)]
    one = runner(opened(tmp_path / "desk.db"), unread)
    assert one.work(4) == 4
    assert one.work(4) == 3
    assert one.work(4) == 0
    assert one.aside.counted == {"observation:ValueError": 7}


def test_a_clock_that_runs_ahead_makes_nobody_forgotten(tmp_path: Path) -> None:
    db = opened(tmp_path / "desk.db")
    one = runner(db, stream(300))
    assert sum(pages(one)) == 300
    one.keep()
    known = dict(desk_store.accounts(db))
    one.now_ms = lambda: NOW + 2 * FORGOTTEN_MS
    assert one.work() == 0
    one.keep()
    assert dict(desk_store.accounts(db)) == known
