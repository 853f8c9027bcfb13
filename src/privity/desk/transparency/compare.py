# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A report whose counts are not those of the database is not made: one of the two was changed, or a slice is silent."""

from __future__ import annotations

from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.transparency import store
from privity.desk.transparency.authorities import store as of_authorities
from privity.desk.transparency.authorities.model import Exact
from privity.desk.transparency.errors import ReportDisagrees
from privity.desk.transparency.model import TransparencyReport, by, total
from privity.desk.transparency.period import Period

_SHOWN: Final = 5
NOT_IN_TABLES: Final = frozenset(
    {"checks of agencies that failed", "copied passkeys", "marks of impostors", "objections turned away"}
)
"""What leaves an entry of the log and no row."""


def must_agree(db: Db, report: TransparencyReport, exact: Exact) -> None:
    """Raise ReportDisagrees unless every count that the tables can give is the same in both."""
    period = Period(report.first, report.last)
    by_tables = store.counted(db, period.start_ms, period.end_ms)
    by_log = counts(report)
    by_tables |= of_authorities.counted(db, period.start_ms, period.end_ms)
    by_log |= {what: count for what, count in exact.counted.items() if what not in NOT_IN_TABLES}
    if not store.staff_changed_since(db, period.end_ms):
        by_tables |= store.members_by_role(db)
        by_log |= {f"staff, {row.role}": row.count for row in report.roles}
    other = [what for what in sorted({*by_log, *by_tables}) if by_log.get(what, 0) != by_tables.get(what, 0)]
    if other:
        said = "; ".join(
            f"{what}: the log says {by_log.get(what, 0)}, the database {by_tables.get(what, 0)}"
            for what in other[:_SHOWN]
        )
        more = f"; and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
        raise ReportDisagrees(f"{said}{more}; check the log with `privity audit verify`")


def counts(report: TransparencyReport) -> dict[str, int]:
    """What the log says, in the words of `store.counted`."""
    found = {
        "cases opened": total(report.cases_opened),
        "cases decided": report.cases_decided,
        "decisions proposed": report.proposed,
        "decisions refused": report.refused,
        "decisions undone": report.undone_on_appeal + report.undone_otherwise,
    }
    found |= by(
        report.reports,
        lambda row: f"reports {row.state}, reason {row.reason}, level {row.level}, by {row.source}",
    )
    found |= by(report.decisions, lambda row: f"decisions {row.policy}, {row.action}, level {row.level}")
    for row in report.appeals:
        found |= {
            f"appeals lodged by {row.party}, {row.action}": row.lodged,
            f"appeals of {row.party}, {row.action}: uphold": row.upheld,
            f"appeals of {row.party}, {row.action}: overturn": row.overturned,
        }
    for sent in report.referrals:
        found |= {
            f"referrals drafted, {sent.destination}": sent.drafted,
            f"referrals finished, {sent.destination}": sent.finished,
        }
    return found
