# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for hits, labels, and how often people agreed with a reporter. The caller owns the transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from privity.desk.cases.weight import ABUSE
from privity.desk.db.transaction import Db
from privity.desk.signals.ladder.model import Agreement, Done, Hit, Label


def hit(db: Db, digest: bytes, subject: str, day: int) -> Done | None:
    """What came of it when this rule held for this account on this day before."""
    row = db.execute(
        "SELECT done FROM rule_hit WHERE digest = ? AND subject = ? AND day = ?", (digest, subject, day)
    ).fetchone()
    return None if row is None else Done(row[0])


def add_hit(db: Db, found: Hit) -> None:
    db.execute(
        "INSERT INTO rule_hit (digest, subject, day, version, rule, at_ms, because, done)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            found.digest,
            found.subject,
            found.day,
            found.version,
            found.rule,
            found.at_ms,
            found.because,
            found.done.value,
        ),
    )


def other_rules(db: Db, digest: bytes, subject: str, since_ms: int) -> tuple[tuple[int | None, bytes], ...]:
    """Version and digest of what else has held for the account since then: rules that two people agreed to, and, with
    no version, the search for campaigns."""
    rows = db.execute(
        "SELECT DISTINCT version, digest FROM rule_hit WHERE subject = ? AND at_ms >= ? AND digest <> ?"
        " AND done IN ('acted', 'protected')"
        " AND (version IS NULL OR version IN (SELECT n FROM rule_version WHERE restricts = 1))",
        (subject, since_ms, digest),
    ).fetchall()
    return tuple((version, bytes(found)) for version, found in rows)


def counted(db: Db, version: int, rule: str, day: int) -> tuple[int, int]:
    """Of one day: how often it held, and how often something was done."""
    held, acted = db.execute(
        "SELECT count(*), coalesce(sum(done = 'acted'), 0) FROM rule_hit WHERE day = ? AND version = ? AND rule = ?",
        (day, version, rule),
    ).fetchone()
    return int(held), int(acted)


def hits_of(db: Db, subject: str, today: int, limit: int) -> tuple[Hit, ...]:
    """The newest day first. Of today only those from which something followed that people see anyway."""
    rows = db.execute(
        "SELECT digest, subject, day, version, rule, at_ms, because, done FROM rule_hit WHERE subject = ?"
        " AND (day < ? OR done IN ('acted', 'protected', 'minor')) ORDER BY day DESC, digest LIMIT ?",
        (subject, today, limit),
    ).fetchall()
    return tuple(_hit(row) for row in rows)


def hits_for(db: Db, version: int, first_day: int, today: int, limit: int) -> tuple[Hit, ...]:
    """Of a version, in the same order, and by account within a day."""
    rows = db.execute(
        "SELECT digest, subject, day, version, rule, at_ms, because, done FROM rule_hit WHERE version = ? AND day >= ?"
        " AND (day < ? OR done IN ('acted', 'protected', 'minor')) ORDER BY day DESC, subject, digest LIMIT ?",
        (version, first_day, today, limit),
    ).fetchall()
    return tuple(_hit(row) for row in rows)


def drop_hits(db: Db, before_day: int) -> int:
    return int(db.execute("DELETE FROM rule_hit WHERE day < ?", (before_day,)).rowcount)


def put_label(db: Db, label: Label, now_ms: int) -> None:
    """One that lasts longer already stays as it is."""
    db.execute(
        "INSERT INTO account_label (subject, word, since_ms, until_ms, changed_ms, digest, because)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subject, word) DO UPDATE SET since_ms = excluded.since_ms,"
        " until_ms = excluded.until_ms, changed_ms = excluded.changed_ms, digest = excluded.digest,"
        " because = excluded.because WHERE excluded.until_ms > account_label.until_ms",
        (label.subject, label.word, label.since_ms, label.until_ms, now_ms, label.digest, label.because),
    )


def labels_of(db: Db, subject: str, now_ms: int) -> tuple[Label, ...]:
    """Those that last."""
    rows = db.execute(
        "SELECT subject, word, since_ms, until_ms, digest, because FROM account_label"
        " WHERE subject = ? AND until_ms > ? ORDER BY word",
        (subject, now_ms),
    ).fetchall()
    return tuple(_label(row) for row in rows)


def labels_changed(db: Db, since_ms: int) -> Iterator[Label]:
    """Those that were put, made longer or ended from then on."""
    rows = db.execute(
        "SELECT subject, word, since_ms, until_ms, digest, because FROM account_label WHERE changed_ms >= ?",
        (since_ms,),
    )
    for row in rows:
        yield _label(row)


