# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom a version would have found: a few accounts of its newest look back, with what was seen of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.pages import Page, page
from privity.desk.signals.ladder import reading
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.model import Done
from privity.desk.signals.ladder.sentences import said
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.model import Case
from privity.desk.signals.lifecycle.sampled import MOST, MOST_HARMLESS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

WOULD: Final = {
    Done.ACTED: "it would have done all that it says",
    Done.PROTECTED: "nothing would have been taken: one rule alone does not restrict this account",
    Done.MINOR: "nothing would have been taken: it is about what was done to somebody who may be a minor",
}
"""What would have come of it, in words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One account, and what the rule looked at, in sentences."""

    case: Case
    harmless: bool
    facts: tuple[str, ...]


async def _cases(asked: Asked, acting: Acting) -> web.Response:
    version = service.version(asked.db, acting, asked.number("number"))
    innocent = reading.harmless(asked.db, acting, asked.now_ms)
    rows = [
        Row(case, case.subject in innocent, _facts(case.facts))
        for case in service.samples(asked.db, acting, version.number, asked.now_ms)
    ]
    return asked.html(
        "rules-cases.html",
        version=version,
        rows=sorted(rows, key=lambda row: not row.harmless),
        would=WOULD,
        most=MOST,
        most_harmless=MOST_HARMLESS,
    )


def _facts(facts: Mapping[str, bool | int | float | str]) -> tuple[str, ...]:
    """As a case has them; a name that is no feature any more stays a name."""
    known = CATALOGUE.feature
    return tuple(said(known[name], value) if name in known else f"{name}: {value}." for name, value in facts.items())


PAGES: Final[tuple[Page, ...]] = (page("GET", "/rules/{number}/cases", Right.SEE_RULES, _cases),)
