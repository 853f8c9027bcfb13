# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A list acts once two people have agreed to it, and not with anything that came after they did."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tests.desk.house import MODERATOR, SENIOR, House
from tests.desk.matching.listed import OWNER, a_list, agree, csv_of, imported, of_pdq, on_the_staff, put, some_bits

from privity.desk.audit.acts import Act
from privity.desk.cases.errors import NoteMissing
from privity.desk.db.transaction import Db
from privity.desk.matching.errors import (
    AlreadyAsked,
    ListOnlyWatches,
    ListUnknown,
    NothingToAgree,
    SecondPerson,
)
from privity.desk.matching.lists import agreement_store, service
from privity.desk.matching.lists.agreement_store import Covers
from privity.desk.matching.lists.model import Category, HashList
from privity.desk.matching.looking import agreeing
from privity.desk.matching.looking.policy import FOLLOWS, Action
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import AskerLeft, NotYourRole
from privity.desk.staff.rights import Right, Role

A, B, C = (some_bits(n) for n in (1, 2, 3))
OTHER = Acting.member(7, frozenset({Role.SENIOR}))
BACKUP = Acting.command("backup", Right.AGREE_LISTS)
WHY = "It is an invented list."


def acting(house: House, of: HashList) -> set[bytes]:
    """The hashes of a list from which something may follow by itself."""
    rows = house.db.execute("SELECT n FROM list_entry WHERE list = ?", (of.number,)).fetchall()
    return {one.value for one in service.entries(house.db, [n for (n,) in rows], house.clock) if one.agreed}


def watched(house: House, of: HashList, *bits: bytes, verified: bool = True) -> None:
    put(house, of, *(of_pdq(one, verified=verified) for one in bits), agreed=False)


def test_one_person_hides_nothing_by_a_list(house: House) -> None:
    known = a_list(house)
    watched(house, known, A)
    assert acting(house, known) == set()
    asked = agreeing.ask(house.db, OWNER, "known", WHY, house.clock)
    assert acting(house, known) == set()
    agreed = agreeing.agree(house.db, SENIOR, asked.number, WHY, house.clock)
    assert acting(house, known) == {A}
    assert (agreed.asked_by, agreed.agreed_by) == ("command:lists", "staff:2")
    assert [one.said for one in house.acts(Act.LIST_ASKED, Act.LIST_AGREED)] == [
        {"agreement": 1, "version": 1, "words": WHY},
        {"agreement": 1, "version": 1, "first": "command:lists", "words": WHY},
    ]


@pytest.mark.parametrize(("first", "second"), [(OWNER, OWNER), (SENIOR, SENIOR), (OWNER, BACKUP)])
def test_the_same_person_twice_is_one_person(house: House, first: Acting, second: Acting) -> None:
    """By another command, too: all commands are whoever owns the machine."""
    known = a_list(house)
    watched(house, known, A)
    on_the_staff(house.db, SENIOR)
    may = dataclasses.replace(second, rights=second.rights | {Right.AGREE_LISTS})
    asked = agreeing.ask(house.db, first, "known", WHY, house.clock)
    with pytest.raises(SecondPerson, match="somebody else agrees"):
        agreeing.agree(house.db, may, asked.number, WHY, house.clock)
    with pytest.raises(Exception, match="CHECK constraint failed"):
        agreement_store.agree(house.db, asked.number, second.who, WHY, house.clock)
    assert acting(house, known) == set() and house.acts(Act.LIST_AGREED) == []
    agreeing.agree(house.db, OTHER, asked.number, WHY, house.clock)
    assert acting(house, known) == {A}


@pytest.mark.parametrize("left", ["UPDATE staff_member SET state = 'ended', ended_ms = 2", "DELETE FROM staff_role"])
def test_who_asked_and_left_is_no_first_person(house: House, left: str) -> None:
    known = a_list(house)
    watched(house, known, A)
    on_the_staff(house.db, OTHER)
    asked = agreeing.ask(house.db, OTHER, "known", WHY, house.clock)
    house.db.execute(left)
    with pytest.raises(AskerLeft, match="end that and ask anew"):
        agreeing.agree(house.db, SENIOR, asked.number, WHY, house.clock)
    nobody = dataclasses.replace(OTHER, who="staff:99")
    agreeing.end(house.db, SENIOR, "known", WHY, house.clock)
    unknown = agreeing.ask(house.db, nobody, "known", WHY, house.clock)
    with pytest.raises(AskerLeft, match="is not on the staff"):
        agreeing.agree(house.db, SENIOR, unknown.number, WHY, house.clock)
    assert acting(house, known) == set()
    on_the_staff(house.db, nobody)
    agreeing.end(house.db, SENIOR, "known", WHY, house.clock)
    agree(house, known)
    assert acting(house, known) == {A}


