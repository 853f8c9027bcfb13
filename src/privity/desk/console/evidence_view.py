# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence before a person's eyes: words on a click, a picture for a reason, each said in the audit log first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.cases import service as cases
from privity.desk.cases.errors import NotOfThisCase
from privity.desk.console import message_view
from privity.desk.console.asked import Asked
from privity.desk.console.case import Words
from privity.desk.console.case_view import omitted_words, reporters
from privity.desk.console.errors import CannotBeShown
from privity.desk.console.exposure import Stage
from privity.desk.console.forms import Form
from privity.desk.console.media import SHOWN_S, Revealed
from privity.desk.console.message_view import ShownMessage
from privity.desk.console.opened_file import Place
from privity.desk.console.pages import page
from privity.desk.console.plain import Run, line, runs
from privity.desk.console.queue import reason_name
from privity.desk.db.transaction import Db
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, Record, open_record
from privity.desk.intake.findings import MessageFinding, ReportFinding, finding
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.message.notice import PublicNotice
from privity.message.report import AbuseReport

MAX_URI: Final = 1000
"""Characters of an address that are shown: all of any that is one."""
Number = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class WordsAsked(Form, frozen=True):
    """Which report, and why."""

    report: Number
    words: Words


class PictureAsked(Form, frozen=True):
    """Which file, how much of it, and why."""

    report: Number
    position: Number
    part: Number
    stage: Stage
    words: Words


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message with its words beside what was found about it."""

    found: MessageFinding
    shown: ShownMessage


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """A report with its words."""

    found: ReportFinding
    reporter: str
    reason: str
    about: tuple[tuple[str, tuple[Run, ...]], ...]
    """Who says it, and what else only they know."""
    note: tuple[Run, ...]
    messages: tuple[OpenedMessage, ...]
    between: str


async def _words(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(WordsAsked)
    view = cases.case(asked.db, acting, number)
    found = of_case(asked.db, number, wanted.report)
    record = listing.find(asked.db, wanted.report, Kind.REPORT) or listing.find(asked.db, wanted.report, Kind.NOTICE)
    if record is None:
        raise CannotBeShown(f"{listing.why_none(asked.db, wanted.report)}, so it has no words to show")
    opened = open_record(
        asked.db, asked.keys.evidence, record.number, who=acting.who, reason=wanted.words, now_ms=asked.now_ms
    )
    return asked.html(
        "words.html",
        number=number,
        report=_opened(found, opened, reporters(view.reports).get(found.reporter_uri, "a reporter")),
        budget=asked.console.pictures.standing(acting),
        stages=tuple(Stage),
        seconds=SHOWN_S,
    )


async def _reveal(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(PictureAsked)
    of_case(asked.db, number, wanted.report)
    place = Place(number, wanted.report, wanted.position, wanted.part)
    revealed = await asked.console.pictures.reveal(acting, place, wanted.stage, wanted.words)
    return picture_page(
        asked,
        revealed,
        "picture",
        what=f"report {place.report}, message {place.position}, part {place.part}",
        whose="the reported picture",
        fields={"report": place.report, "position": place.position, "part": place.part},
        stage=wanted.stage,
        words=wanted.words,
    )


def picture_page(
    asked: Asked,
    revealed: Revealed,
    action: str,
    *,
    what: str,
    whose: str,
    fields: Mapping[str, int],
    stage: Stage,
    words: str,
) -> web.Response:
    """A picture for as long as it stands. `action` below the case asks for the next stage, with these fields."""
    back = f"/case/{asked.number('number')}"
    response = asked.html(
        "picture.html",
        number=asked.number("number"),
        back=back,
        action=f"{back}/{action}",
        what=what,
        whose=whose,
        fields=fields,
        stage=stage,
        further=further(stage),
        words=words,
        address=revealed.address,
        budget=revealed.left,
        seconds=SHOWN_S,
    )
    response.headers["Refresh"] = f"{SHOWN_S}; url={back}"
    return response


def further(stage: Stage) -> tuple[Stage, ...]:
    """The next stage, if there is one."""
    return tuple(Stage)[tuple(Stage).index(stage) + 1 :][:1]


async def _picture(asked: Asked, acting: Acting) -> web.Response:
    return web.Response(body=asked.console.pictures.fetch(acting, asked.parts["address"]), content_type="image/png")


def of_case(db: Db, number: int, report: int) -> ReportFinding:
    """Raises NotOfThisCase."""
    found = finding(db, report)
    if found is None or cases.case_of_report(db, report) != number:
        raise NotOfThisCase(f"report {report} does not belong to case {number}")
    return found


def _opened(found: ReportFinding, record: Record, reporter: str) -> OpenedReport:
    if record.kind is Kind.NOTICE:
        return _notice(found, PublicNotice.decode(record.content), reporter)
    report = AbuseReport.decode(record.content)
    messages = [
        OpenedMessage(finding, message_view.shown(report.messages[finding.position].data)) for finding in found.messages
    ]
    return OpenedReport(
        found,
        reporter,
        reason_name(int(report.reason)),
        (("reported by", line(report.reporter_uri, MAX_URI)),),
        runs(report.note),
        tuple(messages),
        omitted_words(found.omitted),
    )


def _notice(found: ReportFinding, notice: PublicNotice, reporter: str) -> OpenedReport:
    about = (
        ("about", line(notice.address, MAX_URI)),
        ("found there", line(notice.found_uri or "nothing", MAX_URI)),
        ("by", line(notice.name or "somebody without a name")),
        ("address", line(notice.email or "none")),
        ("language", line(notice.language)),
    )
    return OpenedReport(found, reporter, reason_name(int(notice.reason)), about, runs(notice.words), (), "")


PAGES: Final = (
    page("POST", "/case/{number}/words", Right.OPEN_EVIDENCE, _words),
    page("POST", "/case/{number}/picture", Right.OPEN_EVIDENCE, _reveal),
    page("GET", "/picture/{address}", Right.OPEN_EVIDENCE, _picture),
)
