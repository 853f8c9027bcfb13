# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rules about behaviour: all versions by what they are, and one version with everything that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.pages import Page, page
from privity.desk.console.signals_days import DAYS, beside, histories
from privity.desk.console.signals_plots import by_day, rates
from privity.desk.console.signals_sentences import read_out
from privity.desk.signals.ladder import reading
from privity.desk.signals.ladder.model import Done
from privity.desk.signals.lifecycle import keeping_in, service
from privity.desk.signals.lifecycle.errors import WrongStage
from privity.desk.signals.lifecycle.model import DAY_MS, SHADOW_MS, Backtest, Pause, RuleDay, RuleTried, Stage, Version
from privity.desk.signals.lifecycle.running import RUNNING
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

HITS: Final = 200
"""The newest hits of a version on one page."""
OVER: Final = 100
"""Ended versions and drafts in the list."""

STAGES: Final = {
    Stage.PROPOSED: "waits for a second person; watched meanwhile, and does nothing",
    Stage.LIVE: "live: it acts",
    Stage.SHADOW: "in shadow: asked about every event, and does nothing",
    Stage.TESTED: "looked back; not asked about anything yet",
    Stage.TYPED: "written; not looked back yet",
    Stage.DRAFT: "refused by the language",
    Stage.ENDED: "ended",
}
"""In the order in which the list has them."""

DONE: Final = {
    Done.SHADOW: "nothing: only watched",
    Done.ACTED: "it acted",
    Done.PAUSED: "nothing: the rule has stopped",
    Done.PROTECTED: "nothing was taken: one rule alone does not restrict this account",
    Done.MINOR: "nothing was taken: it is about what was done to somebody who says to be a minor",
    Done.LATE: "nothing was taken: the desk heard of it more than a day later",
}
"""What came of a rule that held, in words."""


@dataclass(frozen=True, slots=True)
class Row:
    """A version in the list. Numbers are of all its rules together; None where it is asked about nothing."""

    version: Version
    acted: int
    budget: int | None
    held: int
    """Account-days of the last week."""
    paused: tuple[Pause, ...]
    refused: str = ""
    """Why this desk cannot run it."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of a version: how it stands today."""

    name: str
    held: int
    acted: int
    budget: int
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class TriedRow:
    """What a look back says of one rule."""

    tried: RuleTried
    rate: float
    low: float
    high: float
    a_day: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a text of rules; where the language refuses it, with what stands before that place."""

    number: int
    text: str
    before: str | None = None


async def _list(asked: Asked, acting: Acting) -> web.Response:
    versions = service.listed(asked.db, acting)
    groups = []
    for stage, words in STAGES.items():
        found = [version for version in versions if version.stage is stage]
        shown = found if stage in RUNNING else found[:OVER]
        groups.append((words, [_row(asked, acting, each) for each in shown], len(found) - len(shown)))
    return asked.html(
        "rules.html",
        groups=[group for group in groups if group[1]],
        can_write=Right.WRITE_RULES in acting.rights,
    )


def _row(asked: Asked, acting: Acting, version: Version) -> Row:
    if version.stage not in RUNNING:
        return Row(version, 0, None, 0, ())
    week = service.days(asked.db, acting, version.number, 7, asked.now_ms)
    today = asked.now_ms // DAY_MS
    acted = sum(one.acted for one in week if one.day == today)
    held = sum(one.hits for one in week)
    paused = keeping_in.paused(asked.db, acting, version.number)
    try:
        budget = sum(keeping_in.budgets(asked.db, acting, version.number).values())
    except WrongStage as err:
        return Row(version, acted, None, held, paused, str(err))
    return Row(version, acted, budget, held, paused)


async def _version(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("number")
    version = service.version(asked.db, acting, number)
    test = service.newest_test(asked.db, acting, number)
    days = service.days(asked.db, acting, number, DAYS, asked.now_ms)
    today = asked.now_ms // DAY_MS
    look = asked.console.looks.now
    return asked.html(
        "rule-set.html",
        version=version,
        stage=STAGES[version.stage],
        stages=STAGES,
        lines=text_lines(version.text, version.line, version.column),
        **_rules(asked, acting, version, test, days, today),
        test=test,
        tried=() if test is None else tried_rows(test),
        rates=None if test is None or not test.rows else rates(test),
        days=days,
        by_day=by_day(days, days[0].day, today) if days else None,
        beside=beside(asked, acting, version, test, days),
        cases=len(service.samples(asked.db, acting, number, asked.now_ms)),
        look=look if look is not None and look.version == number else None,
        look_refused=asked.console.looks.refused.get(number, ""),
        ready_ms=_ready_ms(version),
        own=version.proposed_by == acting.who,
        can_write=Right.WRITE_RULES in acting.rights,
        can_agree=Right.AGREE_RULES in acting.rights,
    )


def _rules(
    asked: Asked, acting: Acting, version: Version, test: Backtest | None, days: Sequence[RuleDay], today: int
) -> dict[str, Any]:
    """The rules read out, how each stands and was; nothing where this desk cannot read them."""
    try:
        rules = service.rules_of(asked.db, acting, version.number)
        budgets = keeping_in.budgets(asked.db, acting, version.number)
    except WrongStage as err:
        return {"refused": str(err), "rules": (), "rows": (), "histories": ()}
    pauses = {pause.rule: pause for pause in keeping_in.paused(asked.db, acting, version.number)}
    of_today = {one.rule: one for one in days if one.day == today}
    quiet = RuleDay("", today, 0, 0, 0)
    rows = [
        RuleRow(name, of_today.get(name, quiet).hits, of_today.get(name, quiet).acted, most, pauses.get(name))
        for name, most in budgets.items()
    ]
    told = histories(asked, acting, version, test, days, budgets)
    return {"refused": "", "rules": read_out(rules), "rows": rows, "histories": told}


def tried_rows(test: Backtest) -> list[TriedRow]:
    """Rules that find people who were found harmless come first."""
    rows = sorted(test.rows, key=lambda row: (-row.benign, -row.accounts))
    return [TriedRow(row, *test.per_million(row), test.a_day(row)) for row in rows]


def text_lines(text: str, line: int, column: int) -> list[TextLine]:
    """A text with numbers of lines; line 0 where no place in it is meant."""
    return [
        TextLine(number, each, each[: max(column - 1, 0)] if number == line else None)
        for number, each in enumerate(text.split("\n"), 1)
    ]


def _ready_ms(version: Version) -> int | None:
    """From when somebody may ask that it goes live."""
    since_ms = version.since_ms(Stage.SHADOW)
    return since_ms + SHADOW_MS if version.stage is Stage.SHADOW and since_ms is not None else None


async def _found(asked: Asked, acting: Acting) -> web.Response:
    version = service.version(asked.db, acting, asked.number("number"))
    found = reading.found_by(asked.db, acting, version.number, DAYS, HITS, asked.now_ms)
    return asked.html("rules-found.html", version=version, found=found, done=DONE, days=DAYS, limit=HITS)


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/rules", Right.SEE_RULES, _list),
    page("GET", "/rules/{number}", Right.SEE_RULES, _version),
    page("GET", "/rules/{number}/found", Right.SEE_RULES, _found),
)