def test_what_a_file_brings_after_two_people_agreed_is_watched_until_they_agree_anew(
    house: House, tmp_path: Path
) -> None:
    known = a_list(house, trusted=True)
    imported(house, "known", csv_of(tmp_path / "a.csv", [f"{A.hex()},pdq,x"]))
    agree(house, known)
    imported(house, "known", csv_of(tmp_path / "b.csv", [f"{B.hex()},pdq,y"]))
    assert acting(house, known) == {A}
    imported(house, "known", csv_of(tmp_path / "c.csv", [f"{B.hex()},pdq,y"]), replace=True)
    assert acting(house, known) == set()
    agree(house, known)
    assert acting(house, known) == {B}


def test_what_came_between_asking_and_agreeing_is_not_agreed_to(house: House) -> None:
    known = a_list(house)
    watched(house, known, A)
    asked = agreeing.ask(house.db, OWNER, "known", WHY, house.clock)
    watched(house, known, B)
    assert agreeing.standing(house.db, MODERATOR, known.number).covers == Covers(2, 1, 1, 1)
    agreeing.agree(house.db, SENIOR, asked.number, WHY, house.clock)
    assert acting(house, known) == {A}
    assert agreeing.standing(house.db, MODERATOR, known.number).watched == 1


def test_an_entry_that_is_said_to_be_seen_after_two_people_agreed_is_watched(house: House) -> None:
    """The way around: have agreed to what nobody has seen and nothing follows from, and say afterwards that it was."""
    known = a_list(house)
    watched(house, known, A, verified=False)
    agree(house, known)
    assert acting(house, known) == {A}, "nothing is hidden by it, for no person has seen what it is of"
    watched(house, known, A)
    assert acting(house, known) == set()
    (_, changed) = house.acts(Act.LIST_CHANGED)
    assert changed.said == {"version": 2, "added": 0, "removed": 0, "anew": 1}
    agree(house, known)
    assert acting(house, known) == {A}


def test_what_counts_for_longer_or_comes_back_is_watched(house: House) -> None:
    known = a_list(house)
    over = dataclasses.replace(of_pdq(A), expires_ms=house.clock + 1000)
    put(house, known, over, of_pdq(B, "b"))
    put(house, known, dataclasses.replace(over, expires_ms=house.clock + 9000), agreed=False)
    assert acting(house, known) == {B}
    put(house, known, sources=["b"], agreed=False)
    put(house, known, of_pdq(B, "b"), agreed=False)
    assert acting(house, known) == set()


def test_the_same_again_stays_agreed_to(house: House) -> None:
    known = a_list(house)
    put(house, known, of_pdq(A))
    assert put(house, known, of_pdq(A), agreed=False).version == 1
    assert acting(house, known) == {A}


def test_what_an_exchange_brings_acts_by_itself_for_two_people_agreed_to_the_exchange(house: House) -> None:
    theirs = a_list(house, "theirs", source="ncmec")
    watched(house, theirs, A)
    assert acting(house, theirs) == set()
    agree(house, theirs)
    watched(house, theirs, B)
    assert acting(house, theirs) == {A, B}
    assert agreeing.standing(house.db, MODERATOR, theirs.number).watched == 0


@pytest.mark.parametrize(
    "change", ["source = 'stopncii'", "category = 'known_illegal'", "trusted = 1", 'settings = \'{"a":"b"}\'']
)
def test_what_two_people_agreed_to_becomes_nothing_else(house: House, change: str) -> None:
    own = a_list(house, "own", Category.OWN)
    with pytest.raises(Exception, match="never changed: add another one"):
        house.db.execute(f"UPDATE hash_list SET {change} WHERE number = ?", (own.number,))
    assert service.named(house.db, "own") == own


@pytest.mark.parametrize(
    "change", ["verified = 0", "value = zeroblob(32)", "expires_ms = 9", "said_in = 0", "added_in = 9"]
)
def test_the_database_itself_lets_no_entry_say_something_else_unseen(house: House, change: str) -> None:
    put(house, a_list(house), of_pdq(A))
    with pytest.raises(Exception, match="does so since a newer version"):
        house.db.execute(f"UPDATE list_entry SET {change}")


@pytest.mark.parametrize(
    "change", ["version = 9", "asked_by = 'staff:9'", "words = 'another'", "agreed_by = 'staff:9'"]
)
def test_the_database_itself_keeps_who_agreed_to_what(house: House, change: str) -> None:
    put(house, a_list(house), of_pdq(A))
    with pytest.raises(Exception, match="asked and agreed to is never changed"):
        house.db.execute(f"UPDATE list_agreement SET {change}")
    with pytest.raises(Exception, match="who agreed is never removed"):
        house.db.execute("DELETE FROM list_agreement")


