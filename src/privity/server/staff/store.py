# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for the effects that were done. No decisions here."""

from __future__ import annotations

from dataclasses import dataclass

from privity.server.db.database import Query, Tx
from privity.wire.staff import Effect, EffectOutcome


@dataclass(frozen=True, slots=True)
class Known:
    """An effect that was asked for before, by the digest of all that it said."""

    digest: bytes
    outcome: EffectOutcome
    reason: str


def find(query: Query, effect: str) -> Known | None:
    row = query.one("SELECT digest, outcome, reason FROM staff_effect WHERE id = ?", (effect,))
    return None if row is None else Known(row[0], EffectOutcome(row[1]), row[2])


def newest(query: Query, subject: str, decision: str) -> int | None:
    """The order of the last effect that a decision had on a subject, words aside."""
    row = query.one(
        "SELECT max(number) FROM staff_effect WHERE subject = ? AND decision = ? AND outcome <> 'refused'"
        " AND verb NOT IN ('tell', 'statement')",
        (subject, decision),
    )
    return None if row is None else row[0]


def add(tx: Tx, asked: Effect, digest: bytes, outcome: EffectOutcome, reason: str, now_ms: int) -> None:
    tx.execute(
        "INSERT INTO staff_effect (id, number, verb, subject, decision, digest, outcome, reason, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            asked.id,
            asked.order,
            asked.verb.value,
            asked.subject,
            asked.params.decision,
            digest,
            outcome.value,
            reason,
            now_ms,
        ),
    )


def forget_old(tx: Tx, before_ms: int) -> None:
    tx.execute("DELETE FROM staff_effect WHERE at_ms <= ?", (before_ms,))


# Requests of the desk.


def take_nonce(tx: Tx, nonce: bytes, time_ms: int) -> bool:
    """Whether it is taken for the first time."""
    sql = "INSERT INTO staff_nonce (nonce, time_ms) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING nonce"
    return tx.one(sql, (nonce, time_ms)) is not None


def forget_nonces(tx: Tx, before_ms: int) -> None:
    tx.execute("DELETE FROM staff_nonce WHERE time_ms < ?", (before_ms,))
