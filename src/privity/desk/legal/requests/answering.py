# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A question about a request, and the answer to it: when it is due, and how it comes in.

What an officer answers lies beside the request like everything that came with it. It changes no fact: somebody of the
house looks at it, and that has a clock of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.requests import due, filing, service
from privity.desk.legal.requests.clocks import MOMENTS, Clock, Due, due_of, end_of_day
from privity.desk.legal.requests.errors import QuestionClosed
from privity.desk.legal.requests.model import Answer, Attachment, State

NAME = "answer.txt"


def wait(db: Db, number: int, days: int, now_ms: int) -> None:
    """A question left: from now on it has so many days, whatever was waited for before."""
    with transaction(db):
        if service.of(db, number).state is State.CLARIFY:
            due.start(db, number, Clock.CLARIFICATION, Due(now_ms, end_of_day(now_ms, days)))


def due_ms(db: Db, number: int) -> int | None:
    """Until when an answer is waited for; None where it came, or nobody waits."""
    found = due.running(db, number).get(Clock.CLARIFICATION)
    return None if found is None else found.due_ms


def take_in(
    db: Db, evidence_key: bytes, number: int, officer: int, answer: Answer, now_ms: int, random: Callable[[int], bytes]
) -> int:
    """Keep what the officer of the request answered; the document of its text. The caller has seen their passkey, and
    owns the transaction. Raises QuestionClosed, FilingRefused or WordsMissing."""
    request = service.of(db, number)
    if request.state is not State.CLARIFY or request.on_hold or request.officer != officer:
        raise QuestionClosed("nobody waits for an answer about this request now")
    text = filing.words("the answer", answer.text, filing.MAX_ANSWER).encode()
    files = (Attachment(NAME, "text/plain", text), *answer.attachments)
    filing.check_room(db, number, files)
    who = f"officer:{officer}"
    kept = [filing.keep_beside(db, evidence_key, number, each, who, now_ms, random) for each in files]
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.LEGAL_CLARIFIED,
        about=request.about,
        document=kept[0],
        sha256=hashlib.sha256(text).hexdigest(),
        attachments=len(kept) - 1,
    )
    due.stop(db, number, (Clock.CLARIFICATION,), now_ms)
    soon = now_ms + MOMENTS[Clock.FIRST_LOOK_EMERGENCY] if request.emergency else None
    if Clock.ANSWER not in due.running(db, number):
        due.start(db, number, Clock.ANSWER, due_of(Clock.ANSWER, now_ms, soon))
    return kept[0]
