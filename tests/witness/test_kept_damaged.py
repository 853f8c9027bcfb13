# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Damage to what an auditor keeps is never shown and stops no cosignature; a disk that takes nothing does."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs

from privity.keylog.audit import EMPTY, AuditState, audit
from privity.witness import kept
from privity.witness.errors import NotKept
from privity.witness.kept import KeptUpdates
from tests.keylog.memory_log import MemoryLog
from tests.witness.keeping import audited_by, caught_up, database, numbers, shown, truth
from tests.witness.running import Clock, feeding, grown, running_witness

FLIPS = int(os.environ.get("PRIVITY_PROVE_WITNESS_FLIPS", "2000"))


def garbage(file: Path) -> None:
    file.write_bytes(Random(1).randbytes(file.stat().st_size))


def half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def gone(file: Path) -> None:
    file.unlink()


def of_another_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 7")


def of_somebody_else(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE epoch (letter TEXT)")


def of_no_words(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"epoch", b"\xe5poch").replace(b"CREATE", b"CREATI"))


def of_no_sum(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE epoch SET through = -5 WHERE number = 29")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (garbage, "updates_damaged"),
        (half, "updates_damaged"),
        (of_another_version, "updates_damaged"),
        (of_somebody_else, "updates_damaged"),
        (of_no_words, "updates_damaged"),
        (of_no_sum, "updates_damaged"),
        (gone, "updates_missing"),
        (empty, None),
    ],
)
async def test_damaged_updates_stop_no_witness(tmp_path: Path, harm: Callable[[Path], None], said: str | None) -> None:
    log = grown(MemoryLog(), 30)
    async with feeding(log) as feed:
        async with running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
            await caught_up(w, log, 0)
        harm(database(tmp_path, log))
        with capture_logs() as lines:
            async with running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
                assert (await w.add(grown(log, 2), 30)).status == 200
                assert await shown(w, log, 32) == [*[None] * 30, *truth(log)[30:]]
        assert said is None or [line["origin"] for line in lines if line["event"] == said] == [log.origin]


