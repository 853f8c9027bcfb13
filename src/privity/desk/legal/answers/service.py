# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters about a request as the desk knows it. Who writes one judges requests, and the log says which, and its hash.

What was written is kept sealed and offered to the officer of the request; `handing` is how it reaches them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.answers import letters, store
from privity.desk.legal.answers.errors import LetterUnknown, Unverified
from privity.desk.legal.answers.languages import wording_of
from privity.desk.legal.answers.model import QUESTIONS, Letter, Matter, Release, Sort
from privity.desk.legal.answers.rendering import as_html, as_text
from privity.desk.legal.requests import answering
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import day_of
from privity.desk.legal.requests.model import Ground, LegalRequest, Part
from privity.desk.legal.requests.moves import UNVERIFIED
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.model import Rulebook, Verdict
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


@dataclass(frozen=True, slots=True)
class Writing:
    """What it takes to write: the key to facts and verdicts, the rules, who answers, and with which version."""

    evidence_key: bytes = field(repr=False)
    rules: Rules
    operator: str
    contact: str
    release: Release


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reviewer wants to say. Grounds are of the picklist; remarks are their own words."""

    sort: Sort
    grounds: tuple[Ground, ...] = ()
    remarks: str = field(default="", repr=False)
    language: str = "en"
    instead: int | None = None
    """The number of a letter that this one takes the place of; one of the same sort it replaces anyway."""


@dataclass(frozen=True, slots=True)
class Written:
    letter: Letter = field(repr=False)
    page: bytes = field(repr=False)
    """As HTML."""
    text: str = field(repr=False)
    sha256: str
    """Of the page."""


def preview(db: Db, acting: Acting, writing: Writing, number: int, draft: Draft) -> Written:
    """The letter as it would be written.

    Raises Unverified, NothingToAsk, GroundMissing, NotThisForm or LanguageMissing; and NotJudged before any verdict.
    """
    acting.must(Right.SEE_LEGAL)
    return _written(db, writing, number, draft)


def write(
    db: Db,
    acting: Acting,
    writing: Writing,
    number: int,
    draft: Draft,
    now_ms: int,
    random: Callable[[int], bytes],
) -> Written:
    """The same, as the house's answer: the log says that it was written, and it is offered to the officer who asked.

    Raises what `preview` raises, or LetterUnknown where what it is to replace does not count.
    """
    acting.must(Right.JUDGE_LEGAL)
    with transaction(db):
        made = _written(db, writing, number, draft)
        request = requests.of(db, number)
        if request.state in UNVERIFIED:
            raise Unverified(
                f"it is being found out anew who asks in request {number}; until then nobody is told anything"
            )
        replaced = _replaced(db, number, draft)
        requests.take_part(db, number, acting.who, Part.JUDGED)
        entry = log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_ANSWERED,
            about=request.about,
            sort=draft.sort.value,
            grounds=[ground.value for ground in draft.grounds],
            language=draft.language,
            page_sha256=made.sha256,
            replaces=list(replaced),
        )
        letter = store.add(
            db,
            writing.evidence_key,
            random,
            number,
            draft.sort,
            draft.language,
            made.page,
            bytes.fromhex(made.sha256),
            (now_ms, acting.who, entry),
        )
        for each in replaced:
            store.withdraw(db, each, letter)
        if draft.sort in QUESTIONS:
            answering.wait(db, number, _answer_days(db, writing, number), now_ms)
    return made


def matter_of(
    rulebook: Rulebook, request: LegalRequest, known: Facts, verdict: Verdict, operator: str, contact: str
) -> Matter:
    """What a letter about a request is about."""
    instrument = rulebook.instruments.get((verdict.would_be or verdict).instrument)
    return Matter(
        case=request.pseudonym,
        their_reference=known.text("investigation_ref") or known.text("docket") or known.text("procedure_number") or "",
        received_on=day_of(request.received_ms).isoformat(),
        instrument="" if instrument is None else instrument.title,
        authority=known.text("issuing_authority") or known.text("court") or known.text("agency") or "",
        operator=operator,
        contact=contact,
    )


def _replaced(db: Db, number: int, draft: Draft) -> tuple[int, ...]:
    """The letters that count no more once this one is written. Raises LetterUnknown."""
    counting = {each.number: each.sort for each in store.of_request(db, number) if each.withdrawn_by is None}
    if draft.instead is not None and draft.instead not in counting:
        raise LetterUnknown(f"letter {draft.instead} is none of request {number} that counts")
    return tuple(each for each, sort in counting.items() if sort is draft.sort or each == draft.instead)


def _answer_days(db: Db, writing: Writing, number: int) -> int:
    verdict = requests.verdict_of(db, writing.evidence_key, number)
    return letters.answer_days(writing.rules.rulebook.instruments.get((verdict.would_be or verdict).instrument))


def _written(db: Db, writing: Writing, number: int, draft: Draft) -> Written:
    letter = _letter(db, writing, number, draft)
    page = as_html(letter)
    return Written(letter, page, as_text(letter), hashlib.sha256(page).hexdigest())


def _letter(db: Db, writing: Writing, number: int, draft: Draft) -> Letter:
    request = requests.of(db, number)
    verdict = requests.verdict_of(db, writing.evidence_key, number)
    known = requests.facts_of(db, writing.evidence_key, number)
    rulebook, words = writing.rules.rulebook, wording_of(draft.language)
    matter = matter_of(rulebook, request, known, verdict, writing.operator, writing.contact)
    held = letters.held_by(rulebook, writing.rules.profile)
    grounds: Sequence[Ground] = draft.grounds
    match draft.sort:
        case Sort.CLARIFICATION:
            instrument = rulebook.instruments.get((verdict.would_be or verdict).instrument)
            return letters.clarification(matter, verdict, words, letters.answer_days(instrument), draft.remarks)
        case Sort.REFUSAL:
            statement = letters.not_held(held, writing.release, words)
            return letters.refusal(matter, verdict, grounds, rulebook, statement, words, draft.remarks)
        case Sort.CHALLENGE:
            return letters.challenge(matter, verdict, grounds, rulebook, words, draft.remarks)
        case Sort.FORM_3:
            validated = known.text("validated_by") or ""
            return letters.form_3(matter, verdict, grounds, words, validated_by=validated, remarks=draft.remarks)
        case Sort.NOT_HELD:
            return letters.not_held_letter(matter, held, writing.release, words)
    assert_never(draft.sort)
