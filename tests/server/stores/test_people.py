# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of what people say of each other: requests, contacts, guardians, codes, and what stands against them."""

from __future__ import annotations

from dataclasses import replace

from privity.server.ages import store as ages
from privity.server.ages.model import StoredAge
from privity.server.challenges import store as challenges
from privity.server.challenges.model import Challenge
from privity.server.contacts import store
from privity.server.contacts.model import Ask, Code, How, Meeting, Side, Who
from privity.server.db.database import Tx
from privity.server.guardians import store as guardians
from privity.server.guardians.model import Link, Word
from privity.server.invites import store as invites
from privity.server.notices import store as notices
from privity.server.notices.model import Line
from privity.server.staff import store as staff
from privity.server.standing import store as standing
from privity.server.standing.model import Restriction, What
from privity.wire.age import AgeBand
from privity.wire.staff import Effect, EffectOutcome, EffectParams, Verb
from tests.server.stores.cast import NOW, inside, people, room


def test_requests(tx: Tx) -> None:
    people(tx, "ann", "ben", "cat", "dan")
    by_name = Ask("ben", "ann.h", b"e", 1, NOW)
    by_address = Ask("cat", "ann", b"e", 1, NOW - 1)
    for one in (replace(by_name, asked_ms=1), by_name, by_address, Ask("dan", "ann", b"e", 1, NOW + 1)):
        store.put_ask(tx, one)
    assert store.ask(tx, "ben", "ann.h") == by_name
    assert store.asks_by(tx, "ben", NOW - 1) == [by_name]
    assert (store.count_asks(tx, "ben", NOW - 1), store.count_asks(tx, "ben", NOW)) == (1, 0)
    asked = store.asks_for(tx, "ann", "ann.h", 0, Who.ANYBODY, 2)
    assert asked == [by_address, by_name], "the longest waiting first, and no more than that"
    store.put_no(tx, "ann", "cat", 5, NOW)
    tx.execute("INSERT INTO block VALUES ('dan', 'ann', 1)")
    assert store.asks_for(tx, "ann", "ann.h", 0, Who.ANYBODY, 9) == [by_name]
    assert store.asks_for(tx, "ann", "ann.h", 0, Who.IN_A_GROUP, 9) == []
    inside(tx, room(tx, "r"), "ann", "ben")
    assert store.asks_for(tx, "ann", "ann.h", 0, Who.IN_A_GROUP, 9) == [by_name]
    assert store.asks_for(tx, "ann", "ann.h", 0, Who.VOUCHED, 9) == []
    guardians.put_word(tx, Word("ann", "ben", "dan", b"yes", 1, NOW))
    assert store.asks_for(tx, "ann", "ann.h", 0, Who.VOUCHED, 9) == [by_name]
    assert store.asks_between(tx, "ben", ("ann", "ann.h"), NOW - 1) == [by_name]
    assert store.forget_asks(tx, "ben", ("ann", "ann.h"))
    assert not store.forget_asks(tx, "ben", ("ann", "ann.h"))


def test_how_many_a_new_account_asks(tx: Tx) -> None:
    people(tx, "ann", "ben")
    assert store.asking(tx, "ann") == (NOW, 0)
    store.put_asking(tx, "ann", NOW + 7)
    assert (store.asking(tx, "ann"), store.asking(tx, "ben")) == ((NOW, NOW + 7), (NOW, 0))
    assert store.asking(tx, "nobody") == (0, 0)
    assert [store.are_many(tx, count) for count in (1, 2, 3)] == [True, True, False]
    invites.add(tx, b"h", NOW, NOW + 1)
    assert not store.was_invited(tx, "ann")
    invites.use(tx, b"h", "ann", NOW)
    assert store.was_invited(tx, "ann") and not store.was_invited(tx, "ben")


