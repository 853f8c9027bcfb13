# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Answering appeals: by somebody who neither proposed nor confirmed the decision; either way with a reason.

Whom a decision is about finds it wrong; whoever reported finds a dismissal wrong, or what was done too little. Too much
and too little are answered apart: the one undoes the decision, the other opens the case and leaves it in force.
"""

from __future__ import annotations

from typing import Final

from privity.desk.appeals import store
from privity.desk.appeals.errors import AnsweredAlready, AppealUnknown, DecisionUndone, OwnDecision
from privity.desk.appeals.model import Answer, Answered, Appeal, Party
from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import lines, statement
from privity.desk.decisions import service as decisions
from privity.desk.decisions.model import Decision, State, is_dismissal
from privity.desk.decisions.taking_effect import send_statement
from privity.desk.decisions.words import check_words
from privity.desk.evidence import records
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.identity.uris import Random

MAX_LISTED: Final = 200
"""Appeals in one list: a page."""

_STAYS: Final = "Somebody who had no part in the decision has looked at what you reported."
_RIGHT: Final = "You were right to object: what you reported is looked at again."


def answer(db: Db, acting: Acting, number: int, outcome: Answer, words: str, now_ms: int, random: Random) -> Appeal:
    """Answer an appeal. Where it is right, all other open ones that say the same of the decision have the same answer.

    Raises NotYourRole, AppealUnknown, AnsweredAlready, OwnDecision, DecisionUndone or TextRefused.
    """
    acting.must(Right.ANSWER_APPEAL)
    with transaction(db):
        appeal = _existing(db, number)
        if appeal.answered is not None:
            raise AnsweredAlready(f"appeal {number} was answered with {appeal.answered.answer.value}")
        made = decisions.by_number(db, appeal.decision)
        if acting.who in _deciders(db, appeal, made):
            raise OwnDecision(f"{acting.who} had a part in what appeal {number} is about; somebody else answers")
        check_words(db, made.case, words)
        if made.state is State.UNDONE and outcome is Answer.UPHOLD and not _finds_too_little(appeal, made):
            raise DecisionUndone(f"decision {made.number} was undone since; it cannot stay")
        _settle(db, acting, appeal, made, outcome, words, now_ms, random)
        if outcome is Answer.OVERTURN:
            for other in store.of_decision(db, made.number):
                if other.answered is None and other.party is appeal.party:
                    _settle(db, acting, other, made, outcome, words, now_ms, random)
            if _finds_too_little(appeal, made):
                decisions.look_again(db, acting, made.number, number, now_ms, random)
            elif made.state is State.EFFECTIVE:
                decisions.overturn(db, acting, made.number, number, words, now_ms, random)
        return _existing(db, number)


def listed(db: Db, acting: Acting) -> tuple[Appeal, ...]:
    """Those without an answer, the earliest deadline first."""
    acting.must(Right.SEE_APPEALS)
    return store.open_ones(db, MAX_LISTED)


def shown(db: Db, acting: Acting, number: int) -> Appeal:
    """One appeal. Raises AppealUnknown."""
    acting.must(Right.SEE_APPEALS)
    return _existing(db, number)


def of_decision(db: Db, acting: Acting, decision: int) -> tuple[Appeal, ...]:
    """All appeals against a decision, oldest first."""
    acting.must(Right.SEE_CASE)
    return store.of_decision(db, decision)


def counts(db: Db) -> tuple[int, int | None]:
    """For the navigation: how many have no answer, and the earliest deadline of them."""
    return store.count_open(db)


def may_answer(db: Db, acting: Acting, appeal: Appeal) -> bool:
    """Whether this person is one to answer, for a page that offers it. `answer` itself refuses."""
    made = decisions.by_number(db, appeal.decision)
    return Right.ANSWER_APPEAL in acting.rights and acting.who not in _deciders(db, appeal, made)


def finds_too_little(db: Db, appeal: Appeal) -> bool:
    """Whether whoever reported wants more than what was done; otherwise a decision is to be undone."""
    return _finds_too_little(appeal, decisions.by_number(db, appeal.decision))


def words_of(db: Db, acting: Acting, evidence_key: bytes, number: int, reason: str, now_ms: int) -> str:
    """What the appeal says. It is opened like all evidence: with a reason that is logged first."""
    acting.must(Right.SEE_APPEALS)
    acting.must(Right.OPEN_EVIDENCE)
    found = _existing(db, number)
    opened = records.open_record(db, evidence_key, found.evidence, who=acting.who, reason=reason, now_ms=now_ms)
    return opened.content.decode()


def _settle(
    db: Db,
    acting: Acting,
    appeal: Appeal,
    made: Decision,
    outcome: Answer,
    words: str,
    now_ms: int,
    random: Random,
) -> None:
    store.add_answer(db, appeal.number, Answered(outcome, now_ms, acting.who, words))
    if appeal.party is Party.AFFECTED:
        said = statement.answered(made, words, now_ms, stays=outcome is Answer.UPHOLD)
        send_statement(db, random, made, said, now_ms)
    else:
        line = f"{_to_notifier(outcome, made)}\n\nWhy: {words}"
        lines.tell(db, random, appeal.appellant, appeal.report_receipt or appeal.receipt, line, made, now_ms)
    audit.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=Act.APPEAL_ANSWERED,
        about=f"appeal:{appeal.number}",
        decision=made.number,
        case=made.case,
        party=appeal.party.value,
        outcome=outcome.value,
        policy=made.policy.value,
        action=made.action.value,
        level=int(made.level),
        lodged_ms=appeal.lodged_ms,
        reason=words,
    )
    sentence = f"Appeal {appeal.number} against decision {made.number}: {outcome.value}. {words}"
    cases.event(db, made.case, at_ms=now_ms, who=acting.who, kind=Act.APPEAL_ANSWERED.value, words=sentence)


def _finds_too_little(appeal: Appeal, made: Decision) -> bool:
    return appeal.party is Party.NOTIFIER and not is_dismissal(made)


def _deciders(db: Db, appeal: Appeal, made: Decision) -> frozenset[str]:
    """Who had a part in what the appeal is about: in all that was done, where that is too little."""
    measures = decisions.measures_of(db, made.case) if _finds_too_little(appeal, made) else ()
    return made.decided_by.union(*(one.decided_by for one in measures))


def _to_notifier(outcome: Answer, made: Decision) -> str:
    if outcome is Answer.OVERTURN:
        return _RIGHT
    return f"{_STAYS} {'It stays dismissed.' if is_dismissal(made) else 'Nothing more is done about it.'}"


def _existing(db: Db, number: int) -> Appeal:
    found = store.find(db, number)
    if found is None:
        raise AppealUnknown(f"there is no appeal {number}")
    return found
