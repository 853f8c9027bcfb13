# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What this device remembers of the desk: reports, appeals and objections, what became of them, and statements.

The hub brings what the desk says, in its own words: nothing here proves more than that. What a hub invents fills no
list without end, and pushes nothing out that this device itself made. It leaves this device in its person's backups
alone, and what comes back from one fills free places (`desk_restored`). The outcome of a report reaches every device of
the account, also those that did not make it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from privity.client.engine.records import Table, View
from privity.client.engine.shown import HeardFromDesk, Notice
from privity.client.engine.state import Device
from privity.message.appeal import About, Appeal
from privity.message.report import AbuseReport
from privity.wire.standing import LEGAL, OwnStanding, ReportLine, Statement

REPORTS, APPEALS, STATEMENTS, STANDING = "report", "appeal", "statement", "standing"
"""Scopes of `Table.OWN`."""
NAMED = "report-named"
"""The same of what was named in reports to those who look after a conversation: it never leaves this device."""

MAX_MADE = 1_000
"""Reports that this device made and remembers, the newest: more than anybody looks back on."""
MAX_FOREIGN = 200
"""Reports of which only the outcome came here: another device of the account made them, or the hub invents them."""
MAX_APPEALS = 200
"""Appeals that come back from a backup, those that stand here included."""
MAX_LINES = 50
MAX_STATEMENTS = 200
MAX_OUTCOME = 4_000
"""Characters of what the desk says of a report."""
MAX_NAMELESS = 1_000
"""The same where it names none."""
MAX_STATEMENT = 8_000
MAX_WORD = 200
"""Characters of a receipt, a reference, or a word of the desk."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Line(msgspec.Struct, frozen=True):
    """What the desk said of a report, and when."""

    at_ms: int
    text: str


class OwnReport(msgspec.Struct, frozen=True):
    """A report of this account. `subject` is None where another device of it made the report, or the appeal."""

    receipt: str
    at_ms: int
    subject: int | None = None
    user_uri: str = ""
    room_uri: str = ""
    reason: int = 0
    messages: int = 0
    escalated: bool = False
    lines: tuple[Line, ...] = ()
    from_backup: bool = False
    to_moderators: bool = False
    """It went to those who look after the conversation, and its receipt is a name that this device gave it."""
    desk_receipt: str = ""
    """The receipt of the desk, where such a report went there too, later."""


class OwnAppeal(msgspec.Struct, frozen=True):
    """An appeal that this device made, or (`from_backup`) another one of the account. What it says stays here as the
    person wrote it."""

    about: int
    reference: str
    at_ms: int
    receipt: str
    text: str = msgspec.field()
    lines: tuple[Line, ...] = ()
    from_backup: bool = False

    def __repr__(self) -> str:
        return f"<OwnAppeal {self.reference}>"


Kept = TypeVar("Kept", OwnReport, OwnAppeal, Statement)


# What was made here


def keep_report(device: Device, made: AbuseReport, receipt: str, *, to_moderators: bool = False) -> None:
    """Remember a report that the hub took; the oldest goes where there are too many."""
    record = OwnReport(
        receipt,
        device.hub_ms,
        int(made.subject),
        made.alleged_uri,
        made.room_uri,
        int(made.reason),
        len(made.messages),
        made.escalated_for is not None,
        to_moderators=to_moderators,
    )
    put(device, REPORTS, receipt, record)
    _forget_oldest(device, [each for each in reports(device.batch) if each.subject is not None], MAX_MADE)


def keep_report_to_moderators(device: Device, made: AbuseReport, report_id: str, named: tuple[bytes, ...]) -> None:
    """The same of one to those who look after a conversation, with the messages that its maker named."""
    device.batch.put(Table.OWN, NAMED, report_id.encode(), msgspec.msgpack.encode(named))
    keep_report(device, made, report_id, to_moderators=True)


def named_in(view: View, report_id: str) -> tuple[bytes, ...]:
    found = view.get(Table.OWN, NAMED, report_id.encode())
    return () if found is None else msgspec.msgpack.decode(found, type=tuple[bytes, ...])


def keep_appeal(device: Device, made: Appeal, receipt: str) -> None:
    record = OwnAppeal(int(made.about), made.reference, device.hub_ms, receipt, made.text)
    put(device, APPEALS, appeal_key(made.about, made.reference), record)


def appeal_to(view: View, about: About, reference: str) -> OwnAppeal | None:
    """The appeal that this device made about it, if it did."""
    found = view.get(Table.OWN, APPEALS, appeal_key(about, reference).encode())
    return None if found is None else msgspec.msgpack.decode(found, type=OwnAppeal)


def reports(view: View) -> list[OwnReport]:
    """The newest first."""
    return _newest_first(view, REPORTS, OwnReport)


def appeals(view: View) -> list[OwnAppeal]:
    """The newest first."""
    return _newest_first(view, APPEALS, OwnAppeal)


def statements(view: View) -> list[Statement]:
    """What was decided about this account or asked for of it, the newest first."""
    return _newest_first(view, STATEMENTS, Statement)


# What the hub brings


def hear_outcome(device: Device, body: bytes) -> None:
    """What became of a report or an appeal. What names none is a line for the person, and kept nowhere."""
    try:
        line = msgspec.json.decode(body, type=ReportLine)
    except UNREADABLE:
        device.show(Notice(body.decode("utf-8", "replace")[:MAX_NAMELESS]))
        return
    receipt, text = line.receipt[:MAX_WORD], line.text[:MAX_OUTCOME]
    known = device.batch.get(Table.OWN, REPORTS, receipt.encode())
    appeal = next((each for each in appeals(device.batch) if each.receipt == receipt), None)
    if known is None and appeal is not None:
        _hear_of_appeal(device, appeal, Line(line.at_ms, text))
        return
    report = OwnReport(receipt, line.at_ms) if known is None else msgspec.msgpack.decode(known, type=OwnReport)
    heard = Line(line.at_ms, text)
    if heard in report.lines:
        return
    put(device, REPORTS, receipt, msgspec.structs.replace(report, lines=(*report.lines, heard)[-MAX_LINES:]))
    if known is None:
        _forget_oldest(device, [each for each in reports(device.batch) if each.subject is None], MAX_FOREIGN)
    device.show(HeardFromDesk(text, receipt=receipt))


def _hear_of_appeal(device: Device, appeal: OwnAppeal, heard: Line) -> None:
    if heard not in appeal.lines:
        lines = (*appeal.lines, heard)[-MAX_LINES:]
        key = appeal_key(About(appeal.about), appeal.reference)
        put(device, APPEALS, key, msgspec.structs.replace(appeal, lines=lines))
        device.show(HeardFromDesk(heard.text, receipt=appeal.receipt))


def hear_statement(device: Device, body: bytes) -> None:
    """What was decided about this account, and why; or what an authority asks for of it."""
    try:
        statement = msgspec.json.decode(body, type=Statement)
    except UNREADABLE:
        device.show(Notice("the hub brought a decision about this account that cannot be read"))
        return
    if take_statement(device, statement):
        reference, legal = statement.reference[:MAX_WORD], statement.kind in LEGAL
        device.show(HeardFromDesk(statement.text[:MAX_STATEMENT], reference=reference, legal=legal))


def take_statement(device: Device, statement: Statement) -> bool:
    """Keep a statement, cut to what people can read; whether it is new here."""
    cut = msgspec.structs.replace(
        statement,
        reference=statement.reference[:MAX_WORD],
        action=statement.action[:MAX_WORD],
        policy=statement.policy[:MAX_WORD],
        text=statement.text[:MAX_STATEMENT],
    )
    key = statement_key(cut)
    if device.batch.get(Table.OWN, STATEMENTS, key.encode()) is not None:
        return False
    put(device, STATEMENTS, key, cut)
    for old in statements(device.batch)[MAX_STATEMENTS:]:
        device.batch.delete(Table.OWN, STATEMENTS, statement_key(old).encode())
    return True


def heed_standing(device: Device, standing: OwnStanding) -> None:
    """Keep where the account stands. Statements that the hub lists are taken over, without a word about each."""
    for statement in reversed(standing.statements[:MAX_STATEMENTS]):
        take_statement(device, statement)
    kept = msgspec.structs.replace(standing, reference=standing.reference[:MAX_WORD], statements=[])
    device.batch.put(Table.OWN, STANDING, b"", msgspec.msgpack.encode(kept))


def standing(view: View) -> OwnStanding | None:
    """Where the account stood when the hub was asked last, without the statements."""
    found = view.get(Table.OWN, STANDING, b"")
    return None if found is None else msgspec.msgpack.decode(found, type=OwnStanding)


# Where it stands


def appeal_key(about: About, reference: str) -> str:
    return f"{about.name.lower()} {reference}"


def statement_key(statement: Statement) -> str:
    return f"{statement.reference} {statement.kind.value} {statement.at_ms}"


def put(device: Device, scope: str, key: str, record: OwnReport | OwnAppeal | Statement) -> None:
    device.batch.put(Table.OWN, scope, key.encode(), msgspec.msgpack.encode(record))


def _newest_first(view: View, scope: str, kind: type[Kept]) -> list[Kept]:
    found = [msgspec.msgpack.decode(value, type=kind) for _, value in view.scan(Table.OWN, scope)]
    return sorted(found, key=lambda each: each.at_ms, reverse=True)


def _forget_oldest(device: Device, newest_first: Sequence[OwnReport], most: int) -> None:
    """What a backup alone says goes before anything else."""
    for old in sorted(newest_first, key=lambda each: each.from_backup)[most:]:
        device.batch.delete(Table.OWN, REPORTS, old.receipt.encode())
        device.batch.delete(Table.OWN, NAMED, old.receipt.encode())
