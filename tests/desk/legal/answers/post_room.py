# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters about invented requests, written by the services that people use, and the officer who fetches them."""

from __future__ import annotations

from typing import Any

from privity.desk.legal.answers import handing, service
from privity.desk.legal.answers.model import Kept, Release, Sort
from privity.desk.legal.answers.service import Draft, Writing
from privity.desk.legal.requests.model import Answer, Attachment, Ground, Outcome
from tests.desk.legal.agencies.bureau import PLACE
from tests.desk.legal.casework import REVIEWER, RULES, Casework
from tests.desk.staff.authenticator import Authenticator

RELEASE = Release("Privity", "0.1.0", "ab" * 32)
ORDER = Attachment("order.pdf", "application/pdf", b"a drawing of a teapot")


def writing(work: Casework) -> Writing:
    return Writing(work.key, RULES, "Teapot Talk", "law@teapots.example", RELEASE)


def write(
    work: Casework,
    number: int,
    sort: Sort = Sort.REFUSAL,
    grounds: tuple[Ground, ...] = (Ground.PRIVILEGE,),
    **more: Any,
) -> Kept:
    """A letter, as it is kept."""
    service.write(work.db, REVIEWER, writing(work), number, Draft(sort, grounds, **more), work.now_ms, work.random)
    return handing.of_request(work.db, REVIEWER, number)[-1]


def asked(work: Casework, **change: Any) -> tuple[int, Kept]:
    """A request whose docket is missing, and the question about it."""
    number = work.submitted(change=change, drop=("docket",))
    work.verified(number)
    work.confirmed(number)
    work.judged(number, Outcome.CLARIFY)
    return number, write(work, number, Sort.CLARIFICATION)


def replied(
    work: Casework,
    letter: Kept,
    text: str = "It is 26-mj-17.",
    attachments: tuple[Attachment, ...] = (ORDER,),
    officer: int = 0,
    key: Authenticator | None = None,
    signed: str = "",
) -> None:
    """An officer answers a question: `signed`: other words than those that they send."""
    who = officer or work.team.officer
    options = handing.ask(work.db, PLACE, who, letter.number, signed or text, work.now_ms)
    proof = (key or work.bureau.keys[who]).get(options, PLACE.origin)
    said = Answer(text, attachments)
    handing.answer(work.db, work.key, PLACE, who, letter.number, said, proof, work.now_ms, work.random)
