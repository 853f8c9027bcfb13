# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same counts out of the tables, by SQL of its own: what the log says is checked against what the desk did.

It reads the tables of other slices on purpose. A count that went through the code which also writes the log would
agree with it whatever happened.
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db
from privity.desk.intake.findings import LEVELS, State, Subject

_LEVEL: Final = "CASE m.outcome {} ELSE 0 END".format(
    " ".join(f"WHEN '{outcome.value}' THEN {int(level)}" for outcome, level in LEVELS.items())
)
_REPORTS: Final = f"""
    SELECT state, coalesce(reason, -1), CASE WHEN state = '{State.ASSESSED.value}' THEN level ELSE 0 END, source,
        count(*)
    FROM (
        SELECT coalesce(l.came_state, r.state) AS state, coalesce(l.came_source, r.source) AS source,
            CASE WHEN l.report_seq IS NULL THEN r.reason ELSE l.came_reason END AS reason,
            coalesce(min({_LEVEL}), 0) AS level
        FROM report AS r LEFT JOIN reported_message AS m ON m.report_seq = r.seq
            LEFT JOIN report_later AS l ON l.report_seq = r.seq
        WHERE (r.subject <> '{Subject.APPEAL.value}' OR l.report_seq IS NOT NULL)
            AND r.recorded_ms >= ? AND r.recorded_ms < ? GROUP BY r.seq
    )
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608  # our own words alone
"""A report that was read only later counts as what it was when it came: so did the log, and so did a report before."""

_QUESTIONS: Final = (
    ("reports {0}, reason {1}, level {2}, by {3}", _REPORTS),
    ("cases opened", "SELECT count(*) FROM safety_case WHERE opened_ms >= ? AND opened_ms < ?"),
    ("decisions proposed", "SELECT count(*) FROM decision WHERE proposed_ms >= ? AND proposed_ms < ?"),
    (
        "decisions refused",
        "SELECT count(*) FROM decision_event WHERE kind = 'refused' AND at_ms >= ? AND at_ms < ?",
    ),
    (
        "decisions undone",
        "SELECT count(*) FROM decision_event WHERE kind = 'undone' AND at_ms >= ? AND at_ms < ?",
    ),
    (
        "cases decided",
        "SELECT count(DISTINCT d.case_n) FROM decision_event AS e JOIN decision AS d ON d.n = e.decision"
        " WHERE e.kind = 'effective' AND d.action <> 'escalate' AND e.at_ms >= ? AND e.at_ms < ?",
    ),
    (
        "decisions {0}, {1}, level {2}",
        "SELECT d.policy, d.action, d.level, count(*) FROM decision_event AS e JOIN decision AS d ON d.n = e.decision"
        " WHERE e.kind = 'effective' AND e.at_ms >= ? AND e.at_ms < ? GROUP BY 1, 2, 3",
    ),
    (
        "appeals lodged by {0}, {1}",
        "SELECT a.party, d.action, count(*) FROM appeal AS a JOIN decision AS d ON d.n = a.decision"
        " WHERE a.lodged_ms >= ? AND a.lodged_ms < ? GROUP BY 1, 2",
    ),
    (
        "appeals of {0}, {1}: {2}",
        "SELECT a.party, d.action, x.answer, count(*) FROM appeal_answer AS x JOIN appeal AS a ON a.n = x.appeal"
        " JOIN decision AS d ON d.n = a.decision WHERE x.at_ms >= ? AND x.at_ms < ? GROUP BY 1, 2, 3",
    ),
    (
        "referrals drafted, {0}",
        "SELECT destination, count(*) FROM referral WHERE drafted_ms >= ? AND drafted_ms < ? GROUP BY 1",
    ),
    (
        "referrals finished, {0}",
        "SELECT destination, count(*) FROM referral WHERE finished_ms >= ? AND finished_ms < ? GROUP BY 1",
    ),
)
"""What is counted, and how; the last column is the count, those before it go into the words."""


def counted(db: Db, start_ms: int, end_ms: int) -> dict[str, int]:
    """How often each thing happened in the period, by what the tables hold."""
    found: dict[str, int] = {}
    for words, question in _QUESTIONS:
        for *of, count in db.execute(question, (start_ms, end_ms)).fetchall():
            found[words.format(*of)] = count
    return found


def members_by_role(db: Db) -> dict[str, int]:
    """How many active members of staff have each role now."""
    rows = db.execute(
        "SELECT r.role, count(*) FROM staff_role AS r JOIN staff_member AS m ON m.number = r.member"
        " WHERE m.state = 'active' GROUP BY r.role"
    )
    return {f"staff, {role}": count for role, count in rows.fetchall()}


def staff_changed_since(db: Db, end_ms: int) -> bool:
    """Whether anything about the staff happened after the period: then the tables show another day."""
    acts = (Act.STAFF_JOINED.value, Act.STAFF_CHANGED.value, Act.STAFF_ENDED.value)
    row = db.execute(
        "SELECT 1 FROM audit_entry WHERE json_extract(CAST(entry AS TEXT), '$.act') IN (?, ?, ?)"
        " AND json_extract(CAST(entry AS TEXT), '$.at_ms') >= ? LIMIT 1",
        (*acts, end_ms),
    ).fetchone()
    return row is not None
