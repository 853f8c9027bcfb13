# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Refusals as pages: what happened and what to do next. Of a bug a page says only that there was one."""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import Final

import structlog
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import (
    ForeignRequest,
    FormInvalid,
    FormTooLarge,
    PageUnknown,
    ProofWanted,
    WrongHost,
)
from privity.desk.errors import DeskError
from privity.desk.legal.answers.errors import LetterUnknown
from privity.desk.matching.errors import ListUnknown, MatchUnknown
from privity.desk.signals.coordination.errors import ClusterUnknown
from privity.desk.signals.lifecycle.errors import VersionUnknown
from privity.desk.staff.errors import MemberUnknown, NotSignedIn, NotYourRole, PasskeyRefused, TooManyTries

log: Final = structlog.get_logger()

STATUS: Final[tuple[tuple[type[DeskError], int], ...]] = (
    (WrongHost, 421),
    (ForeignRequest, 403),
    (PasskeyRefused, 403),
    (TooManyTries, 429),
    (FormInvalid, 400),
    (FormTooLarge, 413),
    (PageUnknown, 404),
    (MemberUnknown, 404),
    (LetterUnknown, 404),
    (VersionUnknown, 404),
    (ClusterUnknown, 404),
    (ListUnknown, 404),
    (MatchUnknown, 404),
)
"""What is not named here was asked for rightly and could not be done: 409."""

_HTTP: Final = {
    404: "There is no such page.",
    405: "This page does not take that.",
    413: "That is more than any form of this desk holds.",
}


def answer_to(asked: Asked, err: Exception) -> web.Response:
    """The page for whatever was raised."""
    match err:
        case NotSignedIn():
            return asked.go("/sign-in")
        case ProofWanted():
            return asked.html("prove.html", 403, said=_sentence(str(err)), purpose=err.purpose, fields=asked.fields)
        case NotYourRole():
            return _page(asked, 403, "NotYourRole", f"you{str(err).removeprefix(asked.me.acting.who)}")
        case DeskError():
            status = next((code for kind, code in STATUS if isinstance(err, kind)), 409)
            return _page(asked, status, type(err).__name__, str(err))
        case web.HTTPException():
            status = err.status if err.status >= 400 else 400
            return _page(asked, status, "", _HTTP.get(status, "The request cannot be read."))
        case _:
            _log_bug(err)
            return _page(
                asked,
                500,
                "",
                "Something went wrong in the desk itself. Nothing was changed; try again, then tell"
                " whoever runs this desk.",
            )


def _page(asked: Asked, status: int, name: str, said: str) -> web.Response:
    return asked.html("problem.html", status, name=name, said=_sentence(said), status_code=status)


def _sentence(said: str) -> str:
    """As it stands on a page. What begins with a number of the log keeps its small letter."""
    begun = said if said.startswith("staff:") else said[:1].upper() + said[1:]
    return begun if begun.endswith(".") else f"{begun}."


def _log_bug(err: BaseException) -> None:
    """Where it happened and which class it was. Never its message, which may hold what somebody wrote."""
    frames = traceback.extract_tb(err.__traceback__)[-4:]
    where = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames]
    log.error("desk.bug", error=type(err).__name__, where=where)
