# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Legal requests for an auditor: counts and parties out of the log, who opened what, and whether the log holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.audit import cosigned, log
from privity.desk.audit.errors import AuditError
from privity.desk.audit.verify import stored, verify
from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.front import Nothing
from privity.desk.console.pages import Page, page
from privity.desk.db.transaction import one_moment
from privity.desk.legal import auditing
from privity.desk.legal.errors import TallyDisagrees
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.tlog.verifier_key import KeyKind, VerifierKey

MAX_CHECKED: Final = 200_000
"""Entries that a page checks: more take seconds in which nobody else gets a page."""


class Wanted(Form, frozen=True):
    after: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)] = 0


@dataclass(frozen=True, slots=True)
class Check:
    """What became of looking at the log."""

    said: str
    holds: bool


async def _audit(asked: Asked, acting: Acting) -> web.Response:
    return _page(asked, acting, None)


async def _check(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    return _page(asked, acting, _checked(asked))


def _checked(asked: Asked) -> Check:
    size = log.size(asked.db)
    if size > MAX_CHECKED:
        return Check(f"The log has {size:,} entries: check it with privity audit verify on the desk's machine.", False)
    key = VerifierKey.of(asked.config.audit_name, KeyKind.ED25519, asked.keys.audit)
    newest = log.newest(asked.db)
    kept = [*cosigned.of_this_log(cosigned.kept(asked.db), key), *([] if newest is None else [newest])]
    try:
        with one_moment(asked.db):
            found = verify(stored(asked.db), key, kept)
            about = auditing.must_agree(asked.db)
    except (AuditError, TallyDisagrees) as err:
        return Check(f"The log does not hold: {type(err).__name__}: {err}.", False)
    return Check(
        f"The log holds: {found.size:,} entries, compared with what is kept here of its checkpoints:"
        f" {len(found.compared)}, of which the newest stands for {found.vouched:,}. {about:,} of them are about legal"
        " requests, and the counts of this page are theirs. Only a checkpoint that is kept"
        " elsewhere shows what whoever has the log's key could have changed.",
        True,
    )


def _page(asked: Asked, acting: Acting, checked: Check | None) -> web.Response:
    after = asked.query(Wanted).after
    found = auditing.overview(asked.db, acting, after)
    return asked.html(
        "legal_audit.html",
        found=found,
        counts=(
            ("Requests, by where they stand", "State", found.states),
            ("Verdicts of the rulebook", "Verdict", found.verdicts),
            ("Rules that decided", "Code", found.codes),
            ("What people made of verdicts", "Outcome", found.outcomes),
            ("Why", "Ground", found.grounds),
        ),
        size=log.size(asked.db),
        more=f"/legal/audit?after={found.listed[-1].number}" if found.more else "",
        checked=checked,
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/legal/audit", Right.SEE_AUDIT, _audit),
    page("POST", "/legal/audit/check", Right.SEE_AUDIT, _check),
)
