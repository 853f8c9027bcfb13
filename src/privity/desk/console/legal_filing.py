# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handing in what came on paper: as a file, or by a form for what is usual. What cannot be taken a clerk alone is told.

The same service as `privity legal file`. Whoever is not of the house gets one answer whatever they send; a clerk is
told of every field why it cannot be taken.
"""

from __future__ import annotations

from typing import Annotated, Final

import yaml
from aiohttp import web
from msgspec import Meta

from privity.desk.console import legal_facts
from privity.desk.console.asked import Asked
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Fields, Form, to
from privity.desk.console.pages import Page, page
from privity.desk.console.uploads import Upload
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.model import State as AgencyState
from privity.desk.legal.requests import filing
from privity.desk.legal.requests.filing import MAX_ATTACHED
from privity.desk.legal.requests.model import Attachment, Filing
from privity.desk.legal.requests.taking import take
from privity.desk.legal.rulebook import strict_yaml
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MAX_FILING: Final = MAX_ATTACHED + (2 << 20)
"""Bytes of a form: the attachments, the file, and what stands between them."""
USUAL: Final = (
    "instrument",
    "issuing_country",
    "requester_kind",
    "authority_kind",
    "issuing_authority",
    "court",
    "judge",
    "docket",
    "legal_basis",
    "issue_date",
    "order_date",
    "expires_on",
    "return_date",
    "agency",
    "officer",
    "supervisor",
    "contact",
    "investigation_ref",
    "offence",
    "legal_process_document",
    "signature",
    "judicial_signature",
    "probable_cause_finding",
    "targets",
    "classes",
    "time_range",
    "asks",
    "emergency",
    "emergency_reasons",
    "gag_requested",
    "gag_basis",
    "gag_until",
    "delivery_destination",
)
"""The facts that most requests have, in the order in which a form asks for them."""
ATTACHMENT: Final = "attachment"


class ByFile(Form, frozen=True):
    """What stands beside the file."""

    request: Annotated[str, Meta(max_length=strict_yaml.MAX_BYTES)] = ""
    agency: Annotated[int, Meta(ge=1, le=MAX_NUMBER)] | None = None
    as_it_came: bool = False
    """To be kept although it cannot be read."""
    draft: bool = False


class ByForm(Form, frozen=True):
    """What stands beside the facts."""

    agency: Annotated[int, Meta(ge=1, le=MAX_NUMBER)] | None = None
    draft: bool = False


async def _page(asked: Asked, acting: Acting) -> web.Response:
    return _shown(asked, acting)


async def _by_file(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(ByFile)
    chosen = [each for each in asked.files if each.field == "file"]
    if len(chosen) + bool(form.request.strip()) != 1:
        return _shown(asked, acting, form, "Expected one request: a file, or its text, and not both.")
    request = chosen[0].content if chosen else form.request.encode()
    unread = take(request).unread
    if unread and not form.as_it_came:
        said = f"The request cannot be read: {unread}. Mend it, or keep it as it came."
        return _shown(asked, acting, form, said, cannot_read=True)
    return _filed(asked, acting, request, form.agency, draft=form.draft)


async def _by_form(asked: Asked, acting: Acting) -> web.Response:
    stray = legal_facts.names_in(asked.fields) - set(USUAL)
    if stray:
        raise FormInvalid(f"no field of this page is called {sorted(stray)[0][:40]}")
    form = to(ByForm, {name: each for name, each in asked.fields.items() if not name.startswith(legal_facts.PREFIX)})
    values, problems = legal_facts.read(USUAL, asked.fields)
    if problems or not values:
        said = "Some fields cannot be taken; nothing was handed in." if problems else "Expected at least one fact."
        return _shown(asked, acting, said=said, filled=asked.fields, problems=problems)
    request = yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode()
    return _filed(asked, acting, request, form.agency, draft=form.draft)


def attachments_of(files: tuple[Upload, ...], field: str = ATTACHMENT) -> tuple[Attachment, ...]:
    """What came along with a form, in its order."""
    return tuple(Attachment(each.name, each.media_type, each.content) for each in files if each.field == field)


def _filed(asked: Asked, acting: Acting, request: bytes, agency: int | None, *, draft: bool) -> web.Response:
    filed = Filing(request, attachments_of(asked.files), agency)
    found = filing.file(
        asked.db, asked.keys.evidence, asked.legal.rules, acting, filed, asked.now_ms, asked.random, draft=draft
    )
    return asked.go(f"/legal/{found.number}")


def _shown(
    asked: Asked,
    acting: Acting,
    form: ByFile | None = None,
    said: str = "",
    *,
    cannot_read: bool = False,
    filled: Fields | None = None,
    problems: dict[str, str] | None = None,
) -> web.Response:
    """The page, with what was filled in and why it was not taken. What was attached has to be chosen again."""
    return asked.html(
        "legal-file.html",
        400 if said else 200,
        form=form or ByFile(),
        said=said,
        cannot_read=cannot_read,
        by_form=filled is not None,
        lost=len(asked.files) if said else 0,
        fields=legal_facts.fields(USUAL, asked.legal.rules.rulebook, filled, problems),
        agencies=[
            each for each in agencies.listed(asked.db, acting) if each.state in (AgencyState.ACTIVE, AgencyState.LAPSED)
        ],
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/legal/file", Right.WORK_LEGAL, _page),
    page("POST", "/legal/file", Right.WORK_LEGAL, _by_file, files=MAX_FILING),
    page("POST", "/legal/file/form", Right.WORK_LEGAL, _by_form, files=MAX_FILING),
)
