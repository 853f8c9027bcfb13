# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A database of before there were cases keeps all of its evidence, and every record opens as before."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from privity.desk.db import migrations
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence import records
from privity.desk.evidence.records import Kind
from privity.desk.evidence.sealing import seal
from privity.desk.intake.findings import findings
from privity.mls.codec import u64, vec
from tests.desk.fresh_keys import fresh_keys

BEFORE = ("0001_reports.sql", "0002_receipts.sql", "0003_key_log.sql", "0004_audit.sql")
TEXT = b"an invented insult about a teapot"


def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what was shipped before."""
    folder = files("privity.desk.db").joinpath("sql")
    shipped = {int(name[:4]): (name[5:-4], folder.joinpath(name).read_text("utf-8")) for name in BEFORE}
    monkeypatch.setattr(migrations, "_shipped", lambda: shipped)


def fill(db: Db, key: bytes) -> None:
    with transaction(db):
        for number in (1, 2):
            db.execute(
                "INSERT INTO report (seq, receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state,"
                " detail) VALUES (?, ?, 'mimi://x', 1, 1, x'00', 'assessed', '')",
                (number, f"receipt-{number}"),
            )
            place = u64(number) + vec(b"report") + u64(0) + u64(0)
            sealed = seal(key, os.urandom, place, TEXT + b"%d" % number)
            db.execute(
                "INSERT INTO evidence (report_seq, kind, position, part, wrap_nonce, wrapped_key, nonce, ciphertext)"
                " VALUES (?, 'report', 0, 0, ?, ?, ?, ?)",
                (number, sealed.wrap_nonce, sealed.wrapped_key, sealed.nonce, sealed.ciphertext),
            )


def test_evidence_of_an_older_desk_opens_and_new_evidence_gets_new_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, path = fresh_keys(tmp_path), tmp_path / "desk.db"
    with monkeypatch.context() as then:
        older(then)
        with closing(open_database(path, keys)) as db:
            fill(db, keys.evidence)
    with closing(open_database(path, keys)) as db:
        assert [(found.evidence, found.subject, found.source) for found in findings(db).reports] == [
            ([1], "messages", "user"),
            ([2], "messages", "user"),
        ]
        for number in (1, 2):
            opened = records.open_record(db, keys.evidence, number, who="staff:1", reason="a look", now_ms=5)
            assert (opened.kind, opened.content) == (Kind.REPORT, TEXT + b"%d" % number)
        with transaction(db):
            added = records.keep(db, keys.evidence, os.urandom, "report:2", records.Record(Kind.SEALED, 0, 0, b"x"))
        assert added == 3
        digests = dict(db.execute("SELECT number, digest FROM migration"))
    folder = files("privity.desk.db").joinpath("sql")
    assert digests[6] == hashlib.sha256(folder.joinpath("0006_cases.sql").read_bytes()).digest()
