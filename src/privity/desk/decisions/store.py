# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for decisions. Rows are added and never changed; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.decisions.actions import Action, Escalation
from privity.desk.decisions.model import DAY_MS, HOUR_MS, ByRule, Cited, Decision, Event, EventKind, Proposal
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level

_SELECT: Final = (
    "SELECT n, reference, case_n, against, policy, action, level, reason, days, escalated_to, weight, counts_days,"
    " proposed_ms, proposed_by, own FROM decision"
)


def add(
    db: Db,
    reference: str,
    case: int,
    against: str,
    proposal: Proposal,
    level: Level,
    *,
    second_person: bool,
    own: bool,
    weight: int,
    counts_days: int,
    at_ms: int,
    who: str,
) -> int:
    """A new row with what it rests on; returns its number."""
    made = db.execute(
        "INSERT INTO decision (reference, case_n, against, policy, action, level, second_person, reason, days,"
        " escalated_to, weight, counts_days, proposed_ms, proposed_by, own)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (
            reference,
            case,
            against,
            proposal.policy.value,
            proposal.action.value,
            int(level),
            int(second_person),
            proposal.reason,
            proposal.days,
            None if proposal.to is None else proposal.to.value,
            weight,
            counts_days,
            at_ms,
            who,
            int(own),
        ),
    )
    number = int(made.fetchone()[0])
    db.executemany(
        "INSERT INTO decision_evidence (decision, report_seq, position) VALUES (?, ?, ?)",
        [(number, cited.report, cited.position) for cited in proposal.evidence],
    )
    return number


def add_by_rule(db: Db, reference: str, rule: ByRule) -> None:
    """Before the decision with this reference, which is a mild one: SQLite looks at it there."""
    db.execute(
        "INSERT INTO decision_by_rule (reference, rule, digest, hours, facts, came) VALUES (?, ?, ?, ?, ?, ?)",
        (reference, rule.name, rule.digest, rule.hours, msgspec.json.encode(rule.facts).decode(), rule.came),
    )


def by_rules_over(db: Db, now_ms: int, limit: int) -> tuple[Decision, ...]:
    """What rules hid, and whose time is over: the hub shows it again when it is asked to. Oldest first."""
    numbers = db.execute(
        "SELECT d.n FROM decision_by_rule AS r JOIN decision AS d ON d.reference = r.reference"
        " JOIN decision_event AS e ON e.decision = d.n AND e.kind = 'effective'"
        " WHERE d.action = 'remove_public' AND e.at_ms + r.hours * ? <= ?"
        " AND NOT EXISTS (SELECT 1 FROM decision_event AS u WHERE u.decision = d.n AND u.kind = 'undone')"
        " ORDER BY d.n LIMIT ?",
        (HOUR_MS, now_ms, limit),
    ).fetchall()
    return tuple(made for (number,) in numbers if (made := find(db, number)) is not None)


def against(db: Db, subject: str) -> tuple[Decision, ...]:
    """All that was ever decided about an account or a conversation, oldest first."""
    return _all(db, db.execute(_SELECT + " WHERE against = ? ORDER BY n", (subject,)).fetchall())


def add_event(db: Db, number: int, event: Event) -> None:
    db.execute(
        "INSERT INTO decision_event (decision, kind, at_ms, who, words) VALUES (?, ?, ?, ?, ?)",
        (number, event.kind.value, event.at_ms, event.who, event.words),
    )


def add_reopened(db: Db, number: int, appeal: int, at_ms: int) -> None:
    """Of two appeals against one decision the first is kept."""
    db.execute(
        "INSERT INTO decision_reopened (decision, appeal, at_ms) VALUES (?, ?, ?) ON CONFLICT (decision) DO NOTHING",
        (number, appeal, at_ms),
    )


def was_reopened(db: Db, number: int) -> bool:
    return db.execute("SELECT 1 FROM decision_reopened WHERE decision = ?", (number,)).fetchone() is not None


def find(db: Db, number: int) -> Decision | None:
    return _one(db, db.execute(_SELECT + " WHERE n = ?", (number,)).fetchone())


