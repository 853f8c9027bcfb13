# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports, statements and appeals as the page shows them. What the hub brings is made harmless here."""

from __future__ import annotations

from typing import Final

from privity.client.engine.from_desk import Line, OwnReport
from privity.client.sdk import Device
from privity.faces.app.people import person
from privity.faces.app.plain import one_line, visible
from privity.faces.app.port.safety import (
    AppealShown,
    HelpShown,
    LineShown,
    ReportShown,
    ReportsShown,
    StandingShown,
    StatementShown,
)
from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri
from privity.message.appeal import About
from privity.message.report import Reason, Subject
from privity.wire.standing import LEGAL, StandingState, Statement, StatementKind

MAX_WORD: Final = 200

_DISPUTED: Final = {StatementKind.DECIDED: About.DECISION, StatementKind.LEGAL_REQUEST: About.OBJECTION}
"""What a person can disagree with, and how it is called then."""


def reports_shown(device: Device) -> ReportsShown:
    made = _appeals(device, About.REPORT)
    return ReportsShown(
        reports=tuple(_report(device, each, made.get(each.receipt)) for each in device.safety.reports())
    )


def standing_shown(device: Device, now_ms: int, named: tuple[HelpShown, ...], *, known: bool) -> StandingShown:
    made = {kind: _appeals(device, about) for kind, about in _DISPUTED.items()}
    found = device.safety.kept_standing()
    statements = device.safety.statements()
    settled = {(each.reference, each.kind in LEGAL) for each in statements if each.kind not in _DISPUTED}
    return StandingShown(
        state=(StandingState.GOOD if found is None else found.standing).value,
        until_ms=None if found is None else found.until_ms,
        reference="" if found is None else one_line(found.reference, MAX_WORD),
        hidden=found is not None and found.hidden,
        challenged_until_ms=None if found is None else found.challenged_until_ms,
        known=known,
        statements=tuple(
            _statement(
                each,
                made.get(each.kind, {}).get(each.reference),
                now_ms,
                settled=(each.reference, each.kind in LEGAL) in settled,
            )
            for each in statements
        ),
        help=named,
    )


def _appeals(device: Device, about: About) -> dict[str, AppealShown]:
    """By what they are about."""
    return {
        each.reference: AppealShown(
            at_ms=each.at_ms, text=visible(each.text), lines=_lines(each.lines), from_backup=each.from_backup
        )
        for each in device.safety.appeals()
        if each.about == about
    }


def _lines(lines: tuple[Line, ...]) -> tuple[LineShown, ...]:
    return tuple(LineShown(at_ms=line.at_ms, text=visible(line.text)) for line in lines)


def _report(device: Device, made: OwnReport, appeal: AppealShown | None) -> ReportShown:
    room = device.host.engine.rooms.get(made.room_uri)
    return ReportShown(
        receipt=one_line(made.receipt, MAX_WORD),
        at_ms=made.at_ms,
        subject="" if made.subject is None else Subject(made.subject).name.lower(),
        reason="" if made.subject is None else Reason(made.reason).name.lower(),
        person=person(device, made.user_uri) if _is_user(made.user_uri) else None,
        title="" if room is None else one_line(room.record.name, MAX_WORD),
        messages=made.messages,
        lines=_lines(made.lines),
        appeal=appeal,
        open=made.subject is not None and bool(made.lines) and _may_ask(appeal),
        from_backup=made.from_backup,
        to_room=made.to_moderators,
        desk_receipt=one_line(made.desk_receipt, MAX_WORD),
    )


def _statement(statement: Statement, appeal: AppealShown | None, now_ms: int, *, settled: bool) -> StatementShown:
    until_ms = statement.appeal_until_ms
    return StatementShown(
        reference=one_line(statement.reference, MAX_WORD),
        kind=statement.kind.value,
        at_ms=statement.at_ms,
        action=one_line(statement.action, MAX_WORD),
        policy=one_line(statement.policy, MAX_WORD),
        text=visible(statement.text),
        until_ms=statement.until_ms,
        appeal_until_ms=until_ms,
        appeal=appeal,
        open=(
            statement.kind in _DISPUTED
            and _may_ask(appeal)
            and not settled
            and until_ms is not None
            and now_ms < until_ms
        ),
    )


def _may_ask(before: AppealShown | None) -> bool:
    """Whether no appeal waits for its answer, as far as more than a backup says."""
    return before is None or bool(before.lines) or before.from_backup


def _is_user(text: str) -> bool:
    try:
        parse_user_uri(text)
    except BadUri:
        return False
    return True
