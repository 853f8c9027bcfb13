# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people do with clusters, and what follows from one: a case for all of it, and at the most a slower pace.

Being in a cluster takes nothing from anybody. In election mode, to which two people agreed, accounts that are young and
have no standing of their own are slowed for some hours, where much stands behind it. A campaign that a second person
confirms puts a word on such accounts (`confirming`); all else is decided by people, account by account, by what each
did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import of_cluster
from privity.desk.cases.words import worded
from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.coordination import confirming, store
from privity.desk.signals.coordination.errors import ClusterJudged
from privity.desk.signals.coordination.kept import Kept, State, known_as
from privity.desk.signals.coordination.model import DAY_MS, Cluster, Kind, Member
from privity.desk.signals.coordination.said import write
from privity.desk.signals.coordination.sentences import sentence
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.message.report import Reason

KEPT_MS: Final = 90 * DAY_MS
"""A cluster that is not found again is forgotten after this time, and that it was judged harmless with it."""
SLOWED: Final = 60.0
"""The score from which on young accounts are slowed in election mode, until people have looked."""
SLOW_HOURS: Final = 24
PAGE: Final = 50
DESK: Final = "desk"
NAME: Final = "accounts that act as one"
DIGEST: Final = hashlib.sha256(b"Privity coordination 1").digest()
"""Of the method, as a statement of reasons names it: another one has another number."""

Slow = Callable[[Db, str, int, str, int], bool]
"""Slow an account for so many hours, with a sentence, at a time; whether that was done."""


def listed(db: Db, acting: Acting, state: State, before: int | None = None, limit: int = PAGE) -> list[Kept]:
    """Clusters of one state, the newest first. Raises NotYourRole."""
    acting.must(Right.SEE_CASE)
    return store.newest(db, state, (1 << 62) if before is None else before, min(max(limit, 1), PAGE))


def cluster(db: Db, acting: Acting, number: int) -> Kept:
    """One with all that says so. Raises NotYourRole or ClusterUnknown."""
    acting.must(Right.SEE_CASE)
    return confirming.known(db, number)


def clusters_of(db: Db, acting: Acting, account: str) -> list[int]:
    """The clusters in which an account is. Raises NotYourRole."""
    acting.must(Right.SEE_CASE)
    return store.of_account(db, account)


def judge(
    db: Db, acting: Acting, number: int, state: State, words: str, now_ms: int, *, seen_ms: int | None = None
) -> None:
    """Say whether it is a campaign. It does nothing to anybody: decisions are made in cases about each account, and a
    second person may confirm it (`confirming`).

    One that is harmless does not come again, as long as it is the same people doing the same kinds of things; what was
    confirmed of it ends at once. `seen_ms`: when it was found last, of the page that they looked at; without it, as it
    is now. Raises NotYourRole, NoteMissing, ClusterUnknown, ClusterJudged or ClusterChanged.
    """
    acting.must(Right.DECIDE)
    said = worded("why it is or is no campaign", words)
    with transaction(db):
        found = confirming.known(db, number)
        anew = state is found.state and confirming.is_to_be_judged_anew(db, found, now_ms)
        if state is State.PROPOSED or (state is found.state and not anew):
            raise ClusterJudged(f"cluster {number} was judged {found.state.value} by {found.judged_by or 'nobody'}")
        confirming.must_be_as_seen(found, found.seen_ms if seen_ms is None else seen_ms)
        ended = confirming.take_back(db, number, now_ms)
        store.judge(db, number, state, acting.who, said, now_ms)
        if state is State.CONFIRMED:
            confirming.see(db, found)
        more = {} if ended is None else {"taken_back": ended}
        write(
            db,
            acting,
            Act.CLUSTER_JUDGED,
            found,
            now_ms,
            words=said,
            in_case=state.value,
            state=state.value,
            before=found.state.value,
            **more,
        )


def count_waiting(db: Db) -> int:
    """For the navigation: clusters that nobody has judged."""
    return store.count(db, State.PROPOSED)


def forget_over(db: Db, now_ms: int) -> int:
    """Forget clusters that were not found for long; how many. `now_ms` is a time that is believed."""
    with transaction(db):
        return store.drop_before(db, now_ms - KEPT_MS)


# What the batch tells. It owns no transaction of its own.


def keep(db: Db, found: Sequence[Cluster], slow: Slow, *, election: bool, now_ms: int) -> int:
    """Keep what was found, open a case for what is new; how many cases that were. One transaction for each cluster."""
    opened = 0
    for each in found:
        with transaction(db):
            known = known_as(each, store.sharing(db, [member.account for member in each.members]))
            if known is not None and known.state is State.BENIGN:
                store.seen(db, known.number, now_ms)
                continue
            if known is not None:
                store.again(db, known.number, each, now_ms)
                number = known.number
            else:
                number = _opened(db, each, election, now_ms)
                opened += 1
            if election and (known is None or known.state is State.PROPOSED):
                _slowed(db, number, each, slow, now_ms)
    return opened


def slowable(found: Cluster) -> tuple[Member, ...]:
    """Whom election mode slows: nobody with a standing of their own, and nobody of a weak cluster."""
    if found.score < SLOWED:
        return ()
    return tuple(member for member in found.members if not member.standing)


def _opened(db: Db, found: Cluster, election: bool, now_ms: int) -> int:
    number = store.next_number(db)
    case = of_cluster.open_case(db, number, _reason(found), sentence(found), now_ms)
    store.add(db, found, case, number, now_ms)
    audit.add(
        db,
        at_ms=now_ms,
        who=DESK,
        act=Act.CLUSTER_FOUND,
        about=f"cluster:{number}",
        case=case,
        members=len(found.members),
        score=round(found.score),
        election=election,
    )
    return number


def _slowed(db: Db, number: int, found: Cluster, slow: Slow, now_ms: int) -> None:
    words = sentence(found)
    done = sum(slow(db, member.account, SLOW_HOURS, words, now_ms) for member in slowable(found))
    if done:
        audit.add(
            db,
            at_ms=now_ms,
            who=DESK,
            act=Act.CLUSTER_SLOWED,
            about=f"cluster:{number}",
            count=done,
            hours=SLOW_HOURS,
        )


def _reason(found: Cluster) -> Reason:
    """What most of what they did to others is reported as."""
    kinds = [each.kind for each in found.shared if each.outward]
    return Reason.HARASSMENT if kinds.count(Kind.REPORTED) * 2 > len(kinds) else Reason.SPAM