def find_reference(db: Db, reference: str) -> Decision | None:
    return _one(db, db.execute(_SELECT + " WHERE reference = ?", (reference,)).fetchone())


def of_cases(db: Db, cases: Iterable[int]) -> tuple[Decision, ...]:
    """Oldest first."""
    rows = [row for case in cases for row in db.execute(_SELECT + " WHERE case_n = ?", (case,)).fetchall()]
    return _all(db, sorted(rows))


def waiting(db: Db, limit: int) -> tuple[Decision, ...]:
    """Those that a second person has not looked at, oldest first."""
    rows = db.execute(
        _SELECT + " WHERE second_person = 1"  # noqa: S608  # names of columns
        " AND NOT EXISTS (SELECT 1 FROM decision_event AS e WHERE e.decision = decision.n) ORDER BY n LIMIT ?",
        (limit,),
    ).fetchall()
    return _all(db, rows)


def count_waiting(db: Db) -> int:
    (found,) = db.execute(
        "SELECT count(*) FROM decision WHERE second_person = 1"
        " AND NOT EXISTS (SELECT 1 FROM decision_event AS e WHERE e.decision = decision.n)"
    ).fetchone()
    return int(found)


def escalated(db: Db, to: Escalation, limit: int) -> tuple[Decision, ...]:
    """Cases escalated to these, newest first, without those that were taken back."""
    rows = db.execute(
        _SELECT + " WHERE escalated_to = ? AND NOT EXISTS"  # noqa: S608
        " (SELECT 1 FROM decision_event AS e WHERE e.decision = decision.n AND e.kind = 'undone')"
        " ORDER BY n DESC LIMIT ?",
        (to.value, limit),
    ).fetchall()
    return _all(db, rows)


def strikes(db: Db, against: str, now_ms: int) -> int:
    """What counts now: of decisions in force, not undone, whose time has not run out."""
    (found,) = db.execute(
        "SELECT coalesce(sum(d.weight), 0) FROM decision AS d"
        " JOIN decision_event AS e ON e.decision = d.n AND e.kind = 'effective'"
        " WHERE d.against = ? AND d.weight > 0 AND e.at_ms <= ? AND ? < e.at_ms + d.counts_days * ?"
        " AND NOT EXISTS (SELECT 1 FROM decision_event AS u WHERE u.decision = d.n AND u.kind = 'undone')",
        (against, now_ms, now_ms, DAY_MS),
    ).fetchone()
    return int(found)


def _all(db: Db, rows: Iterable[tuple[Any, ...]]) -> tuple[Decision, ...]:
    return tuple(_decision(db, row) for row in rows)


def _one(db: Db, row: tuple[Any, ...] | None) -> Decision | None:
    return None if row is None else _decision(db, row)


def _decision(db: Db, row: tuple[Any, ...]) -> Decision:
    number, reference, case, against, policy, action, level, reason, days, to, weight, counts, at_ms, who, own = row
    cited = db.execute(
        "SELECT report_seq, position FROM decision_evidence WHERE decision = ? ORDER BY report_seq, position", (number,)
    ).fetchall()
    events = db.execute(
        "SELECT kind, at_ms, who, words FROM decision_event WHERE decision = ? ORDER BY n", (number,)
    ).fetchall()
    rule = db.execute(
        "SELECT rule, digest, hours, facts, came FROM decision_by_rule WHERE reference = ?", (reference,)
    ).fetchone()
    return Decision(
        number,
        reference,
        case,
        against,
        PolicyName(policy),
        Action(action),
        Level(level),
        reason,
        days,
        None if to is None else Escalation(to),
        weight,
        counts,
        at_ms,
        who,
        tuple(Cited(*found) for found in cited),
        tuple(Event(EventKind(kind), at, by, words) for kind, at, by, words in events),
        bool(own),
        None
        if rule is None
        else ByRule(rule[0], bytes(rule[1]), rule[2], tuple(msgspec.json.decode(rule[3])), rule[4]),
    )
