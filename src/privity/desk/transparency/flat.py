# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every count of the report as one table for programs: columns of our own, one count a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

import msgspec

from privity.desk.transparency import words
from privity.desk.transparency.model import TransparencyReport

COLUMNS: Final = (
    "section",
    "what",
    "month",
    "reason",
    "policy",
    "action",
    "level",
    "source",
    "automated",
    "party",
    "destination",
    "role",
    "country",
    "instrument",
    "emergency",
    "data_class",
    "code",
    "value",
    "unit",
)

Line = dict[str, object]


def table(report: TransparencyReport) -> bytes:
    """UTF-8, as RFC 4180 has it; a column that a line has nothing to say about is empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    for line in _lines(report):
        writer.writerow({"unit": "count"} | line)
    return text.getvalue().encode()


def _lines(report: TransparencyReport) -> Iterator[Line]:
    for row in report.reports:
        yield {
            "section": "reports",
            "what": row.state,
            "month": row.month,
            "reason": words.reason(row.reason),
            "level": row.level,
            "source": row.source,
            "value": row.count,
        }
    for opened in report.cases_opened:
        yield {"section": "cases", "what": "opened", "source": opened.source, "value": opened.count}
    yield {"section": "cases", "what": "decided", "value": report.cases_decided}
    yield from _decisions(report)
    for appealed in report.appeals:
        of: Line = {"section": "appeals", "party": appealed.party, "action": appealed.action}
        yield of | {"what": "lodged", "value": appealed.lodged}
        yield of | {"what": "upheld", "value": appealed.upheld}
        yield of | {"what": "overturned", "value": appealed.overturned}
        if appealed.median_h is not None:
            yield of | {"what": "median time", "value": appealed.median_h, "unit": "hours"}
    yield {"section": "appeals", "what": "turned away", "value": report.appeals_turned_away}
    for sent in report.referrals:
        for what in ("drafted", "approved", "finished", "withdrawn"):
            yield {
                "section": "referrals",
                "what": what,
                "destination": sent.destination,
                "value": getattr(sent, what),
            }
    yield {"section": "evidence", "what": "opened", "value": report.evidence_opened}
    yield {"section": "evidence", "what": "pictures shown", "value": report.pictures_shown}
    yield {"section": "staff", "what": "members", "value": report.members}
    yield {"section": "staff", "what": "moderators", "value": report.moderators}
    for role in report.roles:
        yield {"section": "staff", "what": "members", "role": role.role, "value": role.count}
    for line in report.authorities:
        yield msgspec.structs.asdict(line)


def _decisions(report: TransparencyReport) -> Iterator[Line]:
    for row in report.decisions:
        yield {
            "section": "decisions",
            "what": "in effect",
            "month": row.month,
            "policy": row.policy,
            "action": row.action,
            "level": row.level,
            "source": row.source,
            "automated": "yes" if row.automated else "no",
            "value": row.count,
        }
    for what, value in (
        ("proposed", report.proposed),
        ("refused by the second person", report.refused),
        ("undone on appeal", report.undone_on_appeal),
        ("undone otherwise", report.undone_otherwise),
    ):
        yield {"section": "decisions", "what": what, "value": value}
    for waited in report.times:
        of: Line = {"section": "times", "source": waited.source, "policy": waited.policy, "unit": "hours"}
        yield of | {"what": "from report to decision, median", "value": waited.median_h}
        yield of | {"what": "from report to decision, 95th of 100", "value": waited.p95_h}
