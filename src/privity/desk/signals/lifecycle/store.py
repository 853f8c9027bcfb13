# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for versions of rules, what was tried, budgets, pauses and hits. The caller owns the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.signals.lifecycle.model import (
    Backtest,
    HappenedStep,
    Pause,
    PauseWhy,
    RuleDay,
    RuleTried,
    Stage,
    TriedDay,
    Version,
)

_VERSION: Final = "SELECT n, name, text, digest, restricts, made_ms, made_by, error, line, at_column FROM rule_version"
_LAST: Final = "(SELECT stage FROM rule_step AS s WHERE s.version = rule_version.n ORDER BY s.n DESC LIMIT 1)"


def add_version(
    db: Db,
    name: str,
    text: str,
    digest: bytes,
    restricts: bool,
    who: str,
    now_ms: int,
    error: str,
    line: int,
    column: int,
) -> int:
    """Keep a new text, with the place at which it is wrong if it is; its number."""
    made = db.execute(
        "INSERT INTO rule_version (name, text, digest, restricts, made_ms, made_by, error, line, at_column)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (name, text, digest, int(restricts), now_ms, who, error, line, column),
    )
    return int(made.fetchone()[0])


def add_step(db: Db, version: int, step: HappenedStep) -> None:
    db.execute(
        "INSERT INTO rule_step (version, stage, at_ms, who, words) VALUES (?, ?, ?, ?, ?)",
        (version, step.stage.value, step.at_ms, step.who, step.words),
    )


def find(db: Db, number: int) -> Version | None:
    """One version, in the stage that it is in."""
    row = db.execute(_VERSION + " WHERE n = ?", (number,)).fetchone()
    return None if row is None else _version(db, row)


def versions(db: Db, name: str | None = None) -> tuple[Version, ...]:
    """The newest first; of one set of rules, or of all."""
    rows = db.execute(_VERSION + " WHERE ? IS NULL OR name = ? ORDER BY n DESC", (name, name)).fetchall()
    return tuple(_version(db, row) for row in rows)


def in_stages(db: Db, *stages: Stage) -> tuple[Version, ...]:
    """Versions that are in one of these stages now, the oldest first."""
    marks = ", ".join("?" for _ in stages)
    rows = db.execute(
        _VERSION + f" WHERE {_LAST} IN ({marks}) ORDER BY n",
        [stage.value for stage in stages],
    ).fetchall()
    return tuple(_version(db, row) for row in rows)


def last_step(db: Db) -> int:
    """Grows with whatever happens to any version."""
    (found,) = db.execute("SELECT coalesce(max(n), 0) FROM rule_step").fetchone()
    return int(found)


def add_backtest(db: Db, made: Backtest) -> int:
    """The number of `made` is not looked at: it is given here."""
    added = db.execute(
        "INSERT INTO rule_backtest (version, at_ms, who, first_ms, last_ms, observations, events, accounts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (
            made.version,
            made.at_ms,
            made.who,
            made.first_ms,
            made.last_ms,
            made.observations,
            made.events,
            made.accounts,
        ),
    )
    number = int(added.fetchone()[0])
    db.executemany(
        "INSERT INTO rule_backtest_row (test, rule, hits, accounts, account_days, benign, protected, shared, busiest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                row.rule,
                row.hits,
                row.accounts,
                row.account_days,
                row.benign,
                row.protected,
                row.shared,
                row.busiest,
            )
            for row in made.rows
        ],
    )
    db.executemany(
        "INSERT INTO rule_backtest_day (test, rule, day, hits, accounts, protected) VALUES (?, ?, ?, ?, ?, ?)",
        [(number, one.rule, one.day, one.hits, one.accounts, one.protected) for one in made.by_day],
    )
    return number


def newest_backtest(db: Db, version: int, until_ms: int | None = None) -> Backtest | None:
    """Of all, or of those that were made until then."""
    row = db.execute(
        "SELECT n, version, at_ms, who, first_ms, last_ms, observations, events, accounts FROM rule_backtest"
        " WHERE version = ?1 AND (?2 IS NULL OR at_ms <= ?2) ORDER BY n DESC LIMIT 1",
        (version, until_ms),
    ).fetchone()
    if row is None:
        return None
    rows = db.execute(
        "SELECT rule, hits, accounts, account_days, benign, protected, shared, busiest FROM rule_backtest_row"
        " WHERE test = ? ORDER BY rule",
        (row[0],),
    ).fetchall()
    number, _, at_ms, who, first_ms, last_ms, observations, events, accounts = row
    days_of = db.execute(
        "SELECT rule, day, hits, accounts, protected FROM rule_backtest_day WHERE test = ? ORDER BY rule, day",
        (row[0],),
    ).fetchall()
    tried, by_day = tuple(RuleTried(*one) for one in rows), tuple(TriedDay(*one) for one in days_of)
    return Backtest(number, version, at_ms, who, first_ms, last_ms, observations, events, accounts, tried, by_day)


