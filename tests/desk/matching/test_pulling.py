# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists of exchanges: step by step, on from where it ended, what is withdrawn goes, and one at a time."""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass

import pytest
from tests.desk.house import House
from tests.desk.matching.clients import Client, Meta, PdqType, Point, Step
from tests.desk.matching.listed import OWNER, a_list, some_bits

from privity.desk.matching.errors import (
    ExchangeBusy,
    ExchangeFailed,
    ExchangesMissing,
    ExchangeUnknown,
    ListBusy,
    SettingsRefused,
    WrongSource,
)
from privity.desk.matching.exchanges import opening
from privity.desk.matching.exchanges.library import LibraryExchange, client_of, collab_of
from privity.desk.matching.exchanges.model import NotSupported
from privity.desk.matching.exchanges.pulling import Pulled, pull
from privity.desk.matching.lists import service, store
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.lists.lease import leased
from privity.desk.matching.lists.model import Category, HashKind, HashList

A, B, C = (some_bits(n).hex() for n in (1, 2, 3))


def theirs(house: House) -> HashList:
    return a_list(house, "theirs", Category.KNOWN_ILLEGAL, source="ncmec")


def pulled(house: House, client: Client) -> Pulled:
    exchange = LibraryExchange(client, None, [PdqType])
    return pull(house.db, OWNER, "theirs", exchange, now_ms=lambda: house.clock, random=house.random)


def standing(house: House) -> set[str]:
    rows = house.db.execute("SELECT hex(value) FROM list_entry WHERE removed_ms IS NULL").fetchall()
    return {value.lower() for (value,) in rows}


def test_steps_come_one_after_the_other_and_the_next_time_goes_on(house: House) -> None:
    theirs(house)
    client = Client([Step({"1-a": {A: Meta()}}, Point(5)), Step({"1-b": {B: Meta(1), "a text": Meta()}}, Point(9))])
    assert pulled(house, client) == Pulled(2, 2, 0, 1, 0)
    assert client.asked == [None] and standing(house) == {A, B}
    again = Client([Step({"1-a": {C: Meta()}, "1-b": "gone"}, Point(12))])
    assert pulled(house, again) == Pulled(3, 1, 2, 0, 0)
    assert again.asked == [Point(9)] and standing(house) == {C}
    found = service.named(house.db, "theirs")
    assert found.fetched_ms == house.clock and found.checkpoint == b'{"at":12,"old":false}'


def test_only_what_all_agree_on_counts_as_seen(house: House) -> None:
    theirs(house)
    pulled(house, Client([Step({"x": {A: Meta(2)}, "y": {B: Meta(1)}, "z": {C: Meta(3)}}, Point(1))]))
    rows = house.db.execute("SELECT hex(value) FROM list_entry WHERE verified = 1").fetchall()
    assert [value.lower() for (value,) in rows] == [A], "a seed and what is disputed are not"


def test_what_came_before_an_error_is_kept_and_its_words_are_not_told(house: House) -> None:
    theirs(house)
    client = Client([Step({"1": {A: Meta()}}, Point(5)), ValueError(f"token=secret {B}")])
    with pytest.raises(ExchangeFailed, match=r"ncmec did not answer as it should \(ValueError\)") as told:
        pulled(house, client)
    assert "secret" not in str(told.value) and told.value.__cause__ is None
    found = service.named(house.db, "theirs")
    assert standing(house) == {A} and found.fetched_ms is None and found.stale(house.clock + 86_400_001)
    client = Client([Step({"2": {B: Meta()}}, Point(8))])
    pulled(house, client)
    assert client.asked == [Point(5)] and standing(house) == {A, B}


def test_a_checkpoint_that_is_too_old_fetches_all_of_it_and_what_is_not_in_it_goes(house: House) -> None:
    theirs(house)
    pulled(house, Client([Step({"1": {A: Meta()}, "2": {B: Meta()}}, Point(5, old=True))]))
    broken = Client([Step({"2": {B: Meta()}}, Point(7)), OSError()])
    with pytest.raises(ExchangeFailed):
        pulled(house, broken)
    assert broken.asked == [None] and standing(house) == {A, B}, "the old list stands until all of the new one is there"
    assert pulled(house, Client([Step({"2": {B: Meta()}}, Point(7)), Step({"3": {C: Meta()}}, Point(8))])).removed == 1
    assert standing(house) == {B, C}
    assert [one.added for one in ListChanges(house.db).after(0)] == [True, True, False, True]