def test_contacts(tx: Tx) -> None:
    people(tx, "ann", "ben", "cat")
    first = Side("ann", "ben", How.ASKED, b"e", 1, NOW)
    store.put_side(tx, first)
    store.put_side(tx, replace(first, entry=b"f", said_ms=2, since_ms=NOW + 9))
    assert store.sides(tx, "ann", "ben") == [replace(first, entry=b"f", said_ms=2)], "the first time stays"
    store.put_side(tx, Side("ben", "ann", How.GRANTED, None, 3, NOW))
    store.put_side(tx, Side("cat", "ben", How.MET, None, 3, NOW))
    assert store.hows(tx, "ann", "ben") == ({How.ASKED}, {How.GRANTED})
    pairs = [("cat", "ann"), ("ben", "ann"), ("cat", "ben")]
    ages.put(tx, StoredAge("cat", AgeBand.MINOR, NOW))
    found, known = store.hows_and_ages(tx, pairs)
    assert found == [(set(), set()), ({How.GRANTED}, {How.ASKED}), ({How.MET}, set())]
    assert known == {"cat": StoredAge("cat", AgeBand.MINOR, NOW)}
    assert store.others(tx, "ann") == ["ben"]
    assert (store.count_mutual(tx, "ann", "cat"), store.count_mutual(tx, "ann", "ben")) == (1, 0)
    assert store.end(tx, "ben", "ann")
    assert not store.end(tx, "ben", "ann")
    store.put_meeting(tx, Meeting("ann", "ben", b"e", 1, NOW))
    assert store.end(tx, "ben", "ann"), "a meeting could make them contacts too"
    assert store.others(tx, "cat") == ["ben"]


def test_a_no_keeps_its_newest_entry(tx: Tx) -> None:
    people(tx, "ann", "ben")
    for said_ms, at_ms in ((5, 1), (9, 2), (3, 3)):
        store.put_no(tx, "ann", "ben", said_ms, at_ms)
    assert store.no(tx, "ann", "ben") == (9, 3)
    store.forget_no(tx, "ann", "ben")
    assert store.no(tx, "ann", "ben") is None


def test_codes_and_meetings(tx: Tx) -> None:
    people(tx, "ann", "ben")
    made = Code(b"h", "ann", "contact", NOW + 10)
    assert store.add_code(tx, made)
    assert not store.add_code(tx, replace(made, user_uri="ben"))
    assert (store.code(tx, b"h", NOW), store.code(tx, b"h", NOW + 10)) == (made, None)
    assert store.count_codes(tx, "ann", NOW) == 1
    store.use_code(tx, b"h")
    assert store.count_codes(tx, "ann", NOW) == 0
    met = Meeting("ben", "ann", b"e", 1, NOW)
    store.put_meeting(tx, replace(met, entry=b"old"))
    store.put_meeting(tx, met)
    assert (store.meeting(tx, "ben", "ann", NOW - 1), store.meeting(tx, "ben", "ann", NOW)) == (met, None)
    assert store.meetings_with(tx, "ann", 0) == [met]
    store.forget_meeting(tx, "ben", "ann")
    assert store.meetings_with(tx, "ann", 0) == []


def test_contacts_that_time_and_people_end(tx: Tx) -> None:
    people(tx, "ann", "ben")

    def fill() -> None:
        store.put_ask(tx, Ask("ann", "ben", b"e", 1, NOW))
        store.put_side(tx, Side("ben", "ann", How.ASKED, b"e", 1, NOW))
        store.put_no(tx, "ben", "ann", 1, NOW)
        store.add_code(tx, Code(b"h", "ann", "contact", NOW))
        store.put_meeting(tx, Meeting("ben", "ann", b"e", 1, NOW))

    def left() -> int:
        names = ("contact_ask", "contact_side", "contact_no", "contact_code", "contact_meeting")
        return sum(len(tx.all(f"SELECT 1 FROM {name}")) for name in names)

    fill()
    store.forget_old(tx, NOW - 1, NOW - 1, NOW - 1)
    assert left() == 5
    store.forget_old(tx, NOW, NOW, NOW)
    assert left() == 1, "a contact stays"
    fill()
    store.forget_person(tx, "ann")
    assert left() == 0


