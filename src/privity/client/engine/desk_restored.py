# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What another device of this account remembered of the desk, out of a backup.

It proves nothing: whoever made the backup wrote it. So it fills free places, changes nothing that stands here, pushes
nothing out, and keeps nobody from appealing. Where only the outcome of a report came here, it says what was reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

import msgspec

from privity.client.engine import from_desk
from privity.client.engine.from_backup import FromDesk
from privity.client.engine.from_desk import (
    APPEALS,
    MAX_APPEALS,
    MAX_FOREIGN,
    MAX_LINES,
    MAX_MADE,
    MAX_STATEMENTS,
    REPORTS,
    STATEMENTS,
    OwnAppeal,
    OwnReport,
)
from privity.client.engine.records import Table
from privity.client.engine.state import Device
from privity.message.appeal import About
from privity.wire.standing import Statement

RESTORED_STATEMENTS: Final = MAX_STATEMENTS // 2
"""Decisions that stand here once a backup came in, at most: whatever times it gives its own, what the hub brings then
is among the newest."""


def take(device: Device, records: Sequence[FromDesk]) -> int:
    """How many of them are new here, or say more than what stood here."""
    free = _Free(device)
    return sum(_take(device, record, free) for record in records)


class _Free:
    """The places that are left."""

    def __init__(self, device: Device) -> None:
        reports = from_desk.reports(device.batch)
        made = sum(each.subject is not None for each in reports)
        self._left = {
            (REPORTS, True): MAX_MADE - made,
            (REPORTS, False): MAX_FOREIGN - (len(reports) - made),
            (APPEALS, True): MAX_APPEALS - len(from_desk.appeals(device.batch)),
            (STATEMENTS, True): RESTORED_STATEMENTS - len(from_desk.statements(device.batch)),
        }

    def use(self, scope: str, whole: bool = True) -> bool:
        """Whether there was one more; it is used then."""
        self._left[(scope, whole)] -= 1
        return self._left[(scope, whole)] >= 0


def _take(device: Device, record: FromDesk, free: _Free) -> bool:
    match record:
        case OwnReport():
            return _take_report(device, msgspec.structs.replace(record, from_backup=True), free)
        case OwnAppeal():
            if device.batch.get(Table.OWN, REPORTS, record.receipt.encode()) is not None:
                return False  # a receipt is of one thing
            appealed = msgspec.structs.replace(record, from_backup=True)
            key = from_desk.appeal_key(About(record.about), record.reference)
            return _fill(device, APPEALS, key, appealed, free)
        case Statement():
            return _fill(device, STATEMENTS, from_desk.statement_key(record), record, free)
        case _:
            assert_never(record)


def _take_report(device: Device, report: OwnReport, free: _Free) -> bool:
    found = device.batch.get(Table.OWN, REPORTS, report.receipt.encode())
    if found is None:
        if not free.use(REPORTS, report.subject is not None):
            return False
        from_desk.put(device, REPORTS, report.receipt, report)
        return True
    here = msgspec.msgpack.decode(found, type=OwnReport)
    if here.subject is not None or report.subject is None or not free.use(REPORTS):
        return False
    new = [line for line in report.lines if line not in here.lines]
    lines = (*here.lines, *new[max(0, len(new) - (MAX_LINES - len(here.lines))) :])
    whole = msgspec.structs.replace(report, lines=tuple(sorted(lines, key=lambda line: line.at_ms)))
    from_desk.put(device, REPORTS, report.receipt, whole)
    return True


def _fill(device: Device, scope: str, key: str, record: OwnAppeal | Statement, free: _Free) -> bool:
    if device.batch.get(Table.OWN, scope, key.encode()) is not None or not free.use(scope):
        return False
    from_desk.put(device, scope, key, record)
    return True