def end_labels_undone(db: Db, now_ms: int) -> int:
    """Words that a rule put on an account and that rest on what people have undone since."""
    ended = db.execute(
        "UPDATE account_label SET until_ms = max(since_ms, min(until_ms, ?)), changed_ms = ? WHERE until_ms > ?"
        " AND EXISTS (SELECT 1 FROM decision AS d JOIN decision_by_rule AS r ON r.reference = d.reference"
        " JOIN decision_event AS u ON u.decision = d.n AND u.kind = 'undone' AND u.who <> 'desk'"
        " WHERE d.against = account_label.subject AND r.digest = account_label.digest"
        " AND u.at_ms >= account_label.since_ms)",
        (now_ms, now_ms, now_ms),
    )
    return int(ended.rowcount)


def end_word_undone(db: Db, word: str, rules: Collection[bytes], now_ms: int) -> int:
    """The same of a word that one of these rules asked for, whoever put it there."""
    ended = db.execute(
        "UPDATE account_label SET until_ms = max(since_ms, min(until_ms, ?)), changed_ms = ?"
        " WHERE word = ? AND until_ms > ?"
        " AND EXISTS (SELECT 1 FROM decision AS d JOIN decision_by_rule AS r ON r.reference = d.reference"
        " JOIN decision_event AS u ON u.decision = d.n AND u.kind = 'undone' AND u.who <> 'desk'"
        " WHERE d.against = account_label.subject AND hex(r.digest) IN (SELECT value FROM json_each(?))"
        " AND u.at_ms >= account_label.since_ms)",
        (now_ms, now_ms, word, now_ms, json.dumps([digest.hex().upper() for digest in rules])),
    )
    return int(ended.rowcount)


def end_labels_put_by(db: Db, digest: bytes, now_ms: int) -> int:
    """All that were put with this digest."""
    ended = db.execute(
        "UPDATE account_label SET until_ms = max(since_ms, ?), changed_ms = ? WHERE digest = ? AND until_ms > ?",
        (now_ms, now_ms, digest, now_ms),
    )
    return int(ended.rowcount)


def end_labels_of(db: Db, subject: str, now_ms: int) -> int:
    """Words on an account that is no more."""
    ended = db.execute(
        "UPDATE account_label SET until_ms = max(since_ms, ?), changed_ms = ? WHERE subject = ? AND until_ms > ?",
        (now_ms, now_ms, subject, now_ms),
    )
    return int(ended.rowcount)


def drop_labels(db: Db, before_ms: int) -> int:
    return int(db.execute("DELETE FROM account_label WHERE until_ms < ?", (before_ms,)).rowcount)


def totals(db: Db, reporter: str) -> tuple[int, int]:
    """Of all reports of a person that ended: those that were right, and all. What was itself abuse counts as four."""
    row = db.execute("SELECT upheld, dismissed, abusive FROM reporter WHERE user_uri = ?", (reporter,)).fetchone()
    if row is None:
        return 0, 0
    upheld, dismissed, abusive = row
    return int(upheld), int(upheld) + int(dismissed) + ABUSE * int(abusive)


def agreement(db: Db, reporter: str) -> Agreement | None:
    row = db.execute(
        "SELECT seen_upheld, seen_closed, upheld, closed, at_ms FROM reporter_agreement WHERE user_uri = ?",
        (reporter,),
    ).fetchone()
    return None if row is None else Agreement(*row)


def put_agreement(db: Db, reporter: str, found: Agreement) -> None:
    db.execute(
        "INSERT INTO reporter_agreement (user_uri, seen_upheld, seen_closed, upheld, closed, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user_uri) DO UPDATE SET seen_upheld = excluded.seen_upheld,"
        " seen_closed = excluded.seen_closed, upheld = excluded.upheld, closed = excluded.closed,"
        " at_ms = excluded.at_ms",
        (reporter, found.seen_upheld, found.seen_closed, found.upheld, found.closed, found.at_ms),
    )


def drop_agreement_of(db: Db, reporter: str) -> None:
    """Of a reporter who reports nothing any more."""
    db.execute("DELETE FROM reporter_agreement WHERE user_uri = ?", (reporter,))


def drop_agreements(db: Db, before_ms: int) -> int:
    return int(db.execute("DELETE FROM reporter_agreement WHERE at_ms < ?", (before_ms,)).rowcount)


def _hit(row: tuple[bytes, str, int, int | None, str, int, str, str]) -> Hit:
    digest, subject, day, version, rule, at_ms, because, done = row
    return Hit(bytes(digest), subject, day, version, rule, at_ms, because, Done(done))


def _label(row: tuple[str, str, int, int, bytes, str]) -> Label:
    subject, word, since_ms, until_ms, digest, because = row
    return Label(subject, word, since_ms, until_ms, bytes(digest), because)
