# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Gone is gone: no byte of a key or of contents is left in the file, and a pass that is killed leaves nothing half."""

from __future__ import annotations

import os
import random as seeded
import signal
from contextlib import closing
from pathlib import Path

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.signing import Signing
from privity.desk.audit.verify import stored, verify
from privity.desk.db import migrations
from privity.desk.db.database import open_database
from privity.desk.db.transaction import transaction
from privity.desk.decisions.actions import Action
from privity.desk.evidence import records
from privity.desk.evidence.records import WHOLE, Kind, Record, open_record
from privity.desk.evidence.shredding import shred
from privity.desk.keys import DeskKeys
from privity.desk.periods import Periods
from privity.desk.retention.sweep import Retention
from tests.desk.retention.years import Years, decrypted


def keys_of(years: Years) -> dict[int, list[bytes]]:
    rows = years.house.db.execute("SELECT evidence_id, wrap_nonce, wrapped_key FROM evidence_key").fetchall()
    return {number: [bytes(nonce), bytes(key)] for number, nonce, key in rows}


def pages(years: Years, path: Path) -> bytes:
    years.house.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return decrypted(path, years.house.keys)


def test_no_byte_of_a_key_that_was_shredded_is_left_in_the_file(years: Years, tmp_path: Path) -> None:
    """Records of many sizes, one after the other in no order: SQLite moves their neighbours about each time."""
    path, house, sizes = tmp_path / "desk" / "desk.db", years.house, seeded.Random(3)
    with transaction(house.db):
        numbers = [
            records.keep(
                house.db,
                house.keys.evidence,
                house.random,
                f"report:{at}",
                Record(Kind.REPORT, WHOLE, WHOLE, house.random(sizes.choice([30, 300, 1500, 3000, 9000, 40_000]))),
            )
            for at in range(300)
        ]
    keys, before = keys_of(years), pages(years, path)
    assert all(piece in before for found in keys.values() for piece in found), "the pages are read rightly"
    gone = sizes.sample(numbers, 200)
    for at in range(0, 200, 7):
        with transaction(house.db):
            shred(house.db, gone[at : at + 7], house.clock)
    after = pages(years, path)
    assert [number for number in gone if any(piece in after for piece in keys[number])] == []
    for number in set(numbers) - set(gone):
        assert all(piece in after for piece in keys[number])
        open_record(house.db, house.keys.evidence, number, who="staff:1", reason="a look", now_ms=1)


def test_a_large_file_leaves_nothing_but_what_no_key_opens(years: Years, tmp_path: Path) -> None:
    path, house = tmp_path / "desk" / "desk.db", years.house
    number, _ = years.case()
    house.decide(number, Action.DISMISS)
    with transaction(house.db):
        content = house.random(500_000)
        record = records.keep(
            house.db, house.keys.evidence, house.random, f"case:{number}", Record(Kind.PROFILE, 0, 0, content)
        )
    (ciphertext,) = house.db.execute("SELECT ciphertext FROM evidence WHERE id = ?", (record,)).fetchone()
    years.seen()
    years.pass_days(201)
    assert not years.there(record)
    after = pages(years, path)
    assert keys_of(years)[record] == [bytes(12), bytes(48)]
    left = sum(ciphertext[at : at + 64] in after for at in range(0, 500_000, 1000))
    assert left <= 4, "at most what lies in the page of the row itself"


def test_an_older_database_is_written_anew_when_it_is_brought_up_to_date(years: Years, tmp_path: Path) -> None:
    """An upgrade leaves no key in a freed page: the file is written anew."""
    house = years.house
    _, record = years.case()
    (key,) = house.db.execute("SELECT wrapped_key FROM evidence_key WHERE evidence_id = ?", (record,)).fetchone()
    house.db.execute("CREATE TABLE older (wrapped_key BLOB)")
    house.db.execute("PRAGMA secure_delete = OFF")
    house.db.executemany("INSERT INTO older VALUES (?)", [(key + bytes(500),) for _ in range(50)])
    shred(house.db, [record], 1)
    house.db.execute("DROP TABLE older")
    path = tmp_path / "desk" / "desk.db"
    assert key in pages(years, path)
    house.db.execute("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)")
    house.db.close()
    with pytest.MonkeyPatch.context() as patch:
        shipped = migrations._shipped()
        last = max(shipped)
        patch.setattr(migrations, "_shipped", lambda: shipped | {last: ("again", "SELECT 1;")})
        house.db = open_database(path, house.keys)
    house.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert key not in decrypted(path, house.keys)


def test_the_journal_is_cut_off_with_the_pass(years: Years, tmp_path: Path) -> None:
    journal, number = tmp_path / "desk" / "desk.db-wal", years.case()[0]
    years.house.decide(number, Action.DISMISS)
    years.seen()
    assert journal.stat().st_size > 0
    while years.retention.gone == 0:
        years.pass_days(1)
    assert journal.stat().st_size == 0


def _killed_at(path: Path, keys: DeskKeys, now_ms: int, statement: int) -> bool:
    """A pass in a process that kills itself before this statement; whether it came so far."""
    child = os.fork()
    if child == 0:
        try:
            db, seen = open_database(path, keys), 0

            def trace(sql: str) -> None:
                nonlocal seen
                seen += 1
                if seen == statement:
                    os.kill(os.getpid(), signal.SIGKILL)

            db.set_trace_callback(trace)
            work = Retention(db, Periods(), lambda: now_ms)
            while work.work():
                pass
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _check(path: Path, keys: DeskKeys) -> int:
    """Every record is whole or gone, the log says exactly of those that are gone, and its tree holds; how many are."""
    with closing(open_database(path, keys)) as db:
        assert db.execute(
            "SELECT count(*) FROM evidence JOIN evidence_key ON evidence_id = id"
            " WHERE (gone_ms IS NULL) = (length(ciphertext) = 0) OR (gone_ms IS NULL) = (wrapped_key = zeroblob(48))"
        ).fetchone() == (0,)
        (gone,) = db.execute("SELECT count(*) FROM evidence WHERE gone_ms IS NOT NULL").fetchone()
        entries = [Entry.decode(data) for data in log.entries(db)]
        said = sum(int(str(entry.said["count"])) for entry in entries if entry.act is Act.RETENTION_DELETED)
        assert said == gone
        signing = Signing(db, "teapots.example/desk-audit", keys.audit, path.parent / "audit.checkpoint")
        signing.sign()
        verify(stored(db), signing.key, signing.found())
        return int(gone)


def _killed_everywhere(years: Years, path: Path, step: int) -> None:
    house = years.house
    for _ in range(4):
        number, _ = years.case()
        house.decide(number, Action.DISMISS)
    years.seen()
    years.pass_days(196)
    house.db.close()
    statement, seen = 1, set()
    while _killed_at(path, house.keys, house.clock + 4 * 86_400_000, statement):
        seen.add(_check(path, house.keys))
        statement += step
        assert statement < 2000
    seen.add(_check(path, house.keys))
    assert seen >= {0, 1, 3, 4}


def test_a_killed_pass_leaves_everything_whole_and_the_next_goes_on(years: Years, tmp_path: Path) -> None:
    _killed_everywhere(years, tmp_path / "desk" / "desk.db", 7)


@pytest.mark.prove
def test_killed_before_every_statement(years: Years, tmp_path: Path) -> None:
    _killed_everywhere(years, tmp_path / "desk" / "desk.db", 1)
