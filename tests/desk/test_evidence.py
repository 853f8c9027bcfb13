# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence at rest: sealed, bound to its place, opened only with a reason that the audit log keeps."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database, open_existing
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import (
    DatabaseKeyWrong,
    DatabaseMissing,
    EvidenceDamaged,
    EvidenceUnknown,
    MigrationChanged,
    MigrationUnknown,
    ReasonMissing,
)
from privity.desk.evidence import records as evidence
from privity.desk.evidence.records import Kind, Record
from privity.desk.keys import DeskKeys
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite

KEY = b"\x09" * 32


def keys_of(intake: bytes, evidence: bytes) -> DeskKeys:
    return DeskKeys(intake, SigningKey(suite(1), b"\x06" * 32), evidence, b"\x08" * 32)


KEYS = keys_of(b"\x07" * 32, KEY)
TEXT = b"an invented insult about a teapot"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Db]:
    db = open_database(tmp_path / "desk.db", KEYS)
    yield db
    db.close()


def openings(db: Db) -> list[Entry]:
    entries = [Entry.decode(data) for data in log.entries(db)]
    return [entry for entry in entries if entry.act is Act.EVIDENCE_OPENED]


def kept(db: Db, about: str = "report:1", position: int = 0) -> int:
    with transaction(db):
        return evidence.keep(db, KEY, os.urandom, about, Record(Kind.REPORT, position, 0, TEXT))


def opened(db: Db, number: int, key: bytes = KEY, reason: str = "case 12") -> bytes:
    return evidence.open_record(db, key, number, who="m. tester", reason=reason, now_ms=5).content


def test_a_record_opens_again_and_the_opening_is_logged(db: Db) -> None:
    number = kept(db)
    assert opened(db, number) == TEXT
    (entry,) = openings(db)
    assert (entry.about, entry.who, entry.at_ms) == (f"evidence:{number}", "m. tester", 5)
    assert entry.said == {"of": "report:1", "kind": "report", "reason": "case 12"}


def test_the_opening_is_on_the_disk_before_anything_is_decrypted(db: Db, tmp_path: Path) -> None:
    number = kept(db)
    with pytest.raises(EvidenceDamaged):
        opened(db, number, key=b"\x01" * 32)
    with closing(open_existing(tmp_path / "desk.db", KEYS)) as beside:
        assert len(openings(beside)) == 1


def test_nothing_readable_is_in_the_files(db: Db, tmp_path: Path) -> None:
    kept(db)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert all(TEXT not in path.read_bytes() for path in tmp_path.iterdir())
    assert TEXT.decode() not in repr(Record(Kind.REPORT, 0, 0, TEXT))


def test_the_database_is_for_its_owner_alone(db: Db, tmp_path: Path) -> None:
    assert (tmp_path / "desk.db").stat().st_mode & 0o077 == 0
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    ("who", "reason"), [("", "why"), ("me", ""), ("me", " \n"), ("me", "x" * 1001), ("m" * 201, "w")]
)
def test_no_opening_without_name_and_reason(db: Db, who: str, reason: str) -> None:
    number = kept(db)
    with pytest.raises(ReasonMissing):
        evidence.open_record(db, KEY, number, who=who, reason=reason, now_ms=5)
    assert openings(db) == []


def test_an_unknown_record_is_named(db: Db) -> None:
    with pytest.raises(EvidenceUnknown):
        opened(db, 99)


def test_another_evidence_key_opens_nothing_and_the_attempt_is_logged(db: Db) -> None:
    number = kept(db)
    with pytest.raises(EvidenceDamaged):
        opened(db, number, key=b"\x08" * 32)
    assert len(openings(db)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "about = 'report:2'",
        "about = 'appeal:1'",
        "kind = 'attachment'",
        "position = 1",
        "part = 1",
        "ciphertext = CAST(ciphertext || x'00' AS BLOB)",
        "nonce = zeroblob(12)",
        "nonce = x''",
    ],
)
def test_a_record_that_was_moved_or_altered_does_not_open(db: Db, change: str) -> None:
    number = kept(db)
    db.execute(f"UPDATE evidence SET {change} WHERE id = ?", (number,))
    with pytest.raises(EvidenceDamaged):
        opened(db, number)


def test_what_belongs_to_no_report_is_kept_like_one(db: Db) -> None:
    number = kept(db, about="appeal:1")
    assert opened(db, number) == TEXT
    db.execute("UPDATE evidence SET about = 'report:1' WHERE id = ?", (number,))
    with pytest.raises(EvidenceDamaged):
        opened(db, number)


@pytest.mark.parametrize("change", ["wrapped_key = x'00'", "wrap_nonce = zeroblob(12)", "wrapped_key = zeroblob(48)"])
def test_a_record_whose_key_was_altered_does_not_open(db: Db, change: str) -> None:
    number = kept(db)
    db.execute(f"UPDATE evidence_key SET {change} WHERE evidence_id = ?", (number,))
    with pytest.raises(EvidenceDamaged):
        opened(db, number)


def test_no_two_records_share_a_key(db: Db) -> None:
    kept(db, position=0)
    kept(db, position=1)
    rows = db.execute(
        "SELECT wrapped_key, nonce, ciphertext FROM evidence JOIN evidence_key ON evidence_id = id"
    ).fetchall()
    assert len(set(rows)) == 2
    assert rows[0][2] != rows[1][2]


def test_a_database_opens_with_its_own_keys_only(db: Db, tmp_path: Path) -> None:
    for number in range(2):
        other = [bytes([7]) * 32, bytes([9]) * 32]
        other[number] = b"\x01" * 32
        with pytest.raises(DatabaseKeyWrong):
            open_database(tmp_path / "desk.db", keys_of(*other))


def test_a_plain_database_of_an_older_version_is_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("CREATE TABLE older (word TEXT)")
        plain.execute("INSERT INTO older VALUES ('canary')")
        plain.commit()
    with closing(open_database(path, KEYS)) as db:
        assert db.execute("SELECT word FROM older").fetchone() == ("canary",)
    assert path.stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["desk.db"]
    assert b"canary" not in path.read_bytes()


def test_a_database_of_another_version_is_refused(db: Db, tmp_path: Path) -> None:
    db.execute("UPDATE migration SET digest = x'00'")
    with pytest.raises(MigrationChanged):
        open_database(tmp_path / "desk.db", KEYS)
    db.execute("UPDATE migration SET number = number + 9998")
    with pytest.raises(MigrationUnknown):
        open_database(tmp_path / "desk.db", KEYS)


def test_a_command_beside_the_desk_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        open_existing(tmp_path / "none.db", KEYS)
    assert not (tmp_path / "none.db").exists()
