# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A campaign takes two people: one judges it, another confirms it, and thereby notes *coordinated* on its members.

The word does nothing by itself; a rule that asks for it (`FarmCoordinated`) slows down for a day who goes on, with a
statement and an appeal. Noted are only accounts that both have seen in the cluster: a look every few hours may find
others in it. Not noted is who has a standing of their own - old, or followed, as somebody is who is copied - and whose
account is older than the rules look at: a word without an effect would only be one more thing that is kept of them.
It ends by itself, or at once where somebody judges the cluster harmless; who is in two confirmed clusters of which one
turns out harmless is let go by both.
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.cases.words import worded
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions.statement import day
from privity.desk.limits import CONFIRM_WITHIN_MS, CONFIRMED_MS, CONFIRMED_YOUNGER_MS
from privity.desk.signals.coordination import confirmed_store, store
from privity.desk.signals.coordination.confirmed_store import Confirmed
from privity.desk.signals.coordination.errors import (
    CampaignConfirmed,
    ClusterChanged,
    ClusterOver,
    ClusterUnknown,
    NobodyToNote,
    NoCampaign,
    SecondPerson,
)
from privity.desk.signals.coordination.kept import Kept, State
from privity.desk.signals.coordination.said import write
from privity.desk.signals.coordination.sentences import sentence
from privity.desk.signals.ladder import confirmed as words_of_people
from privity.desk.signals.taking import service as observations
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import AskerLeft
from privity.desk.staff.rights import Right
from privity.desk.staff.two_people import must_stand, same_person

NEEDS: Final = Right.CONFIRM


def known(db: Db, number: int) -> Kept:
    """Raises ClusterUnknown."""
    found = store.find(db, number)
    if found is None:
        raise ClusterUnknown(f"there is no cluster {number}")
    return found


def must_be_as_seen(found: Kept, seen_ms: int) -> None:
    """Raise ClusterChanged unless it was not found anew since then."""
    if found.seen_ms != seen_ms:
        raise ClusterChanged(f"cluster {found.number} was found anew while you looked at it; look again")


def confirm(db: Db, acting: Acting, number: int, seen_ms: int, words: str, now_ms: int) -> Confirmed:
    """As the second person. `seen_ms`: when it was found last, of the page that they looked at.

    Raises NotYourRole, NoteMissing, ClusterUnknown, NoCampaign, CampaignConfirmed, ClusterChanged, ClusterOver,
    SecondPerson, AskerLeft or NobodyToNote.
    """
    acting.must(NEEDS)
    said = worded("why it is a campaign", words)
    with transaction(db):
        found = known(db, number)
        first = _first(db, found, now_ms)
        must_be_as_seen(found, seen_ms)
        if same_person(first, acting.who):
            raise SecondPerson(f"{first} judged cluster {number} a campaign; somebody else confirms, got {acting.who}")
        must_stand(db, first, Right.DECIDE, f"cluster {number} to be a campaign")
        noted = whom(db, found, now_ms)
        if not noted:
            raise NobodyToNote(
                f"nobody whom {first} saw in cluster {number} is young and without standing; judge it anew"
            )
        until_ms = now_ms + CONFIRMED_MS
        made = Confirmed(number, first, acting.who, now_ms, until_ms, len(noted), said)
        confirmed_store.confirm(db, made)
        words_of_people.put(db, number, noted, sentence(found.cluster), now_ms, until_ms)
        write(
            db,
            acting,
            Act.CLUSTER_CONFIRMED,
            found,
            now_ms,
            words=said,
            in_case="as the second person",
            first=first,
            accounts=len(noted),
            until_ms=until_ms,
        )
    return made


def shown(db: Db, number: int, now_ms: int) -> Confirmed | None:
    """What was confirmed and lasts."""
    made = confirmed_store.find(db, number)
    return None if made is None or made.until_ms <= now_ms else made


def may_be_confirmed(db: Db, acting: Acting, found: Kept, now_ms: int) -> bool:
    """Whether this person could confirm it now, as far as a page shows it."""
    try:
        first = _first(db, found, now_ms)
    except (NoCampaign, CampaignConfirmed, ClusterOver):
        return False
    may = NEEDS in acting.rights and not same_person(first, acting.who) and _stands(db, found.number, first)
    return may and bool(whom(db, found, now_ms))


def whom(db: Db, found: Kept, now_ms: int) -> tuple[str, ...]:
    """The members on whom confirming it notes the word."""
    seen = confirmed_store.seen(db, found.number)
    return tuple(
        member.account
        for member in found.cluster.members
        if member.account in seen
        and not member.standing
        and member.born_ms > now_ms - CONFIRMED_YOUNGER_MS
        and not observations.is_closed(db, member.account)
    )


def count_waiting(db: Db, now_ms: int) -> int:
    """Campaigns that wait for a second person. Of a person who left none does: it is to be judged anew."""
    found = confirmed_store.waiting(db, now_ms - CONFIRM_WITHIN_MS, now_ms - CONFIRMED_YOUNGER_MS)
    return sum(_stands(db, number, first) for number, first in found)


def see(db: Db, found: Kept) -> None:
    """Whom the first person had before them. The caller owns the transaction."""
    confirmed_store.put_seen(db, found.number, [member.account for member in found.cluster.members])


def take_back(db: Db, number: int, now_ms: int) -> int | None:
    """Something else is said of it: what was confirmed and noted ends. On how many accounts; None where nothing was
    confirmed. The caller owns the transaction."""
    before = confirmed_store.find(db, number)
    ended = words_of_people.take_back(db, number, now_ms)
    confirmed_store.drop(db, number)
    return None if before is None else ended


def is_to_be_judged_anew(db: Db, found: Kept, now_ms: int) -> bool:
    """Whether a campaign may be called that once more: the word is over, who called it one is not there any more, or
    nobody is whom they saw in it."""
    before = confirmed_store.find(db, found.number)
    if found.state is not State.CONFIRMED or found.judged_by is None:
        return False
    if before is not None:
        return before.until_ms <= now_ms
    return not _stands(db, found.number, found.judged_by) or not whom(db, found, now_ms)


def _stands(db: Db, number: int, first: str) -> bool:
    """Whether who judged it is on the staff still and may still judge."""
    try:
        must_stand(db, first, Right.DECIDE, f"cluster {number} to be a campaign")
    except AskerLeft:
        return False
    return True


def _first(db: Db, found: Kept, now_ms: int) -> str:
    """Who judged it, where it can be confirmed. Raises NoCampaign, CampaignConfirmed or ClusterOver."""
    if found.state is not State.CONFIRMED or found.judged_by is None:
        raise NoCampaign(f"cluster {found.number} was not judged a campaign, it is {found.state.value}")
    before = confirmed_store.find(db, found.number)
    if before is not None:
        over = "over; judge it anew first" if before.until_ms <= now_ms else f"in force until {day(before.until_ms)}"
        raise CampaignConfirmed(f"{before.confirmed_by} has confirmed cluster {found.number}: that is {over}")
    if found.seen_ms < now_ms - CONFIRM_WITHIN_MS:
        raise ClusterOver(f"cluster {found.number} was found last on {day(found.seen_ms)}; it is over")
    return found.judged_by