async def test_a_row_with_other_bytes_is_not_shown(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await w.add(log, 0)
        with closing(sqlite3.connect(database(tmp_path, log))) as db, db:
            db.execute("UPDATE epoch SET body = (SELECT body FROM epoch WHERE number = 2) WHERE number = 1")
            db.execute("UPDATE epoch SET digest = (SELECT digest FROM epoch WHERE number = 2) WHERE number = 1")
        with capture_logs() as lines:
            assert await shown(w, log, 3) == [truth(log)[0], None, truth(log)[2]]
        assert [(line["event"], line["epoch"]) for line in lines] == [("update_not_read", 1)]
        assert (await w.add(grown(log, 1), 3)).status == 200


def flipped(folder: Path, flips: int, seed: int, head: int) -> int:
    """Flip bits of a file of updates, each in a fresh copy: one in each byte of its head, then anywhere.

    Returns how many made a difference.
    """
    log, random, noticed = grown(MemoryLog(), 31), Random(seed), 0
    states = [EMPTY]
    for each in log.updates:
        states.append(audit(states[-1], each))
    bodies = truth(log)
    whole = KeptUpdates(folder, log.origin, 30)
    put_all(whole, bodies[:30], states)
    whole.close()
    file = folder / "updates.db"
    good = file.read_bytes()
    for at in [*range(head), *(random.randrange(len(good)) for _ in range(flips))]:
        file.write_bytes(good[:at] + bytes([good[at] ^ 1 << random.randrange(8)]) + good[at + 1 :])
        updates = KeptUpdates(folder, log.origin, 30)
        updates.cosigned(states[30])
        found = [read(updates, number) for number in range(30)]
        assert all(body in (None, bodies[number]) for number, body in enumerate(found)), at
        updates.put(30, log.updates[30].timestamp_ms, bodies[30])
        updates.cosigned(states[31])
        assert updates.update(30) == bodies[30], at
        updates.close()
        noticed += None in found
    return noticed


def put_all(updates: KeptUpdates, bodies: list[bytes], states: list[AuditState]) -> None:
    for number, body in enumerate(bodies):
        updates.put(number, states[number + 1].timestamp_ms, body)
    updates.cosigned(states[len(bodies)])


def read(updates: KeptUpdates, number: int) -> bytes | None:
    try:
        return updates.update(number)
    except NotKept:
        return None


def test_a_flipped_byte_is_never_shown_and_stops_nothing(tmp_path: Path) -> None:
    assert flipped(tmp_path, 100, seed=1, head=100) > 50


@pytest.mark.prove
def test_many_flipped_bytes_are_never_shown_and_stop_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    noticed = flipped(tmp_path, FLIPS, seed=2, head=4096)
    record_property("figures", {"flips": 4096 + FLIPS, "noticed": noticed})
    assert noticed > FLIPS / 3


async def test_a_full_disk_lets_nothing_be_cosigned_that_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = grown(MemoryLog(), 2)
    real, opened = kept._opened, list[sqlite3.Connection]()

    def cramped(path: Path) -> sqlite3.Connection:
        db = real(path)
        db.execute("PRAGMA max_page_count = 6")
        opened.append(db)
        return db

    monkeypatch.setattr(kept, "_opened", cramped)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        assert (await w.add(log, 0)).status == 200
        grown(log, 60)
        with capture_logs() as lines:
            answer = await w.add(log, 2)
        assert (answer.status, answer.name) == (503, "CannotKeep")
        assert ("update_not_kept", "SQLITE_FULL") in [(line["event"], line.get("error")) for line in lines]
        assert (await w.add(log, 2)).name == "CannotKeep"
        assert b"\n2\n" in (await w.checkpoint(log)).body
        assert await shown(w, log, 62) == [*truth(log)[:2], *[None] * 60]
        opened[0].execute("PRAGMA max_page_count = 100000")
        assert (await w.add(log, 2)).status == 200
        assert await shown(w, log, 62) == truth(log), "none was passed over while the disk was full"


def sqlite_error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(name)
    error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
    return error


def failing_once(error: Exception, nth: int) -> Callable[[KeptUpdates, Callable[[sqlite3.Connection], None]], None]:
    real, calls = KeptUpdates._transact, 0

    def called(self: KeptUpdates, change: Callable[[sqlite3.Connection], None]) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise error
        real(self, change)

    return called


@pytest.mark.parametrize(
    ("name", "writable", "begun_anew"),
    [
        ("SQLITE_IOERR_READ", True, True),
        ("SQLITE_IOERR_SHORT_READ", True, True),
        ("SQLITE_CORRUPT", True, True),
        ("SQLITE_READONLY", True, True),  # only the file's own head says so
        ("SQLITE_READONLY", False, False),
        ("SQLITE_IOERR_WRITE", True, False),
        ("SQLITE_IOERR_FSYNC", True, False),
        ("SQLITE_CANTOPEN", True, False),
        ("SQLITE_BUSY", True, False),
    ],
)
async def test_only_a_file_that_is_to_blame_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, writable: bool, begun_anew: bool
) -> None:
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await w.add(log, 0)
        grown(log, 1)
        monkeypatch.setattr(KeptUpdates, "_transact", failing_once(sqlite_error(name), 1))
        monkeypatch.setattr(os, "access", lambda *_: writable)
        answer = await w.add(log, 3)
        assert answer.status == 200 if begun_anew else answer.name == "CannotKeep"
        assert numbers(tmp_path, log) == ([3] if begun_anew else [0, 1, 2])
        assert begun_anew or (await w.add(log, 3)).status == 200
        assert await shown(w, log, 4) == ([None] * 3 if begun_anew else truth(log)[:3]) + truth(log)[3:]


async def test_what_cannot_be_dropped_stops_no_witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = grown(MemoryLog(), 5)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await w.add(log, 0, 3)
        monkeypatch.setattr(kept, "MAX_KEPT", len(truth(log)[4]))
        with monkeypatch.context() as patched, capture_logs() as lines:
            patched.setattr(KeptUpdates, "_transact", failing_once(OSError(5, "Input/output error"), 2))
            assert (await w.add(log, 3, 4)).status == 200
        assert [line["event"] for line in lines if line["log_level"] == "error"] == ["updates_not_dropped"]
        assert numbers(tmp_path, log) == [0, 1, 2, 3]
        assert (await w.add(log, 4)).status == 200
        assert numbers(tmp_path, log) == [4]
