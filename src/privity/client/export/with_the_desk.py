# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the person and the desk said to each other, in an export: own reports and appeals, decisions about the account.

Nothing of what was reported stands there. A reader of exports opens none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from privity.client.engine import from_desk
from privity.client.engine.from_desk import Line, OwnAppeal, OwnReport
from privity.client.engine.records import View
from privity.client.export import page
from privity.client.export.page import Html
from privity.message.appeal import About
from privity.message.report import Reason, Subject
from privity.wire.standing import Statement

JSON: Final = "reports.json"
HTML: Final = "reports.html"
TITLE: Final = "Reports, appeals and decisions"
VERSION: Final = 1


class ExportedReport(msgspec.Struct, frozen=True):
    """A report of the account's own. `subject` and `reason` are empty where another device made it."""

    receipt: str
    at_ms: int
    subject: str
    reason: str
    user_uri: str
    name: str
    room_uri: str
    messages: int
    to_moderators: bool
    desk_receipt: str
    from_backup: bool
    lines: tuple[Line, ...]


class ExportedAppeal(msgspec.Struct, frozen=True):
    """An appeal of the account's own: `about` a decision, or a report."""

    about: str
    reference: str
    receipt: str
    at_ms: int
    text: str
    from_backup: bool
    lines: tuple[Line, ...]


class WithTheDesk(msgspec.Struct, frozen=True):
    """All of it, each the newest first."""

    version: int
    reports: tuple[ExportedReport, ...]
    appeals: tuple[ExportedAppeal, ...]
    statements: tuple[Statement, ...]


def gathered(view: View, called: Callable[[str], str]) -> WithTheDesk | None:
    """None where there is nothing. `called` is what this device calls somebody."""
    made = WithTheDesk(
        VERSION,
        tuple(_report(each, called) for each in from_desk.reports(view)),
        tuple(_appeal(each) for each in from_desk.appeals(view)),
        tuple(from_desk.statements(view)),
    )
    return made if made.reports or made.appeals or made.statements else None


def as_json(found: WithTheDesk) -> bytes:
    return msgspec.json.format(msgspec.json.encode(found), indent=1)


def as_page(found: WithTheDesk) -> bytes:
    said = [page.head(TITLE), *map(_of_statement, found.statements)]
    said += [*map(_of_report, found.reports), *map(_of_appeal, found.appeals), page.END]
    return "\n".join(said).encode()


def _report(made: OwnReport, called: Callable[[str], str]) -> ExportedReport:
    known = made.subject is not None
    return ExportedReport(
        made.receipt,
        made.at_ms,
        Subject(made.subject).name.lower() if made.subject is not None else "",
        Reason(made.reason).name.lower() if known else "",
        made.user_uri,
        called(made.user_uri) if made.user_uri else "",
        made.room_uri,
        made.messages,
        made.to_moderators,
        made.desk_receipt,
        made.from_backup,
        made.lines,
    )


def _appeal(made: OwnAppeal) -> ExportedAppeal:
    about = About(made.about).name.lower()
    return ExportedAppeal(about, made.reference, made.receipt, made.at_ms, made.text, made.from_backup, made.lines)


def _of_statement(one: Statement) -> Html:
    head = f"{one.kind.value} {one.reference}: {one.action}"
    return page.block(head, one.at_ms, one.text)


def _of_report(one: ExportedReport) -> Html:
    whom = f", {one.name}" if one.name else ""
    why = f": {one.reason}" if one.reason else ""
    head = f"report {one.receipt}: {one.subject or 'made on another device'}{whom}{why}"
    return page.block(head, one.at_ms, "", one.lines, from_backup=one.from_backup)


def _of_appeal(one: ExportedAppeal) -> Html:
    head = f"appeal {one.receipt} about {one.about} {one.reference}"
    return page.block(head, one.at_ms, one.text, one.lines, from_backup=one.from_backup)
