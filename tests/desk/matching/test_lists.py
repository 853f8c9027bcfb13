# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists and entries: versions, changes in their order, who may change what, and what never leaves."""

from __future__ import annotations

import dataclasses

import pytest
from tests.desk.house import MODERATOR, SENIOR, House
from tests.desk.matching.listed import OWNER, a_list, of_pdq, put, some_bits

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import transaction
from privity.desk.matching.errors import (
    EntryMalformed,
    HashMalformed,
    KindUnknown,
    ListBusy,
    ListExists,
    ListNameRefused,
    ListNotPaused,
    ListUnknown,
)
from privity.desk.matching.lists import lease, service, store
from privity.desk.matching.lists.changes import ListChanges, newest
from privity.desk.matching.lists.lease import leased
from privity.desk.matching.lists.model import FILE, STALE_MS, Category, HashKind, Incoming, incoming
from privity.desk.staff.errors import NotYourRole

A, B = some_bits(1), some_bits(2)


def test_each_change_is_a_version_and_stands_in_the_log_without_a_hash(house: House) -> None:
    known = a_list(house)
    changed = put(house, known, of_pdq(A), of_pdq(B), Incoming(HashKind.MD5, b"m" * 16, ""))
    assert (changed.version, changed.added, changed.removed) == (1, 3, 0)
    assert put(house, known, of_pdq(A)).version == 1, "nothing new is no new version"
    assert service.counts(house.db, known.number) == {HashKind.PDQ: 2, HashKind.MD5: 1}
    (entry,) = house.acts(Act.LIST_CHANGED)
    assert entry.said == {"version": 1, "added": 3, "removed": 0, "anew": 0}
    assert A.hex() not in repr(entry) and A.hex().encode() not in entry.encode()


def test_changes_come_in_their_order_and_of_similar_hashes_alone(house: House) -> None:
    known = a_list(house)
    put(house, known, of_pdq(A, "one"), Incoming(HashKind.SHA256, b"s" * 32, "two"))
    put(house, known, of_pdq(B, "one"), sources=["one"])
    changes = list(ListChanges(house.db).after(0))
    assert [(one.bits, one.added) for one in changes] == [(A, True), (A, False), (B, True)]
    sequences = [one.sequence for one in changes]
    assert sequences == sorted(set(sequences)) and sequences[-1] == newest(house.db)
    assert changes[0].entry == changes[1].entry != changes[2].entry
    assert list(ListChanges(house.db).after(sequences[1])) == changes[2:]


def test_what_comes_back_is_the_same_entry_again(house: House) -> None:
    known = a_list(house)
    for _ in range(2):
        put(house, known, of_pdq(A, "one"))
        put(house, known, sources=["one"])
    changes = list(ListChanges(house.db).after(0))
    assert [one.added for one in changes] == [True, False, True, False] and len({one.entry for one in changes}) == 1
    assert service.entries(house.db, [changes[0].entry], house.clock) == ()


def test_one_hash_on_two_lists_is_two_entries(house: House) -> None:
    known, own = a_list(house), a_list(house, "own", Category.OWN)
    value = Incoming(HashKind.SHA256, b"s" * 32, "")
    put(house, known, value)
    put(house, own, value)
    found = service.exactly(house.db, HashKind.SHA256, b"s" * 32, house.clock)
    assert [one.list_name for one in found] == ["known", "own"]


def test_what_is_over_or_removed_is_in_no_list(house: House) -> None:
    known = a_list(house)
    put(house, known, dataclasses.replace(of_pdq(A), expires_ms=house.clock + 1000), of_pdq(B))
    numbers = [one.entry for one in ListChanges(house.db).after(0)]
    assert len(service.entries(house.db, numbers, house.clock)) == 2
    assert len(service.entries(house.db, numbers, house.clock + 1000)) == 1
    assert service.remove(house.db, OWNER, "known", house.clock) == 2
    assert service.entries(house.db, numbers, house.clock) == () and service.lists(house.db) == ()
    with pytest.raises(ListUnknown, match="no list known"):
        service.named(house.db, "known")
    assert a_list(house).number != known.number, "its name is free again, and its number is not"


def test_what_was_taken_out_long_ago_is_gone_from_the_file(house: House) -> None:
    known = a_list(house)
    put(house, known, of_pdq(A, "one"))
    put(house, known, sources=["one"])
    assert service.forget(house.db, house.clock + service.PURGE_MS, 9) == 0
    assert service.forget(house.db, house.clock + service.PURGE_MS + 1, 9) == 1
    assert list(ListChanges(house.db).after(0)) == []
    assert house.db.execute("SELECT count(*) FROM list_entry").fetchone() == (0,)


def test_a_trusted_list_is_one_that_people_have_seen(house: House) -> None:
    known = a_list(house, trusted=True)
    put(house, known, of_pdq(A, verified=False))
    (number,) = [one.entry for one in ListChanges(house.db).after(0)]
    (entry,) = service.entries(house.db, [number], house.clock)
    assert entry.verified


