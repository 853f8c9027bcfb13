# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of collections, and the questions about other rooms' tables: where a collector begins, and what it may read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from privity.desk.db.transaction import Db
from privity.desk.evidence.sealing import Sealed, seal, unseal
from privity.desk.legal.collecting.errors import SnapshotDamaged
from privity.desk.legal.collecting.model import Counts, File, Snapshot
from privity.mls.codec import u64, vec
from privity.production.classes import Releasable

_LABEL = b"legal collection"


@dataclass(frozen=True, slots=True)
class Row:
    """A collection, not opened."""

    number: int
    request: int
    decision: int
    collected_ms: int
    snapshot_sha256: bytes
    capabilities_sha256: str
    counts: Counts
    audit_n: int
    gone_ms: int | None


@dataclass(frozen=True, slots=True)
class Filed:
    """A report, as far as it matters by which channel it leaves the house."""

    number: int
    reason: int | None
    subject: str
    accused: str | None
    case: int | None


def reports_of(db: Db, account: str) -> list[Filed]:
    """The reports that an account made, and those about it."""
    rows = db.execute(
        "SELECT seq, reason, subject, accused_uri, case_number FROM ("
        " SELECT seq, report.reason, subject, accused_uri FROM report WHERE report.reporter_uri = ?"
        " UNION SELECT seq, report.reason, subject, accused_uri FROM report WHERE accused_uri = ?"
        ") LEFT JOIN (SELECT report_seq, case_number FROM case_report) ON report_seq = seq"
        " WHERE subject <> 'appeal' ORDER BY seq",
        (account, account),
    )
    return [Filed(*row) for row in rows.fetchall()]


def messages_of(db: Db, reports: Iterable[int]) -> Iterator[bytes]:
    """The ids of the messages of these reports."""
    for report in reports:
        rows = db.execute(
            "SELECT message_id FROM reported_message WHERE report_seq = ? AND message_id IS NOT NULL", (report,)
        )
        yield from (bytes(message_id) for (message_id,) in rows.fetchall())


def reports_about(db: Db, account: str) -> list[int]:
    rows = db.execute("SELECT seq FROM report WHERE accused_uri = ? AND subject <> 'appeal' ORDER BY seq", (account,))
    return [int(seq) for (seq,) in rows.fetchall()]


def holds(db: Db, request: int) -> tuple[int, ...]:
    """The holds that a request may read now."""
    rows = db.execute("SELECT n FROM legal_hold WHERE released_to = ? AND ended_ms IS NULL ORDER BY n", (request,))
    return tuple(int(n) for (n,) in rows.fetchall())


def sender_of(db: Db, message_id: bytes) -> str | None:
    """Who is said to have sent a reported message; None where no report has it, or several say different things."""
    rows = db.execute(
        "SELECT DISTINCT accused_uri FROM report JOIN reported_message ON report_seq = seq"
        " WHERE message_id = ? AND accused_uri IS NOT NULL",
        (message_id,),
    ).fetchall()
    return str(rows[0][0]) if len(rows) == 1 else None


def cases_about(db: Db, account: str) -> list[int]:
    rows = db.execute("SELECT number FROM safety_case WHERE subject = ? ORDER BY number", (account,))
    return [int(number) for (number,) in rows.fetchall()]


def decision_events(db: Db, account: str, since_ms: int, until_ms: int) -> list[tuple[int | str, ...]]:
    """What became of the decisions about an account, in order."""
    rows = db.execute(
        "SELECT d.reference, e.kind, e.at_ms, e.words FROM decision_event AS e JOIN decision AS d ON d.n = e.decision"
        " WHERE d.against = ? AND e.at_ms >= ? AND e.at_ms < ? ORDER BY e.n",
        (account, since_ms, until_ms),
    )
    return [tuple(row) for row in rows.fetchall()]


def appeal_answers(db: Db, account: str, since_ms: int, until_ms: int) -> list[tuple[int | str, ...]]:
    """What the appeals of an account were answered, in order."""
    rows = db.execute(
        "SELECT w.appeal, w.answer, w.at_ms, w.words FROM appeal_answer AS w JOIN appeal AS a ON a.n = w.appeal"
        " WHERE a.appellant = ? AND w.at_ms >= ? AND w.at_ms < ? ORDER BY w.appeal",
        (account, since_ms, until_ms),
    )
    return [tuple(row) for row in rows.fetchall()]


