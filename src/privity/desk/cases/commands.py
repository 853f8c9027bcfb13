# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk cases` and `privity desk case N`: what waits, and the history of one case. No content is shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from privity.desk import config as desk_config
from privity.desk.cases import service
from privity.desk.cases.model import Case, CaseView, View
from privity.desk.db.database import open_existing
from privity.desk.db.transaction import Db
from privity.desk.errors import DeskError
from privity.desk.intake.findings import MARKS, Findings
from privity.desk.keys import open_keys
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
DEFAULT: Final = Path("privity.toml")


def cases(
    text: Annotated[str, Parameter(help="A number, or how the address of an account or room begins.")] = "",
    /,
    *,
    overdue: Annotated[
        bool, Parameter(help="Only what is past its deadline.", negative="", show_default=False)
    ] = False,
    limit: Annotated[int, Parameter(help="How many at most.", validator=Number(gte=1, lte=service.MAX_PAGE))] = 50,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
    config: Config = DEFAULT,
) -> None:
    """List the cases that nobody has decided, the most urgent first; with a text those that it finds.

    Example: privity desk cases --overdue --json
    """
    view = View.SEARCH if text else View.OVERDUE if overdue else View.OPEN
    acting, now_ms = Acting.command("cases", Right.SEE_QUEUE), time.time_ns() // 1_000_000
    with _desk(config) as db:
        page = service.queue(db, acting, view, limit=limit, text=text, now_ms=now_ms)
    if json:
        sys.stdout.write(msgspec.json.encode({"cases": page.cases, "more": page.after is not None}).decode() + "\n")
        return
    for found in page.cases:
        sys.stdout.write(_line(found) + "\n")
    if page.after is not None:
        sys.stdout.write("there are more\n")
    if not page.cases:
        sys.stdout.write("no such case\n" if text else "nothing waits\n")


def case(
    number: Annotated[int, Parameter(help="Of the case.", validator=Number(gte=1, lte=1 << 53))],
    /,
    *,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
    config: Config = DEFAULT,
) -> None:
    """Show what happened in a case and what was found about its reports. No content is shown.

    Example: privity desk case 12
    """
    with _desk(config) as db:
        found = service.case(db, Acting.command("case", Right.SEE_CASE), number)
    if json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    for line in _lines(found):
        sys.stdout.write(line + "\n")


def _lines(found: CaseView) -> Iterator[str]:
    yield _line(found.case)
    yield f"   because: {'; '.join(map(_plain, found.case.because))}"
    if found.clusters.sentence:
        yield f"   {found.clusters.sentence}"
    if found.campaign:
        yield f"   the same was reported in case {', '.join(map(str, found.campaign))}"
    for event in found.events:
        yield f"{_day(event.at_ms)}  {event.who}  {event.kind}  {_plain(event.words)}".rstrip()
    yield from Findings(found.reports).rows()


def _line(found: Case) -> str:
    who = f"taken by {found.taken_by}" if found.taken_by is not None else found.state.value
    counts = f"{found.reports} reports by {found.reporters} people, {found.proven} messages proven"
    until = f"until {_day(found.deadline_ms)} ({found.deadline_basis})"
    head = f"{MARKS[found.level]} case {found.number}  priority {found.priority}  {who}  {counts}"
    return f"{head}  {until}  {found.kind.value} {_plain(found.subject)}"


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _plain(text: str) -> str:
    """What a colleague typed shows no other line than its own."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


@contextmanager
def _desk(config: Path) -> Iterator[Db]:
    try:
        loaded = desk_config.load(config)
        db = open_existing(loaded.database, open_keys(loaded))
        try:
            yield db
        finally:
            db.close()
    except DeskError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
