# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence at rest: sealed, bound to its place, opened only with a reason that stays in a chained log."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk import evidence
from privity.desk.database import open_database, open_existing, transaction
from privity.desk.errors import (
    AccessLogBroken,
    DatabaseMissing,
    EvidenceDamaged,
    EvidenceUnknown,
    MigrationChanged,
    MigrationUnknown,
    ReasonMissing,
)
from privity.desk.evidence import Kind, Record

KEY = b"\x07" * 32
TEXT = b"an invented insult about a teapot"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_database(tmp_path / "desk.db")
    with transaction(db):
        for seq in (1, 2):
            db.execute(
                "INSERT INTO report"
                " (seq, receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state, detail)"
                " VALUES (?, ?, 'mimi://x', 1, 1, x'00', 'assessed', '')",
                (seq, f"receipt-{seq}"),
            )
    yield db
    db.close()


def kept(db: sqlite3.Connection, seq: int = 1, position: int = 0) -> int:
    with transaction(db):
        return evidence.keep(db, KEY, os.urandom, seq, Record(Kind.REPORT, position, 0, TEXT))


def opened(db: sqlite3.Connection, number: int, key: bytes = KEY, reason: str = "case 12") -> bytes:
    return evidence.open_record(db, key, number, who="m. tester", reason=reason, now_ms=5).content


def test_a_record_opens_again_and_the_opening_is_logged(db: sqlite3.Connection) -> None:
    number = kept(db)
    assert opened(db, number) == TEXT
    (entry,) = evidence.accesses(db)
    assert (entry.evidence_id, entry.who, entry.reason, entry.at_ms) == (number, "m. tester", "case 12", 5)


def test_nothing_readable_is_in_the_files(db: sqlite3.Connection, tmp_path: Path) -> None:
    kept(db)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert all(TEXT not in path.read_bytes() for path in tmp_path.iterdir())
    assert TEXT.decode() not in repr(Record(Kind.REPORT, 0, 0, TEXT))


def test_the_database_is_for_its_owner_alone(db: sqlite3.Connection, tmp_path: Path) -> None:
    assert (tmp_path / "desk.db").stat().st_mode & 0o077 == 0
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    ("who", "reason"), [("", "why"), ("me", ""), ("me", " \n"), ("me", "x" * 1001), ("m" * 201, "w")]
)
def test_no_opening_without_name_and_reason(db: sqlite3.Connection, who: str, reason: str) -> None:
    number = kept(db)
    with pytest.raises(ReasonMissing):
        evidence.open_record(db, KEY, number, who=who, reason=reason, now_ms=5)
    assert evidence.accesses(db) == []


def test_an_unknown_record_is_named(db: sqlite3.Connection) -> None:
    with pytest.raises(EvidenceUnknown):
        opened(db, 99)


def test_another_evidence_key_opens_nothing_and_the_attempt_is_logged(db: sqlite3.Connection) -> None:
    number = kept(db)
    with pytest.raises(EvidenceDamaged):
        opened(db, number, key=b"\x08" * 32)
    assert len(evidence.accesses(db)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "report_seq = 2",
        "kind = 'attachment'",
        "position = 1",
        "part = 1",
        "ciphertext = CAST(ciphertext || x'00' AS BLOB)",
        "wrapped_key = x'00'",
        "nonce = zeroblob(12)",
        "nonce = x''",
    ],
)
def test_a_record_that_was_moved_or_altered_does_not_open(db: sqlite3.Connection, change: str) -> None:
    number = kept(db)
    db.execute(f"UPDATE evidence SET {change} WHERE id = ?", (number,))
    with pytest.raises(EvidenceDamaged):
        opened(db, number)


def test_no_two_records_share_a_key(db: sqlite3.Connection) -> None:
    kept(db, position=0)
    kept(db, position=1)
    rows = db.execute("SELECT wrapped_key, nonce, ciphertext FROM evidence").fetchall()
    assert len(set(rows)) == 2
    assert rows[0][2] != rows[1][2]


def test_the_log_takes_no_change_through_sql(db: sqlite3.Connection) -> None:
    opened(db, kept(db))
    for statement in ("UPDATE evidence_access SET reason = 'other'", "DELETE FROM evidence_access"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE evidence_access SET reason = 'another reason' WHERE n = 2",
        "UPDATE evidence_access SET who = 'nobody' WHERE n = 1",
        "UPDATE evidence_access SET at_ms = 6 WHERE n = 3",
        "UPDATE evidence_access SET hash = zeroblob(32) WHERE n = 2",
        "DELETE FROM evidence_access WHERE n = 2",
        "DELETE FROM evidence_access WHERE n = 1",
    ],
)
def test_a_change_behind_the_triggers_breaks_the_chain(db: sqlite3.Connection, change: str) -> None:
    number = kept(db)
    for _ in range(3):
        opened(db, number)
    db.execute("DROP TRIGGER evidence_access_keeps_rows")
    db.execute("DROP TRIGGER evidence_access_loses_none")
    db.execute(change)
    with pytest.raises(AccessLogBroken):
        evidence.accesses(db)


def test_the_head_shows_rows_cut_off_at_the_end(db: sqlite3.Connection) -> None:
    number = kept(db)
    opened(db, number)
    opened(db, number)
    head = evidence.access_head(db)
    db.execute("DROP TRIGGER evidence_access_loses_none")
    db.execute("DELETE FROM evidence_access WHERE n = 2")
    assert len(evidence.accesses(db)) == 1
    assert evidence.access_head(db) != head


def test_a_database_of_another_version_is_refused(db: sqlite3.Connection, tmp_path: Path) -> None:
    db.execute("UPDATE migration SET digest = x'00'")
    with pytest.raises(MigrationChanged):
        open_database(tmp_path / "desk.db")
    db.execute("UPDATE migration SET number = number + 9998")
    with pytest.raises(MigrationUnknown):
        open_database(tmp_path / "desk.db")


def test_a_command_beside_the_desk_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        open_existing(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
