# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The queue: which cases wait, the most urgent first, with the time that is left and why there is a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from privity.desk.cases import service as cases
from privity.desk.cases.model import Case, Place, SubjectKind, View
from privity.desk.cases.of_cluster import CLUSTER
from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.console.plain import Run, line
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.message.report import Reason

ROWS: Final = 50
"""Cases on one page: more are looked for, not scrolled to."""
VIEWS: Final = (
    (View.OPEN, "Open", "Nothing waits. New reports come in by themselves."),
    (View.MINE, "Mine", "You have taken no case. Open one of the queue and take it."),
    (View.OVERDUE, "Overdue", "No deadline has passed."),
)
KINDS: Final = {SubjectKind.ACCOUNT: "account", SubjectKind.ROOM: "conversation", SubjectKind.PUBLIC: "public notice"}


class QueueAsked(Form, frozen=True):
    """Which part of the queue. `priority`, `deadline` and `number` say after which case it begins."""

    view: View = View.OPEN
    text: Annotated[str, msgspec.Meta(max_length=512)] = ""
    priority: Annotated[int, msgspec.Meta(ge=0, le=4)] | None = None
    deadline: Annotated[int, msgspec.Meta(ge=0)] | None = None
    number: Annotated[int, msgspec.Meta(ge=0)] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A case in words."""

    case: Case
    what: str
    subject: tuple[Run, ...]
    numbers: str


async def _queue(asked: Asked, acting: Acting) -> web.Response:
    wanted = asked.query(QueueAsked)
    found = cases.queue(
        asked.db, acting, wanted.view, after=_after(wanted), limit=ROWS, text=wanted.text, now_ms=asked.now_ms
    )
    label, empty = next(
        ((label, empty) for view, label, empty in VIEWS if view is wanted.view),
        ("Found", "No case has this number or this subject."),
    )
    return asked.html(
        "queue.html",
        title=f"Cases: {label.lower()}",
        view=wanted.view.value,
        views=[(view.value, name) for view, name, _ in VIEWS],
        text=wanted.text,
        counts=cases.counts(asked.db, asked.now_ms),
        rows=[row_of(case) for case in found.cases],
        next=_next(wanted, found.after),
        empty=empty,
        can_work=Right.WORK_CASE in acting.rights,
    )


def row_of(case: Case) -> Row:
    """What the queue says of a case."""
    return Row(case, what_of(case), line(case.subject), numbers(case))


def what_of(case: Case) -> str:
    """What a case is about, in a word."""
    return "cluster of accounts" if case.subject.startswith(CLUSTER) else KINDS[case.kind]


def numbers(case: Case) -> str:
    """How many said what, in words. One reason alone stands in what the priority rests on."""
    if not case.reports:
        return "Nobody reported it" if case.joined_to is None else "Its reports are in another case"
    parts = [
        ", ".join(reason_name(reason) for reason in case.reasons) if len(case.reasons) > 1 else "",
        counted(case.reports, "report"),
        f"by {counted(case.reporters, 'person', 'people')}",
        f"{counted(case.proven, 'message')} proven",
    ]
    return "; ".join(part for part in parts if part)


def reason_name(number: int) -> str:
    """A reason as people say it."""
    return Reason(number).name.lower().replace("_", " ")


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _after(wanted: QueueAsked) -> Place | None:
    if wanted.priority is None or wanted.deadline is None or wanted.number is None:
        return None
    return Place(wanted.priority, wanted.deadline, wanted.number)


def _next(wanted: QueueAsked, after: Place | None) -> str | None:
    if after is None:
        return None
    place = {"priority": after.priority, "deadline": after.deadline_ms, "number": after.number}
    asked = {"view": wanted.view.value} | ({"text": wanted.text} if wanted.text else {}) | place
    return f"/queue?{urlencode(asked)}"


PAGES: Final = (page("GET", "/queue", Right.SEE_QUEUE, _queue),)