def set_budget(db: Db, version: int, rule: str, most_a_day: int) -> None:
    db.execute(
        "INSERT INTO rule_budget (version, rule, most_a_day) VALUES (?, ?, ?)"
        " ON CONFLICT (version, rule) DO UPDATE SET most_a_day = excluded.most_a_day",
        (version, rule, most_a_day),
    )


def budgets(db: Db, version: int) -> dict[str, int]:
    """Those that somebody set."""
    rows = db.execute("SELECT rule, most_a_day FROM rule_budget WHERE version = ?", (version,)).fetchall()
    return {str(rule): int(most) for rule, most in rows}


def add_pause(db: Db, pause: Pause) -> bool:
    """False where it is paused already."""
    added = db.execute(
        "INSERT INTO rule_pause (version, rule, why, at_ms, who, words) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (version, rule) WHERE resumed_ms IS NULL DO NOTHING",
        (pause.version, pause.rule, pause.why.value, pause.at_ms, pause.who, pause.words),
    )
    return bool(added.rowcount)


def resume(db: Db, version: int, rule: str, who: str, now_ms: int) -> bool:
    """False where it is not paused."""
    changed = db.execute(
        "UPDATE rule_pause SET resumed_ms = ?, resumed_by = ? WHERE version = ? AND rule = ? AND resumed_ms IS NULL",
        (now_ms, who, version, rule),
    )
    return bool(changed.rowcount)


def resumed_ms(db: Db, version: int, rule: str) -> int:
    """When somebody last let it go on; 0 where nobody ever had to."""
    (found,) = db.execute(
        "SELECT coalesce(max(resumed_ms), 0) FROM rule_pause WHERE version = ? AND rule = ?", (version, rule)
    ).fetchone()
    return int(found)


def pauses(db: Db, version: int) -> tuple[Pause, ...]:
    """Rules of a version that have stopped and that nobody has resumed, in the order in which they did."""
    rows = db.execute(
        "SELECT version, rule, why, at_ms, who, words FROM rule_pause WHERE version = ? AND resumed_ms IS NULL"
        " ORDER BY n",
        (version,),
    ).fetchall()
    return tuple(Pause(n, rule, PauseWhy(why), at_ms, who, words) for n, rule, why, at_ms, who, words in rows)


def days(db: Db, version: int, first_day: int, today: int) -> tuple[RuleDay, ...]:
    """How often each rule held, acted and was kept from acting, for each day on which it held, from a day on. Of today
    only what people see anyway: who looked again and again would see when it held."""
    rows = db.execute(
        "SELECT rule, day, count(*), sum(done = 'acted'), sum(done IN ('paused', 'protected', 'minor', 'late'))"
        " FROM rule_hit WHERE version = ? AND day >= ? AND (day < ? OR done IN ('acted', 'protected', 'minor'))"
        " GROUP BY day, rule ORDER BY day, rule",
        (version, first_day, today),
    ).fetchall()
    return tuple(RuleDay(*row) for row in rows)


def overturned(db: Db, digests: Sequence[bytes], since_ms: int) -> dict[bytes, tuple[int, int]]:
    """By rule: how often people undid what it did since then, of how much it did."""
    marks = ", ".join("?" for _ in digests)
    rows = db.execute(
        "SELECT r.digest, sum(u.n IS NOT NULL), count(*) FROM decision_by_rule AS r"  # noqa: S608  # question marks
        " JOIN decision AS d ON d.reference = r.reference"
        " LEFT JOIN decision_event AS u ON u.decision = d.n AND u.kind = 'undone' AND u.who <> 'desk'"
        f" WHERE d.proposed_ms >= ? AND r.digest IN ({marks}) GROUP BY r.digest",
        (since_ms, *digests),
    ).fetchall()
    return {bytes(digest): (int(undone), int(made)) for digest, undone, made in rows}


def _version(db: Db, row: tuple[Any, ...]) -> Version:
    number, name, text, digest, restricts, made_ms, made_by, error, line, column = row
    steps = db.execute(
        "SELECT stage, at_ms, who, words FROM rule_step WHERE version = ? ORDER BY n", (number,)
    ).fetchall()
    return Version(
        number,
        name,
        text,
        bytes(digest),
        bool(restricts),
        made_ms,
        made_by,
        error,
        line,
        column,
        tuple(HappenedStep(Stage(stage), at_ms, who, words) for stage, at_ms, who, words in steps),
    )


def labels(db: Db, now_ms: int) -> tuple[tuple[str, str, int], ...]:
    """Account, word, until when: those that last."""
    rows = db.execute("SELECT subject, word, until_ms FROM account_label WHERE until_ms > ?", (now_ms,)).fetchall()
    return tuple(rows)


def agreements(db: Db) -> tuple[tuple[str, float, float], ...]:
    """Reporter, how many reports were right, and how many ended, as they were last worked out."""
    return tuple(db.execute("SELECT user_uri, upheld, closed FROM reporter_agreement").fetchall())
