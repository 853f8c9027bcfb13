# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an officer fetches the letters about their requests, and answers a question with their passkey.

Whoever has not shown an officer's passkey is sent to the door, whatever they ask for; whatever is not this officer's is
not there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.agency_door import guest
from privity.desk.console.agency_filing import MAX_OPEN
from privity.desk.console.asked import Asked
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Form
from privity.desk.console.front import Nothing
from privity.desk.console.legal_filing import attachments_of
from privity.desk.console.legal_vault import given
from privity.desk.console.legal_view import LETTERS
from privity.desk.console.pages import Open, Page, page
from privity.desk.console.plain import runs
from privity.desk.legal.agencies.model import Part
from privity.desk.legal.answers import handing
from privity.desk.legal.requests.filing import MAX_ANSWER
from privity.desk.legal.requests.model import Answer
from privity.desk.staff.acting import Acting

_ALL: Final = "/agency/letters"
_ONE: Final = _ALL + "/{letter:[0-9]+}"


class Words(Form, frozen=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ANSWER)]


class Signed(Form, frozen=True):
    """What the passkey signed, in base64."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_ANSWER * 8)]


async def _letters(asked: Asked, acting: Acting) -> web.Response:
    officer = _officer(asked)
    if officer is None:
        return asked.go("/agency")
    return asked.html(
        "agency-letters.html", letters=handing.offered(asked.db, officer, asked.now_ms), sorts=LETTERS, answered=False
    )


async def _fetch(asked: Asked, acting: Acting) -> web.Response:
    officer = _officer(asked)
    if officer is None:
        return asked.go("/agency")
    asked.form(Nothing)
    found = handing.fetch(asked.db, asked.keys.evidence, officer, asked.number("letter"), asked.now_ms)
    return given(found.page, found.name)


async def _question(asked: Asked, acting: Acting) -> web.Response:
    officer = _officer(asked)
    if officer is None:
        return asked.go("/agency")
    found = handing.question(asked.db, officer, asked.number("letter"), asked.now_ms)
    return asked.html("agency-answer.html", found=found, most=MAX_ANSWER)


async def _sign(asked: Asked, acting: Acting) -> web.Response:
    """What the passkey is to sign: exactly these words about this letter. Nothing is kept yet."""
    officer = _officer(asked)
    if officer is None:
        return asked.go("/agency")
    number, text = asked.number("letter"), asked.form(Words).text
    options = handing.ask(asked.db, asked.legal.door.place, officer, number, text, asked.now_ms)
    return asked.html(
        "agency-answer-sign.html",
        found=handing.question(asked.db, officer, number, asked.now_ms),
        text=runs(text),
        packed=base64.b64encode(text.encode()).decode(),
        sha256=hashlib.sha256(text.strip().encode()).hexdigest(),
        options=options,
    )


async def _answer(asked: Asked, acting: Acting) -> web.Response:
    officer = _officer(asked)
    if officer is None:
        return asked.go("/agency")
    said = Answer(_text(asked.form(Signed).text), attachments_of(asked.files))
    handing.answer(
        asked.db,
        asked.keys.evidence,
        asked.legal.door.place,
        officer,
        asked.number("letter"),
        said,
        asked.answer,
        asked.now_ms,
        asked.random,
    )
    return asked.html(
        "agency-letters.html", letters=handing.offered(asked.db, officer, asked.now_ms), sorts=LETTERS, answered=True
    )


def _officer(asked: Asked) -> int | None:
    """The number of the officer who showed a passkey a while ago. Supervisors read no letters."""
    who = guest(asked)
    return None if who is None or who.part is not Part.OFFICER else who.number


def _text(packed: str) -> str:
    try:
        return base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise FormInvalid("expected the words that this desk asked to be signed, these cannot be read") from None


PAGES: Final[tuple[Page, ...]] = (
    page("GET", _ALL, Open.TO_EVERYBODY, _letters),
    page("POST", _ONE, Open.TO_EVERYBODY, _fetch),
    page("GET", f"{_ONE}/answer", Open.TO_EVERYBODY, _question),
    page("POST", f"{_ONE}/answer", Open.TO_EVERYBODY, _sign),
    page("POST", f"{_ONE}/answered", Open.TO_EVERYBODY, _answer, files=MAX_OPEN),
)
