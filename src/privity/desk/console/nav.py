# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The places on the left of every page, with what waits there: only those that the person may open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from privity.desk.appeals import service as appeals
from privity.desk.cases import service as cases
from privity.desk.clearinghouse import service as clearinghouse
from privity.desk.clearinghouse.model import ReferralState
from privity.desk.db.transaction import Db
from privity.desk.decisions import service as decisions
from privity.desk.legal.requests import listing
from privity.desk.matching.lists import service as lists
from privity.desk.matching.looking import agreeing
from privity.desk.signals.coordination import confirming
from privity.desk.signals.coordination import service as coordination
from privity.desk.signals.lifecycle import service as rules
from privity.desk.staff import proposals
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


@dataclass(frozen=True, slots=True)
class Count:
    """What waits at a place, and until when the first of it must be done."""

    waiting: int
    oldest_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `right` None: open to all staff."""

    label: str
    path: str
    right: Right | None
    count: Callable[[Db, int], Count | None] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as a page shows it."""

    label: str
    path: str
    here: bool
    count: Count | None


def _open_cases(db: Db, now_ms: int) -> Count:
    found = cases.counts(db, now_ms)
    return Count(found.open + found.taken, found.oldest_ms)


def _unconfirmed(db: Db, now_ms: int) -> Count:
    return Count(decisions.count_waiting(db))


def _open_appeals(db: Db, now_ms: int) -> Count:
    return Count(*appeals.counts(db))


def _open_referrals(db: Db, now_ms: int) -> Count:
    """What waits for a person: drafts, and what is blocked."""
    found = clearinghouse.counts(db)
    return Count(sum(found.get(state, 0) for state in (ReferralState.DRAFTED, ReferralState.BLOCKED)))


def _open_requests(db: Db, now_ms: int) -> Count | None:
    """A house that answers none has no number there."""
    found = listing.counts(db, now_ms)
    return Count(found.open, found.first_ms) if found.open else None


def _proposals(db: Db, now_ms: int) -> Count | None:
    """Mostly nothing waits, and a list of people has no number."""
    waiting = proposals.count_waiting(db, now_ms)
    return Count(waiting) if waiting else None


def _proposed_rules(db: Db, now_ms: int) -> Count | None:
    waiting = rules.count_waiting(db)
    return Count(waiting) if waiting else None


def _clusters(db: Db, now_ms: int) -> Count | None:
    """What nobody has judged, and campaigns that wait for a second person."""
    waiting = coordination.count_waiting(db) + confirming.count_waiting(db, now_ms)
    return Count(waiting) if waiting else None


def _waiting_lists(db: Db, now_ms: int) -> Count | None:
    """A person looks at a list that paused itself, that nobody fetched, or that waits for a second person."""
    waiting = sum(one.paused_ms is not None or one.stale(now_ms) for one in lists.lists(db))
    waiting += agreeing.count_waiting(db)
    return Count(waiting) if waiting else None


PLACES: Final[tuple[Place, ...]] = (
    Place("Cases", "/queue", Right.SEE_QUEUE, _open_cases),
    Place("Second person", "/second", Right.CONFIRM, _unconfirmed),
    Place("Appeals", "/appeals", Right.SEE_APPEALS, _open_appeals),
    Place("Needs somebody", "/attention", Right.SEE_CASE),
    Place("Clusters", "/clusters", Right.SEE_CASE, _clusters),
    Place("Rules", "/rules", Right.SEE_RULES, _proposed_rules),
    Place("Hash lists", "/lists", Right.SEE_CASE, _waiting_lists),
    Place("Referrals", "/referrals", Right.SEE_REFERRALS, _open_referrals),
    Place("Legal requests", "/legal", Right.SEE_LEGAL, _open_requests),
    Place("Agencies", "/agencies", Right.SEE_LEGAL),
    Place("Legal audit", "/legal/audit", Right.SEE_AUDIT),
    Place("Staff", "/staff", Right.SEE_STAFF, _proposals),
    Place("Audit log", "/audit", Right.SEE_AUDIT),
    Place("My passkeys", "/me", None),
    Place("Keys and help", "/help", None),
)


def shown(db: Db, acting: Acting, path: str, now_ms: int) -> tuple[Shown, ...]:
    """The places for this person; the longest path that leads to the page is where they are."""
    may = [place for place in PLACES if place.right is None or place.right in acting.rights]
    here = max((each.path for each in may if _leads(each.path, path)), key=len, default="")
    return tuple(
        Shown(place.label, place.path, place.path == here, place.count(db, now_ms) if place.count else None)
        for place in may
    )


def _leads(place: str, path: str) -> bool:
    return path == place or path.startswith(f"{place}/")