def test_guardians(tx: Tx) -> None:
    people(tx, "kid", "mum", "dad", "joe")
    mum = Link("kid", "mum", False, b"e", 1, NOW)
    dad = Link("kid", "dad", True, b"e", 1, NOW - 1)
    for link in (dad, replace(mum, pending=True), mum):
        guardians.put(tx, link)
    assert guardians.of_ward(tx, "kid") == [mum, dad]
    assert guardians.of_guardian(tx, "dad") == [dad]
    assert guardians.find(tx, "kid", "mum") == mum
    assert guardians.find(tx, "mum", "kid") is None
    for said_ms, at_ms in ((7, 1), (3, 2)):
        guardians.put_word(tx, Word("kid", "joe", "mum", b"yes", said_ms, at_ms))
    guardians.put_word(tx, Word("kid", "joe", "dad", None, 1, 9))
    assert guardians.words(tx, "kid", "joe") == [
        Word("kid", "joe", "mum", b"yes", 7, 2),
        Word("kid", "joe", "dad", None, 1, 9),
    ]
    assert [word.guardian_uri for word in guardians.words_by(tx, "kid", "mum")] == ["mum"]
    guardians.end(tx, "kid", "mum")
    assert guardians.of_ward(tx, "kid") == [dad]
    assert [word.guardian_uri for word in guardians.words(tx, "kid", "joe")] == ["dad"]
    guardians.forget_words_of(tx, "joe")
    assert guardians.words(tx, "kid", "joe") == []
    guardians.put_word(tx, Word("kid", "joe", "dad", None, 1, 9))
    guardians.forget_person(tx, "dad")
    assert (guardians.of_ward(tx, "kid"), guardians.words(tx, "kid", "joe")) == ([], [])


def test_restrictions(tx: Tx) -> None:
    ends = Restriction("ann", What.LIMITED, "d1", 1, NOW)
    stays = Restriction("ann", What.BANNED, "d1", 1, None)
    for one in (replace(ends, until_ms=5), ends, stays, Restriction("r", What.CLOSED, "d2", 1, None)):
        standing.put(tx, one)
    found = standing.against(tx, ["ann", "r"], NOW - 1)
    assert sorted(one.what for one in found) == ["banned", "closed", "limited"]
    assert standing.against(tx, ["ann"], NOW) == [stays]
    standing.forget_over(tx, "ann", NOW - 1)
    assert standing.end(tx, "ann", [What.LIMITED, What.BANNED, What.HIDDEN], "d1") == 2
    assert standing.end(tx, "ann", [What.LIMITED], "d1") == 0
    standing.put(tx, ends)
    standing.forget_over(tx, "ann", NOW)
    assert standing.against(tx, ["ann"], 0) == []


def test_challenges(tx: Tx) -> None:
    short, long = Challenge("ann", "d1", 1, NOW), Challenge("ann", "d2", 1, NOW + 5)
    for one in (long, replace(short, until_ms=5), short, Challenge("ben", "d3", 1, NOW + 9)):
        challenges.put(tx, one)
    assert challenges.against(tx, "ann", NOW - 1) == [short, long]
    challenges.end_over(tx, "ann", NOW - 1)
    assert challenges.against(tx, "ann", NOW) == [long]
    challenges.end_over(tx, "ann", NOW)
    assert challenges.against(tx, "ann", 0) == [long]
    assert (challenges.end(tx, "ann", "d2"), challenges.end(tx, "ann", "d2")) == (True, False)
    challenges.put(tx, long)
    challenges.forget_person(tx, "ann")
    assert challenges.against(tx, "ann", 0) == []
    assert [challenges.spend(tx, seed, NOW + 9) for seed in (b"a", b"b", b"a")] == [True, True, False]
    challenges.forget_over(tx, NOW + 8)
    assert (challenges.against(tx, "ben", 0)[0].decision, challenges.spend(tx, b"a", NOW)) == ("d3", False)
    challenges.forget_over(tx, NOW + 9)
    assert (challenges.against(tx, "ben", 0), challenges.spend(tx, b"a", NOW)) == ([], True)