def add(
    db: Db,
    evidence_key: bytes,
    random: Callable[[int], bytes],
    row: Row,
    snapshot: Snapshot,
) -> int:
    """Keep a snapshot sealed; its number. The caller owns the transaction."""
    (number,) = db.execute(
        "INSERT INTO legal_collection (request, decision, collected_ms, snapshot_sha256, capabilities_sha256,"
        " rows_found, withheld, capped, audit_n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (
            row.request,
            row.decision,
            row.collected_ms,
            row.snapshot_sha256,
            row.capabilities_sha256,
            row.counts.rows,
            row.counts.withheld,
            row.counts.capped,
            row.audit_n,
        ),
    ).fetchone()
    for file in snapshot.files:
        sealed = seal(evidence_key, random, _place(int(number), file.name), file.content)
        data_class = None if file.data_class is None else file.data_class.value
        (at,) = db.execute(
            "INSERT INTO legal_collected_file (collection, name, data_class, sha256, nonce, ciphertext)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING n",
            (number, file.name, data_class, hashlib.sha256(file.content).digest(), sealed.nonce, sealed.ciphertext),
        ).fetchone()
        db.execute(
            "INSERT INTO legal_collected_key (file, wrap_nonce, wrapped_key) VALUES (?, ?, ?)",
            (at, sealed.wrap_nonce, sealed.wrapped_key),
        )
    return int(number)


def newest(db: Db, request: int, decision: int) -> Row | None:
    """The collection that counts for a decision."""
    found = db.execute(
        "SELECT n, request, decision, collected_ms, snapshot_sha256, capabilities_sha256, rows_found, withheld, capped,"
        " audit_n, gone_ms FROM legal_collection WHERE request = ? AND decision = ? ORDER BY n DESC LIMIT 1",
        (request, decision),
    ).fetchone()
    if found is None:
        return None
    number, request, decision, collected_ms, snapshot, capabilities, rows, withheld, capped, audit_n, gone_ms = found
    counts = Counts(rows, withheld, capped)
    return Row(number, request, decision, collected_ms, bytes(snapshot), capabilities, counts, audit_n, gone_ms)


def snapshot(db: Db, evidence_key: bytes, number: int) -> Snapshot:
    """Raises EvidenceDamaged or SnapshotDamaged."""
    rows = db.execute(
        "SELECT name, data_class, sha256, wrap_nonce, wrapped_key, nonce, ciphertext FROM legal_collected_file AS f"
        " JOIN legal_collected_key AS k ON k.file = f.n WHERE collection = ? ORDER BY f.n",
        (number,),
    ).fetchall()
    files = []
    for name, data_class, sha256, *sealed in rows:
        content = unseal(evidence_key, _place(number, name), Sealed(*sealed), f"file {name} of collection {number}")
        if hashlib.sha256(content).digest() != bytes(sha256):
            raise SnapshotDamaged(f"file {name} of collection {number} has another digest than was written down")
        files.append(File(name, None if data_class is None else Releasable(data_class), content))
    return Snapshot(tuple(files))


def standing(db: Db, request: int, before: int | None = None) -> list[int]:
    """The collections of a request that are still there; `before`: only those with a lower number."""
    rows = db.execute(
        "SELECT n FROM legal_collection WHERE request = ? AND gone_ms IS NULL AND n < coalesce(?, n + 1) ORDER BY n",
        (request, before),
    )
    return [int(n) for (n,) in rows.fetchall()]


def shred(db: Db, number: int, now_ms: int) -> None:
    """Overwrite the keys where they stand, drop the contents, and say when. The caller owns the transaction."""
    db.execute(
        "UPDATE legal_collected_key SET wrap_nonce = zeroblob(length(wrap_nonce)),"
        " wrapped_key = zeroblob(length(wrapped_key))"
        " WHERE file IN (SELECT n FROM legal_collected_file WHERE collection = ?)",
        (number,),
    )
    db.execute("UPDATE legal_collected_file SET nonce = x'', ciphertext = x'' WHERE collection = ?", (number,))
    db.execute("UPDATE legal_collection SET gone_ms = ? WHERE n = ?", (now_ms, number))


def _place(collection: int, name: str) -> bytes:
    return vec(_LABEL) + u64(collection) + vec(name.encode())
