# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A list by which something is hidden acts once two people have agreed to it; until then it is only watched.

Of a list of an exchange they agree to the exchange: what it brings later acts. Of a list of files they agree to what it
held when one of them asked: what a file brings later, or says anew of an entry, is watched until two agree again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases.words import worded
from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.errors import AlreadyAsked, ListOnlyWatches, NothingToAgree, SecondPerson
from privity.desk.matching.lists import agreement_store as store
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.agreement_store import Agreement, Covers
from privity.desk.matching.lists.model import FILE, HashList
from privity.desk.matching.looking import ending
from privity.desk.matching.looking.policy import FOLLOWS, Action
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.staff.two_people import must_stand, same_person

NOTHING: Final = -1
"""Covered by no agreement: entries that were there before there were any are of version 0."""
_IN_PLACE: Final = "another agreement came in its place"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a list acts, what waits for a second person, and what was before."""

    acts: bool
    """Whether anything could follow from it by itself at all."""
    in_force: Agreement | None
    waiting: Agreement | None
    all: tuple[Agreement, ...]
    covers: Covers
    """Of what waits; where nothing does, of what could be asked for now."""

    @property
    def watched(self) -> int:
        """Entries in it from which nothing follows by itself, as things are."""
        return self.covers.new + self.covers.later


def can_act(of: HashList) -> bool:
    """Whether something is taken from anybody by its matches, without a person."""
    return FOLLOWS[of.category] is Action.QUARANTINE


def standing(db: Db, acting: Acting, number: int) -> Standing:
    """Raises NotYourRole or ListUnknown."""
    acting.must(Right.SEE_CASE)
    found = lists.numbered(db, number)
    now, waiting = store.in_force(db, number), store.waiting(db, number)
    version = found.version if waiting is None or found.source != FILE else waiting.version
    covers = store.covers(db, number, _covered(found, now), version)
    return Standing(can_act(found), now, waiting, store.all_of(db, number), covers)


def ask(db: Db, acting: Acting, name: str, words: str, now_ms: int) -> Agreement:
    """Ask that a list acts, as it is now.

    Raises NotYourRole, NoteMissing, ListUnknown, ListOnlyWatches or AlreadyAsked.
    """
    acting.must(Right.MANAGE_LISTS)
    why = worded("why it should act", words)
    with transaction(db):
        found = lists.named(db, name)
        if not can_act(found):
            raise ListOnlyWatches(f"by list {name} nothing is hidden: expected {_hiding()}, got {found.category.value}")
        waiting = store.waiting(db, found.number)
        if waiting is not None:
            raise AlreadyAsked(
                f"{waiting.asked_by} asked for list {name} already, version {waiting.version}; end that first"
            )
        number = store.ask(db, found.number, found.version, acting.who, why, now_ms)
        _say(db, acting, Act.LIST_ASKED, found.number, now_ms, agreement=number, version=found.version, words=why)
    return _existing(db, number)


def agree(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Agreement:
    """As the second person; it acts with this.

    Raises NotYourRole, NoteMissing, NothingToAgree, SecondPerson or AskerLeft.
    """
    acting.must(Right.AGREE_LISTS)
    why = worded("why you agree", words)
    with transaction(db):
        found = _existing(db, number)
        if found.agreed_ms is not None or found.ended_ms is not None:
            raise NothingToAgree(f"nothing waits as agreement {number}: it is settled, or over")
        if same_person(found.asked_by, acting.who):
            raise SecondPerson(f"{found.asked_by} asked that the list acts; somebody else agrees, got {acting.who}")
        must_stand(db, found.asked_by, Right.MANAGE_LISTS, f"agreement {number}")
        before = store.in_force(db, found.list)
        if before is not None:
            store.end(db, before.number, acting.who, _IN_PLACE, now_ms)
        store.agree(db, number, acting.who, why, now_ms)
        _say(
            db,
            acting,
            Act.LIST_AGREED,
            found.list,
            now_ms,
            agreement=number,
            version=found.version,
            first=found.asked_by,
            words=why,
        )
    return _existing(db, number)


def end(db: Db, acting: Acting, name: str, words: str, now_ms: int) -> int:
    """It is only watched from now on, and nothing waits; how many agreements that ended. By one person, at once. Where
    it acted, open cases that came from it say so.

    Raises NotYourRole, NoteMissing, ListUnknown or NothingToAgree.
    """
    acting.must(Right.MANAGE_LISTS)
    why = worded("why it ends", words)
    with transaction(db):
        of = lists.named(db, name)
        open_now = [one for one in (store.in_force(db, of.number), store.waiting(db, of.number)) if one is not None]
        if not open_now:
            raise NothingToAgree(f"list {name} is only watched, and nothing waits")
        for one in open_now:
            store.end(db, one.number, acting.who, why, now_ms)
            n = _say(db, acting, Act.LIST_ENDED, of.number, now_ms, agreement=one.number, words=why)
            if one.agreed_ms is not None:
                ending.note(db, of, who=acting.who, why=why, now_ms=now_ms, audit_n=n)
    return len(open_now)


def of_agreement(db: Db, number: int) -> int:
    """The list that an agreement is about. Raises NothingToAgree."""
    return _existing(db, number).list


def count_waiting(db: Db) -> int:
    """For the navigation: lists that wait for a second person."""
    return store.count_waiting(db)


def _covered(of: HashList, now: Agreement | None) -> int:
    if now is None:
        return NOTHING
    return now.version if of.source == FILE else of.version


def _existing(db: Db, number: int) -> Agreement:
    found = store.find(db, number)
    if found is None:
        raise NothingToAgree(f"there is no agreement {number}")
    return found


def _hiding() -> str:
    return ", ".join(category.value for category, most in FOLLOWS.items() if most is Action.QUARANTINE)


def _say(db: Db, acting: Acting, act: Act, number: int, now_ms: int, **said: int | str) -> int:
    return audit.add(db, at_ms=now_ms, who=acting.who, act=act, about=f"list:{number}", **said)
