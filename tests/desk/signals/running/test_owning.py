# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The two ends of partitions: what the desk tells arrives, what is wrong has a name, nothing is lost between them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from privity.desk.counting_at import CountingAt
from privity.desk.errors import KeysInvalid
from privity.desk.retention import clock
from privity.desk.retention.errors import ClockJumped
from privity.desk.signals import closed_accounts, driver
from privity.desk.signals.joined import asking, counting
from privity.desk.signals.ladder import store as ladder
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.model import Agreement, Label
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.running import desk_store, told
from privity.desk.signals.running.errors import (
    DeskUnlike,
    DriverMissing,
    PartitionsUnlike,
    StoreKeyWrong,
    StoreShared,
    StoreUnreachable,
)
from privity.desk.signals.running.partitions import partition_of
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.told import Labelled, alike
from privity.desk.signals.taking import service as taking
from privity.desk.signals.taking import store as taken
from privity.desk.signals.taking.service import Taking
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests import postgres
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import RuleHouse
from tests.desk.signals.running.running_parts import NOW

KEY = b"s" * 32
SENDER, REPORTER = (f"mimi://hub.example/u/{letter * 25}a" for letter in "ab")


@pytest.fixture
def address(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database whose clock is the house's."""
    postgres.need_postgres()
    from privity.desk.signals.running import postgres_store

    step = postgres_store.step
    monkeypatch.setattr(postgres_store, "step", lambda db: (step(db)[0], house.clock))
    name = postgres.shared().new_database()
    yield postgres.shared().url(name)
    postgres.drop(name)


@pytest.fixture
def rules(house: House) -> RuleHouse:
    return RuleHouse(house)


class _NoHub:
    async def observed(self, after: int, wait_s: int = 0) -> Any:
        raise AssertionError("nothing is asked of the hub here")


async def _at_once(seconds: float) -> None:
    """Nobody waits here."""


def _spread(rules: RuleHouse, address: str, key: bytes = KEY, partitions: int = 2) -> Any:
    from privity.desk.signals.ladder.acting import Ladder
    from privity.desk.signals.ladder.sink import RulesSink
    from privity.desk.signals.spread import Spread

    house = rules.house
    sink = RulesSink(house.db, rules.compiled, Ladder(house.random, lambda: house.clock))
    sealing = Sealing(key, os.urandom)
    return Spread(
        house.db, address, partitions, sealing, sink, rules.compiled, _at_once, lambda: house.clock,
        lambda: clock.believed_ms(house.db), house.random,
    )  # fmt: skip


def _steps(spread: Any, count: int = 3) -> None:
    async def run() -> None:
        for _ in range(count):
            await spread.step()

    asyncio.run(run())
    assert spread._failures == 0


def _owning(rules: RuleHouse, address: str, most: int = 2, key: bytes = KEY, **other: Any) -> Any:
    from privity.desk.signals.ladder.protection import LOOKS_AT
    from privity.desk.signals.running.connecting import connected
    from privity.desk.signals.running.owning import Owning
    from privity.desk.signals.worker import Compiled as WorkersCompiled

    given = {"catalogue": alike(CATALOGUE.digest), **other}
    return Owning(
        connected(address, "test"),
        Sealing(key, os.urandom),
        most,
        WorkersCompiled(),
        always=LOOKS_AT,
        beat_s=lambda: 0.0,
        **given,
    )


def _sent(house: House, count: int, messages: int = 9, account: str = SENDER) -> None:
    start = house.clock - 60_000
    taken.add(
        house.db,
        [
            Observed(0, start + n, ObservedKind.SENT, account, start - 1_000, AgeBand.ADULT, count=messages)
            for n in range(count)
        ],
        house.clock,
    )


def test_what_the_desk_counted_moves_and_what_comes_then_adds_to_it(rules: RuleHouse, address: str) -> None:
    """Half of the messages are counted by the desk alone, half in another process: together they are too many."""
    house = rules.house
    rules.live()
    _sent(house, 10)
    alone = asking(
        house.db,
        Taking(house.db, _NoHub(), lambda: house.clock).more,
        rules.compiled,
        lambda: house.clock,
        house.random,
    )
    assert alone.runner.work() == 10
    alone.runner.keep()
    _sent(house, 10)
    assert rules.done(SENDER) == []
    desk, worker = _spread(rules, address), _owning(rules, address)
    assert worker.turn() == 0, "no desk has begun here"
    _steps(desk)
    assert worker.turn() == 10, "the first ten were counted"
    _steps(desk)
    assert len(rules.done(SENDER)) == 1
    worker.leave()
    assert _owning(rules, address).turn() == 0
    with closing(desk._spreading.db):
        desk.close()


def test_words_and_reporters_arrive(rules: RuleHouse, address: str) -> None:
    house = rules.house
    until_ms = house.clock + 86_400_000
    ladder.put_label(house.db, Label(SENDER, "watched", house.clock, until_ms, b"d" * 32, "seen"), house.clock)
    ladder.put_agreement(house.db, REPORTER, Agreement(0, 0, 3.0, 4.0, house.clock))
    taken.add(
        house.db,
        [Observed(0, house.clock, ObservedKind.REPORTED, REPORTER, 0, other=SENDER)],
        house.clock,
    )
    desk, worker = _spread(rules, address), _owning(rules, address)
    _steps(desk, 1)
    desk.close()
    assert worker.turn() == len({partition_of(SENDER, 2), partition_of(REPORTER, 2)}), (
        "whoever reports and whoever is reported"
    )
    assert worker.known.labelled(SENDER, "watched", until_ms - 1)
    assert not worker.known.labelled(SENDER, "watched", until_ms)
    assert worker.known.agreement(REPORTER) == (3.0, 4.0)
    worker.db.close()


def test_an_account_that_was_closed_is_forgotten_by_whoever_counts_it(rules: RuleHouse, address: str) -> None:
    house = rules.house
    until_ms = house.clock + 86_400_000
    ladder.put_label(house.db, Label(SENDER, "watched", house.clock, until_ms, b"d" * 32, "seen"), house.clock)
    _sent(house, 1)
    _sent(house, 1, account=REPORTER)
    desk, worker = _spread(rules, address), _owning(rules, address)
    _steps(desk, 1)
    assert worker.turn() == 2
    assert worker.known.labelled(SENDER, "watched", until_ms - 1)
    page = [Observed(0, house.clock, ObservedKind.CLOSED, SENDER, 0)]
    taken.add(house.db, page, house.clock)
    closed_accounts.heard(house.db, page, house.clock)
    _steps(desk, 1)
    assert worker.turn() == 1
    assert not worker.known.labelled(SENDER, "watched", house.clock)
    worker.leave()
    names = {bytes(name) for (name,) in desk._spreading.db.execute("SELECT name FROM signal_account")}
    assert names == {desk.sealing.name(REPORTER)}
    desk.close()
    worker.db.close()


def _words_there(desk: Any) -> int:
    return int(desk._spreading.db.execute("SELECT count(*) FROM signal_label").fetchone()[0])


def test_a_word_goes_eight_days_after_its_end_by_the_time_that_the_desk_believes(
    rules: RuleHouse, address: str
) -> None:
    house, day_ms = rules.house, 86_400_000
    start, until_ms = house.clock, house.clock + 3 * day_ms
    ladder.put_label(house.db, Label(SENDER, "watched", start, until_ms, b"d" * 32, "seen"), start)
    ladder.put_label(house.db, Label(REPORTER, "watched", start, until_ms + day_ms, b"d" * 32, "seen"), start)
    desk = _spread(rules, address)
    house.clock += 400 * day_ms
    _steps(desk, 1)
    assert _words_there(desk) == 2, "no time was believed yet"
    house.clock = start
    clock.look(house.db, house.clock, 0)
    house.clock += 400 * day_ms
    with pytest.raises(ClockJumped):
        clock.look(house.db, house.clock, 0)
    _steps(desk, 1)
    assert _words_there(desk) == 2, "the clock is far ahead, and nobody believes it"
    for days, there in ((7, 2), (11, 2), (12, 1), (13, 0)):
        house.clock = start + days * day_ms
        clock.look(house.db, house.clock, 0)
        _steps(desk, 1)
        assert _words_there(desk) == there, days
    assert desk.noted._told == {}, "and none of it is held in memory"
    desk.close()


def test_what_nobody_counts_stays_no_longer_than_at_the_desk(rules: RuleHouse, address: str) -> None:
    house, day_ms = rules.house, 86_400_000
    _sent(house, 3)
    house.clock += day_ms
    _sent(house, 2)
    desk = _spread(rules, address)

    def waiting() -> list[int]:
        rows = desk._spreading.db.execute("SELECT number FROM signal_log ORDER BY number").fetchall()
        return [number for (number,) in rows]

    for days, left in ((0, [1, 2, 3, 4, 5]), (6, [4, 5]), (7, [])):
        house.clock += days * day_ms - (day_ms * 6 if days == 7 else 0)
        clock.look(house.db, house.clock, 0)
        taking.forget_over(house.db, house.clock)
        _steps(desk, 1)
        assert waiting() == left, days
    desk.close()


def test_words_of_an_older_version_go_once_the_desk_has_told_all_of_its_own(rules: RuleHouse, address: str) -> None:
    house = rules.house
    ladder.put_label(house.db, Label(SENDER, "watched", house.clock, house.clock + 1, b"d" * 32, "seen"), house.clock)
    desk = _spread(rules, address)
    _steps(desk, 1)
    desk._spreading.db.execute("INSERT INTO signal_label (name, sealed) VALUES ('of before', 'sealed')")
    desk._spreading.db.execute("ALTER TABLE signal_label DROP COLUMN over_day")
    desk.close()
    clock.look(house.db, house.clock, 0)
    _steps(desk, 1)
    assert _words_there(desk) == 1
    assert desk._spreading.db.execute("SELECT name FROM signal_label").fetchone() == (
        Labelled(SENDER, "watched", 0).name(desk.sealing),
    )
    desk.close()


def test_a_desk_that_was_put_back_from_a_copy_loses_nothing(rules: RuleHouse, address: str) -> None:
    house = rules.house
    rules.live()
    _sent(house, 30, messages=1)
    desk, worker = _spread(rules, address), _owning(rules, address)
    _steps(desk)
    assert worker.turn() == 30
    desk.close()
    house.db.execute("DELETE FROM observed WHERE number > 5")
    house.db.execute("UPDATE sqlite_sequence SET seq = 5 WHERE name = 'observed'")
    again = _spread(rules, address)
    _sent(house, 20, account=REPORTER)  # under numbers that the database has seen
    _steps(again)
    assert worker.turn() == 0, "its partitions are lost"
    worker.db.close()
    fresh = _owning(rules, address)
    assert fresh.turn() == 25
    _steps(again)
    assert len(rules.done(REPORTER)) == 1
    again.close()
    fresh.db.close()


def test_who_does_not_know_a_kind_of_observation_that_the_desk_knows_counts_nothing(
    rules: RuleHouse, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would pass over each of them, and nobody counted it."""
    older = alike(CATALOGUE.digest)
    monkeypatch.setattr(told, "_KINDS", told._KINDS + b"\0moved_house")
    desk = _spread(rules, address)
    _steps(desk, 1)
    with pytest.raises(DeskUnlike, match="another version"):
        _owning(rules, address, catalogue=older).turn()
    updated = _owning(rules, address)
    updated.turn()
    assert updated.owned == [0, 1]
    updated.leave()
    desk.close()


def test_another_key_and_another_version_are_refused_before_anything_is_owned(rules: RuleHouse, address: str) -> None:
    desk = _spread(rules, address)
    _steps(desk, 1)
    worker = _owning(rules, address)
    worker.turn()
    assert worker.owned == [0, 1]
    worker.leave()
    with pytest.raises(StoreKeyWrong):
        _owning(rules, address, key=b"t" * 32).turn()
    with pytest.raises(DeskUnlike):
        _owning(rules, address, catalogue=b"another").turn()
    assert desk._spreading.db.execute("SELECT count(*) FROM signal_partition WHERE owned_until > now()").fetchone() == (
        0,
    )
    for key, partitions, error in ((b"t" * 32, 2, StoreKeyWrong), (KEY, 3, PartitionsUnlike)):
        with pytest.raises(error):
            asyncio.run(_spread(rules, address, key, partitions)._begin())
    desk.close()


def test_the_hubs_database_is_refused(rules: RuleHouse, address: str) -> None:
    from privity.desk.signals.running.connecting import connected

    connected(address, "test").close()
    postgres.shared().sql(address.rpartition("/")[2], "CREATE TABLE migration (n int)")
    postgres.shared().sql(address.rpartition("/")[2], "CREATE TABLE account (n int)")
    with pytest.raises(StoreShared):
        connected(address, "test")


def test_while_the_database_is_away_the_desk_goes_on_and_says_only_a_name(
    rules: RuleHouse, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from privity.desk.signals import spread
    from privity.desk.signals.running.connecting import connected

    gone = "postgresql://somebody:not-for-anybodys-log@127.0.0.1:1/none"
    with pytest.raises(StoreUnreachable) as refused:
        connected(gone, "test")
    assert "not-for-anybodys-log" not in str(refused.value)
    monkeypatch.setattr(spread, "FIRST_PAUSE_S", 0.0)
    desk = _spread(rules, gone)
    assert "not-for-anybodys-log" not in repr(desk)
    assert asyncio.run(desk.step()) == 1
    assert desk._failures == 1
    said = capsys.readouterr()
    assert "StoreUnreachable" in said.out + said.err
    assert "not-for-anybodys-log" not in said.out + said.err
    desk.address = address
    rules.live()
    _sent(rules.house, 20)
    _steps(desk)
    assert desk._number == 20
    desk.close()


def test_who_is_harmless_is_told_of_once_an_hour_and_who_is_no_more_at_once() -> None:
    pytest.importorskip("psycopg")
    from privity.desk.signals.spread import Noted

    noted = Noted()
    noted.label(SENDER, "watched", NOW)
    assert noted.labels == {(SENDER, "watched"): NOW}
    noted.settled()
    noted.label(SENDER, "watched", NOW + 3_599_999)
    assert noted.labels == {}
    noted.label(SENDER, "watched", NOW + 3_600_000)
    assert noted.labels == {(SENDER, "watched"): NOW + 3_600_000}
    noted.settled()
    noted.label(SENDER, "watched", NOW)
    assert noted.labels == {(SENDER, "watched"): NOW}


def test_without_driver_or_key_the_desk_does_not_start(rules: RuleHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    house = rules.house
    taking = Taking(house.db, _NoHub(), lambda: house.clock)
    at = CountingAt(store="postgresql://somebody@/none")
    monkeypatch.setattr(driver, "find_spec", lambda name: object())
    with pytest.raises(KeysInvalid, match="make-key"):
        counting(at, house.db, taking, Compiled(), lambda: house.clock, lambda: None, house.random)
    monkeypatch.setattr(driver, "find_spec", lambda name: None)
    with pytest.raises(DriverMissing):
        counting(at, house.db, taking, Compiled(), lambda: house.clock, lambda: None, house.random)
    assert desk_store.position(house.db) is None