def test_malformed_hashes_are_left_out_and_counted(house: House) -> None:
    theirs(house)
    assert pulled(house, Client([Step({"1": {A: Meta(), "00": Meta()}}, Point(1))])).left_out == 1
    assert standing(house) == {A}


def test_nothing_is_logged_while_a_client_works(house: House, caplog: pytest.LogCaptureFixture) -> None:
    theirs(house)

    class Loud(Client):
        def fetch_iter(self, types: object, checkpoint: object):  # type: ignore[no-untyped-def]  # as Client
            logging.error("Convert failed: %s", A)
            yield Step({"1": {A: Meta()}}, Point(1))
            logging.error("and again: %s", A)

    with caplog.at_level(logging.DEBUG):
        pulled(house, Loud([]))
        logging.error("after it")
    assert [record.message for record in caplog.records] == ["after it"]


def test_one_curator_at_a_time(house: House) -> None:
    known = theirs(house)
    with leased(house.db, known.number, house.random, lambda: house.clock), pytest.raises(ListBusy):
        pulled(house, Client([]))
    assert pulled(house, Client([])).version == 0


def test_a_list_of_files_has_nobody_to_ask(house: House) -> None:
    a_list(house, "theirs")
    with pytest.raises(WrongSource, match="made of files"):
        pulled(house, Client([]))


class Voting:
    """An exchange that takes votes, or does not, or fails."""

    def __init__(self, error: type[Exception] | None = None) -> None:
        self.error = error
        self.asked = 0
        self.votes: list[tuple[HashKind, bytes, bool]] = []

    def anew(self, checkpoint: bytes | None) -> bool:
        return False

    def fetch(self, checkpoint: bytes | None):  # type: ignore[no-untyped-def]  # nothing comes
        return iter(())

    def vote(self, kind: HashKind, value: bytes, source_id: str, *, right: bool) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error
        self.votes.append((kind, value, right))


def test_votes_are_told_once_and_those_that_fail_again(house: House) -> None:
    theirs(house)
    pulled(house, Client([Step({"1": {A: Meta()}}, Point(1))]))
    (entry,) = [one.entry for one in ListChanges(house.db).after(0)]
    service.vote(house.db, entry, False, "staff:1", house.clock)

    def told(exchange: Voting) -> int:
        return pull(house.db, OWNER, "theirs", exchange, now_ms=lambda: house.clock, random=house.random).votes

    assert told(Voting(OSError)) == 0 and len(store.votes_waiting(house.db, 1, 9)) == 1
    voting = Voting()
    assert told(voting) == 1 and voting.votes == [(HashKind.PDQ, bytes.fromhex(A), False)]
    assert told(voting) == 0
    service.vote(house.db, entry, True, "staff:1", house.clock)
    assert told(Voting(NotSupported)) == 0 and store.votes_waiting(house.db, 1, 9) == []


@pytest.mark.parametrize(("error", "asked"), [(OSError, 2), (ExchangeBusy, 1)])
def test_an_exchange_that_asks_to_be_left_alone_is_told_no_further_vote(
    house: House, error: type[Exception], asked: int
) -> None:
    theirs(house)
    pulled(house, Client([Step({"1": {A: Meta()}, "2": {B: Meta()}}, Point(1))]))
    for entry in [one.entry for one in ListChanges(house.db).after(0)]:
        service.vote(house.db, entry, False, "staff:1", house.clock)
    exchange = Voting(error)
    pull(house.db, OWNER, "theirs", exchange, now_ms=lambda: house.clock, random=house.random)
    assert (exchange.asked, len(store.votes_waiting(house.db, 1, 9))) == (asked, 2), (
        "all of them wait for the next pull"
    )


def test_without_the_library_it_is_said_which_pins_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> object:
        if name.startswith("threatexchange"):
            raise ModuleNotFoundError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(ExchangesMissing, match=r"--require-hashes -r constraints/exchanges\.txt"):
        opening.opened("ncmec", "theirs", {})


def test_an_exchange_that_nobody_knows_is_named_by_those_that_are() -> None:
    with pytest.raises(ExchangeUnknown, match="threatexchange, ncmec, stopncii, tat"):
        client_of("photodna")


@dataclass
class Told:
    """What a client is told."""

    name: str
    enabled: bool
    group: int


@pytest.mark.parametrize("said", [{}, {"group": "many"}, {"group": "1", "colour": "red"}])
def test_what_a_client_is_told_has_its_types(said: dict[str, str]) -> None:
    assert collab_of(Told, "ncmec", "theirs", {"group": "12"}) == Told("theirs", True, 12)
    with pytest.raises(SettingsRefused):
        collab_of(Told, "ncmec", "theirs", said)