def test_nobody_writes_an_agreement_down_at_once_or_for_what_will_come(house: House) -> None:
    known = a_list(house)
    watched(house, known, A)
    add = "INSERT INTO list_agreement (list, version, asked_ms, asked_by, words, agreed_ms, agreed_by, agreed_words)"
    for version, agreed in ((1, "1, 'staff:1', 'yes'"), (9, "NULL, NULL, NULL")):
        with pytest.raises(Exception, match="somebody asks first, for what the list holds now"):
            house.db.execute(f"{add} VALUES (?, ?, 1, 'staff:2', 'why', {agreed})", (known.number, version))
    agreement_store.ask(house.db, known.number, 1, "staff:2", "why", 1)


def test_anybody_who_keeps_lists_ends_it_at_once(house: House) -> None:
    known = a_list(house)
    put(house, known, of_pdq(A))
    with pytest.raises(AlreadyAsked):
        agreeing.ask(house.db, OWNER, "known", WHY, house.clock)
        agreeing.ask(house.db, OTHER, "known", WHY, house.clock)
    assert agreeing.end(house.db, OTHER, "known", WHY, house.clock) == 2
    assert acting(house, known) == set() and agreeing.count_waiting(house.db) == 0
    assert [one.said["agreement"] for one in house.acts(Act.LIST_ENDED)] == [1, 2]
    with pytest.raises(NothingToAgree, match="only watched, and nothing waits"):
        agreeing.end(house.db, OTHER, "known", WHY, house.clock)
    with pytest.raises(NothingToAgree, match="settled, or over"):
        agreeing.agree(house.db, SENIOR, 2, WHY, house.clock)


def test_one_agreement_takes_the_place_of_the_other(house: House) -> None:
    known = a_list(house)
    put(house, known, of_pdq(A))
    put(house, known, of_pdq(B))
    standing = agreeing.standing(house.db, MODERATOR, known.number)
    assert [(one.number, one.ended_words) for one in standing.all] == [
        (2, None),
        (1, "another agreement came in its place"),
    ]
    assert standing.in_force == standing.all[0] and standing.watched == 0


def test_a_list_that_goes_takes_its_agreement_along(house: House) -> None:
    known = a_list(house)
    put(house, known, of_pdq(A))
    service.remove(house.db, OWNER, "known", house.clock)
    assert agreement_store.in_force(house.db, known.number) is None
    with pytest.raises(ListUnknown):
        agreeing.ask(house.db, OWNER, "known", WHY, house.clock)
    again = a_list(house)
    watched(house, again, A)
    assert acting(house, again) == set()


def test_only_who_may_and_with_a_reason_and_where_something_is_hidden(house: House) -> None:
    known, other = a_list(house), a_list(house, "own", Category.OWN)
    assert agreeing.can_act(known) and not agreeing.can_act(other)
    with pytest.raises(ListOnlyWatches, match="expected known_illegal, got own"):
        agreeing.ask(house.db, OWNER, "own", WHY, house.clock)
    with pytest.raises(NotYourRole):
        agreeing.ask(house.db, MODERATOR, "known", WHY, house.clock)
    with pytest.raises(NoteMissing):
        agreeing.ask(house.db, OWNER, "known", " ", house.clock)
    asked = agreeing.ask(house.db, OWNER, "known", WHY, house.clock)
    with pytest.raises(NotYourRole):
        agreeing.agree(house.db, MODERATOR, asked.number, WHY, house.clock)
    with pytest.raises(NoteMissing):
        agreeing.agree(house.db, SENIOR, asked.number, "", house.clock)
    with pytest.raises(NotYourRole):
        agreeing.end(house.db, MODERATOR, "known", WHY, house.clock)
    with pytest.raises(NothingToAgree, match="no agreement 99"):
        agreeing.agree(house.db, SENIOR, 99, WHY, house.clock)
    assert agreement_store.in_force(house.db, known.number) is None


def test_every_category_by_which_something_is_hidden_takes_two(house: House) -> None:
    """Whoever lets another one hide something finds it here."""
    taking = [category for category in Category if FOLLOWS[category] not in (Action.REVIEW, Action.LOG)]
    assert taking == [one for one in Category if agreeing.can_act(a_list(house, one.value, one))]


def test_a_desk_of_before_has_lists_that_are_only_watched(house: House) -> None:
    """What was there has version 0 of what it says, so that the first agreement covers it without a row rewritten."""
    known = a_list(house)
    watched(house, known, A)
    _as_of_before(house.db)
    assert acting(house, known) == set()
    agree(house, known)
    watched(house, known, C)
    assert acting(house, known) == {A}


def _as_of_before(db: Db) -> None:
    (trigger,) = db.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'list_entry_says_something_else_anew'"
    ).fetchone()
    db.execute("DROP TRIGGER list_entry_says_something_else_anew")
    db.execute("UPDATE list_entry SET said_in = 0")
    db.execute(trigger)
