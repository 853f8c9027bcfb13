# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub is still to be asked: written in the transaction of the decision, in order for each subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.wire.staff import Effect, EffectParams, Verb

EFFECT_ID_BYTES: Final = 16

_SELECT: Final = (
    "SELECT n, id, place, case_n, decision, subject, verb, params, made_ms, state, tries, next_ms, answer FROM effect"
)


class EffectState(StrEnum):
    WAITING = "waiting"
    APPLIED = "applied"
    REFUSED = "refused"
    """The hub will not do it: a person looks, and may send it again."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An effect, and how far it has come."""

    number: int
    case: int | None
    decision: int | None
    effect: Effect
    made_ms: int
    state: EffectState
    tries: int
    next_ms: int
    answer: str


def add(
    db: Db,
    random: Callable[[int], bytes],
    verb: Verb,
    subject: str,
    params: EffectParams,
    *,
    case: int | None,
    decision: int | None,
    now_ms: int,
    again_of: int | None = None,
) -> int:
    """Ask the hub for this once what the caller does is on the disk; returns the effect's number.

    Its place among all effects grows with the clock too, so that a database that was put back from a backup gives no
    place a second time.
    """
    made = db.execute(
        "INSERT INTO effect (id, place, case_n, decision, subject, verb, params, made_ms, next_ms, again_of)"
        " VALUES (?, max(?, (SELECT coalesce(max(place), 0) + 1 FROM effect)), ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (
            random(EFFECT_ID_BYTES).hex(),
            now_ms,
            case,
            decision,
            subject,
            verb.value,
            msgspec.json.encode(params),
            now_ms,
            now_ms,
            again_of,
        ),
    )
    return int(made.fetchone()[0])


def due(db: Db, now_ms: int, limit: int) -> tuple[Ordered, ...]:
    """The first that waits of each subject, where its time has come. What comes after it waits for it."""
    rows = db.execute(
        _SELECT + " WHERE n IN (SELECT min(n) FROM effect WHERE state = 'waiting' GROUP BY subject)"  # noqa: S608
        " AND next_ms <= ? ORDER BY n LIMIT ?",
        (now_ms, limit),
    ).fetchall()
    return tuple(_ordered(row) for row in rows)


def find(db: Db, number: int) -> Ordered | None:
    row = db.execute(_SELECT + " WHERE n = ?", (number,)).fetchone()
    return None if row is None else _ordered(row)


def of_decision(db: Db, decision: int) -> tuple[Ordered, ...]:
    rows = db.execute(_SELECT + " WHERE decision = ? ORDER BY n", (decision,)).fetchall()
    return tuple(_ordered(row) for row in rows)


def refused(db: Db, limit: int) -> tuple[Ordered, ...]:
    """What a person should look at: not lines to those who reported, not what was sent again. Newest first."""
    rows = db.execute(
        _SELECT + " AS old WHERE state = 'refused' AND verb <> 'tell'"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM effect AS new WHERE new.again_of = old.n) ORDER BY n DESC LIMIT ?",
        (limit,),
    ).fetchall()
    return tuple(_ordered(row) for row in rows)


def applied_since(db: Db, since_ms: int) -> tuple[tuple[int, str], ...]:
    """What the hub has done since then and nothing was asked for in its place: number and subject, in order."""
    rows = db.execute(
        "SELECT n, subject FROM effect AS old WHERE state = 'applied' AND settled_ms >= ?"
        " AND NOT EXISTS (SELECT 1 FROM effect AS new WHERE new.again_of = old.n) ORDER BY n",
        (since_ms,),
    ).fetchall()
    return tuple((int(number), str(subject)) for number, subject in rows)


def sent_again(db: Db, number: int) -> int | None:
    """The effect that repeats this one."""
    row = db.execute("SELECT n FROM effect WHERE again_of = ?", (number,)).fetchone()
    return None if row is None else int(row[0])


def settle(db: Db, number: int, state: EffectState, answer: str, now_ms: int) -> bool:
    """Write down the hub's answer; False where another process has done so already. The caller owns the transaction."""
    changed = db.execute(
        "UPDATE effect SET state = ?, tries = tries + 1, answer = ?, settled_ms = ? WHERE n = ? AND state = 'waiting'",
        (state.value, answer, now_ms, number),
    )
    return bool(changed.rowcount)


def settled_ms(db: Db, number: int) -> int | None:
    """When the hub answered for good; None as long as it has not."""
    row = db.execute("SELECT settled_ms FROM effect WHERE n = ?", (number,)).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def put_off(db: Db, number: int, next_ms: int) -> None:
    """The hub could not do it now. The caller owns the transaction."""
    db.execute("UPDATE effect SET tries = tries + 1, next_ms = ? WHERE n = ? AND state = 'waiting'", (next_ms, number))


def _ordered(row: tuple[Any, ...]) -> Ordered:
    number, effect_id, place, case, decision, subject, verb, params, made_ms, state, tries, next_ms, answer = row
    effect = Effect(effect_id, place, Verb(verb), subject, msgspec.json.decode(params, type=EffectParams))
    return Ordered(number, case, decision, effect, made_ms, EffectState(state), tries, next_ms, answer)