def test_no_repr_shows_a_hash_or_an_id(house: House) -> None:
    known = a_list(house)
    put(house, known, of_pdq(A, "secret-id"))
    (change,) = ListChanges(house.db).after(0)
    (entry,) = service.entries(house.db, [change.entry], house.clock)
    for shown in (of_pdq(A, "secret-id"), entry, change, service.named(house.db, "known")):
        assert A.hex() not in repr(shown) and "secret-id" not in repr(shown) and repr(A) not in repr(shown)


def test_only_who_may_changes_lists(house: House) -> None:
    with pytest.raises(NotYourRole, match="may not add, change and remove hash lists"):
        service.add(house.db, MODERATOR, "known", FILE, Category.OWN, {}, trusted=False, now_ms=0)
    service.add(house.db, SENIOR, "known", FILE, Category.OWN, {}, trusted=False, now_ms=0)
    with pytest.raises(NotYourRole):
        service.remove(house.db, MODERATOR, "known", 0)
    with pytest.raises(ListExists, match="a list known already"):
        a_list(house)


@pytest.mark.parametrize("name", ["", "two words", "-first", "removed-1", "x" * 61, "line\n"])
def test_a_name_is_short_and_plain(house: House, name: str) -> None:
    with pytest.raises(ListNameRefused):
        a_list(house, name)


def test_a_paused_list_waits_for_a_person(house: House) -> None:
    known = a_list(house)
    with pytest.raises(ListNotPaused):
        service.resume(house.db, OWNER, "known", house.clock)
    for _ in range(2):
        service.pause(house.db, "desk", known.number, "too many", house.clock)
    assert len(house.acts(Act.LIST_PAUSED)) == 1
    assert service.named(house.db, "known").paused_why == "too many"
    service.resume(house.db, OWNER, "known", house.clock)
    assert service.named(house.db, "known").paused_ms is None


def test_one_at_a_time_changes_a_list_and_a_dead_one_not_for_long(house: House) -> None:
    known, now = a_list(house), [house.clock]
    with leased(house.db, known.number, house.random, lambda: now[0]) as first:
        with pytest.raises(ListBusy), leased(house.db, known.number, house.random, lambda: now[0]):
            raise AssertionError("two of them")
        with pytest.raises(ListBusy, match="changes list known now"):
            service.remove(house.db, OWNER, "known", now[0])
        now[0] += lease.LEASE_MS
        with leased(house.db, known.number, house.random, lambda: now[0]), pytest.raises(ListBusy):
            first.renew()
    service.remove(house.db, OWNER, "known", now[0])


def test_an_exchange_that_nobody_asked_for_a_day_is_told_of_once(house: House) -> None:
    a_list(house)
    theirs = a_list(house, "theirs", Category.NCII, source="stopncii")
    assert service.alarm(house.db, house.clock + STALE_MS) == ()
    late = house.clock + STALE_MS + 1
    for _ in range(2):
        assert [one.name for one in service.alarm(house.db, late)] == ["theirs"]
    assert len(house.acts(Act.LIST_STALE)) == 1
    with transaction(house.db):
        store.set_fetched(house.db, theirs.number, b"{}", late)
    assert service.alarm(house.db, late + 1) == ()


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("photodna", "00" * 32, KindUnknown),
        ("pdq", "00" * 31, HashMalformed),
        ("pdq", "00" * 33, HashMalformed),
        ("md5", "00" * 32, HashMalformed),
        ("sha256", "0g" * 32, HashMalformed),
        ("sha256", "0 " * 32, HashMalformed),
        ("pdq", "\u0660" * 64, HashMalformed),
        ("pdq", "00" * 32 + "\n", HashMalformed),
    ],
)
def test_a_hash_of_the_wrong_length_is_named_and_not_quoted(kind: str, value: str, error: type[Exception]) -> None:
    assert incoming("pdq", "aB" * 32).value == b"\xab" * 32
    with pytest.raises(error) as told:
        incoming(kind, value)
    assert value not in str(told.value) and "photodna" not in str(told.value)


@pytest.mark.parametrize(
    "said", [{"source_id": "x" * 201}, {"source_id": "a\nb"}, {"severity": 5}, {"severity": -1}, {"expires_ms": 0}]
)
def test_other_fields_have_their_bounds_too(said: dict[str, object]) -> None:
    with pytest.raises(EntryMalformed):
        incoming("pdq", "00" * 32, **said)  # type: ignore[arg-type]  # any of its fields


def test_the_database_itself_takes_no_hash_of_another_length(house: House) -> None:
    known = a_list(house)
    with pytest.raises(Exception, match="CHECK constraint failed"):
        put(house, known, Incoming(HashKind.PDQ, b"short", ""))
    assert service.named(house.db, "known").version == 0 and newest(house.db) == 0
