# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of agencies and what was done to enrol them. No decisions here; the caller owns the transaction."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies.model import Agency, Found, State, Step, StepDone

_AGENCY: Final = (
    "SELECT n, name, country, kind, domain, switchboard, state, round, suspected, began_ms, attested_ms, used_ms,"
    " ended_ms FROM agency"
)


def add_agency(db: Db, found: Found, suspected: bool, now_ms: int) -> int:
    (number,) = db.execute(
        "INSERT INTO agency (name, country, kind, domain, switchboard, state, suspected, began_ms)"
        " VALUES (?, ?, ?, ?, ?, 'enrolling', ?, ?) RETURNING n",
        (found.name, found.country, found.kind, found.domain, found.switchboard, int(suspected), now_ms),
    ).fetchone()
    return int(number)


def agency(db: Db, number: int) -> Agency | None:
    row = db.execute(f"{_AGENCY} WHERE n = ?", (number,)).fetchone()
    return None if row is None else _agency(row)


def agencies(db: Db) -> tuple[Agency, ...]:
    """Those that may file, then the lapsed, then those being enrolled, then the revoked."""
    rows = db.execute(
        f"{_AGENCY} ORDER BY CASE state WHEN 'active' THEN 0 WHEN 'lapsed' THEN 1 WHEN 'enrolling' THEN 2 ELSE 3 END, n"
    ).fetchall()
    return tuple(map(_agency, rows))


def agencies_in(db: Db, state: State) -> tuple[Agency, ...]:
    return tuple(map(_agency, db.execute(f"{_AGENCY} WHERE state = ? ORDER BY n", (state.value,)).fetchall()))


def next_round(db: Db, number: int) -> None:
    db.execute("UPDATE agency SET round = round + 1 WHERE n = ?", (number,))


def confirm(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE agency SET state = 'active', attested_ms = ?, used_ms = ? WHERE n = ?", (now_ms, now_ms, number))


def used(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE agency SET used_ms = ? WHERE n = ? AND state = 'active'", (now_ms, number))


def lapse(db: Db, number: int, *, into_the_next_round: bool) -> None:
    db.execute("UPDATE agency SET state = 'lapsed', round = round + ? WHERE n = ?", (int(into_the_next_round), number))


def revoke(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE agency SET state = 'revoked', ended_ms = ? WHERE n = ?", (now_ms, number))


def add_step(db: Db, number: int, done: StepDone) -> None:
    db.execute(
        "INSERT INTO agency_step (agency, round, step, at_ms, who, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (number, *astuple(done)),
    )


def steps(db: Db, number: int) -> tuple[StepDone, ...]:
    """Of all rounds, in the order in which they are done."""
    rows = db.execute("SELECT round, step, at_ms, who, detail FROM agency_step WHERE agency = ?", (number,)).fetchall()
    done = [StepDone(turn, Step(step), at_ms, who, detail) for turn, step, at_ms, who, detail in rows]
    order = list(Step)
    return tuple(sorted(done, key=lambda each: (each.round, order.index(each.step))))


def take_part(db: Db, number: int, turn: int, who: str) -> None:
    db.execute(
        "INSERT INTO agency_part (agency, round, who) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (number, turn, who)
    )


def parts(db: Db, number: int, turn: int) -> frozenset[str]:
    """Who had a part in a round beside its steps."""
    rows = db.execute("SELECT who FROM agency_part WHERE agency = ? AND round = ?", (number, turn)).fetchall()
    return frozenset(who for (who,) in rows)


def put_check(db: Db, number: int, step: Step, digest: bytes, expires_ms: int) -> None:
    """The one before, if there was one, works no more."""
    db.execute(
        "INSERT INTO agency_check (agency, step, hash, expires_ms) VALUES (?, ?, ?, ?) ON CONFLICT (agency, step)"
        " DO UPDATE SET hash = excluded.hash, expires_ms = excluded.expires_ms, wrong = 0",
        (number, step.value, digest, expires_ms),
    )


def check(db: Db, number: int, step: Step) -> tuple[bytes, int, int] | None:
    """Its hash, when it ends, and how many wrong ones came."""
    row = db.execute(
        "SELECT hash, expires_ms, wrong FROM agency_check WHERE agency = ? AND step = ?", (number, step.value)
    ).fetchone()
    return None if row is None else (bytes(row[0]), int(row[1]), int(row[2]))


def check_was_wrong(db: Db, number: int, step: Step) -> None:
    db.execute("UPDATE agency_check SET wrong = wrong + 1 WHERE agency = ? AND step = ?", (number, step.value))


def drop_check(db: Db, number: int, step: Step) -> None:
    db.execute("DELETE FROM agency_check WHERE agency = ? AND step = ?", (number, step.value))


def drop_checks(db: Db, number: int) -> int:
    return int(db.execute("DELETE FROM agency_check WHERE agency = ?", (number,)).rowcount)


def drop_old_checks(db: Db, now_ms: int) -> None:
    db.execute("DELETE FROM agency_check WHERE expires_ms <= ?", (now_ms,))


def _agency(row: Any) -> Agency:
    number, name, country, kind, domain, switchboard, state, turn, suspected, *times = row
    return Agency(number, name, country, kind, domain, switchboard, State(state), turn, bool(suspected), *times)
