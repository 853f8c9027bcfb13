# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A backup of the desk's database: of one moment, while the desk writes; it opens with the keys and shows nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from privity.desk import commands
from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.verify import stored, verify
from privity.desk.db.backup import backup
from privity.desk.db.database import open_database, open_existing
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import BackupFailed, DatabaseKeyWrong
from privity.desk.keys import DeskKeys
from tests.desk.audit.logs import KEY, KEYS, filled
from tests.desk.conftest import Home

CANARY = "an invented reason about a kettle"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Db]:
    db = filled(tmp_path / "desk.db", 50)
    log.add(db, at_ms=1, who="staff:1", act=Act.EVIDENCE_OPENED, reason=CANARY)
    yield db
    db.close()


def test_the_copy_opens_with_the_keys_and_has_everything(db: Db, tmp_path: Path) -> None:
    note = log.sign(db, KEY.name, KEYS.audit)
    backup(db, KEYS, tmp_path / "copy.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "desk.db", "desk.db-shm", "desk.db-wal"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    with closing(open_existing(tmp_path / "copy.db", KEYS)) as copy:
        assert verify(stored(copy), KEY, [note]).vouched == 51
        assert log.newest(copy) == note
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            everything = f"SELECT * FROM {name} ORDER BY 1"
            assert copy.execute(everything).fetchall() == db.execute(everything).fetchall()


def test_nothing_in_the_copy_is_readable(db: Db, tmp_path: Path) -> None:
    backup(db, KEYS, tmp_path / "copy.db")
    data = (tmp_path / "copy.db").read_bytes()
    for word in (CANARY.encode(), b"SQLite format 3", b"CREATE TABLE", b"audit_entry", b"staff:1", b"teapot"):
        assert word not in data
    other = DeskKeys(b"\x01" * 32, KEYS.staff, KEYS.evidence, KEYS.audit)
    with pytest.raises(DatabaseKeyWrong):
        open_existing(tmp_path / "copy.db", other)


def test_it_is_of_one_moment_while_somebody_writes(db: Db, tmp_path: Path) -> None:
    """Entries come in pairs, each pair in a transaction: a copy with half a pair would be of no moment."""
    wrote, enough = threading.Event(), threading.Event()

    def write() -> None:
        with closing(open_database(tmp_path / "desk.db", KEYS)) as beside:
            while not enough.is_set():
                with transaction(beside):
                    for half in (0, 1):
                        log.add(beside, at_ms=2, who="staff:2", act=Act.EVIDENCE_OPENED, half=half)
                wrote.set()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        assert wrote.wait(30)
        for number in range(3):
            wrote.clear()
            backup(db, KEYS, tmp_path / f"copy{number}.db")
            assert wrote.wait(30)
    finally:
        enough.set()
        writing.join()
    sizes = []
    for number in range(3):
        with closing(open_existing(tmp_path / f"copy{number}.db", KEYS)) as copy:
            verify(stored(copy), KEY, [])
            halves = [Entry.decode(data).said["half"] for data in log.entries(copy, 51)]
            assert halves == [0, 1] * (len(halves) // 2)
            sizes.append(len(halves))
    assert sizes == sorted(set(sizes))


def test_an_existing_file_is_not_touched(db: Db, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(BackupFailed, match="exists already"):
        backup(db, KEYS, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_what_fails_on_the_way_leaves_nothing_that_looks_like_a_backup(db: Db, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="cannot write"):
        backup(db, KEYS, tmp_path / "no such folder" / "copy.db")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with transaction(db):
        db.executemany("INSERT INTO key_log_filler VALUES (?)", _filler(db))
    with pytest.raises((KeyboardInterrupt, BackupFailed)):
        backup(db, KEYS, tmp_path / "copy.db", stop)
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")]


def _filler(db: Db) -> list[tuple[bytes]]:
    """Enough rows that the copy takes long enough to be looked at."""
    db.execute("CREATE TABLE key_log_filler (word BLOB NOT NULL)")
    return [(b"k" * 20,)] * 100_000


def test_what_a_killed_backup_left_is_in_nobodys_way(db: Db, tmp_path: Path) -> None:
    (tmp_path / "copy.db.part").write_bytes(b"half of a backup")
    backup(db, KEYS, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db.part").exists()
    with closing(open_existing(tmp_path / "copy.db", KEYS)) as copy:
        assert log.size(copy) == 51


def test_a_copy_under_other_keys_is_no_backup(db: Db, tmp_path: Path) -> None:
    other = DeskKeys(b"\x01" * 32, KEYS.staff, KEYS.evidence, KEYS.audit)
    with pytest.raises(BackupFailed, match="does not open"):
        backup(db, other, tmp_path / "copy.db")
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")]


def test_the_command_says_what_it_made_and_the_log_has_it(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = home.configured("http://127.0.0.1:1")
    filled(loaded.database, 3, home.keys()).close()
    commands.backup(tmp_path / "copy.db", config=home.folder / "privity.toml")
    assert capsys.readouterr().err.startswith("copy.db: ")
    with closing(open_existing(tmp_path / "copy.db", home.keys())) as copy:
        (last,) = log.entries(copy, 3)
        assert Entry.decode(last).act is Act.BACKUP_BEGUN
    with pytest.raises(SystemExit, match=r"^privity: BackupFailed: "):
        commands.backup(tmp_path / "copy.db", config=home.folder / "privity.toml")
