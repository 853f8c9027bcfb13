# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One case: what was reported and what happened, as one column, and everything that can be done with it.

Nothing here opens evidence: hashes, kinds, sizes and times are all that a page shows before somebody gives a reason.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.cases import profiles
from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseState, SubjectKind
from privity.desk.clearinghouse import service as clearinghouse
from privity.desk.console import case_view
from privity.desk.console.asked import Asked
from privity.desk.console.deciding import decide_form
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.db.transaction import transaction
from privity.desk.decisions import service as decisions
from privity.desk.evidence.records import check_text
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON_CHARS)]


class NoForm(Form, frozen=True):
    """A button and nothing else."""


class Said(Form, frozen=True):
    """Words of a member of staff."""

    words: Words


class Export(Form, frozen=True):
    """Why, and whether those who reported are named in it."""

    words: Words
    names: bool = False


class PrioritySet(Form, frozen=True):
    priority: Annotated[int, msgspec.Meta(ge=0, le=4)]
    words: Words


class JoinInto(Form, frozen=True):
    into: Annotated[int, msgspec.Meta(ge=1)]


async def _case(asked: Asked, acting: Acting) -> web.Response:
    found = cases.case(asked.db, acting, asked.number("number"))
    mine = found.case.taken_by == acting.who
    ready = mine or found.case.state is CaseState.DECIDED
    may = acting.rights
    return asked.html(
        "case.html",
        view=case_view.of(asked.db, found),
        mine=mine,
        decisions=decisions.of_case(asked.db, acting, found.case.number),
        referrals=clearinghouse.of_case(asked.db, acting, found.case.number),
        sees_referrals=Right.SEE_REFERRALS in may,
        decide=decide_form(asked.db, found, asked.now_ms) if ready and Right.DECIDE in may else None,
        can_take=found.case.state is CaseState.OPEN and Right.WORK_CASE in may,
        can_work=Right.WORK_CASE in may,
        can_open=Right.OPEN_EVIDENCE in may,
        can_refer=Right.REFER in may,
        can_undo=Right.UNDO in may,
        copies=profiles.copies(asked.db, found.case.number) if found.case.kind is SubjectKind.ACCOUNT else None,
    )


async def _take(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    cases.take(asked.db, acting, asked.number("number"), asked.now_ms)
    return _back(asked)


async def _release(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    cases.release(asked.db, acting, asked.number("number"), asked.now_ms)
    return _back(asked)


async def _note(asked: Asked, acting: Acting) -> web.Response:
    cases.note(asked.db, acting, asked.number("number"), asked.form(Said).words, asked.now_ms)
    return _back(asked)


async def _prioritise(asked: Asked, acting: Acting) -> web.Response:
    said = asked.form(PrioritySet)
    cases.prioritise(asked.db, acting, asked.number("number"), said.priority, said.words, asked.now_ms)
    return _back(asked)


async def _join(asked: Asked, acting: Acting) -> web.Response:
    into = asked.form(JoinInto).into
    cases.join(asked.db, acting, asked.number("number"), into, asked.now_ms)
    return asked.go(f"/case/{into}")


async def _reopen(asked: Asked, acting: Acting) -> web.Response:
    cases.reopen(asked.db, acting, asked.number("number"), asked.form(Said).words, asked.now_ms)
    return _back(asked)


async def _export(asked: Asked, acting: Acting) -> web.Response:
    """The case as JSON, without words of any message: who takes it away says why, and that stands in the log."""
    number, form = asked.number("number"), asked.form(Export)
    check_text("reason", form.words, MAX_REASON_CHARS)
    with transaction(asked.db):
        found = cases.case(asked.db, acting, number)
        log.add(
            asked.db,
            at_ms=asked.now_ms,
            who=acting.who,
            act=Act.CASE_EXPORTED,
            about=f"case:{number}",
            reason=form.words,
            names=form.names,
        )
    shown = found if form.names else case_view.without_names(found)
    return web.Response(
        body=msgspec.json.format(msgspec.json.encode(shown), indent=2),
        content_type="application/json",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="case-{number}.json"'},
    )


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/case/{asked.number('number')}")


PAGES: Final = (
    page("GET", "/case/{number}", Right.SEE_CASE, _case),
    page("POST", "/case/{number}/take", Right.WORK_CASE, _take),
    page("POST", "/case/{number}/release", Right.WORK_CASE, _release),
    page("POST", "/case/{number}/note", Right.WORK_CASE, _note),
    page("POST", "/case/{number}/priority", Right.WORK_CASE, _prioritise),
    page("POST", "/case/{number}/join", Right.WORK_CASE, _join),
    page("POST", "/case/{number}/reopen", Right.WORK_CASE, _reopen),
    page("POST", "/case/{number}/export", Right.WORK_CASE, _export),
)
