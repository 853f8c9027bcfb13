# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Own reports, appeals and decisions out of a backup: what no device could have kept makes it a backup to refuse.

Nobody's word but the backup's is behind them, so none counts for more than a line that a person reads.
"""

from __future__ import annotations

from typing import Final

from privity.client.backup import contents
from privity.client.engine import inputs
from privity.client.engine.from_backup import FromDesk
from privity.client.engine.from_desk import (
    MAX_APPEALS,
    MAX_FOREIGN,
    MAX_LINES,
    MAX_MADE,
    MAX_OUTCOME,
    MAX_STATEMENT,
    MAX_STATEMENTS,
    MAX_WORD,
    Line,
    OwnAppeal,
    OwnReport,
)
from privity.client.errors import BackupMalformed
from privity.client.host import Host
from privity.identity.errors import IdentityError
from privity.identity.uris import parse_room_uri, parse_user_uri
from privity.message.appeal import MAX_TEXT, About
from privity.message.report import MAX_MESSAGES, Reason, Subject
from privity.wire.standing import Statement

MAX_RECORDS: Final = MAX_MADE + MAX_FOREIGN + MAX_APPEALS + MAX_STATEMENTS
"""More than a device keeps stand in no backup that one has made."""
STEP: Final = 100


class OfDesk:
    """Those of one backup, on their way into one device. `latest_ms`: no time in them is later."""

    __slots__ = ("_count", "_host", "_latest_ms", "_taken", "_waiting")

    def __init__(self, host: Host, latest_ms: int) -> None:
        self._host = host
        self._latest_ms = latest_ms
        self._waiting: list[FromDesk] = []
        self._count = 0
        self._taken = 0

    async def add(self, record: contents.OfDesk) -> None:
        """Raises BackupMalformed."""
        self._count += 1
        if self._count > MAX_RECORDS:
            raise BackupMalformed(f"a backup has at most {MAX_RECORDS} reports, appeals and decisions, this one more")
        self._waiting.append(checked(record, self._latest_ms))
        if len(self._waiting) >= STEP:
            await self._flush()

    async def taken(self) -> int:
        """Take in what waits; how many were new on this device in all."""
        await self._flush()
        return self._taken

    async def _flush(self) -> None:
        records, self._waiting = tuple(self._waiting), []
        found = await self._host.do(lambda n: inputs.TakeFromDesk(n, records))
        self._taken += found if isinstance(found, int) else 0


def checked(record: contents.OfDesk, latest_ms: int) -> FromDesk:
    """Raises BackupMalformed."""
    match record:
        case contents.Reported(report):
            _check(_is_report(report, latest_ms), "report")
            return report
        case contents.Appealed(appeal):
            _check(_is_appeal(appeal, latest_ms), "appeal")
            return appeal
        case contents.Decided(statement):
            _check(_is_statement(statement, latest_ms), "decision")
            return statement


def _check(sound: bool, what: str) -> None:
    if not sound:
        raise BackupMalformed(f"a {what} of the backup has values that none has")


def _is_report(report: OwnReport, latest_ms: int) -> bool:
    return (
        _is_word(report.receipt)
        and len(report.desk_receipt) <= MAX_WORD
        and 0 <= report.at_ms <= latest_ms
        and (report.subject is None or report.subject in set(Subject))
        and report.reason in set(Reason)
        and 0 <= report.messages <= MAX_MESSAGES
        and _is_uri(report.user_uri, report.room_uri)
        and _are_lines(report.lines, latest_ms)
    )


def _is_appeal(appeal: OwnAppeal, latest_ms: int) -> bool:
    return (
        appeal.about in set(About)
        and _is_word(appeal.reference)
        and _is_word(appeal.receipt)
        and 0 <= appeal.at_ms <= latest_ms
        and len(appeal.text.encode()) <= MAX_TEXT
        and _are_lines(appeal.lines, latest_ms)
    )


def _is_statement(statement: Statement, latest_ms: int) -> bool:
    return (
        _is_word(statement.reference)
        and statement.at_ms <= latest_ms
        and max(len(statement.action), len(statement.policy)) <= MAX_WORD
        and len(statement.text) <= MAX_STATEMENT
    )


def _are_lines(lines: tuple[Line, ...], latest_ms: int) -> bool:
    sound = (len(line.text) <= MAX_OUTCOME and 0 <= line.at_ms <= latest_ms for line in lines)
    return len(lines) <= MAX_LINES and all(sound)


def _is_word(text: str) -> bool:
    return 0 < len(text) <= MAX_WORD


def _is_uri(user_uri: str, room_uri: str) -> bool:
    try:
        return bool(not user_uri or parse_user_uri(user_uri)) and bool(not room_uri or parse_room_uri(room_uri))
    except IdentityError:
        return False
