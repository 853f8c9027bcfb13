# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What members of staff do about notices: bar one for a time, look at a bar, tell people, answer what they object.

A bar has a basis and an end, or is none. It is never changed: what bars longer is another one, with another basis.
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.decisions import outbox
from privity.desk.decisions.outbox import EffectState
from privity.desk.decisions.words import check_text
from privity.desk.evidence import records
from privity.desk.evidence.shredding import shred
from privity.desk.legal.notices import planning, sending, settling, store, texts
from privity.desk.legal.notices.errors import (
    AnsweredBefore,
    BarRefused,
    BarUnknown,
    CounselDecides,
    GagIsAWish,
    NoticeUnknown,
    ObjectionUnknown,
    StillThere,
)
from privity.desk.legal.notices.lifting import confirm as lift_confirmed
from privity.desk.legal.notices.lifting import lift
from privity.desk.legal.notices.model import MAX_BASIS, Answer, Bar, BarKind, Lift, Notice, Objection, Waiting
from privity.desk.legal.notices.planning import OPEN, Telling
from privity.desk.legal.notices.settling import done, ready_ms, state_for
from privity.desk.legal.notices.ways import Way
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import Clock, midnight
from privity.desk.legal.requests.model import Part, State
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.identity.uris import Random
from privity.wire.staff import EffectParams, Verb
from privity.wire.standing import Statement

__all__ = [
    "answer",
    "as_read",
    "authority_informs",
    "bar",
    "bars",
    "cited",
    "done",
    "lift",
    "lift_confirmed",
    "lifts",
    "look_at_bar",
    "nobody",
    "notices",
    "objections",
    "open_objections",
    "purge",
    "ready_ms",
    "state_for",
    "tell",
    "waiting",
    "words_of",
]

MAX_LISTED: Final = 200
REMIND_MS: Final = 14 * 86_400_000
"""How long before a bar stops counting somebody is reminded to look at it."""


# Bars


def cited(facts: Facts) -> tuple[str, int]:
    """The basis and the end that a request cites for its secrecy. Raises GagIsAWish (LP-23)."""
    basis, until = facts.text("gag_basis"), facts.day("gag_until")
    if basis is None or until is None:
        missing = " and ".join(
            name for name, there in (("a basis", basis is not None), ("an end", until is not None)) if not there
        )
        raise GagIsAWish(f"the request asks for secrecy without {missing}: ask for it; nothing is barred")
    return basis, midnight(until) + 86_400_000


def bar(db: Db, acting: Acting, number: int, kind: BarKind, basis: str, until_ms: int | None, now_ms: int) -> Bar:
    """Bar the notice of a request until then, or longer than before. Raises GagIsAWish and BarRefused."""
    acting.must(Right.JUDGE_LEGAL)
    if not basis.strip() or until_ms is None:
        raise GagIsAWish("a bar names the law or the order, and the day on which it ends; without both it is a wish")
    if until_ms <= now_ms:
        raise GagIsAWish("what is cited has ended already, and bars nothing")
    if len(basis) > MAX_BASIS:
        raise BarRefused(f"a basis has at most {MAX_BASIS:,} characters, this one {len(basis):,}")
    if kind is BarKind.EMERGENCY:
        raise BarRefused("what an emergency bars the rulebook says, and no member of staff")
    with transaction(db):
        requests.of(db, number)
        requests.take_part(db, number, acting.who, Part.JUDGED)
        try:
            made = planning.add_bar(db, number, kind, basis, until_ms, acting.who, now_ms)
        except IntegrityError as err:
            raise BarRefused(f"request {number}: {err}") from None
        return _bar(db, made)