def test_warnings_statements_and_marks(tx: Tx) -> None:
    assert standing.warn(tx, "ann", "d", NOW)
    assert not standing.warn(tx, "ann", "d", NOW)
    assert standing.warnings(tx, "ann") == 1
    assert standing.unwarn(tx, "ann", "d")
    assert not standing.unwarn(tx, "ann", "d")
    for effect, at_ms in (("b", 1), ("a", 1), ("c", 2)):
        standing.put_statement(tx, "ann", effect, at_ms, effect)
    assert standing.statements(tx, "ann", 2) == ["c", "a"]
    for until_ms in (NOW, NOW + 5, NOW + 2):
        standing.bar(tx, b"m", until_ms)
    assert (standing.barred_until(tx, b"m", NOW), standing.barred_until(tx, b"m", NOW + 5)) == (NOW + 5, None)
    standing.warn(tx, "ann", "e", 1)
    standing.put(tx, Restriction("ann", What.LIMITED, "d1", 1, NOW + 5))
    standing.forget_old(tx, NOW + 5, 1)
    assert (standing.warnings(tx, "ann"), standing.statements(tx, "ann", 9)) == (0, ["c"])
    assert (standing.against(tx, ["ann"], 0), standing.barred_until(tx, b"m", 0)) == ([], None)
    standing.put(tx, Restriction("ann", What.LIMITED, "d1", 1, None))
    standing.warn(tx, "ann", "d", 1)
    standing.forget_person(tx, "ann")
    assert (standing.against(tx, ["ann"], 0), standing.warnings(tx, "ann")) == ([], 0)
    assert standing.statements(tx, "ann", 9) == []


def test_requests_of_the_desk_are_taken_once(tx: Tx) -> None:
    assert staff.take_nonce(tx, b"n1", NOW)
    assert not staff.take_nonce(tx, b"n1", NOW + 1)
    assert staff.take_nonce(tx, b"n2", NOW + 1)
    staff.forget_nonces(tx, NOW + 1)
    assert staff.take_nonce(tx, b"n1", NOW + 2), "what is forgotten counts no more"
    assert not staff.take_nonce(tx, b"n2", NOW + 2)


def test_effects(tx: Tx) -> None:
    def effect(number: int, verb: Verb) -> Effect:
        return Effect(f"e{number}", number, verb, "ann", EffectParams(decision="d"))

    staff.add(tx, effect(1, Verb.SUSPEND), b"1", EffectOutcome.APPLIED, "", NOW)
    staff.add(tx, effect(2, Verb.TELL), b"2", EffectOutcome.APPLIED, "", NOW)
    staff.add(tx, effect(3, Verb.LIMIT), b"3", EffectOutcome.REFUSED, "no", NOW + 1)
    assert staff.find(tx, "e3") == staff.Known(b"3", EffectOutcome.REFUSED, "no")
    assert staff.find(tx, "e4") is None
    assert (staff.newest(tx, "ann", "d"), staff.newest(tx, "ben", "d")) == (1, None)
    staff.forget_old(tx, NOW)
    assert staff.find(tx, "e1") is None
    assert staff.find(tx, "e3") is not None


def test_notices(tx: Tx) -> None:
    for receipt in ("one", "two"):
        notices.add(tx, receipt, b"h", NOW)
    notices.add_line(tx, "one", "b", Line(NOW + 5, "later"))
    notices.add_line(tx, "one", "a", Line(NOW + 1, "first"))
    notices.set_appealed(tx, "one", NOW + 6)
    found = notices.find(tx, "one")
    assert found is not None
    assert (found.appealed_ms, [line.text for line in found.lines]) == (NOW + 6, ["first", "later"])
    notices.forget_old(tx, NOW)
    assert notices.find(tx, "two") is None
    assert notices.find(tx, "one") == found, "something was said of it since then"
    notices.forget_old(tx, NOW + 5)
    assert tx.all("SELECT 1 FROM notice_line") == []
