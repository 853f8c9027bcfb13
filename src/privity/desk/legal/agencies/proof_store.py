# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of what passkeys of agencies have signed, from where, and of the indicators of fraud."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies.model import Deed, Mark

REQUEST = "request"
"""The purpose of what says from where it came."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was signed, by its hash. The last three are there for requests."""

    challenge: bytes
    person: int
    purpose: str
    at_ms: int
    score: int = 0
    device: bytes | None = field(default=None, repr=False)
    country: str | None = None
    hour: int | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A salted hash of what an impostor used."""

    salt: bytes
    digest: bytes
    kind: Mark


def add_proof(db: Db, proof: Proof) -> None:
    db.execute(
        "INSERT INTO agency_proof (challenge, person, purpose, at_ms, score, device, country, hour)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            proof.challenge,
            proof.person,
            proof.purpose,
            proof.at_ms,
            proof.score,
            proof.device,
            proof.country,
            proof.hour,
        ),
    )


def proof(db: Db, challenge: bytes) -> Proof | None:
    row = db.execute(
        "SELECT challenge, person, purpose, at_ms, score, device, country, hour FROM agency_proof WHERE challenge = ?",
        (challenge,),
    ).fetchone()
    return None if row is None else Proof(*row)


def forget_where(db: Db, challenge: bytes) -> None:
    db.execute("UPDATE agency_proof SET device = NULL, country = NULL, hour = NULL WHERE challenge = ?", (challenge,))


def forget_where_before(db: Db, before_ms: int) -> None:
    db.execute(
        "UPDATE agency_proof SET device = NULL, country = NULL, hour = NULL WHERE at_ms < ? AND hour IS NOT NULL",
        (before_ms,),
    )


def drop_deeds_before(db: Db, before_ms: int) -> None:
    """Those that are too old to count again anyway. Requests and what a caller hashed itself stay."""
    for deed in Deed:
        db.execute("DELETE FROM agency_proof WHERE at_ms < ? AND purpose = ?", (before_ms, deed.value))


def habits(db: Db, officer: int) -> dict[str, set[bytes]]:
    """What is known of an officer, by its kind."""
    found: dict[str, set[bytes]] = {}
    for kind, value in db.execute("SELECT kind, value FROM agency_habit WHERE officer = ?", (officer,)).fetchall():
        found.setdefault(kind, set()).add(bytes(value))
    return found


def put_habit(db: Db, officer: int, kind: str, value: bytes, now_ms: int) -> None:
    db.execute(
        "INSERT INTO agency_habit (officer, kind, value, seen_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (officer, kind, value) DO UPDATE SET seen_ms = excluded.seen_ms",
        (officer, kind, value, now_ms),
    )


def drop_habits(db: Db, officer: int) -> None:
    db.execute("DELETE FROM agency_habit WHERE officer = ?", (officer,))


def drop_habits_before(db: Db, before_ms: int) -> None:
    db.execute("DELETE FROM agency_habit WHERE seen_ms < ?", (before_ms,))


def add_indicator(db: Db, found: Indicator, *, own: bool, now_ms: int) -> bool:
    """Whether it was not there yet."""
    done = db.execute(
        "INSERT INTO fraud_indicator (salt, digest, kind, own, added_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (found.salt, found.digest, found.kind.value, int(own), now_ms),
    )
    return bool(done.rowcount)


def indicators(db: Db, *, own_only: bool = False) -> tuple[Indicator, ...]:
    """In the order of their hashes, which says nothing of when they came."""
    rows = db.execute(
        "SELECT salt, digest, kind FROM fraud_indicator WHERE own >= ? ORDER BY digest", (int(own_only),)
    ).fetchall()
    return tuple(Indicator(bytes(salt), bytes(digest), Mark(kind)) for salt, digest, kind in rows)


def count_indicators(db: Db) -> int:
    (count,) = db.execute("SELECT count(*) FROM fraud_indicator").fetchone()
    return int(count)
