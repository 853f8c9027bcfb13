# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A new version: a text is looked at as often as somebody wants, and kept when they hand it in."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.console.signals_rules import text_lines
from privity.desk.console.signals_sentences import ReadOut, read_out
from privity.desk.limits import MAX_NUMBER
from privity.desk.signals import shipped
from privity.desk.signals.language.errors import RuleError
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.checked import checked
from privity.desk.signals.lifecycle.errors import TellsWhen, TooHardInElection
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MAX_TEXT: Final = 64_000
"""Characters that a form of this page takes; a longer text is handed in with the command."""


class Beginning(Form, frozen=True):
    """With what the page begins: one of the house's own sets, or a version that is there."""

    shipped: Annotated[str, Meta(max_length=40)] = ""
    version: Annotated[int, Meta(ge=1, le=MAX_NUMBER)] | None = None


class Writing(Form, frozen=True):
    do: Literal["check", "keep"]
    name: Annotated[str, Meta(max_length=80)] = ""
    text: Annotated[str, Meta(max_length=MAX_TEXT)] = ""


async def _new(asked: Asked, acting: Acting) -> web.Response:
    wanted = asked.query(Beginning)
    name, text = "", ""
    if wanted.version is not None:
        begun = service.version(asked.db, acting, wanted.version)
        name, text = begun.name, begun.text
    elif wanted.shipped in shipped.NAMES:
        name, text = wanted.shipped, shipped.texts()[wanted.shipped]
    return asked.html("rules-new.html", name=name, text=text, checked=None, shipped=shipped.NAMES, max=MAX_TEXT)


async def _written(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Writing)
    if form.do == "keep":
        made = service.draft(asked.db, acting, form.name, form.text, asked.now_ms)
        return asked.go(f"/rules/{made.number}")
    said, line, column = "", 0, 0
    rules: tuple[ReadOut, ...] = ()
    try:
        rules = read_out(checked(form.text))
    except RuleError as err:
        said, line, column = f"{type(err).__name__}: {err}", err.line, err.column
    except (TooHardInElection, TellsWhen) as err:
        said = f"{type(err).__name__}: {err}"
    return asked.html(
        "rules-new.html",
        name=form.name,
        text=form.text,
        checked={"said": said, "lines": text_lines(form.text, line, column), "rules": rules},
        shipped=shipped.NAMES,
        max=MAX_TEXT,
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/rules/new", Right.WRITE_RULES, _new),
    page("POST", "/rules/new", Right.WRITE_RULES, _written),
)
