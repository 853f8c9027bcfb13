# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Election mode: for some days friction comes earlier. It is asked for by one person and agreed to by another.

What comes earlier is written into the rules themselves, beside what holds otherwise, and is never more than a word of
the desk's, a look by people, or a slower pace (`checked`). Each change stands in the audit log, and it ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.lifecycle import election_store as store
from privity.desk.signals.lifecycle.election_store import Election
from privity.desk.signals.lifecycle.errors import ElectionRefused, SecondPerson
from privity.desk.signals.lifecycle.words import worded
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.staff.two_people import must_stand, same_person

DAY_MS: Final = 86_400_000
MOST_DAYS: Final = 60
"""An election and what leads to it."""
WAITS_MS: Final = 7 * DAY_MS
"""For so long somebody may agree."""


@dataclass(frozen=True, slots=True)
class Elections:
    """What is on, what waits, and what was before, the newest first."""

    on: Election | None
    waiting: Election | None
    all: tuple[Election, ...]


def on(db: Db, now_ms: int) -> bool:
    """Whether an election is on: two people have agreed, and it is not over."""
    return store.in_force(db, now_ms) is not None


def shown(db: Db, acting: Acting, now_ms: int) -> Elections:
    """What is on, what waits for a second person, and all that ever was. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    return Elections(store.in_force(db, now_ms), store.waiting(db, now_ms - WAITS_MS), store.all_of(db))


def ask(db: Db, acting: Acting, until_ms: int, words: str, now_ms: int) -> int:
    """Ask for it until a time; its number. Raises NotYourRole, WordsMissing or ElectionRefused."""
    acting.must(Right.WRITE_RULES)
    why = worded(words)
    if not now_ms < until_ms <= now_ms + MOST_DAYS * DAY_MS:
        raise ElectionRefused(f"election mode ends within {MOST_DAYS} days from now")
    with transaction(db):
        if store.in_force(db, now_ms) is not None or store.waiting(db, now_ms - WAITS_MS) is not None:
            raise ElectionRefused("election mode is on, or waits for somebody to agree; end that first")
        number = store.add(db, acting.who, why, until_ms, now_ms)
        _say(db, acting, Act.ELECTION_ASKED, number, now_ms, until_ms=until_ms, words=why)
    return number


def agree(db: Db, acting: Acting, number: int, now_ms: int) -> None:
    """As the second person. Raises NotYourRole, ElectionRefused, SecondPerson or AskerLeft."""
    acting.must(Right.AGREE_RULES)
    with transaction(db):
        found = store.waiting(db, now_ms - WAITS_MS)
        if found is None or found.number != number or found.until_ms <= now_ms:
            raise ElectionRefused(f"nothing waits as election {number}: it is settled, or over")
        if same_person(found.asked_by, acting.who):
            raise SecondPerson(f"{acting.who} asked for election mode; somebody else agrees")
        must_stand(db, found.asked_by, Right.WRITE_RULES, f"election mode {number}")
        store.agree(db, number, acting.who, now_ms)
        _say(db, acting, Act.ELECTION_AGREED, number, now_ms, until_ms=found.until_ms, words=found.words)


def end(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> None:
    """Earlier than it would end, or before anybody agreed. Raises NotYourRole, WordsMissing or ElectionRefused."""
    acting.must(Right.WRITE_RULES)
    why = worded(words)
    with transaction(db):
        open_now = (store.in_force(db, now_ms), store.waiting(db, now_ms - WAITS_MS))
        if number not in [one.number for one in open_now if one is not None]:
            raise ElectionRefused(f"election {number} is not on, and does not wait")
        store.end(db, number, acting.who, now_ms)
        _say(db, acting, Act.ELECTION_ENDED, number, now_ms, words=why)


def _say(db: Db, acting: Acting, act: Act, number: int, now_ms: int, **said: int | str) -> None:
    audit.add(db, at_ms=now_ms, who=acting.who, act=act, about=f"election:{number}", **said)
