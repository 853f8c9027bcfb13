# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How letters reach whoever asked: the officer of the request fetches them, or staff hand them over on paper.

For everybody else, whatever there is, there is nothing: another officer of the same agency, one who may not file any
more, and a number that was never given are told the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import proving
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.errors import NotInForce
from privity.desk.legal.answers import store
from privity.desk.legal.answers.errors import LetterUnknown
from privity.desk.legal.answers.model import QUESTIONS, Fetched, Kept, Offered
from privity.desk.legal.requests import answering
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import QuestionClosed
from privity.desk.legal.requests.model import Answer, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.rights import Right
from privity.mls.codec import u64

MAX_FETCHED: Final = 20
"""How often a letter is fetched: each time stands in the log."""
LISTED: Final = 200
"""Letters on the page of an officer: the newest ones."""
ANSWERS: Final = "answer_question"
"""What the passkey is used for, in the log of agencies."""
_LABEL: Final = b"Privity legal letter answered 1\n"


def of_request(db: Db, acting: Acting, number: int) -> tuple[Kept, ...]:
    """All that were written, with what became of each, in order. Raises RequestUnknown."""
    acting.must(Right.SEE_LEGAL)
    return store.of_request(db, requests.of(db, number).number)


def offered(db: Db, officer: int, now_ms: int, *, only: int | None = None) -> tuple[Offered, ...]:
    """What this officer can fetch now, the newest first, or one of it; nothing where they may not file."""
    try:
        agencies.in_force(db, officer, now_ms)
    except NotInForce:
        return ()
    return tuple(_offered(db, each) for each in store.of_officer(db, officer, LISTED, only=only) if _left(each))


def offered_one(db: Db, officer: int, number: int, now_ms: int) -> Offered:
    """One of them. Raises LetterUnknown, in one way for whatever is not there for this officer."""
    for each in offered(db, officer, now_ms, only=number):
        return each
    raise LetterUnknown("there is no such letter for you")


def fetch(db: Db, evidence_key: bytes, officer: int, number: int, now_ms: int) -> Fetched:
    """The letter, once the log says who fetched it. Raises LetterUnknown or EvidenceDamaged."""
    found = offered_one(db, officer, number, now_ms)
    who = f"officer:{officer}"
    with transaction(db):
        _log_given(db, found.letter, who, now_ms, how="fetched")
        store.give(db, number, officer, who, now_ms)
        page = store.opened(db, evidence_key, found.letter)
    return Fetched(f"{found.case}-{found.letter.sort.value}.html", page)


def ask(db: Db, place: Place, officer: int, number: int, text: str, now_ms: int) -> str:
    """What the officer's browser is asked so that their passkey signs exactly this answer, as JSON.

    Raises LetterUnknown or QuestionClosed.
    """
    found = question(db, officer, number, now_ms)
    return proving.ask_officer(db, place, officer, _challenge(found, text))


def answer(
    db: Db,
    evidence_key: bytes,
    place: Place,
    officer: int,
    number: int,
    said: Answer,
    signed: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> None:
    """Take in what the officer's passkey signed as the answer to a question, and what lies beside it.

    Not inside a transaction. Raises LetterUnknown, QuestionClosed, FilingRefused, WordsMissing, PasskeyRefused,
    ProofRefused or NotInForce.
    """
    found = question(db, officer, number, now_ms)

    def keep(_: object) -> None:
        """In the transaction that counts the passkey's answer: neither is there without the other."""
        document = answering.take_in(db, evidence_key, found.letter.request, officer, said, now_ms, random)
        store.add_answer(db, number, officer, document, now_ms)

    challenge = _challenge(found, said.text)
    proving.verify_officer(db, place, officer, challenge, signed, ANSWERS, now_ms, then=keep)


def read(db: Db, evidence_key: bytes, acting: Acting, number: int, now_ms: int) -> Fetched:
    """The letter for staff, to be looked at or printed; logged first. Not inside a transaction.

    Raises LetterUnknown or EvidenceDamaged.
    """
    acting.must(Right.SEE_LEGAL)
    found = _letter(db, number)
    request = requests.of(db, found.request)
    log.add(db, at_ms=now_ms, who=acting.who, act=Act.LEGAL_READ, about=request.about, kind="letter", letter=number)
    return Fetched(f"{request.pseudonym}-{found.sort.value}.html", store.opened(db, evidence_key, found))


def hand_over(db: Db, acting: Acting, number: int, now_ms: int) -> None:
    """Somebody of the house gave it to the authority on paper. Raises LetterUnknown where it counts no more."""
    acting.must(Right.WORK_LEGAL)
    found = _letter(db, number)
    if found.withdrawn_by is not None or found.gone_ms is not None:
        raise LetterUnknown(f"letter {number} does not count any more; hand over the one that was written instead")
    with transaction(db):
        _log_given(db, found, acting.who, now_ms, how="handed_over")
        store.give(db, number, None, acting.who, now_ms)


def purge(db: Db, request: int, now_ms: int) -> None:
    """A request is purged: of its letters the hashes stay. A hook of `requests.service.step`."""
    store.shred(db, request, now_ms)


def _letter(db: Db, number: int) -> Kept:
    found = store.letter(db, number)
    if found is None:
        raise LetterUnknown(f"there is no letter {number}")
    return found


def _offered(db: Db, letter: Kept) -> Offered:
    request = requests.of(db, letter.request)
    asks = letter.sort in QUESTIONS and request.state is State.CLARIFY
    return Offered(letter, request.pseudonym, asks, answering.due_ms(db, request.number) if asks else None)


def _left(letter: Kept) -> bool:
    return sum(each.officer is not None for each in letter.given) < MAX_FETCHED


def question(db: Db, officer: int, number: int, now_ms: int) -> Offered:
    found = offered_one(db, officer, number, now_ms)
    if not found.asks:
        raise QuestionClosed("nobody waits for an answer to this letter now")
    return found


def _challenge(found: Offered, text: str) -> bytes:
    """Of this letter and of these words. The same words are no second answer: each challenge counts once."""
    words = hashlib.sha256(text.strip().encode()).digest()
    return hashlib.sha256(_LABEL + u64(found.letter.number) + found.letter.sha256 + words).digest()


def _log_given(db: Db, letter: Kept, who: str, now_ms: int, *, how: str) -> None:
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.LEGAL_LETTER_GIVEN,
        about=requests.of(db, letter.request).about,
        letter=letter.number,
        how=how,
        page_sha256=letter.sha256.hex(),
    )