def look_at_bar(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Bar:
    """Say that a bar still stands, while it counts. Raises BarUnknown, or TextRefused."""
    acting.must(Right.JUDGE_LEGAL)
    check_text(words)
    with transaction(db):
        found = _bar(db, number)
        if found.until_ms <= now_ms:
            raise BarUnknown(f"bar {number} counts no more; what bars longer is another one, with another basis")
        requests.take_part(db, found.request, acting.who, Part.JUDGED)
        store.add_review(db, number, now_ms, acting.who, words)
        requests.stop_clock(db, found.request, Clock.GAG_REVIEW, now_ms)
        requests.start_clock(db, found.request, Clock.GAG_REVIEW, now_ms, found.until_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_BAR_REVIEWED,
            about=f"legal:{found.request}",
            bar=number,
            reason=words,
        )
        return _bar(db, number)


def bars(db: Db, acting: Acting, number: int) -> tuple[Bar, ...]:
    """All of a request, oldest first."""
    acting.must(Right.SEE_LEGAL)
    return store.bars(db, number)


def lifts(db: Db, acting: Acting, number: int) -> tuple[Lift, ...]:
    """Everything that was said of lifting bars of a request, oldest first."""
    acting.must(Right.SEE_LEGAL)
    return store.lifts(db, number)


# Who is told, and by whom


def authority_informs(db: Db, acting: Acting, number: int, basis: str, now_ms: int) -> None:
    """Say that the authority tells the people itself, as counsel found. Raises NotYetKnown, BarRefused, GagIsAWish."""
    acting.must(Right.JUDGE_LEGAL)
    if not basis.strip():
        raise GagIsAWish("who tells people is a matter of law: name the provision, or counsel's word")
    with transaction(db):
        request = requests.of(db, number)
        requests.take_part(db, number, acting.who, Part.JUDGED)
        if request.decision is None or store.informs(db, request.decision):
            raise BarRefused(f"of request {number} that is said already, or nobody has decided about it")
        if any(each.told is not None for each in settling.notices_of(db, request)):
            raise BarRefused(f"the people whom request {number} is about were told already")
        planning.say_authority_informs(db, request, basis, acting.who, now_ms)


def tell(db: Db, acting: Acting, telling: Telling, number: int, now_ms: int) -> tuple[Notice, ...]:
    """Tell the people now, or once a bar has ended. For what the desk does not tell by itself: counsel has decided, or
    the secrecy that is asked for is only a wish. Raises NotYetKnown, CounselDecides or BarRefused.
    """
    acting.must(Right.JUDGE_LEGAL)
    with transaction(db):
        request = requests.of(db, number)
        if planning.route(db, telling, number).way is Way.NONE:
            raise CounselDecides(f"nothing leaves by the instrument of request {number}, so nobody is told")
        if request.decision is not None and store.informs(db, request.decision):
            raise BarRefused(f"of request {number} it is said that the authority tells the people")
        requests.take_part(db, number, acting.who, Part.JUDGED)
        planning.plan(db, telling, number, acting.who, now_ms)
        for each in store.unsent(db, now_ms, MAX_LISTED):
            if each.request == number:
                sending.send(db, telling, each, now_ms)
        return settling.notices_of(db, requests.of(db, number))


def nobody(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Notice:
    """Say of a notice that the hub refused that there is nobody whom to tell. Raises NoticeUnknown or StillThere."""
    acting.must(Right.JUDGE_LEGAL)
    check_text(words)
    with transaction(db):
        found = _notice(db, number)
        effect = sending.effect_of(db, found)
        if found.settled or effect is None or effect.state is not EffectState.REFUSED:
            raise StillThere(f"the hub has not refused notice {number}")
        requests.take_part(db, found.request, acting.who, Part.JUDGED)
        store.add_nobody(db, number, now_ms, acting.who, words)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_NOBODY_TOLD,
            about=f"legal:{found.request}",
            notice=number,
            reason=words,
        )
        return _notice(db, number)


def notices(db: Db, acting: Acting, number: int) -> tuple[Notice, ...]:
    """All of a request, those of earlier decisions included."""
    acting.must(Right.SEE_LEGAL)
    return store.of_request(db, number)


def as_read(db: Db, acting: Acting, telling: Telling, number: int, now_ms: int) -> dict[int, Statement]:
    """How each notice of the decision that counts reads, or would read if it went now, by its number.

    Not inside a transaction: the entry is on the disk before anything is opened.
    """
    acting.must(Right.SEE_LEGAL)
    request = requests.of(db, number)
    found = settling.notices_of(db, request)
    if not found:
        return {}
    log.add(db, at_ms=now_ms, who=acting.who, act=Act.LEGAL_READ, about=request.about, kind="notices")
    read = {each.number: sending.as_read(db, telling, each, now_ms) for each in found}
    return {notice: said for notice, said in read.items() if said is not None}


def waiting(db: Db, acting: Acting, telling: Telling, now_ms: int) -> tuple[Waiting, ...]:
    """What about notices somebody has to look at, what has a day first: a page of the desk lists it."""
    acting.must(Right.SEE_LEGAL)
    found: list[Waiting] = []
    for request in requests.in_states(db, OPEN):
        planned = request.decision is not None and store.planned(db, request.decision) is not None
        if not planned and not request.on_hold and planning.by_itself(db, telling, request) is None:
            found.append(Waiting(request.number, "say whether people are told, or what bars it", None))
    for one in store.counting(db, now_ms):
        if one.look_by_ms - now_ms <= REMIND_MS:
            why = "the bar ends" if one.look_by_ms == one.until_ms else "look whether the bar still stands"
            found.append(Waiting(one.request, why, one.look_by_ms))
    found += [
        Waiting(request, f"that bar {bar} is lifted waits for a second person", at_ms)
        for request, bar, at_ms in store.unconfirmed(db, now_ms)
    ]
    for notice in store.untold(db, MAX_LISTED):
        effect = sending.effect_of(db, notice)
        if effect is not None and effect.state is EffectState.REFUSED:
            found.append(Waiting(notice.request, f"the hub refused notice {notice.number}", None))
        elif notice.told is not None:
            found.append(Waiting(notice.request, f"the hub has not taken notice {notice.number}", notice.told.sent_ms))
    found += [
        Waiting(each.request, f"objection {each.number} has no answer", each.lodged_ms)
        for each in store.open_objections(db, MAX_LISTED)
    ]
    return tuple(sorted(found, key=lambda one: (one.due_ms is None, one.due_ms or 0, one.request)))


# Objections


def objections(db: Db, acting: Acting, number: int) -> tuple[Objection, ...]:
    """All to one request, oldest first. What they say is opened as evidence, with a reason."""
    acting.must(Right.SEE_LEGAL)
    return store.objections(db, number)


def words_of(db: Db, acting: Acting, evidence_key: bytes, number: int, reason: str, now_ms: int) -> str:
    """What an objection says. It is opened like all evidence: with a reason that is logged first.

    Not inside a transaction. Raises ObjectionUnknown, ReasonMissing or EvidenceGone.
    """
    acting.must(Right.JUDGE_LEGAL)
    found = store.objection(db, number)
    if found is None:
        raise ObjectionUnknown(f"there is no objection {number}")
    opened = records.open_record(db, evidence_key, found.evidence, who=acting.who, reason=reason, now_ms=now_ms)
    return opened.content.decode()


def open_objections(db: Db, acting: Acting) -> tuple[Objection, ...]:
    """Those without an answer, oldest first."""
    acting.must(Right.SEE_LEGAL)
    return store.open_objections(db, MAX_LISTED)


def answer(db: Db, acting: Acting, number: int, outcome: Answer, words: str, now_ms: int, random: Random) -> Objection:
    """Answer an objection; the person reads the words. Raises ObjectionUnknown, AnsweredBefore, or TextRefused."""
    acting.must(Right.JUDGE_LEGAL)
    check_text(words)
    with transaction(db):
        found = store.objection(db, number)
        if found is None:
            raise ObjectionUnknown(f"there is no objection {number}")
        if found.answered is not None:
            raise AnsweredBefore(f"objection {number} was answered with {found.answered.answer}")
        notice = _notice(db, found.notice)
        requests.take_part(db, found.request, acting.who, Part.JUDGED)
        store.add_answer(db, number, outcome, now_ms, acting.who, words)
        left = any(move.new is State.RELEASED for move in requests.moves(db, found.request))
        if notice.user_uri is not None:
            said = texts.answered(notice.reference, outcome, words, now_ms, left=left)
            params = EffectParams(statement=said)
            outbox.add(db, random, Verb.LEGAL_NOTICE, notice.user_uri, params, case=None, decision=None, now_ms=now_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_OBJECTION_ANSWERED,
            about=f"legal:{found.request}",
            objection=number,
            answer=outcome.value,
            took_ms=now_ms - found.lodged_ms,
        )
        answered = store.objection(db, number)
        assert answered is not None
        return answered


# The end


def purge(db: Db, number: int, now_ms: int) -> None:
    """What a request that ended leaves behind goes: words of notices that were told, and of objections.

    A notice that a bar still holds back stays, sealed, until it was told (`requests.service.Purging`).
    """
    request = requests.of(db, number)
    released = any(move.new is State.RELEASED for move in requests.moves(db, number))
    for each in store.of_request(db, number):
        if each.user_uri is not None and (each.settled or not released or each.decision != request.decision):
            store.shred_notice(db, each.number)
    shred(db, [each.evidence for each in store.objections(db, number)], now_ms)
    store.forget_basis(db, number)


def _bar(db: Db, number: int) -> Bar:
    found = store.find_bar(db, number)
    if found is None:
        raise BarUnknown(f"there is no bar {number}")
    return found


def _notice(db: Db, number: int) -> Notice:
    found = store.notice(db, number)
    if found is None:
        raise NoticeUnknown(f"there is no notice {number}")
    return found
