# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of observations: numbers that grow, ages as of then, and what is forgotten when."""

from __future__ import annotations

from privity.server.ages import store as ages
from privity.server.ages.model import StoredAge
from privity.server.contacts import store as contacts
from privity.server.contacts.model import How, Side
from privity.server.db.database import Tx
from privity.server.observing import store
from privity.server.observing.model import Seen
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.server.stores.cast import NOW, inside, people, room


def seen(account: str, at_ms: int = NOW) -> Seen:
    return Seen(at_ms, ObservedKind.SHOWED, account)


def numbers(tx: Tx, after: int = 0) -> list[int]:
    return [one.number for one in store.after(tx, after, 99)]


def test_what_was_seen_is_told_with_the_ages_of_then(tx: Tx) -> None:
    people(tx, "ann", "ben")
    ages.put(tx, StoredAge("ann", AgeBand.MINOR, adult_from_ms=NOW + 5))
    first = store.last(tx)
    ask = Seen(NOW, ObservedKind.ASKED, "ann", "ben", mutual=3, together=True)
    sent = Seen(NOW + 5, ObservedKind.SENT, "ann", count=7, people=20, rooms=2, largest=9)
    store.add(tx, [ask, sent])
    store.add(tx, [Seen(NOW + 6, ObservedKind.KNOCKED, "ben", room="r")])
    store.add(tx, [Seen(NOW + 7, ObservedKind.REGISTERED, "ben", network="ab")])
    minor, adult = AgeBand.MINOR, AgeBand.ADULT
    assert store.after(tx, first, 99) == [
        Observed(first + 1, NOW, ObservedKind.ASKED, "ann", NOW, minor, "ben", mutual=3, together=True),
        Observed(first + 2, NOW + 5, ObservedKind.SENT, "ann", NOW, adult, count=7, people=20, rooms=2, largest=9),
        Observed(first + 3, NOW + 6, ObservedKind.KNOCKED, "ben", NOW, AgeBand.UNKNOWN, room="r"),
        Observed(first + 4, NOW + 7, ObservedKind.REGISTERED, "ben", NOW, AgeBand.UNKNOWN, network="ab"),
    ]
    ages.put(tx, StoredAge("ben", AgeBand.ADULT))
    store.add(tx, [Seen(NOW, ObservedKind.BLOCKED, "ann", "ben")])
    (last,) = store.after(tx, first + 4, 99)
    assert (last.age, last.other_age) == (minor, adult)


def test_nothing_is_kept_of_an_account_that_is_no_more(tx: Tx) -> None:
    people(tx, "ann")
    store.add(tx, [seen("ann"), seen("gone"), seen("ann")])
    assert numbers(tx) == [1, 3]
    store.add(tx, [])
    assert store.last(tx) == 3


def test_pages_and_forgetting(tx: Tx) -> None:
    people(tx, "ann")
    store.add(tx, [seen("ann", NOW + number) for number in range(5)])
    assert [one.number for one in store.after(tx, 1, 3)] == [2, 3, 4]
    assert (store.span(tx), store.oldest_ms(tx)) == (5, NOW)
    store.forget_through(tx, 2)
    assert (numbers(tx), store.span(tx), store.oldest_ms(tx)) == ([3, 4, 5], 3, NOW + 2)
    assert store.is_any_after(tx, 4)
    assert not store.is_any_after(tx, 5)
    store.forget_before(tx, NOW + 3)
    assert numbers(tx) == [4, 5]
    store.forget_through(tx, 5)
    assert (store.span(tx), store.oldest_ms(tx), store.last(tx)) == (0, None, 5)
    store.add(tx, [seen("ann")])
    assert numbers(tx) == [6], "no number comes twice"


def test_what_an_account_did_and_what_was_done_to_it_is_forgotten(tx: Tx) -> None:
    people(tx, "ann", "ben", "cat")
    asked, was_asked = Seen(NOW, ObservedKind.ASKED, "ann", "ben"), Seen(NOW, ObservedKind.ASKED, "cat", "ann")
    store.add(tx, [asked, was_asked, Seen(NOW, ObservedKind.ASKED, "ben", "cat"), seen("ann"), seen("ben")])
    store.forget_of(tx, "ann")
    assert numbers(tx) == [3, 5]


def test_a_copy_goes_on_beyond_all_numbers_that_were_given_out(tx: Tx) -> None:
    people(tx, "ann")
    store.add(tx, [seen("ann")])
    store.begin_after(tx, 1000)
    assert (numbers(tx), store.last(tx)) == ([], 1000)
    store.add(tx, [seen("ann")])
    store.begin_after(tx, 50)
    assert store.last(tx) == 1001, "never back"


def test_people_of_rooms(tx: Tx) -> None:
    people(tx, "ann", "ben", "cat")
    one, other, empty = room(tx, "r"), room(tx, "s"), room(tx, "t")
    inside(tx, one, "ann", "ben", "cat")
    inside(tx, other, "ann", "ben")
    tx.execute("UPDATE participation SET until_ms = 9 WHERE room_id = ? AND user_uri = 'ben'", (other,))
    assert store.people(tx, [one, other, empty]) == {one: 3, other: 1, empty: 0}


def test_shared_contacts_are_counted_no_further_than_asked(tx: Tx) -> None:
    names = [f"c{number}" for number in range(12)]
    people(tx, "ann", "ben", *names)
    for name in names:
        contacts.put_side(tx, Side("ann", name, How.GRANTED, None, 1, NOW))
        contacts.put_side(tx, Side("ann", name, How.ASKED, None, 1, NOW))
    for name in names[:3]:
        contacts.put_side(tx, Side("ben", name, How.GRANTED, None, 1, NOW))
    assert contacts.count_mutual_to(tx, "ann", "ben", 9) == contacts.count_mutual_to(tx, "ben", "ann", 9) == 3
    for name in names[3:]:
        contacts.put_side(tx, Side("ben", name, How.GRANTED, None, 1, NOW))
    assert (contacts.count_mutual_to(tx, "ann", "ben", 9), contacts.count_mutual(tx, "ann", "ben")) == (9, 12)
