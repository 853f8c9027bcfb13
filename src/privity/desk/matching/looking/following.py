# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What follows from matches: they are recorded, a case says so, and what is known to be illegal is hidden at once.

No picture is opened for a person here, and no account can do less than before: whether anything more follows is for
whoever takes the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import by_machine
from privity.desk.cases import service as cases
from privity.desk.cases.joined import now_in
from privity.desk.cases.model import CaseState
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import actions as decisions
from privity.desk.decisions import by_rule
from privity.desk.decisions.model import ByRule, EventKind
from privity.desk.decisions.policies import PolicyName
from privity.desk.decisions.taking_effect import all_of_case
from privity.desk.evidence.records import REPORT
from privity.desk.matching.lists.model import Category
from privity.desk.matching.looking import budget, store
from privity.desk.matching.looking.policy import POLICY, Action, Hit, Surface, Verdict, verdict
from privity.identity.uris import Random
from privity.message.report import Reason

HIDDEN_HOURS: Final = 14 * 24
"""For so long something is hidden at the most before it is looked at again, whether people came to it or not."""
AGAIN_MS: Final = HIDDEN_HOURS * 3_600_000 - 2 * 3_600_000
"""When it is looked at again: before that ends."""
MOST: Final = 50
"""Hits of one file that are recorded, those first from which most follows."""
DESK: Final = "desk"
RULE: Final = "hash lists"
_RANK: Final[Mapping[Action, int]] = {Action.QUARANTINE: 0, Action.REVIEW: 1, Action.LOG: 2}
_REASONS: Final[Mapping[Category, Reason]] = {
    Category.KNOWN_ILLEGAL: Reason.CHILD_SAFETY,
    Category.NCII: Reason.INTIMATE_IMAGERY,
    Category.TERRORISM: Reason.THREAT,
    Category.OWN: Reason.OTHER,
    Category.UNKNOWN: Reason.OTHER,
}
AT_ONCE: Final = 0
SOON: Final = 1
"""Priorities of cases: of what people have seen and know to be illegal, and of anything else."""
_CAME: Final = "It was found by comparing what you show to everybody with a list of what is known."
_FACT: Final = "A picture that your account shows to everybody is the same as one on a list of known illegal pictures."
_WHY: Final = "The picture was hidden at once; a person looks at it and decides."

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Subject:
    """What was looked at: an account's public picture, or a file of a report. `content` is its SHA-256."""

    surface: Surface
    about: str
    content: bytes

    @classmethod
    def profile(cls, account: str, content: bytes) -> Subject:
        return cls(Surface.PROFILE, account, content)

    @classmethod
    def disclosed(cls, report: int, content: bytes) -> Subject:
        return cls(Surface.DISCLOSED, f"{REPORT}{report}", content)


@dataclass(frozen=True, slots=True)
class Follows:
    """What may follow, and what it takes to do it."""

    budgets: budget.Budgets
    random: Random


def follow(db: Db, follows: Follows, subject: Subject, hits: Sequence[Hit], now_ms: int) -> Action | None:
    """Record what matches and do what follows, in one transaction; the most that followed. The same again changes
    nothing, but that what was hidden stays so."""
    ranked = sorted(((verdict(hit, subject.surface), hit) for hit in hits), key=_order)[:MOST]
    most: Action | None = None
    with transaction(db):
        for found, hit in ranked:
            action = _one(db, follows, subject, hit, found, now_ms)
            most = action if most is None or _RANK[action] < _RANK[most] else most
    return most


def _order(ranked: tuple[Verdict, Hit]) -> tuple[int, int, int]:
    found, hit = ranked
    return _RANK[found.action], hit.distance, hit.entry.number


def _one(db: Db, follows: Follows, subject: Subject, hit: Hit, found: Verdict, now_ms: int) -> Action:
    known = store.known(db, subject.surface, subject.about, subject.content, hit.entry.number)
    if known is not None:
        if known.case is not None and found.action is known.action is Action.QUARANTINE:
            there = now_in(db, known.case)
            if _waits(db, there):
                _hide(db, follows, subject.about, there, now_ms)
        return known.action
    decided = budget.within(db, follows.budgets, hit, found, now_ms)
    case = None if decided.action is Action.LOG else _case(db, subject, hit, decided, now_ms)
    number = store.add(db, _match(subject, hit, decided, case, now_ms))
    audit.add(
        db,
        at_ms=now_ms,
        who=DESK,
        act=Act.MATCHED,
        about=f"match:{number}",
        list=hit.entry.list,
        version=hit.entry.list_version,
        distance=hit.distance,
        action=decided.action.value,
        case=case or 0,
    )
    if decided.action is Action.QUARANTINE and case is not None:
        _hide(db, follows, subject.about, case, now_ms)
    log.info("desk.match", match=number, surface=subject.surface.value, action=decided.action.value)
    return decided.action


def _case(db: Db, subject: Subject, hit: Hit, found: Verdict, now_ms: int) -> int:
    """No word of it says which entry: a case is read by more people than a list."""
    words = f"A {subject.surface.value} file matches list {hit.entry.list_name} ({found.because}); not opened."
    about = subject.about
    if subject.surface is Surface.DISCLOSED:
        about = cases.held(db, cases.case_of_report(db, int(about.removeprefix(REPORT)))).subject
    known = hit.entry.category is Category.KNOWN_ILLEGAL and hit.entry.verified
    priority = AT_ONCE if known else SOON
    return by_machine.open_or_note(db, about, _REASONS[hit.entry.category], words, priority, now_ms)


def _waits(db: Db, case: int) -> bool:
    """Whether no person has decided yet, nor shown again what was hidden."""
    if cases.held(db, case).state not in (CaseState.OPEN, CaseState.TAKEN):
        return False
    undone = (made.event(EventKind.UNDONE) for made in all_of_case(db, case))
    return all(event is None or event.who == DESK for event in undone)


def _hide(db: Db, follows: Follows, account: str, case: int, now_ms: int) -> None:
    """Not again where it is hidden for some hours yet, by a person or by this."""
    soon = now_ms + HIDDEN_HOURS * 3_600_000 - AGAIN_MS
    if by_rule.in_force(db, account, decisions.Action.REMOVE_PUBLIC, soon):
        return
    digest = hashlib.sha256(f"{RULE} {POLICY}".encode()).digest()
    rule = ByRule(RULE, digest, HIDDEN_HOURS, (_FACT,), _CAME)
    by_rule.decide(
        db,
        case,
        account,
        PolicyName.CHILD_SAFETY,
        decisions.Action.REMOVE_PUBLIC,
        rule,
        _WHY,
        now_ms,
        follows.random,
    )


def _match(subject: Subject, hit: Hit, found: Verdict, case: int | None, now_ms: int) -> store.Match:
    return store.Match(
        0,
        now_ms,
        subject.surface,
        subject.about,
        subject.content,
        hit.entry.number,
        hit.entry.list,
        hit.entry.list_version,
        hit.entry.kind,
        hit.distance,
        hit.shots,
        POLICY,
        found.action,
        found.because,
        case,
    )
